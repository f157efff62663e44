"""Fixed expressions of several words, and the names that are in half of all reports.

`name: Spanish phrases | English phrases;`, with commas, because names are phrases; "*"
ends a prefix. People and places whose name is the same in both languages need no line.
"""

from __future__ import annotations

from typing import Final

NAMES: Final = """
usa: estados unidos, eeuu, ee uu, eua, eu, e u, usa, estadounidense*, estadunidense*, washington,
    norteamericano*, gringo*, union americana | united states, us, u s, usa, washington, american,
    americans;
mexico: mexico, mexican*, mejico | mexico, mexican*;
sheinbaum: claudia sheinbaum pardo, claudia sheinbaum, sheinbaum | claudia sheinbaum pardo,
    claudia sheinbaum, sheinbaum;
trump: donald j trump, donald trump, trump | donald j trump, donald trump, trump;
usmca: t mec, tmec, tlcan | usmca, cusma, nafta, t mec;
worldcup: mundial 2026, mundial de futbol, copa del mundo, copa mundial, final del mundial,
    mundial, mundial2026, fifa | world cup, fifa;
criminalcomplaint: denuncia penal, denuncias penales, via penal, accion penal, acciones penales,
    accion legal, acciones legales, denuncia formal, denuncias formales, querella* |
    criminal complaint, criminal complaints, legal complaint, legal complaints, legal action,
    formal complaint, formal complaints;
terrororganisation: organizacion terrorista, organizaciones terroristas, grupo terrorista,
    grupos terroristas, terrorista, terroristas, fto | terrorist organization,
    terrorist organizations, terror group, terror groups, terror organization,
    terror organizations, terrorist group, terrorist groups, terrorist, terrorists, fto;
lifesentence: cadena perpetua, prision perpetua | life sentence, life in prison, life imprisonment;
deathpenalty: pena de muerte, pena capital | death penalty, capital punishment;
arrestwarrant: orden de aprehension, ordenes de aprehension, orden de captura, orden de arresto,
    ordenes de captura | arrest warrant, arrest warrants;
organisedcrime: crimen organizado, delincuencia organizada | organized crime;
moneylaundering: lavado de dinero, lavado, blanqueo, blanqueo de capitales | money laundering;
fueltheft: huachicol*, robo de combustible, contrabando de combustible | fuel theft, fuel
    smuggling;
drugtrafficking: narcotrafico, trafico de drogas, narcotraficante* | drug trafficking,
    drug trafficker, drug traffickers, drug smuggling;
humantrafficking: trata de personas, trafico de personas | human trafficking;
massgrave: fosa clandestina, fosas clandestinas, fosa comun | mass grave, mass graves,
    clandestine grave, clandestine graves;
searchingmothers: madre buscadora, madres buscadoras | searching mother, searching mothers;
lawenforcement: fuerzas del orden, fuerzas de seguridad | law enforcement, security forces;
humanrights: derechos humanos, cndh | human rights;
grandjury: gran jurado | grand jury;
pleaguilty: declara culpable, declaro culpable, declararse culpable, se declara culpable |
    pleads guilty, pleaded guilty, plead guilty, guilty plea;
executiveorder: orden ejecutiva, ordenes ejecutivas | executive order, executive orders;
governmentshutdown: cierre de gobierno, cierre del gobierno, cierre gubernamental |
    government shutdown, shutdown;
workingweek: jornada laboral, 40 horas, semana laboral | working week, work week, 40 hour;
birthright: ciudadania por nacimiento | birthright citizenship;
greencard: residencia permanente, tarjeta verde | green card, green cards, permanent residency;
migrantcaravan: caravana migrante, caravana de migrantes | migrant caravan;
safethirdcountry: tercer pais seguro | safe third country;
travelwarning: alerta de viaje, alertas de viaje | travel warning, travel advisory;
travelban: prohibicion de viaje, veto migratorio | travel ban;
interestrate: tasa de interes, tasas de interes, tipos de interes | interest rate, interest rates;
exchangerate: tipo de cambio | exchange rate;
stockexchange: bolsa mexicana, bolsa de valores | stock exchange, mexican stock exchange;
rulesoforigin: reglas de origen, regla de origen, contenido regional | rules of origin, rule of
    origin, regional content;
supplychain: cadena de suministro, cadenas de suministro, cadenas de valor | supply chain,
    supply chains;
section301: seccion 301, 301 | section 301, 301;
section232: seccion 232, 232 | section 232, 232;
tariff: arancel*, impuestos de importacion, impuesto de importacion, gravamen* | tariff*,
    import duty, duties, import tax, import taxes, levy, levies;
remittancetax: impuesto a las remesas, impuesto a remesas | remittance tax, tax on remittances;
naturalgas: gas natural | natural gas;
rareearths: tierras raras | rare earth, rare earths;
electriccar: auto electrico, autos electricos, vehiculos electricos, coche electrico,
    coches electricos | electric vehicle, electric vehicles, electric car, electric cars, ev, evs;
artificialintelligence: inteligencia artificial, ia | artificial intelligence, ai;
datacentre: centro de datos, centros de datos | data center, data centers;
climatechange: cambio climatico, calentamiento global | climate change, global warming;
heatwave: ola de calor, olas de calor, onda de calor | heat wave, heat waves, heatwave*;
tropicalstorm: tormenta tropical | tropical storm;
powercut: apagon*, corte de luz, cortes de luz | power outage, power outages, blackout*,
    power cut, power cuts;
watertreaty: tratado de aguas, tratado de agua | water treaty;
coloradoriver: rio colorado | colorado river;
riogrande: rio bravo, rio grande | rio grande;
screwworm: gusano barrenador | screwworm, screw worm;
birdflu: gripe aviar, influenza aviar | bird flu, avian flu, avian influenza;
foodpoisoning: intoxicacion alimentaria | food poisoning;
vicepresident: vicepresident* | vice president*;
northerncommand: comando norte | northern command;
cartel: cartel, carteles | cartel, cartels;
ceasefire: alto el fuego, cese al fuego, alto al fuego | ceasefire, cease fire;
warcrimes: crimen de guerra, crimenes de guerra | war crime, war crimes;
coup: golpe de estado | coup d etat, coup;
goldenball: balon de oro | golden ball, ballon d or;
goldenboot: bota de oro | golden boot;
quarterfinal: cuartos de final | quarterfinal*, quarter final, quarter finals;
roundof16: octavos de final | round of 16, last 16;
nationalteam: seleccion nacional, seleccion mexicana, el tri | national team, el tri;
headcoach: director tecnico | head coach;
penaltykick: tanda de penales, serie de penales, penalti* | penalty shootout, penalty kick*;
billion: mil millones, mmdd, mmdp | billion, bn;
"""
