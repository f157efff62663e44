"""The world around people, in Spanish and English: weather, land, animals, farms, machines.

Read as `acts.py` is: `name: Spanish words | English words;`, "*" ends a prefix.
"""

from __future__ import annotations

from typing import Final

NATURE: Final = """
glass: vidrio* cristaler* | glass*; bottle: botella* embotellador* | bottle*; leather: cuero piel* |
leather; ceramic: ceramic* alfarer* | ceramic* potter*; rubber: caucho hule | rubber; diamond:
diamante* | diamond*; scrap: chatarra | scrap; tube: tubo tubos | tube tubes; cable_wire: alambr* |
wire wires; screw: tornillo* | screws; chemical_plant: petroquim* | petrochemical*;
acre: acre acres | acre acres; aftershock: replica replicas | aftershock*; agave: agave* tequiler*
| agave*; ai: ia chatgpt openai | ai chatgpt openai; algorithm: algoritm* | algorithm*; animal:
fauna | fauna; app: aplicacion aplicaciones app apps | app apps; arrive: despeg* | takeoff;
aviation: aviac* | aviation; avocado: aguacat* |; axolotl: ajolot* | axolotl*; barrel: barril* |
barrel*; battery: bateri* | batter*; bay: bahia bahias | bay bays; bear: oso osa osos | bear
bears; bee: abeja* apicult* | bee bees beekeep*; biodiversity: biodivers* | biodivers*; bird: ave
aves pajar* | bird birds; boat: barco barcos lancha* embarcac* bote yate* velero* | boat boats
yacht* sailboat*; brake: | brake*; breed: cria crias criader* | breed* hatchery; butterfly:
maripos* | butterfl*; cable: cable cables | cable cables wire wires; calf: becerr* terner* | calf
calves; canal: canales | canal canals; carbon: carbono co2 | carbon co2; cat: gato gata gatos
felin* | cat cats feline*; cave: cueva cuevas cenote* grieta* | cave caves cenote* sinkhole*;
chilli: jalapeñ* | chili chilies chiles jalapeno*; chip: chip semiconduct* | chip semiconduct*;
climate: climat* | climat*; cloud: nube nubes | cloud*; coal: carbonif* |; coffee: caficul* |;
cold: frio fria frios gelid* | cold freezing; computer: computad* ordenador* laptop* | computer*
laptop*; conservation: conserva* | conserv*; containment: contencion contenid* | containment
contained; corn: elote |; crew: tripul* | crew*; crocodile: cocodril* caiman* | crocodile*
alligator*; crop: cultiv* cosech* | crop crops harvest*; cruise: crucero* | cruise*; cucumber:
pepino* | cucumber*; cyber: ciberataq* hacker* | cyberattack*; dairy: lecher* |; dam: lago lagos
laguna* | lake lakes lagoon*; dam_water: acueduct* | aqueduct*; datacentre: | datacenter*;
deforest: deforest* | deforest*; desert: desiert* | desert*; dog: perr* canin* cachorr* | dog dogs
canine* pupp*; dolphin: delfin* | dolphin*; donkey: burro burros mula mulas | donkey* mule mules;
drinking: potable* | potable; driver: conductor* chofer* automovilist* transportista* | driver*
motorist*; drought: sequi* estiaje |; earth: tierra tierras terrestre* | earth; eclipse: eclipse*
| eclipse*; egg_nest: nido nidos | nest nests; electricity: apagon* | blackout* outage*; elephant:
elefant* | elephant*; engine: turbin* | turbine*; epicentre: epicentr* | epicent*; eruption:
erupci* ceniza* | erupt* ash ashes; ethanol: etanol | ethanol; evacuate: evacua* desalo* |
evacuat*; farm: granja* rancho ranchos finca* parcela* ejido* ejidat* | farm farms; farmer:
agricult* labrador* granjer* | farmer* grower* peasant*; ferry: ferri* transbordador* | ferr*;
fertiliser: abono |; fever: fiebre* | fever*; firefighter: bombero* brigadista* | firefighter*
firemen; fishing: pescador* | fisherm* angler*; flame: llamas flama* | flame*; flower_day:
cempasuchil | marigold*; fog: niebla neblina | fog mist; foot: pies | feet; fossil_fuel: | fossil;
fruit: frambues* arandan* zarzamor* moras | raspberr* blueberr* blackberr*; gallon: galon galones
| gallon*; goat: cabra* chivo* caprin* | goat*; gold: | golden; grain: triguer* |; grass: pasto
pastizal* | grass*; greenhouse: invernader* | greenhouse; gulf: golfo | gulf; heatwave: canicul*
sofoc* | heatwave*; hectare: hectare* | hectare*; helicopter: helicopt* |; herd: hato hatos
rebaño* | herd herds; highway: vialidad* embotell* libramiento* avenida* | congestion avenue*
motorway*; hot: caluros* calido* calida | hot hotter warm; hydrogen: hidrogen* | hydrogen;
ice_snow: nieve neva* nevad* hielo glaciar* helad* | snow* ice glacier* frost*; insect: insect*
mosquit* hormig* plaga plagas langosta* | insect* mosquito* ant pest pests locust*; internet:
internet web | internet online web; iron: hierro | iron; irrigation: riego* irriga* | irrigat*;
island: isla islas insular* islote* | island* isle; jaguar: jaguar* | jaguar*; kilometre:
kilometr* km | kilomet* km; landslide: desliz* deslav* alud avalanch* | landslide* mudslide*
avalanche*; larva: larva* | maggot*; laser: laser | laser; leaf: hoja hojas | leaf; light:
luces ilumin* | light lights lighting; lightning: rayo rayos relampag* | lightning; lion: | lion
lions; litre: litro* | liter* litre*; machine: maquin* | machin*; magnitude: magnitud* |
magnitude*; mars: marte | mars; metre: metro metros | meter meters metre metres; metro:
subterrane* | subway* underground; mile: milla* | mile miles; mineral: mineral minerales | mineral
minerals; monkey: simio* | monkey* ape apes gorilla*; moon: luna lunar | moon lunar; motorcycle:
motociclet* motos motocicl* motoneta* | motorcycl* motorbike* scooter*; mountain: montaña*
    sierra sierras cordillera* | mountain* hill hills peak; mushroom: hongo hongos | mushroom*
fungus; nature: natural naturales naturaleza | natural nature; nuclear: atomic* uranio | atomic
uranium; number: dato |; oil: | refiner*; passenger: pasajer* | passenger*; password: contraseñ* |
password*; peninsula: peninsul* | peninsula*; pesticide: plaguicid* pesticid* glifosato herbicid*
| pesticid* glyphosate herbicid*; phone: smartphone* | phones smartphone*; pig: porcin* | hog hogs
swine; pipe: ducto ductos tuber* gasoduct* oleoduct* | pipe pipes; planet: planeta* | planet*;
plant_living: vegetac* | vegetation; pollution: contamin* smog polucion | smog; pound: libra
libras | pound pounds; propane: | propane; rail: vagon* descarril* | train wagon*; rain: aguacer*
chubasc* precipitac* granizad* | downpour* shower showers hailstorm*; rare_earth: | minerals
mineral; rat: rata ratas raton* | rat rats mouse mice rodent*; recycling: recicl* | recycl*;
renewable: renovable* | renewable*; reserve: reserva reservas | reserve reserves; robot: robot* |
robot*; robotics: automatiz* | automat*; rock: roca rocas piedra* | rock rocks stone stones; root:
raiz raices | root roots; rubble: escombr* | rubble debris; sand: | sand sandy; sargassum:
sargazo* | sargassum seaweed; screen: pantalla* | screen*; seed: semilla* siembr* sembr* | seed
seeds sow sowing; server: servidor* | server servers; sewage: drenaj* alcantarill* | sewer*
drain*; sheep: oveja* borreg* ovin* | sheep lamb; signal: señales | signal*; silver: plata |
silver; site: sitio sitios pagina* portal | website* site sites page pages; sky: cielo cielos |
sky skies; slaughter: sacrific* matadero* | slaughter* sacrific* cull*; smoke: humo | smoke smoky;
snake: serpient* vibora* culebra* | snake*; software: softwar* | softwar*; soil: suelo suelos |
soil; solar: fotovolt* | photovoltaic*; sorghum: sorgo | sorghum; space: astronaut* orbita* cohet*
| astronaut* orbit*; species_danger: extincion | extinct* endangered; spider: araña* | spider*;
storm: tempestad* borrasca* | thunderstorm* blizzard*; submarine: submarin* | submarin*; sugar:
cañer* | sugarcane; sun: sol soles | sun sunny; sustainability: sostenib* | sustainab*; tap:
grifo* tinaco* tandeo | faucet*; taxi: taxi* uber didi | taxi* uber didi cab cabs; telescope:
telescop* | telescope*; temperature: temperatur* termomet* grados | temperatur* degrees; thirst: |
thirst*; tide: marea mareas | tide tides; tiger: tigre* | tiger*; toll: caseta* peaje* | toll
tolls; ton: tonelad* | ton tons tonne*; tornado: tornado* torbellin* | tornado* twister*; tractor:
tractor* | tractor*; treatment_plant: saneamient* potabiliz* desaliniz* | desalin*; tree: arbol
arboles arbore* | tree trees; tropical: tropical* | tropical*; tsunami: tsunami* maremot* |
tsunami*; turtle: tortug* | turtle*; typhoon: tifon tifones | typhoon*; user: usuari* | user
users; valley: valle valles | valley*; vet: veterinari* | veterinar*; volcano: volcan*
popocatepetl | volcan* popocatepetl; warming: calentamiento | warming; wave: ola olas oleaje |
wave waves surf; well: acuifer* manantial* | aquifer*; well_oil: pozo pozos | wells; whale:
ballena* | whale*; wheel: rueda* llantas neumatic* | wheel* tire tires tyre*; wolf: lobo lobos |
wolf wolves; wood: madera* leña | wood wooden timber lumber; zoo: zoologic* | zoo zoos;
"""
