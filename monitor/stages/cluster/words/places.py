"""Countries, states and cities with their people, where the two languages differ.

Read as `names.py` is: `name: Spanish phrases | English phrases;`, "*" ends a prefix.
Places of one name in both languages need no line, unless their people are called otherwise.
"""

from __future__ import annotations

from typing import Final

COUNTRIES: Final = """
afghanistan: afganistan, afgan*, kabul | afghan*, kabul;
albania: albania, albanes* | albania*;
algeria: argelia, argelin* | algeria*;
angola: angola, angoleñ* | angola*;
argentina: argentin*, buenos aires | argentin*, buenos aires;
armenia: armenia, armeni* | armenia*;
australia: australia, australian*, canberra, sidney | australia*, canberra, sydney;
austria: austria, austriac*, viena, vienes* | austria*, vienna;
azerbaijan: azerbaiyan, azeri* | azerbaijan*;
bahamas: bahamas, bahameñ* | bahamas, bahamian*;
bangladesh: bangladesh, bangladesi* | bangladesh*;
belarus: bielorrusia, bielorrus*, belarus | belarus*;
belgium: belgica, belga, belgas, amberes | belgium, belgian*, antwerp;
belize: belice, beliceñ* | belize*;
bolivia: bolivia, bolivian*, la paz | bolivia*, la paz;
bosnia: bosnia, bosni* | bosnia*;
brazil: brasil, brasileñ*, brasilia, rio de janeiro, sao paulo | brazil*, brasilia,
    rio de janeiro, sao paulo;
bulgaria: bulgaria, bulgar* | bulgaria*;
cambodia: camboya, camboyan* | cambodia*;
cameroon: camerun, camerunes* | cameroon*;
canada: canada, canadiense*, ottawa | canada, canadian*, ottawa;
capeverde: cabo verde, caboverdian* | cape verde*, cabo verde;
chile: chile, chilen*, santiago de chile | chile, chilean*, santiago de chile;
china: china, chino, chinos, chinas, pekin, beijing | china, chinese, beijing;
colombia: colombia, colombian*, bogota | colombia*, bogota;
congo: congo, congoleñ* | congo, congolese;
costarica: costa rica, costarricense*, tico, ticos | costa rica, costa rican*;
croatia: croacia, croata* | croatia*, croat, croats;
cuba: cuba, cuban*, la habana | cuba, cuban*, havana;
cyprus: chipre, chipriota* | cyprus, cypriot*;
czechia: republica checa, chequia, checo, checa, checos, praga | czech republic, czechia, czech*,
    prague;
denmark: dinamarca, danes, danesa, daneses, copenhague | denmark, danish, dane, danes, copenhagen;
dominican: republica dominicana, dominican* | dominican republic, dominican*;
ecuador: ecuador, ecuatorian*, quito, guayaquil | ecuador*, quito, guayaquil;
egypt: egipto, egipci*, el cairo | egypt*, cairo;
emirates: emiratos arabes unidos, emiratos, emirati* | united arab emirates, uae, emirati*;
england: inglaterra, ingles, inglesa, ingleses | england, english;
estonia: estonia, estoni* | estonia*;
ethiopia: etiopia, etiope* | ethiopia*;
finland: finlandia, finlandes*, finland* | finland, finnish, finn, finns;
france: francia, frances, francesa, franceses, francesas, galo, galos | france, french, frenchman;
gaza: franja de gaza, gaza, gazati* | gaza strip, gaza, gazan*;
georgia: georgia, georgian* | georgia, georgian*;
germany: alemania, aleman*, berlin, berlines* | germany, german*, berlin;
ghana: ghana, ghanes* | ghana*;
greece: grecia, griego*, griega*, atenas | greece, greek*, athens;
greenland: groenlandia, groenlandes* | greenland*;
guatemala: guatemala, guatemaltec* | guatemala*;
guyana: guyana, guyanes* | guyana, guyanese;
haiti: haiti, haitian*, puerto principe | haiti*, port au prince;
honduras: honduras, hondureñ*, tegucigalpa | hondura*, tegucigalpa;
hongkong: hong kong, hongkones* | hong kong, hongkonger*;
hungary: hungria, hungar*, budapest | hungary, hungarian*, budapest;
iceland: islandia, islandes* | iceland*;
india: india, indio, indios, hindu, nueva delhi, bombay | india, indian, indians, new delhi,
    mumbai;
indonesia: indonesia, indonesi*, yakarta | indonesia*, jakarta;
iran: iran, irani*, teheran | iran, iranian*, tehran;
iraq: irak, iraq, iraqui*, bagdad | iraq*, baghdad;
ireland: irlanda, irlandes*, dublin | ireland, irish, dublin;
israel: israel, israeli*, jerusalen, tel aviv | israel*, jerusalem, tel aviv;
italy: italia, italian*, roma, milan | italy, italian*, rome, milan;
ivorycoast: costa de marfil, marfileñ* | ivory coast, ivorian*;
jamaica: jamaica, jamaican*, jamaiquin* | jamaica*;
japan: japon, japones*, nipon*, tokio | japan*, tokyo;
jordan: jordania, jordan* | jordan, jordanian*;
kazakhstan: kazajistan, kazaj* | kazakhstan*, kazakh*;
kenya: kenia, kenian*, keniat*, nairobi | kenya*, nairobi;
kuwait: kuwait, kuwaiti* | kuwait*;
latvia: letonia, leton* | latvia*;
lebanon: libano, libanes*, beirut | lebanon, lebanese, beirut;
libya: libia, libi* | libya*;
lithuania: lituania, lituan* | lithuania*;
luxembourg: luxemburgo | luxembourg*;
malaysia: malasia, malasi* | malaysia*;
mali: mali, maliense* | mali, malian*;
malta: malta, maltes* | malta, maltese;
morocco: marruecos, marroqui*, rabat | morocco, moroccan*, rabat;
mozambique: mozambique, mozambiqueñ* | mozambi*;
myanmar: myanmar, birmania, birman* | myanmar, burma, burmese;
nepal: nepal, nepali*, nepales* | nepal*;
netherlands: paises bajos, holanda, holandes*, neerlandes*, la haya | netherlands, holland, dutch,
    the hague, hague;
newzealand: nueva zelanda, nueva zelandia, neozelandes* | new zealand*;
nicaragua: nicaragua, nicaraguense*, nicaraguense*, managua | nicaragua*, managua;
nigeria: nigeria, nigerian* | nigeria*;
northkorea: corea del norte, norcorean*, pyongyang | north korea*, pyongyang;
norway: noruega, norueg*, oslo | norway, norwegian*, oslo;
pakistan: pakistan, pakistani*, islamabad | pakistan*, islamabad;
palestine: palestina, palestino*, cisjordania | palestin*, west bank;
panama: panama, panameñ* | panama, panamanian*;
paraguay: paraguay, paraguay*, asuncion | paragua*, asuncion;
peru: peru, peruan* | peru, peruvian*;
philippines: filipinas, filipin*, manila | philippine*, filipin*, manila;
poland: polonia, polac*, varsovia | poland, polish, pole, poles, warsaw;
portugal: portugal, portugues*, lisboa | portugal, portuguese, lisbon;
puertorico: puerto rico, puertorriqueñ*, boricua* | puerto ric*;
qatar: qatar, catar, catari*, qatari*, doha | qatar*, doha;
romania: rumania, ruman* | romania*;
russia: rusia, ruso, rusos, rusa, rusas, moscu, kremlin | russia*, moscow, kremlin;
rwanda: ruanda, ruandes* | rwanda*;
salvador: el salvador, salvadoreñ* | el salvador, salvadoran*;
saudiarabia: arabia saudita, arabia saudi, saudi*, riad | saudi arabia*, saudi*, riyadh;
scotland: escocia, escoces* | scotland, scottish, scot, scots;
senegal: senegal, senegales* | senegal*;
serbia: serbia, serbio, serbios | serbia*, serb, serbs;
singapore: singapur, singapurens* | singapore*;
slovakia: eslovaquia, eslovac* | slovakia*, slovak*;
slovenia: eslovenia, esloven* | slovenia*;
somalia: somalia, somali* | somalia*, somali*;
southafrica: sudafrica, sudafrican*, johannesburgo | south africa*, johannesburg;
southkorea: corea del sur, surcorean*, seul | south korea*, seoul;
spain: españa, español, española, españoles, españolas, madrid, madrileñ* | spain, spanish,
    spaniard*, madrid;
sudan: sudan, sudanes* | sudan*;
sweden: suecia, sueco, sueca, suecos, estocolmo | sweden, swedish, swede, swedes, stockholm;
switzerland: suiza, suizo, suizos, suizas, ginebra, zurich, berna | switzerland, swiss, geneva,
    zurich, bern;
syria: siria, sirio, sirios, damasco | syria*, damascus;
taiwan: taiwan, taiwanes*, taipei | taiwan*, taipei;
thailand: tailandia, tailandes* | thailand, thai, thais, bangkok;
trinidad: trinidad y tobago, trinitense* | trinidad and tobago, trinidad*;
tunisia: tunez, tunecin* | tunis*;
turkey: turquia, turco, turca, turcos, turcas, ankara, estambul | turkey, turkish, turk, turks,
    ankara, istanbul;
uganda: uganda, ugandes* | uganda*;
ukraine: ucrania, ucranian*, kiev | ukrain*, kyiv, kiev;
unitedkingdom: reino unido, gran bretaña, britanic*, londres, londinens* | united kingdom, uk,
    britain, british, briton*, brits, london, londoner*;
uruguay: uruguay, uruguay*, montevideo | uruguay*, montevideo;
uzbekistan: uzbekistan, uzbek* | uzbek*;
vatican: vaticano, santa sede | vatican, holy see;
venezuela: venezuela, venezolan*, caracas | venezuela*, caracas;
vietnam: vietnam, vietnamita* | vietnam*, hanoi;
wales: gales, gales*  | wales, welsh;
yemen: yemen, yemeni*, huti, huties | yemen*, houthi*;
zimbabwe: zimbabue, zimbabwe | zimbabwe*;
crimea: crimea, crimeo* | crimea*;
paris: paris, parisin* | paris, parisian*;
brussels: bruselas | brussels;
catalonia: cataluña, catalan, catalana, catalanes, barcelona | catalonia, catalan*, barcelona;
"""

