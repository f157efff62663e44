"""Institutions, offices and alliances, as each language names and shortens them.

Read as `names.py` is. A short name that is also a word is in `CAPITALS`: it counts only
where it is written in capitals.
"""

from __future__ import annotations

from typing import Final

CAPITALS: Final = frozenset(
    """us ice who it sat pan pt mc prd pri cia fed sec ap un ue eu bid onu dea ins sep fda epa doe
    cms ins nea ag ags cide ita tsa irs oas who fto cis ny sct fgr sre era dof dos""".split()
)

# These count where they have a capital: the "Mundial" is a tournament, "mundial" is of the world.
TITLED: Final = frozenset(("mundial",))

OFFICES: Final = """
unitednations: onu, naciones unidas | un, united nations;
securitycouncil: consejo de seguridad | security council;
unicef: unicef | unicef;
refugeeagency: acnur | unhcr;
who: oms, organizacion mundial de la salud | who, world health organization;
paho: ops, organizacion panamericana de la salud | paho, pan american health organization;
nato: otan, alianza atlantica | nato, atlantic alliance;
oas: oea, organizacion de los estados americanos | oas, organization of american states;
iachr: cidh, comision interamericana de derechos humanos, comision interamericana | iachr,
    inter american commission;
interamericancourt: corteidh, corte interamericana | inter american court;
imf: fmi, fondo monetario internacional | imf, international monetary fund;
worldbank: banco mundial | world bank;
idb: bid, banco interamericano de desarrollo | idb, inter american development bank;
oecd: ocde | oecd;
wto: omc, organizacion mundial del comercio | wto, world trade organization;
eclac: cepal | eclac, cepal;
icc: cpi, corte penal internacional | icc, international criminal court;
icj: cij, corte internacional de justicia | icj, international court of justice;
opec: opep | opec;
g7: g7 | g7, group of seven;
g20: g20 | g20, group of 20;
europeanunion: union europea, ue | european union, eu;
europeancommission: comision europea | european commission;
europeanparliament: parlamento europeo, eurocamara, eurodiputad* | european parliament;
ecb: bce, banco central europeo | ecb, european central bank;
redcross: cruz roja | red cross;
amnestyinternational: amnistia internacional | amnesty international;
humanrightswatch: hrw | hrw;
iaea: oiea, organismo internacional de energia atomica | iaea;
interpol: interpol | interpol;
ioc: coi, comite olimpico internacional, comite olimpico | ioc, olympic committee;
concacaf: concacaf | concacaf;
supremecourt: suprema corte de justicia, suprema corte, corte suprema, scjn, tribunal supremo |
    supreme court, high court, scotus;
appealscourt: corte de apelaciones, tribunal de apelaciones, tribunal de apelacion,
    corte de apelacion | appeals court, court of appeals, circuit court;
electoralcourt: tribunal electoral, tepjf, trife | electoral tribunal, electoral court;
electoralinstitute: ine, instituto nacional electoral | ine, national electoral institute;
whitehouse: casa blanca | white house;
ovaloffice: despacho oval, oficina oval | oval office;
nationalpalace: palacio nacional | national palace;
morningconference: la mañanera, mañanera, mañanera del pueblo, conferencia matutina |
    morning press conference, daily press conference, morning news conference;
capitolbuilding: capitolio | capitol, capitol hill;
legislature: congreso, congreso de la union, camara de representantes, camara de diputados,
    camara baja, camara alta, senado, senador*, diputad*, congresista*, legislador*,
    comision permanente | congress, congressional, house of representatives, chamber of deputies,
    lower house, senate, senator*, congressman, congresswoman, congressmen, lawmaker*, legislator*;
attorneygeneral: fiscal general, fiscala general, fiscales generales, procurador general,
    procuradora general | attorney general, attorneys general, ags;
justicedepartment: departamento de justicia, doj | justice department, department of justice, doj;
statedepartment: departamento de estado, secretario de estado, secretaria de estado |
    state department, department of state, secretary of state;
treasurydepartment: departamento del tesoro, secretario del tesoro, tesoro, ofac |
    treasury department, treasury secretary, department of the treasury, treasury, ofac;
commercedepartment: departamento de comercio, secretario de comercio | commerce department,
    department of commerce, commerce secretary;
homelandsecurity: departamento de seguridad nacional, departamento de seguridad interna,
    departamento de seguridad interior, dhs | department of homeland security, homeland security,
    dhs;
defencedepartment: departamento de defensa, departamento de guerra, pentagono | defense
    department, department of defense, war department, department of war,
    pentagon;
defencesecretary: secretario de defensa, secretario de guerra | defense secretary,
    secretary of defense, war secretary, secretary of war;
agriculturedepartment: departamento de agricultura, usda | agriculture department,
    department of agriculture, usda;
healthdepartment: departamento de salud, secretaria de salud, ministerio de salud, ssa |
    health department, health ministry, health secretary, health minister, hhs;
borderpatrol: cbp, aduanas y proteccion fronteriza, oficina de aduanas, patrulla fronteriza,
    border patrol | cbp, customs and border protection, us customs, border patrol;
ice: ice, servicio de inmigracion y control de aduanas, servicio de inmigracion,
    agentes migratorios, agentes de migracion, agentes de inmigracion | ice,
    immigration and customs enforcement, immigration agents, immigration officers;
uscis: uscis, servicio de ciudadania | uscis, citizenship and immigration services;
migrationinstitute: instituto nacional de migracion, inm | national migration institute,
    migration institute, inm;
fbi: fbi, buro federal de investigaciones | fbi, federal bureau of investigation;
cia: cia, agencia central de inteligencia | cia, central intelligence agency;
dea: dea, administracion de control de drogas, agencia antidrogas | dea,
    drug enforcement administration;
atf: atf | atf;
secretservice: servicio secreto | secret service;
coastguard: guardia costera | coast guard;
marines: infanteria de marina | marine corps;
marshals: alguaciles federales, marshals | marshals service, us marshals, marshals;
usaid: usaid | usaid;
nasa: nasa | nasa;
fema: fema | fema, federal emergency management agency;
fda: fda, administracion de alimentos y medicamentos | fda, food and drug administration;
cdc: cdc, centros para el control y la prevencion de enfermedades,
    centros de control de enfermedades | cdc, centers for disease control and prevention,
    centers for disease control;
epa: epa, agencia de proteccion ambiental | epa, environmental protection agency;
irs: irs, servicio de impuestos internos | irs, internal revenue service;
faa: faa, administracion federal de aviacion | faa, federal aviation administration;
sec: sec, comision de bolsa y valores | sec, securities and exchange commission;
fcc: fcc, comision federal de comunicaciones | fcc, federal communications commission;
ftc: ftc, comision federal de comercio | ftc, federal trade commission;
fed: reserva federal, fed | federal reserve, fed;
ustr: ustr, oficina del representante comercial, representante comercial,
    representante de comercio, representacion comercial | ustr, office of the trade representative,
    us trade representative, trade representative;
fgr: fgr, fiscalia general de la republica, fiscalia general | fgr,
    federal prosecutors office, attorney generals office, prosecutor generals office;
foreignministry: sre, secretaria de relaciones exteriores, relaciones exteriores, cancilleria,
    canciller, cancilleres, ministerio de exteriores, ministro de exteriores,
    ministerio de relaciones exteriores | sre, foreign ministry, foreign minister,
    foreign affairs ministry, foreign affairs secretary, foreign relations secretary,
    foreign secretary, foreign affairs minister;
interiorministry: segob, secretaria de gobernacion, gobernacion, secretario de gobernacion,
    ministerio del interior, ministro del interior | interior ministry, interior minister,
    interior secretary;
financeministry: secretaria de hacienda, hacienda, shcp, secretario de hacienda,
    ministerio de hacienda, ministro de economia, ministro de hacienda | finance ministry,
    finance minister, finance secretary;
taxservice: sat, servicio de administracion tributaria | sat, tax administration service,
    tax authority;
financialintelligence: uif, unidad de inteligencia financiera, fincen | uif, fincen,
    financial intelligence unit, financial crimes enforcement network;
securityministry: sspc, secretaria de seguridad y proteccion ciudadana, secretaria de seguridad,
    secretario de seguridad, ssc | security ministry, security secretary, security minister,
    public security secretary;
publicsecurity: seguridad publica | public security, public safety;
army: ejercito, sedena, defensa nacional, fuerzas armadas, secretaria de la defensa |
    army, armed forces, defense ministry, sedena;
navy: semar, marina armada, secretaria de marina, marina de mexico, armada | navy, semar;
airforce: fuerza aerea | air force;
nationalguard: guardia nacional | national guard;
agricultureministry: secretaria de agricultura, senasica, sader, agricultura | senasica, sader,
    agriculture ministry, agriculture secretary, agriculture minister;
environmentministry: semarnat, profepa | semarnat, environment ministry;
cofepris: cofepris | cofepris;
imss: imss, seguro social | imss, social security;
cfe: cfe, comision federal de electricidad | cfe, federal electricity commission;
pemex: pemex, petroleos mexicanos | pemex, petroleos mexicanos;
conagua: conagua, comision nacional del agua | conagua, national water commission;
ibwc: cila, comision internacional de limites y aguas | ibwc,
    international boundary and water commission;
banxico: banxico, banco de mexico, banco central | banxico, bank of mexico, central bank;
cnbv: cnbv, comision nacional bancaria | cnbv, banking and securities commission;
inegi: inegi | inegi, statistics agency;
coneval: coneval | coneval;
unam: unam | unam, national autonomous university;
citycouncil: ayuntamiento*, cabildo, concejo municipal | city council*, town council*;
republicans: republicano, republicanos, republicana, partido republicano, gop | republican,
    republicans, gop, republican party;
democrats: democrata, democratas, partido democrata | democrat, democrats, democratic party;
morena: morena, morenista* | morena;
pri: pri, priista* | pri, institutional revolutionary party;
pan: pan, panista*, accion nacional | pan, national action party;
labourparty: pt, partido del trabajo, partido laborista, laborista* | labor party, labour party;
citizensmovement: movimiento ciudadano, mc | citizens movement, movimiento ciudadano;
autoassociation: amia, anpact | amia;
firstlady: primera dama | first lady;
pope: papa francisco, papa leon, papa, pontifice, sumo pontifice | pope francis, pope leo, pope,
    pontiff;
primeminister: primer ministro, primera ministra | prime minister, premier;
expresident: expresident*, ex presidente, ex presidenta | former president, ex president;
exgovernor: exgobernador*, ex gobernador, ex gobernadora | former governor, ex governor;
exsecretary: exsecretari*, ex secretario | former secretary, ex secretary, former minister;
chiefofstaff: jefe de gabinete, jefa de gabinete | chief of staff;
jalisconewgeneration: cartel jalisco nueva generacion, cartel de jalisco, jalisco nueva generacion,
    cjng | jalisco new generation cartel, jalisco cartel, jalisco new generation, cjng;
sinaloacartel: cartel de sinaloa, cartel del pacifico | sinaloa cartel;
gulfcartel: cartel del golfo | gulf cartel;
northeastcartel: cartel del noreste | northeast cartel, cartel del noreste;
juarezcartel: cartel de juarez | juarez cartel;
familiamichoacana: familia michoacana | familia michoacana;
loschapitos: chapitos, los chapitos | chapitos;
mayozambada: el mayo zambada, mayo zambada, ismael zambada | el mayo zambada,
    mayo zambada, ismael zambada;
chapo: el chapo, chapo, joaquin guzman | el chapo, chapo, joaquin guzman;
trendearagua: tren de aragua | tren de aragua;
ms13: mara salvatrucha, ms13, ms 13 | mara salvatrucha, ms13, ms 13;
hamas: hamas | hamas;
hezbollah: hezbola, hezbollah, hizbula | hezbollah;
islamicstate: estado islamico, isis, daesh | islamic state, isis;
alqaeda: al qaeda, al qaida | al qaeda;
revolutionaryguard: guardia revolucionaria | revolutionary guard*;
taliban: taliban, talibanes | taliban;
"""
