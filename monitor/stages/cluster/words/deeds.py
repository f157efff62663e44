"""More of what people do and undergo, in Spanish and English; see `acts.py`."""

from __future__ import annotations

from typing import Final

DEEDS: Final = """
accuse: culpar |; achieve: lograr logro logros exito exitos exitos* acierto* | success* succeed*
accomplish*; adopt: adopt* | adopt*; advise: aconsej* recomend* recomiend* | recommend* advice;
affect: daño daños averi* |; aggravate: agrava* empeor* recrudec* | worsen* aggravat* exacerbat*;
assign: asign* destin* | assign* allocat* earmark*; assure: garantiz* | guarante* ensur*; award:
galardon* otorg* conced* premi* | award* grant granted grants bestow*; boost: robustec* |;
boycott: boicot* | boycott*; break: vulner* transgre* |; bury: enterr* sepult* | bury* buries
buried; buy: apoder* |; cause: motiv* | motiv*; caution: cautel* pruden* | cautio* pruden*; chase:
persecuc* | chas* pursu*; choose: escog* selecc* elig* | choos* chose chosen select*; classify:
desclasific* | declassif*; collapse: descend* descens* cayer* |; collect: recolect* recab* recaud*
| collect*; combine: combin* | combin*; compare: compar* | compar*; concentrate: concentr* |
concentrat*; connect: conect* conex* | connect*; consolidate: consolid* | consolidat*;
contain_fire: sofoc* apag* extingu* | extinguish* douse*; convert: convert* conviert* convirt* |
convert* turn turns; correct: corrig* correg* correcc* | correct*; cover: cubr* cobertur* | cover*
coverage; criticise: pregunt* interpel* |; cross: cruza cruzan cruzar cruzo cruce cruces | cross
crosses crossed crossing*; deceive: engañ* | deceiv* deceit mislead* trick*; dedicate: dedic* |
dedicat*; delay: alarg* | lengthen*; delegate: deleg* | delegat*; depend: depend* | depend*
relian* rely; describe: describ* | describ*; desert: desert* | desert*; deserve: merec* | deserv*;
dispute_act: impugn* controv* | contest*; distribute: distribu* reparte reparten repart* |
distribut*; dress_down: regañ* reprend* | scold* reprimand*; drive: manej* conduc* | driv* drove;
eat: comen comer* comid* | eat eats eating ate; education: educ* |; embarrass: avergonz* humill* |
embarrass* humiliat*; emit: emit* emis* expid* exped* | issued issuing emit*; encourage: alent*
alient* anim* | encourag*; end: complet* |; endanger: pelig* riesg* | endanger* jeopard*; endure:
aguant* soport* resist* | endur* withst* resist*; enforce: implement* | enforc* implement*;
enlist: recluta* | enlist* recruit*; equip: equip* dota dotar dotaran | equip*; erase: borr* |
eras* delet*; exaggerate: exager* | exaggerat*; exceed: supera superan superar supero superado
rebas* exced* sobrepas* | exceed* surpass* overtak*; exchange_act: intercambi* canje* | exchang*
swap*; exhume: exhum* | exhum*; exile: exili* | exil*; exploit: aprovech* | exploit* advantage;
fail: falla fallan fracas* | fail* fiasco; favour: favor* benefici* | favor* favour* benefit*;
fill: llena llenan llenar* abarrot* | fill fills filled pack packed; flood_act: aneg* encharc* |
inundat*; follow: seguimient* | followup; forget: olvid* | forget* forgot*; gather: congreg*
aglutin* | rally; generate: genera generan generar* | generat*; give_up: desist* ceder cede ceden
cedio |; govern: gobern* | govern*; grow: recobr* | regain* retriev*; guide: guia guias
orient* | guid*; happen: ocurr* suced* acontec* | happen* occur*; harvest: cosech* | harvest*;
hijack: hijack* | hijack*; ignore: ignor* desoy* | ignor* disregard*; imagine: imagin* | imagin*;
imitate: imit* | imitat*; improve: mejor* | improv* better; include: inclu* incorpor* | includ*
incorporat*; inherit: hered* herenc* | inherit* legacy heir*; inspire: inspir* | inspir*; install:
instal* coloc* | install*; insult: insult* ofend* ofens* | insult* offend*; integration: integr*
|; interrogate: interrog* | interrogat*; isolate: aisl* | isolat*; learn: aprend* | learn*;
listen: escuch* oye oyen | listen* hear hears heard; live: viv* vive viven | live living; look:
mira miran mirar* observ* | watch* look* observ*; lynch: linch* | lynch*; mediate: mediac* mediad*
| mediat* broker*; mix: mezcl* | mix*; mock: sati* | satir*; multiply: multiplic* | multipl*;
neglect: neglig* omis* omit* | neglig* neglect* omission*; oblige: oblig* | oblig*; occupy: ocup*
| occup*; overthrow: derroc* | overthrow* topple*; owe: deber | owe*; park: estacion* | parking
parked; patrol: patrull* |; perform: desempeñ* | perform*; persuade: persuad* | convinc* persuad*;
photograph_act: retrat* | portra*; play: jueg* jug* | play*; poison: envenen* | poison*; practise:
practic* | practic*; prevent: prevenc* preven* evit* | avoid* avert*; print: imprim* impres* |
print*; process: proces* tramit* | process*; queue: fila filas | queue* lined; receive: recepc* |
recept*; refer: refer* refir* | refer*; register: registr* inscri* empadron* | regist* enrol*;
regret: arrepent* | remors*; regulation: regul* reglament* |; renew: renuev* | renew*; repair:
repar* arregl* reconstru* restaur* | repair* fix fixed rebuil* restor* reconstruct*; repeat:
repit* repet* | repeat*; replace: reemplaz* sustitu* relev* | replac* substitut* successor;
report: reporta reportan reporto reportar* reporte reportes | report reports reported; represent:
represent* | represent*; restore: restable* restitu* | restor* reinstat*; restructure:
reestructur* | restructur*; reunite: reunif* reencuent* reencontr* | reunite* reunit* reunion*;
reverse: revert* | revers* overturn* undo; review: | supervis* overs*; reward: recompens* |
reward* bount*; ride: monta montan | ride rides riding rode; rush: apresur* | rush* hast* hurr*;
sabotage: sabot* | sabotag*; scare: asust* espant* | scar* frighten*; separate: separ* | separat*;
shout: grit* | shout* yell* scream*; simplify: simplific* | simplif* streamlin*; speed: agiliz* |
expedit* speed* hasten*; spend: gast* | spend* spent; strand: varad* | strand*; suffer: sufr*
padec* | suffer*; suffocate: asfixi* | suffocat* asphyxiat*; surround: rodea rodean rodead*
acordon* | surround*; survive: sobreviv* | surviv*; symbolise: simbol* | symbol*; teach: enseñ* |
teach* taught; tell: narr* relat* | narrat*; touch: toca tocan tocar | touch*; transmit: transmit*
transmis* retransm* | broadcast* transmi* stream*; underestimate: subestim* | underestimat*;
understand: entiend* entend* comprend* | understand*; update: actualiz* | updat*; wait: aguard* |
wait*; wash: lava lavar | wash*; wear: viste porta portan | wear*; withdraw: replieg* | withdr*
pullout; write: escrib* redact* | writ* wrote;
attend_to: atend* atiend* | heed*; misfortune: desafortun* lamentabl* | unfortunat* regrettabl*;
lacking: carec* carent* | lacks lacking devoid; baseless: sustento infund* | baseless unfounded
groundless;
"""
