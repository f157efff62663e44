"""People and how they live, in Spanish and English: health, schools, faith, sport, arts, food.

Read as `acts.py` is: `name: Spanish words | English words;`, "*" ends a prefix. Written
from general knowledge of what newspapers report.
"""

from __future__ import annotations

from typing import Final

SOCIETY: Final = """
abortion_clinic: anticoncep* | contracept*; actor: actor actriz actores actrices actua actuan
actuacion* elenco | actor actors actress* acting cast; adolescent: adolescen* juvenil* |
adolescen* juvenile*; adult: adult* | adult*; age: edad edades | age ages aged aging; album: album
albumes disco discos | album albums; alcoholism: borrach* ebri* alcoholism* | drunk* alcoholi*;
ambulance: ambulanci* paramedic* | ambulance* paramedic*; anger: enoj* furia molest* | ang* fury
furious; anthem: himno* | anthem*; apple_fruit: manzana* | apples; architecture: arquitect* |
architect*; arm: brazo brazos | arm; art: arte artes artist* artistic* | art arts artist*;
association: asociacion* | association*; autism: autis* | autis*; baby: bebe bebes | baby babies
infant* newborn*; bacteria: bacteri* salmonel* listeri* | bacteri* salmonella listeria; bag:
mochila* | bag bags backpack*; ball: balon* pelota* | ball balls; banana: platano* banano* |
banana*; band: bandas | band bands; baseball: beisbol* pelotero* | baseball; basketball:
baloncesto basquetbol* nba | basketball nba; beach: playa playas | beach*; beauty: belleza miss |
beauty; bed: cama camas colchon* | bed beds mattress*; bet_gamble: casino* loteria* sorteo* |
casino* gambl* lotter* raffle*; bible: biblia* | bible*; biology: biolog* | biolog*; birth:
nacimient* nacer nacid* natalidad parto partos | birth* born; blind: cieg* ceguera | blind; blood:
sangre sanguin* hemorrag* | blood bleeding hemorrhag*; bone: hueso huesos osea* | bone bones;
book: libro libros | book books; book_fair: fil |; box: caja cajas | box boxes; box_seat: palco
palcos | suite suites; boxing: box boxeo boxeador* pugil* | boxing boxer*; brain: cerebr* | brain
brains; bread: panader* tortill* harina | bread baker* tortilla* flour; brother: herman* |
brother* sister* sibling*; bull: toro toros torer* taurin* corrida corridas | bull bulls
bullfight*; burn: quemadur* quemad* quema queman | burn burns burned burning; camera: | camera*;
camp: campament* albergue* | camp camps shelter*; cancer: cancer cancerigen* tumor tumores
oncolog* leucemi* | cancer* tumor* oncolog* leukemia; candy: dulce dulces golosin* | candy candies
sweets; captain: capitan capitana | captain; charity: caridad benefic* donativ* donacion* dona
donan donar dono | charit* donat*; cheese: queso quesos | cheese*; chemistry: quimic* | chemic*
chemist*; chicken: pollo pollos avicol* | chicken* poultry; chocolate: chocolate* cacao |
chocolate* cocoa; cholera: colera | cholera; christian: cristian* evangelic* protestante |
christian* evangelical* protestant*; christmas: navid* | christmas; church: parroqu* templo*
catedral* basilic* parroco* arzobisp* cardenal* clero monj* | parish* temple* cathedral* basilica*
archbishop* cardinal* clergy nun nuns monk*; class: clase clases aula aulas | class classes
classroom*; clinic: sanatori* |; clothes: vestiment* vestid* prenda* | clothes clothing dress
dresses; club: club clubes | club clubs; coach: dt | coach coaches; cocaine: cocain* | cocaine;
comedy: comedi* humor chiste* broma bromas | comed* humor joke jokes; course: curso cursos
diplomad* taller talleres | course courses workshop*; covid: covid* coronavirus pandemi* | covid*
coronavirus pandemic*; crowd: multitud* muchedumbre* | crowd*; culture_folk: folclor* folklor* |
folk folklore; cup: copas | cups; cure: cura curas remedio* | cure cures remed*; customs_folk:
tradicion* costumbre* | tradition*; cycling: ciclis* biciclet* | cycl* bicycl* bike bikes; dance:
baile bailes baila bailar danza danzas bailarin* | danc* ballet; deaf: sord* | deaf; debut: debut*
|; dengue: dengue zika chikungunya | dengue zika chikungunya; depression: depresion* deprimid* |
depress*; design: diseñ* | design*; diabetes: diabet* | diabet*; diarrhea: diarre* | diarrh*;
director_film: cineast* | filmmaker*; disability: discapac* | disab* handicap*; discovery_science:
fosil* dinosaur* arqueolog* | fossil* dinosaur* archaeolog* archeolog*; dish: platillo* plato
platos receta* menu | dish dishes recipe* menu; divorce: divorci* | divorc*; doctor: doctor
doctora doctores medico medicos medica cirujan* | doctor* physician* surgeon*; door: puerta* |
door doors; doping: dopaj* doping | doping; draw_tie: empat* | draw draws tied; dream: sueños
soñador* | dream*; drink: bebida* beber | drink* beverage*; drown: ahog* | drown*; drug_addict:
adiccion* adict* toxicoman* | addict*; easter: pascua | easter; elder: ancian* viejit* | elder*
senior seniors; equality: igualdad* equidad desigual* | equal* equity inequalit*; exam: examen
examenes | exam exams; exhibition: exposicion* exhib* galeria* | exhibit* gallery galleries; face:
rostro rostros | face faces; faith: fe devocion* devot* | faith* devot*; fame: fama | fame;
fashion: moda modas diseñador* | fashion* designer*; father: padre paterni* | father* dad dads
fatherhood; festival: festival* feria ferias carnaval* | festival* fair fairs carnival*; finger:
dedo dedos | finger fingers fingerprint*; flower: flor flores floral* | flower* floral; flu: gripe
influenza | flu influenza; formula1: automovilism* f1 escuderia* | f1 racing; foundation:
fundacion fundaciones | foundation*; friend: amig* amist* | friend friends friendship*; furnace:
horno hornos | furnace* oven ovens; furniture: mueble* | furniture; game: juego juegos videojueg*
| game games videogame* gaming; garden: jardin* parque parques | garden* park parks; gay: gay gays
lgbt* homosexual* lesbian* trans transgener* | gay gays lgbt* homosexual* lesbian* trans
transgender*; gender: genero generos paridad | gender; gene: gen genes genetic* adn | gene genes
genetic* dna; generation: generacion generaciones | generation*; gift: regalo* obsequi* | gift
gifts; goal: gol goles golea* goleada | goal goals; goal_score: anota anotan anoto anotar anotac*
marcador | score scores scored scoring; god: dios | god; golf: golf golfist* | golf*; grandmother:
abuel* | grandmother* grandfather* grandparent* grandma grandpa; grape: uva uvas | grape grapes;
gym: gimnas* | gym gyms gymnast*; hair: cabello pelo | hair; hand: mano manos | hands; hate: odio
odia | hate hatred; head_body: cabeza cabezas | skull; heart: corazon cardia* infarto* | heart
hearts cardia*; heritage: | heritage unesco; hero: heroe* heroina | hero heroes heroic*;
history_old: antigu* ancestral* prehispan* | ancient ancestral prehispanic; hiv: vih sida | hiv;
holiday: vacacion* feriad* festiv* asuet* | holiday* vacation*; hollywood: hollywood | hollywood;
homeless: | homeless*; hope: esperanza* | hope hopes hopeful; horse: caballo* jinete* charr*
charrer* rodeo | horse horses jockey* rodeo*; hug: abraz* | hug hugs hugged embrace*; hunger:
hambre hambruna* desnutri* | hunger hungry famine* starv* malnutri*; hymn: coro coros | choir
chant chants; infection: infec* | infect*; influencer: influencer* youtuber* tiktoker* |
influencer* youtuber* tiktoker*; injury: lesion lesiones | injuries; injury_sport: lesionad* |
injured; jersey: playera* camiset* | jersey* shirt shirts; jew: judi* antisemit* sinagog* | jew
jews jewish antisemit* synagogue*; jewel: joya joyas joyer* | jewel*; joy: alegr* jubilo | joy
joyful; junk_food: chatarra | junk; key_lock: llave llaves cerradur* | keys lock locks; kiss: beso
besos besa | kiss*; kitchen: cocina* chef chefs gastronom* | kitchen* chef chefs gastronom*
cuisine*; kitchen_gas: estufa* | stove*; knowledge: conocimient* saber | knowledge; laboratory:
laboratori* | laborator* lab labs; language: idioma* lengua lenguas bilingue* | language*
bilingual tongue; laugh: risa risas | laugh*; league: liga ligas | league*; leg: pierna piernas |
leg legs; legend: leyenda* mito mitos | legend* myth*; letter_mail: correo correos postal* | mail
postal; library: bibliotec* | librar*; love: amor amores ama aman | love loved loves; lover: novi*
amante* | girlfriend boyfriend lover lovers fiance*; luck: suerte | luck lucky; luggage: maleta*
equipaj* | luggage suitcase*; majority: mayoria mayorias | majorit*; malaria: malaria paludism* |
malaria; man: hombre hombres varon varones masculin* | man men male males; mango: mango mangos |
mango*; mariachi: mariachi* | mariachi*; marijuana: mariguan* marihuan* cannabis | marijuana
cannabis pot; marriage: matrimoni* boda bodas casarse | marriage* wedding* marry marries married;
mascot: mascot* | mascot* pet pets; mask: cubrebocas mascarill* | mask masks; mass: misa misas |
masses; match: duelos cotejo* | match matches matchup*; mathematics: matematic* | math mathemat*;
meal: desayun* almuerz* cena cenas comedor* | breakfast* lunch* dinner* supper meal meals; medal:
medall* | medal*; member: miembro* integrante* militante* afiliad* | member members membership;
mental: mental psicolog* psiquiatr* | mental* psycholog* psychiatr*; meth: metanfetamin* cristal |
meth methamphetamin*; minority: minoria minorias | minorit*; miracle: milagro* | miracle*; model:
modelo modelos | model models; mother: madre madres mama maternal* maternidad | mother* mom moms
maternal maternity; muslim: musulman* islam* mezquit* | muslim* islam* mosque*; neighbourhood:
barrio barrios colonia colonias |; news_media: medios diario diarios periodico* rotativo*
noticier* | media newspaper* newscast*; nobel: nobel | nobel; novel: novela* | novel novels;
nurse: enfermer* | nurse nurses nursing; nutrition: nutri* dieta dietas | nutrit* diet diets;
obesity: obes* sobrepeso | obes* overweight; oil_cooking: aceite aceites |; old_age: longev* vejez
| longevity; olympics: olimpi* paralimpi* | olympi* paralympi*; onion: cebolla* | onion*; opioid:
opioid* opiace* heroin* | opioid* opiate* heroin; orange_fruit: naranja* citric* limon limones |
orange oranges citrus lemon* lime limes; orphan: huerfan* orfan* | orphan*; oscar: oscar oscars |
oscar oscars; overdose: sobredosis intoxic* envenen* | overdos* poison* intoxicat*; pain: dolor* |
pain painful; paint: pintur* pinta pintan pintor* mural murales | paint* mural murals; parent:
padres | parents parent; party_feast: fiesta fiestas | partying feast feasts festivit*; patient:
pacient* | patient patients; penalty: penalt* | penalty penalties; pepper: pimient* | pepper*;
photograph: fotograf* imagen imagenes | photograph* photo photos picture* image images; physics:
fisic* | physic physics; pilgrim: peregrin* | pilgrim*; pill: pastilla* pildora* | pill pills;
player: futbolist* delanter* portero* mediocampist* goleador* | striker* goalkeeper* midfielder*;
poor: | needy; population: poblacion* demograf* | population* demograph*; potato: papas patata* |
potato*; prayer: oracion* reza rezan rezar rezo ora | pray*; pregnancy: embaraz* gestacion* |
pregnan*; pride: orgull* | pride proud; quarantine: cuarentena* aislamient* | quarantin* isolation
lockdown*; quarterfinal: | quarterfinal*; rabies: rabia | rabies; read: lectur* lector* leer lee |
read reader* reading; referee: arbitro arbitros arbitral* | referee* umpire* refereeing;
    religion: religi*
creyent* | religi* believer*; research: | researcher*; roof: techo techos | roof roofs; room:
habitacion* | room rooms; run_race: maraton* | marathon* runner*; saint: santo santos
santa san virgen guadalupe | saint* virgin; salad: ensalad* | salad*; salad_leaf: lechuga*
espinaca* | lettuce spinach; salt: sal | salt; scholarship: beca becas becari* | scholarship*;
school: primaria primarias secundaria* preparatoria* colegio* kinder guarder* | elementary
kindergarten daycare; science: cienci* cientific* | scien*; sculpture: escultur* estatua*
monument* | sculpt* statue* monument*; secret: secret* | secret*; sect: secta sectas | sect sects
cult cults; selection: tricolor tri seleccionad* |; semifinal: semifinal* | semifinal*; series:
serie series telenovel* | series sitcom* soap; sex: sexual* sexo | sex sexual*; shame: verguenz*
verguenz* | shame*; shoe: zapat* | shoe shoes sneaker*; show: show espectacul* | spectacle; sick:
enferm* | sick ill; signing: fichaj* | signings; sin: pecado* | sin sins; sing: canta cantan
cantar cantado | sing sings sang; singer: cantaut* raper* rapero | rapper* vocalist*; ski: esqui |
ski skiing skier*; skin: piel | skin; sleep: dormi* duerm* sueño | sleep* asleep; smile: sonris*
sonri* | smil*; society: sociedad* | societ*; song: cancion canciones | song songs; soul: alma
almas espirit* | soul spirit*; sport: atlet* |; square: plaza plazas zocalo | square plaza;
stadium: cancha* gradas | pitch arena arenas; star: estrella* famos* farandul* | star stars
celebrit* famous; stranger: desconocid* | stranger* unknown; student: bachiller* egresad* | pupil*
graduate* graduat*; supporter: hincha* fanatic* porra porras | fanatic*; surgery: cirugi*
quirurgic* trasplant* | surger* surgical transplant*; surprise: sorpres* sorprend* | surpris*;
swimming: natacion nadador* nada nadar | swim*; swimming_pool: alberca* piscina* | pool pools;
symptom: sintoma* | symptom*; taco: taco tacos burrit* quesadill* tamal* | taco tacos burrito*
tamale*; teacher: maestr* docent* profesor* cnte snte magisteri* | professor* faculty; team:
selecciones escuadra* onceno | team teams squad*; tear: lagrima* llanto llora lloran lloro | tear
tears cry cried crying; tennis: tenis tenista* | tennis; theatre: teatr* | theater* theatre*;
ticket: boleto* taquill* reventa | ticket* scalp*; tobacco: tabac* cigarr* vapead* vapeo fuma* |
tobacco cigar* vape vapes vaping smok*; toilet: baño baños | toilet* restroom* bathroom*; tooth:
diente* dental* dentist* | tooth teeth dental dentist*; tour: | tour tours touring; tournament:
torneo* | tournament*; toxic: toxic* | toxic*; toy: juguete* | toy toys; treatment: terapia*
terapeut* | therap*; trial_clinical: ensayo* | trials; trophy: trofeo* galardon* premi* | trophy
trophies award* prize*; twin: gemel* mellizo* | twin twins; uncle: tio tios tia tias sobrin* prim
| uncle* aunt aunts nephew* niece* cousin*; university: universi* facultad campus | universi*
campus*; virus: virus viral virales | virus* viral; voice: voz voces | voice voices; walk: camin*
caminata* | walk*; watch_time: reloj relojes | watches clock clocks; wellbeing: felicid* feliz
felices | happiness happy; wheelchair: | wheelchair*; whistle: rechifl* abuche* silbid* chifl* |
boo boos booed jeer*; widow: viud* | widow*; window: ventana* ventanal* | window windows; word:
palabra* | word words; wrestling: luchador* | wrestl*; writer: escrit* novelist* poeta* poesia
autor autora autores literari* literatur* | writer* author authors novelist* poet* literar*
literatur*;
"""