REGIONS: Final = """
africa: africa, african* | africa, african*;
asia: asia, asiatic* | asia, asian*;
europe: europa, europe* | europe, european*;
latinamerica: america latina, latinoamerica*, iberoamerica* | latin america*;
centralamerica: america central, centroamerica*  | central america*;
southamerica: america del sur, sudamerica*, suramerica* | south america*;
northamerica: america del norte, norteamerica | north america*;
middleeast: medio oriente, oriente medio, oriente proximo, cercano oriente | middle east*, mideast;
caribbean: caribe, caribeñ*, antillas | caribbean*, antilles;
gulfofmexico: golfo de mexico, golfo de america | gulf of mexico, gulf of america;
persiangulf: golfo persico | persian gulf;
redsea: mar rojo | red sea;
mediterranean: mediterrane* | mediterranean;
pacific: pacifico, oceano pacifico | pacific, pacific ocean;
atlantic: atlantico, oceano atlantico | atlantic, atlantic ocean;
amazon: amazonas, amazonia, amazonic* | amazonia, amazon rainforest, amazon river;
rainforest: selva, selvas | rainforest*, jungle*;
antarctica: antartida, antartic* | antarctic*;
arctic: artico | arctic;
balkans: balcanes, balcanic* | balkan*;
scandinavia: escandinav* | scandinavia*;
alps: alpes | alps, alpine;
hormuz: estrecho de ormuz, ormuz | strait of hormuz, hormuz;
panamacanal: canal de panama | panama canal;
suez: canal de suez, suez | suez canal, suez;
"""

