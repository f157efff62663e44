"""What the two languages call by different names, by several words, or by letters.

Read as `acts.py` is, but with commas, because names are phrases:
`name: Spanish phrases | English phrases;`. People and places whose name is the
same in both languages need no line.
"""

from __future__ import annotations

from typing import Final

NAMES: Final = """
usa: estados unidos, eeuu, ee uu, eua, eu, e u, usa, estadounidense*, estadunidense*, washington,
    norteamericano*, gringo* | united states, us, u s, usa, washington, american, americans;
mexico: mexico, mexican*, mejico | mexico, mexican*;
sheinbaum: claudia sheinbaum pardo, claudia sheinbaum, sheinbaum | claudia sheinbaum pardo,
    claudia sheinbaum, sheinbaum;
trump: donald j trump, donald trump, trump | donald j trump, donald trump, trump;
usmca: t mec, tmec, tlcan | usmca, cusma, nafta, t mec;
worldcup: mundial 2026, mundial de futbol, copa del mundo, copa mundial, final del mundial,
    mundial, mundial2026, fifa | world cup, fifa;
whitehouse: casa blanca | white house;
newyork: nueva york, ny, nueva jersey | new york, ny, nyc, new jersey;
supremecourt: suprema corte, corte suprema, scjn, tribunal supremo | supreme court;
attorneygeneral: fiscal general, fiscales generales, procurador general, procuradora general,
    fiscalias estatales | attorney general, attorneys general, ags;
justicedepartment: departamento de justicia, doj | justice department, department of justice, doj;
statedepartment: departamento de estado | state department, department of state;
treasurydepartment: departamento del tesoro, tesoro, ofac | treasury department, treasury,
    department of the treasury, ofac;
homelandsecurity: departamento de seguridad nacional, dhs, seguridad nacional | department of
    homeland security, homeland security, dhs, national security;
ice: ice, servicio de inmigracion, agentes migratorios | ice, immigration and customs enforcement,
    immigration agents, ice agents, immigration detention;
borderpatrol: cbp, patrulla fronteriza, border patrol | cbp, border patrol, customs and border
    protection;
dea: dea | dea, drug enforcement administration;
ustr: ustr, representante comercial, representacion comercial | ustr, trade representative;
foreignministry: sre, cancilleria, relaciones exteriores, canciller | foreign ministry, foreign
    minister, foreign affairs secretary, sre, foreign secretary;
fgr: fgr, fiscalia general de la republica | fgr;
humanrights: derechos humanos, cndh | human rights;
criminalcomplaint: denuncia penal, denuncias penales, via penal, acciones penales, acciones
    legales, denuncias formales, denuncia formal | criminal complaint, criminal complaints, legal
    complaints, criminal charges, legal action;
terrororganisation: organizaciones terroristas, organizacion terrorista, grupos terroristas, grupo
    terrorista, terroristas, terrorista, fto | terrorist organizations, terror groups, terrorist
    organization, terror organizations, terrorists, terror group, fto;
lifesentence: cadena perpetua | life sentence, life in prison;
deathpenalty: pena de muerte | death penalty;
organisedcrime: crimen organizado, delincuencia organizada | organized crime;
moneylaundering: lavado de dinero, lavado, blanqueo | money laundering;
fueltheft: huachicol*, robo de combustible, contrabando de combustible | fuel theft, fuel
    smuggling;
drugtrafficking: narcotrafico, trafico de drogas | drug trafficking;
screwworm: gusano barrenador, gusano | screwworm;
mexicocity: ciudad de mexico, cdmx, capital mexicana | mexico city;
juarez: ciudad juarez, juarez | ciudad juarez, juarez;
bajacalifornia: baja california, baja california sur | baja california;
texas: texas, texan* | texas, texan*;
fed: reserva federal, fed | federal reserve, fed;
banxico: banxico, banco de mexico | banxico, bank of mexico;
interestrate: tasa de interes, tasas de interes | interest rate, interest rates;
exchangerate: tipo de cambio | exchange rate;
stockexchange: bolsa mexicana, bolsa de valores | stock exchange, mexican stock exchange;
rulesoforigin: reglas de origen, regla de origen, contenido regional | rules of origin, rule of
    origin, regional content;
supplychain: cadena de suministro, cadenas de suministro | supply chain, supply chains;
naturalgas: gas natural | natural gas;
legislature: congreso, senado, camara de diputados, comision permanente, senador*, diputad*,
    legislador* | congress, senate, house of representatives, senator*, lawmaker*, legislator*;
section301: seccion 301, 301 | section 301, 301;
section232: seccion 232, 232 | section 232, 232;
tariff: arancel*, impuestos de importacion | tariff*, import duty, duties, import tax, levy,
    levies;
cartel: cartel, carteles | cartel, cartels;
middleeast: medio oriente, oriente medio | middle east;
hormuz: estrecho de ormuz, ormuz | strait of hormuz, hormuz;
saudiarabia: arabia saudita, arabia saudi | saudi arabia;
unitedkingdom: reino unido | united kingdom, britain;
europeanunion: union europea, ue | european union;
unitednations: onu, naciones unidas | united nations, un;
northkorea: corea del norte | north korea;
southkorea: corea del sur | south korea;
northamerica: america del norte, norteamerica | north america;
latinamerica: america latina, latinoamerica | latin america;
northerncommand: comando norte | northern command;
vicepresident: vicepresidente, vicepresidenta | vice president;
primeminister: primer ministro, primera ministra | prime minister;
firstlady: primera dama | first lady;
interiorministry: segob, secretaria de gobernacion, gobernacion | interior ministry, interior
    minister, interior secretary;
defencesecretary: secretario de defensa, pentagono | defense secretary, pentagon;
army: sedena, ejercito, fuerzas armadas | army, armed forces;
navy: semar, marina armada, secretaria de marina | navy;
nationalguard: guardia nacional | national guard;
publicsecurity: seguridad publica | public security, public safety;
ambassadorofusa: embajador de estados unidos, embajador de eu, embajador de ee uu | us ambassador,
    u s ambassador, american ambassador;
executiveorder: orden ejecutiva | executive order;
workpermit: permiso de trabajo, permisos de trabajo | work permit, work permits;
workingweek: jornada laboral, 40 horas | working week, work week, 40 hour;
birthright: ciudadania por nacimiento | birthright citizenship;
greencard: residencia permanente | green card;
travelwarning: alerta de viaje, alertas de viaje | travel warning, travel advisory;
remittancetax: impuesto a las remesas, impuesto a remesas | remittance tax, tax on remittances;
grandjury: gran jurado | grand jury;
pleaguilty: declara culpable, declaro culpable, declararse culpable | pleads guilty, pleaded
    guilty, plead guilty;
massgrave: fosa clandestina, fosas clandestinas | mass grave, mass graves;
searchingmothers: madres buscadoras | searching mothers;
lawenforcement: fuerzas del orden | law enforcement;
watertreaty: tratado de aguas | water treaty;
coloradoriver: rio colorado | colorado river;
riogrande: rio bravo, rio grande | rio grande;
billion: mil millones, mmdd | billion, bn;
"""
