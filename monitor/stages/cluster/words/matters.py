"""What reports speak of in passing, in Spanish and English; see `acts.py`."""

from __future__ import annotations

from typing import Final

MATTERS: Final = """
terminal: terminal* | terminal*; arbitration: arbitraj* | arbitrat*; corridor: corredor* |
corridor*; stake: participacion* | stake stakes; income: ingresos | revenue*; freedom: libre
    libres |
free;
access: acces* | access*; succession: sucesion sucesor* | succession successor*; activity:
    activid* | activit*; address: abord* |
address*; advantage: ventaj* | edge; aerospace: aeroespac* | aerospace; alternative: alternativ*
opcion* | alternativ* option*; ambition: ambici* | ambitio*; ankle_monitor: grillete* | ankle;
apology: disculp* | apolog*; ask: | urgen*; attention: atencion* | attention*; attract: atrae*
atraer* atrac* | attract*; austerity: austerid* | austerit*; autonomy: autonom* | autonom*;
autumn: otoño* | autumn; backlog: rezag* | backlog* lag lags; barge: barcaza* | barge*; barricade:
barricad* narcobloque* | barricad* roadblock*; believe: cree creen creer | believ*; benefit_gap:
brecha brechas | gap gaps; bet: confianz* |; bias: sesg* parcial* | bias*; black: negr* afrodesc*
| black; blue: azul* | blue; boom: auge | boom*; brave: valent* valient* | brav* courag*; brutal:
brutal* cruel* | brutal* cruel*; buoy: boya boyas | buoy buoys; care: cuida* | care cares caring;
century: siglo siglos | centur*; chain: cadenas | chain chains; chance: posibilid* | chance*
possibilit*; chaos: caos caotic* | chao*; clarity: clarid* | clarity; coast: litoral* |;
complexity: complej* complic* | complex* complicat*; concept: concept* idea ideas | concept* idea
ideas; condition: condicion* | condition*; confuse: confus* confund* | confus*; consequence:
consecuenci* | consequence*; conspire: conspir* complot* | conspir* plots; contempt: desacat* |
contempt; contradiction: contradic* | contradict*; corner: esquin* | corner*; dark: oscur* | dark;
deadline: plazo plazos vencimient* | deadline* expir*; deepen: profundiz* | deepen*; default:
impag* | defaults; difference: diferencia* | difference*; dignity: digni* | dignit*; direction:
direccion* rumbo | direction*; disagreement: desacuerd* discrepan* | disagree*; distance:
distanci* | distanc*; diversity: divers* | divers*; division: divisi* | division*; domestic:
intrafamiliar* domestic* | domestic*; doubt: duda dudas | doubt*; duration: duracion | duration;
dynamism: dinamis* | dynam*; eager: ansi* | eager; economy_macro: macroeconom* | macroeconom*;
ecosystem: ecosistem* | ecosystem*; efficiency: eficien* | efficien*; effort: esfuerz* | effort*;
element: factor* | element*; elite: elite elites | elite*; emotion: emocion* | emotion*; entity:
ente entes | entit*; era: epoca* | era eras; escalate: escala escalan escalar escalad* | escalat*;
escape: profug* |; essence: esencia* | essential*; eve: vispera* | eve; evolve: evoluc* | evol*;
example: ejempl* | example*; exercise: ejerc* | exercis*; experience: experienc* | experienc*;
faction: faccion* | faction*; fatigue: cansanci* | fatigue; fear: pavor panico | panic; focus:
enfoq* foco | focus*; format: formato* | format*; fragile: fragil* | fragil*; function: funcion
funciones | function*; fundamental: fundament* basic* | fundament* basic*; generic: generic* |
generic*; giant: gigant* | giant*; give: brind* proporcion* | provid*; goodbye: adios | farewell
goodbye; gradual: gradual* | gradual*; green: verd* | green; handcuff: esposad* | handcuff*;
handle: gestion* | manag* handl*; honest: honest* | honest*; hostile: hostil* | hostil*; humble:
humild* | humbl*; hybrid: hibrid* | hybrid*; hypocrisy: hipocr* | hypocri*; ideal: ideal* |
ideal*; impact: repercus* | repercussion* fallout; important: relevan* | importan* relevan*;
incident: incident* | incident*; inclusion: inclusion | inclusion; independence: independ* |
independ*; inherit: herede* |; injustice: injustic* | injust* unjust; innovation: innov* |
innovat*; intensify: intensific* | intensif*; intention: intencion* | intent*; joint: conjunt* |
joint*; line: linea lineas | line lines; loyal: leal* | loyal*; luxury: lujo lujos lujos* |
luxur*; manhunt: caceria | manhunt*; map: mapa mapas | map maps; action: accion acciones |
    action actions;
mechanism: mecanism* |; mention: mencion* | mention*; mobility: movilid* | mobility; moderate:
moder* | moderat*; moral: moral* etic* | moral* ethic*; movement: movimient* | movement*; neutral:
neutral* | neutral*; night: madrugad* noctur* | overnight; nightmare: pesadill* | nightmare*;
opacity: opac* | opac* opaque; operate: opera operan operar operaci* | operat*; optimism: optimis*
| optimis*; outskirts: afueras periferi* | outskirt* suburb*; pace: ritmo* | pace; package:
paquete paquetes | package*; panel: panel* | panel*; patience: pacienci* | patien*; permanent:
permanent* | permanent*; pessimism: pesimis* | pessimis*; phase: fase fases etapa* | phase* stage
stages; phenomenon: fenomen* | phenomen*; plaintiff: demandant* quejos* | plaintiff*; pole: polo
polos | hub hubs; position: posicion* postura* | position* stance*; prejudice: prejuic* |
prejudic*; pretext: pretext* excus* | pretext* excus*; priority: priorit* | priorit*; procedure:
procedimient* | procedur* paperwork; profile: perfil* | profil*; raft: balsa balsas | raft rafts;
range: rango gama | rang*; reliable: confiab* | reliab* trustworth*; renegotiate: renegoci* |
renegot*; resilience: resilien* | resilien*; resource: recurs* | resource*; retreat: retroces* |
retreat*; rude: grosero* | rude; schedule: horari* | schedul*; segment: segment* | segment*;
semester: semestr* | semester* half-year; shock: conmoc* conmocion* | shock*; significance:
signific* | signific*; silence: silenci* | silenc*; simulate: simul* | simulat*; solid: solid* |
solid*; spring_season: primaver* | springtime; stability: estabil* estable* | stabil* stable;
    statute: estatut* |
statute*; structure: estructur* | structur*; substance: sustanci* | substanc*; summer: verano* |
summer; suspicion: suspicac* | suspicio*; tactic: tactic* | tactic*; talent: talent* | talent*;
tip: punta | tip; tolerate: toler* | toler*; transaction: transacc* | transaction*; transition:
transicion* | transition*; trench: zanja* | trench*; turmoil: turbulen* agitac* | turmoil
turbulen*; typical: tipic* | typical*; unfair: injust* | unfair*; unusual: inusual* inusit* |
unusual*; variable: variab* | variab*; venture: aventur* | ventur*; version: version* | version*;
virtual: virtual* | virtual*; vision: vision* | vision*; wall: reja rejas |; weakness: debil* |
weak*; west: occident* oest* | west western; wise: sabi* | wisdom; yellow: amarill* | yellow;
yield_bond: rendimient* | yield yields;
"""