STATES: Final = """
alaska: alaska, alaskeñ* | alaska*;
arizona: arizona, arizonense* | arizona*;
california: california, californian* | california*;
northcarolina: carolina del norte | north carolina*;
southcarolina: carolina del sur | south carolina*;
northdakota: dakota del norte | north dakota*;
southdakota: dakota del sur | south dakota*;
westvirginia: virginia occidental, virginia del oeste | west virginia*;
florida: florida, floridan* | florida*, floridian*;
hawaii: hawai, hawaii, hawaian* | hawaii*;
louisiana: luisiana, louisiana | louisiana*;
michigan: michigan, michiganens* | michigan*;
mississippi: misisipi, mississippi | mississippi*;
missouri: misuri, missouri | missouri*;
newmexico: nuevo mexico, neomexican*, nuevomexican* | new mexico;
newjersey: nueva jersey | new jersey;
newyork: nueva york, neoyorquin*, manhattan, brooklyn, ny | new york*, manhattan, brooklyn, ny, nyc;
newhampshire: nuevo hampshire, nueva hampshire | new hampshire;
neworleans: nueva orleans | new orleans;
newengland: nueva inglaterra | new england;
oregon: oregon | oregon, oregonian*;
pennsylvania: pensilvania, filadelfia | pennsylvania*, philadelphia;
tennessee: tennessee, tenesi | tennessee*;
texas: texas, texan*, tejan* | texas, texan*;
washingtonstate: estado de washington | washington state;
losangeles: los angeles, angelin* | los angeles;
sanfrancisco: san francisco | san francisco;
chicago: chicago | chicago*;
miami: miami, miamense* | miami;
houston: houston | houston;
eagle: eagle pass, piedras negras | eagle pass, piedras negras;
mexicocity: ciudad de mexico, cdmx, capital mexicana, capital del pais, capitalino, capitalina,
    capitalinos, distrito federal | mexico city, mexican capital;
mexicostate: estado de mexico, edomex, mexiquense* | state of mexico, mexico state, edomex;
aguascalientes: aguascalientes, hidrocalid* | aguascalientes;
bajacalifornia: baja california, bajacalifornian* | baja california, baja;
bajacaliforniasur: baja california sur, los cabos, cabo san lucas, sudcalifornian* |
    baja california sur, los cabos, cabo san lucas;
campeche: campeche, campechan* | campeche;
chiapas: chiapas, chiapanec* | chiapas, chiapan*;
chihuahua: chihuahua, chihuahuens* | chihuahua*;
coahuila: coahuila, coahuilens*, saltillo | coahuila, saltillo;
colima: colima, colimens* | colima;
durango: durango, duranguens* | durango;
guanajuato: guanajuato, guanajuatens* | guanajuato;
guerrero: guerrero, guerrerens* | guerrero;
hidalgo: hidalgo, hidalguens* | hidalgo;
jalisco: jalisco, jaliscienses, jalisciense | jalisco;
guadalajara: guadalajara, tapati* | guadalajara;
michoacan: michoacan, michoacan* | michoacan*;
morelos: morelos, morelens* | morelos;
nayarit: nayarit, nayarit* | nayarit;
nuevoleon: nuevo leon, neoleon*, neoloneses | nuevo leon;
monterrey: monterrey, regiomontan*, regio, regios | monterrey;
oaxaca: oaxaca, oaxaqueñ* | oaxaca*;
puebla: puebla, poblano, poblana, poblanos | puebla;
queretaro: queretaro, queretan* | queretaro;
quintanaroo: quintana roo, quintanarroens* | quintana roo;
cancun: cancun, riviera maya | cancun, riviera maya;
sanluispotosi: san luis potosi, potosin* | san luis potosi;
sinaloa: sinaloa, sinaloens*, culiacan | sinaloa*, culiacan;
sonora: sonora, sonorens*, hermosillo | sonora*, hermosillo;
tabasco: tabasco, tabasqueñ* | tabasco;
tamaulipas: tamaulipas, tamaulipec* | tamaulipas;
tijuana: tijuana, tijuanens* | tijuana;
laredo: laredo | laredo;
nuevolaredo: nuevo laredo | nuevo laredo;
tlaxcala: tlaxcala, tlaxcaltec* | tlaxcala;
veracruz: veracruz, veracruzan* | veracruz*;
yucatan: yucatan, yucatec*, merida | yucatan, yucatec*, merida;
zacatecas: zacatecas, zacatecan* | zacatecas;
juarez: ciudad juarez, juarez, juarenses | ciudad juarez, juarez;
"""
