"""What people do in the news, in Spanish and English: act by act.

An act is `name: Spanish words | English words;`, folded; "*" ends a prefix. Prefixes are
stems: "rechaz*" stands for "rechaza", "rechazó" and "rechazaron". Of two that fit a word
the longer speaks. Acts that reporters use for one another are one act. Written from
general knowledge of news on politics, trade, crime, migration, energy and farming.
"""

from __future__ import annotations

from typing import Final

ACTS: Final = """
accept: acept* acced* acog* | accept* acced*;
accuse: acus* señal* imput* atribuy* achac* reproch* culpa culpan culpo | accus* alleg* blam*
    fault*; acquit: absuelv* absolv* absol* exoner* exculp* | acquit* exonerat* cleared;
activate: activa activan activo activar* puesta vigor vigente | activat* effect;
adapt: adapt* ajust* | adapt* adjust*;
admit: reconoc* admit* admis* confies* | acknowledg* admit* conced* confess*;
affect: impact* afect* perjudic* golpe* sacud* dañ* tambale* | impact* affect* hit hits hurt hurts
    harm* damag* shak*;
agree: acuerd* acord* pacto pactos pacta pactan pactar* convenio* conven* consens* entendimiento |
    agree* pact pacts accord* deal deals consensus understanding;
aim: busca buscan buscar* busco pretend* intent* quiere quieren queria quier* asp* persig* | seek
    seeks sought seeking aim aims aimed want wants try tries trying attempt* bid;
analyse: analiz* analis* estudi* examin* evalu* | analy* study studies studying assess* evaluat*
    examin*;
announce: anunci* comunic* inform* public* revel* devel* difund* difus* divulg* | announc*
    publish* reveal* unveil* disclos* inform* releases;
appear: aparec* reaparec* reaparicion* aparicion* | appear* reappear* resurfac*;
appoint: nombr* elige eligen eligio nuevo titular | appoint* nominat* named names tapped pick
    picks;
approve: aprob* aprueb* avala avalan avalo avalar* ratific* luz verde palom* | approv* ratif*
    endors* greenlight* passes passed pass;
arrest: deten* detien* detuv* arrest* captur* aprehen* cae cayo caen atrap* cumplimentan | arrest*
    detain* detention* captur* apprehend* nab nabs nabbed caught;
arrive: lleg* arrib* aterriz* pisa | arriv* land lands landed landing;
ask: pide* pidio pedir* pedido* solicit* ruega llama llaman llamo llamado* llamada* llamamiento*
    convoc* exhort* insta instan insto instar* urge urgen | ask asks asked asking request* call
    calls called calling urg* appeal appeals appealed plea;
attack: ataqu* ataca atacan ataco atacar* atacad* embosc* agred* agres* ofensiva bombard* |
    attack* ambush* assault* offensive strike strikes bombing;
attend: asist* acud* presenci* atestigu* presente presentes particip* coincid* acompañ* comparte*
    compartio | attend* present presence particip* join joins joined alongside;
authorise: autoriz* permit* permis* faculta* | authoriz* authoris* permit* allow* let lets;
ban: prohib* veda veta vetan vetado* vetar* veto inhabilit* | ban bans banned banning prohibit*
    bar bars barred outlaw* veto*;
begin: inici* comienz* comenz* empiez* empez* arranc* arranqu* lanz* emprend* estren* ensay* |
    begin* began begun start starts started starting kick kicks launch*;
bet: apuesta* aposta* confia confian confianza refrend* | bet bets betting confiden* trust*;
block: bloque* fren* impid* imped* obstacul* obstruy* paraliz* detener | block* halt* thwart*
    prevent* stall* stop stops stopped obstruct* paralyz*;
boost: impuls* potenci* foment* estimul* promuev* promov* promocion* fortalec* refuerz* reforz* |
    boost* spur* foster* promot* strengthen* reinforc* stimul*;
break: romp* quiebra* quebr* viol* infring* incumpl* | break* broke broken breach* violat*
    infring*;
build: constru* edific* levanta levantar* desarroll* | build* built construct* develop*;
buy: compra compran compro comprar* compras adquir* adquisi* | buy buys bought buying purchas*
    acquir* acquisition* takeover;
cancel: cancel* anul* revoc* dej* elimin* suprim* quita quitan quitar* quito desech* retir* |
    cancel* revok* annul* rescind* scrap scraps scrapped eliminat* remov* withdraw* withdrew void*;
celebrate: celebr* festej* aplaud* congratul* felicit* | celebrat* applaud* hail hails hailed
    welcom* congratulat* cheer*; certify: certific* acredit* | certif* accredit*;
change: cambi* modific* reform* transform* renov* moderniz* | change* changing modif* reform*
    overhaul* amend* transform*;
charge: cargos imputacion* procesad* vincul* encausad* | charge charges charged charging indict*
    arraign* count counts;
claim: asegur* afirm* sostien* sostuv* aleg* argument* | claim* assert* affirm* argu* contend*
    insists maintains;
close: cierr* cerr* clausur* | close closes closed closing closure* shut shuts shutdown shutter*;
collapse: colaps* desplom* derrumb* hund* | collaps* crash* plung* sank sink* plummet*;
compete: compet* rivaliz* | compet* rival*;
comply: cumpl* acat* apeg* | comply complies complied complian* fulfil* abide*;
condemn: conden* condena condenan repudi* indign* | condemn* denounc* outrag* decr*;
confirm: confirm* corrobor* constat* reafirm* reiter* | confirm* reaffirm* reiterat* corroborat*;
confiscate: decomis* incaut* confisc* embarg* | seiz* confiscat* impound* forfeit*;
continue: continu* prosig* sigue siguen seguir* persist* permanec* prevalec* | continu* remain*
    keep keeps persist* still stay stays;
convict: culpable* condenad* sentenci* condenas | guilty convict* sentenc*;
cooperate: coopera* colabor* coordina* | cooperat* collaborat* coordinat* partner*;
create: crea crean creo crear* creacion cre* establec* funda fundan | creat* establish* found
    founded;
criticise: critic* cuestion* arremet* fustig* tunden reclam* protest* ataja | critici* slam slams
    slammed blast blasts blasted question* rebuk* lash* complain* derision derid* mock*;
cut: recort* reduc* reduj* disminu* baja bajan bajar* rebaj* abarat* | cut cuts cutting
    reduc* lower* slash* trim* decreas* curb*; debate: debat* discut* discus* | debat* discuss*;
decide: decid* decis* defin* determin* | determin*;
declare: declar* dicho dichos coment* manifest* pronunci* opin* expres* | declar* statement*
    remark* comment* opinion; decline: declin* rehus* | declin* snub* skip skips skipped;
defend: defiend* defend* defens* justific* | defend* justif* defens*;
delay: aplaz* pospon* pospus* posterg* prorrog* retras* demor* extiend* extens* prolong* | delay*
    postpon* extend* extension* reprieve defer* prolong*;
demand: exig* reiv* | demand demands demanded demanding insist*;
deny: nieg* negar* nego negativ* desmient* desment* descart* minimiz* | deny denies denied denying
    refut* dismiss* downplay*;
deploy: despleg* desplieg* envia envian envio enviar* enviad* mandar manda mandan mando | deploy*
    send sends sent sending dispatch*;
deport: deport* repatri* expuls* | deport* repatriat* expel* expulsion*;
designate: design* cataloga* clasific* califica* etiquet* tild* consider* eleva elevan elevo lista
    | designat* label* classif* brand brands branded dubs dubbed list lists listed listing;
destroy: destru* desmantel* demol* derrib* | destroy* dismantl* demolish* raz*;
die: muer* muri* fallec* deces* perec* mortal* mortandad letal* | die dies died dead death* deadly
    dying fatal* perish* lethal; disappear: desaparec* desaparic* | disappear* missing vanish*;
discover: descubr* halla hallan hallo hallar* hallazgo* encuentr* encontr* localiz* detect*
    identific* | discover* find finds finding* locat* uncover* detect* identif*;
divide: divid* fractur* polariz* | divid* split splits polariz*;
elect: elec* eleg* comici* | elect*;
end: termin* conclu* finaliz* culmin* | end ends ended ending conclud* finish* complet* wraps;
enter: ingres* entra entran entro entrar* entrada* adentr* | enter* entry entries;
escape: fug* escap* huy* huir* huid* prof* | escap* flee flees fled fleeing fugitive* run;
evade: evad* evas* elud* triangul* burl* | evad* evasion* circumvent* dodg* sidestep* bypass*
    loophole*; exclude: exclu* exent* exim* exenc* | exclud* exempt* waiv* spare* carve*;
expand: ampli* expand* expans* extend* | expand* expansion* broaden* widen*;
expect: esper* prev* pronostic* anticip* vislumbr* | expect* forecast* outlook anticipat* predict*
    project;
explain: explic* aclar* precis* detall* esclarec* | explain* clarif* explanation*;
explode: explosi* explot* estall* detona* | explo* bomb* detonat*;
extort: extors* chantaj* | extort* blackmail*;
extradite: extradi* entreg* | extradit* surrender* handed handover turned transfer*;
fight: combat* lucha luchan luchar* enfrent* batalla* contiend* | fight* combat* battl* tackl*
    fought clash* confront* crackdown;
fine: multa multan multar* multas castig* | fine fines fined penal* punish*;
fire_staff: despid* desped* cesa cesan cese ceses destitu* remoc* remuev* | layoff* laid
    dismissal* oust* sack sacks sacked fired; freeze: congela* | freez* froz*;
fund: financi* fondea subsidi* | financ* fund funds funded funding bankroll* subsid*;
greet: saluda* recib* bienven* | greet* receiv* host hosts hosted;
grow: sube suben subio subir* subi* alza* increment* aument* crec* recuper* repunt* avanz* avance*
    aprec* acelera* maxim* infla | rise rises rose rising increas* grow* grew climb* surg* jump*
    soar* rall* recover* advanc* rebound* gain gains gained accelerat* higher progress*;
hide: ocult* escond* encubr* disfraz* | hide* hiding hidden conceal* disguis*;
hold: manten* mantien* mantuv* conserv* preserv* | hold* held maintain* retain* preserv*;
honour: homenaj* honr* conmemor* recuerd* recordar* aniversari* silencio | honor* honour* tribute*
    commemorat* remember* anniversar* silence;
impose: impon* impus* grava gravan gravar* aplic* imposic* cobr* | impos* slap slaps slapped
    apply applies applied
    enact* levied; injure: heri* lesion* | injur* wound*;
intervene: interven* injeren* intromis* entrome* mete | interven* interfer* meddl* intru*;
invest: inver* inviert* invirt* | invest*;
investigate: investig* indag* pesquis* averigu* carpeta | investigat* prob* inquir* scrutin*;
invite: invit* | invit*;
jail: encarcel* prision* reclus* carcel* recluid* preso presos | jail* imprison* prison*
    incarcerat* inmate*;
join: suma suman sumo sumar* unirse unir unen adhier* adhes* | join* adds add added;
kidnap: secuestr* plagi* rapt* | kidnap* abduct* hostage*;
kill: mata matan mato mataron matar* asesin* homicid* ejecutad* abat* ultim* acribill* masacr*
    matanza* | kill* murder* slain slay* homicid* assassin* gunned massacr*;
launder: lavado blanque* | launder*;
lead: lider* encabez* dirig* comand* | lead leads led leading head heads headed chair*;
leak: filtr* | leak*;
leave: sale salen salio salir* salida* saldra abandon* deja dejan dejo dejara marcha | leave*
    leaving exit* pull pulls pulled depart*;
limit: limit* restring* restric* acota* tope* control* | limit* restrict* cap caps capped control*;
lose: pierd* perd* deprecia* retroced* caida* | lose* losing lost loss losses deprecia* fall falls
    fell fallen falling drop* tumbl* slip slips slump*;
manufacture: fabric* manufactur* produc* ensambl* hecho hechos | manufactur* produc* assembl* made
    making make makes output;
march: march* moviliz* planton* | march* protest* demonstrat* picket*;
meet: reun* encuentro* cumbre cumbres encontrarse mesa | meet* met summit* gather*;
mourn: lament* luto duelo pesar | mourn* lament* regret* griev*;
move: traslad* mud* reubic* reloc* muev* | move* moving relocat* shift*;
need: necesi* requier* requer* | need* requir*;
negotiate: negoci* dialog* convers* platic* habla hablan hablar hablo hablado consult* | negotiat*
    talk talks talked talking dialog* bargain* conversation* consult* spoke speak* phone;
notify: notific* avis* oficio | notif* notice;
obtain: obten* obtien* obtuv* logr* consig* alcanz* | obtain* achiev* reach* attain* gets got;
offer: ofrec* ofert* | offer*; open: abr* apert* inaugur* | open* debut*;
order: orden* decret* instruy* instruc* mandat* | order* decre* instruct* mandat* directive*;
pardon: indult* amnist* perdon* | pardon* amnest* clemency commut*;
pay: paga pagan pago pagar* pagos abon* desembols* | pay pays paid paying payment* payout*;
plan: plan planes alist* prepar* proyect* program* | plan plans planned planning intend* prepar*
    eye eyes; praise: elogi* alab* presum* destac* | prais* laud* tout* boast*;
present: present* expon* expus* interpon* formaliz* someter* | present* submit* fil* lodg*;
press: presion* | press push* pressur*;
promise: promet* promes* compromet* compromis* | promis* pledg* commit* vow vows vowed;
propose: propon* propus* propuest* plante* iniciativa* suger* | propos* suggest* initiative*;
protect: proteg* protec* blind* resguard* salvaguard* amparar | protect* shield* safeguard*;
prove: prueba pruebas demuestr* demostr* muestra muestran evidenci* indicio* sustent* | proof
    prove* evidence show shows;
provoke: provoc* caus* desat* deriv* | provok* caus* trigger* spark*;
raid: redada* catea* cateo* allan* operativo* | raid* operation* sweep*;
react: reaccion* respond* respuest* respues* replic* contest* | react* respond* respons* repl*
    answer* pushback;
reactivate: reactiv* reanud* retom* reinici* reabr* reapertur* | reactivat* resum* restart*
    reopen* reviv*;
reject: rechaz* desestim* opon* opus* | reject* rebuff* refus* spurn*  oppos*;
release: liber* excarcel* suelt* | releas* frees freed;
rescue: rescat* salv* | rescu* sav* bailout*; resign: renunci* dimit* dimis* | resign* quit quits;
respect: respet* | respect*;
resolve: resuelv* resolv* resoluc* soluc* solvent* | resolv* resolut* solv* settl*;
retaliate: represal* contramed* | retaliat* reprisal* countermeasure*;
return: regres* vuelve vuelven volvi* volver* vuelta retorn* devuelv* devolv* devolu* | return*
    back;
review: revis* supervis* inspecc* audit* verific* monitor* | review* inspect* audit* revisit*
    oversight monitor* verif*;
rob: roba roban robo robos robar* asalt* saque* despoj* | rob robs robbed robber* theft* steal*
    stole* heist* loot*;
rule: fallo fallos dictamin* ampara | rule rules ruled ruling decision* decid* decis*;
sanction: sancion* | sanction* blacklist*; save: ahorr* | savings;
sell: vende venden vend* venta ventas comercializ* | sell* sold sale sales;
shoot: tirote* balacer* dispar* balead* balaz* tiro tiros | shoot* shot shots gunfire gunman
    gunmen; sign: firma firman firmo firmar* firmad* suscrib* rubric* | sign signs signed signing;
smuggle: contraband* trafic* trata | smuggl* traffick*;
spread: propag* contag* brot* | spread* outbreak*;
spy: espi* vigil* | spy spies spied spying espionage surveil* wiretap*;
stop_work: huelga* paro paros | walkout*;
sue: demanda demandas demandan demandar* demando querell* denunci* litigi* | sue sues sued suing
    lawsuit* complaint* litigat*;
support: apoy* respald* ayud* auxil* asisten* solidari* | support* backs backed backing help* aid
    aids aided assist* solidarit* endorse;
suspend: suspend* suspens* paus* interrump* interrupc* | suspend* suspens* paus* interrupt*;
take_office: asume asumen asumio asumir* rinde posesion jura | inaugurat* sworn;
testify: testi* comparec* | testif* testimon* witness*;
thank: agradec* gracias reconoce | thank* grateful;
threaten: amenaz* amag* advert* advier* alert* intimid* | threat* warn* alert*;
torture: tortur* | tortur*;
train: entren* capacit* adiestr* ejercicio* | training trained exercise* drill*;
travel: viaj* gira giras vuela vuelan volara desplaz* va ira | travel* trip trips fly flies flew
    flying journey* goes; treat: tratamiento | treat*;
unite: unidad cohes* | unity unite unites uniting;
use: usa usan uso usar* utiliz* | use uses used using; vaccinate: vacun* | vaccin*;
visit: visit* | visit*; vote: vota votan votar* voto votos votac* sufrag* | vote* voting ballot*;
win: derrot* vence vencio vencen gana ganan gano ganar* triunf* victori* conquist* campeon* | beat
    beats defeat* win wins won winning victor* champion*;
worry: preocup* inquiet* temor* teme temen miedo* alarm* angusti* | worr* concern* fear* alarm*
    anxi*;
"""
