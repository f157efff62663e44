"""Public life, in Spanish and English: politics, courts, crime, police, war, borders.

Read as `acts.py` is: `name: Spanish words | English words;`, "*" ends a prefix.
"""

from __future__ import annotations

from typing import Final

PUBLIC: Final = """
abuse: violador* | rape* rapist*; accident: volcad* percanc* |; activist: activis* | activis*;
administration: gobiern* gubernam* administra* |; agent: uniformad* |; agree: | agreement*;
alliance: coalic* |; ally: aliad* | allied; amendment: enmiend* |; appeal: apelac* impugn* |; arms:
pistola* rifle* calibre metrallet* | pistol* caliber; army: soldad* tropa tropas castrens* cadete*
| cadet*; arrest: detenc* detenid* | detent*; arsenal: arsenal* | arsenal*; asylum: asil* |
displac*; attack: atac* atentado* |; bail: fianza* | bail; beat_hit: golpiza golpead* golpea*
paliza | beating beaten; bilateral: binacional* | binational; body: osament* |; bomb: dinamita |
explosive* bomb dynamite; bombing: | bombard*; border: fronter* |; cabinet: gabinet* | cabinet*;
campaign: campañ* proselit* |; candidate: precandidat* | nominee*; caravan: caravan* | caravan*;
case: expedient* |; cemetery: clandest* | clandestine; censorship: censur* mordaza | censor* gag;
charge: cargo acusac* imputac* | accusat*; checkpoint: reten retenes garita* | checkpoint*
crossing*; citizenship: naturaliz* | naturaliz*; compatriot: paisan* | compatriot* countrymen;
conflict: conflict* |; conservative: conservad* | conservative*; constitution: constituc* |;
cooperate: cooper* |; corruption: moche* |; country: | countr*; coup: golpist* | coup coups;
court: cortes juzgad* | courtroom*; coyote: coyote* pollero* | coyote*; crime: crim* delit*
delincu* | crim* felon*; criminal: malhechor* maleant* | offender*; criticise: queja quejas |
    critic critics critique*; custody: custodi* | custod*; dealer: narcomenud* | dealer*;
    decree: dof | decree*
proclamation*; delegation: delegac* comitiv* | delegat*; deport: remoci* | removal*; die: muert*
difunt* |; disaster: desastr* catastrof* tragedi* siniestr* | catastroph* traged*; dispute:
disput* controvers* polemic* diferend* pugna* | disput* controvers* feud* row; district: distrito*
| district*; dreamer: daca dreamer* soñadores | daca dreamer*; drug: drog* narcotic* |; duty:
obligac* | obligat*; election: elecci* urna urnas |; embargo: | embargo*; emergency: emergenc* |;
envoy: emisari* | emissar*; evidence: evidenc* peritaj* |; execution: ejecuc* | execution*;
extradite: extrad* |; extremist2: ultra |; fascism: fascis* nazi* neonazi* | fascis* nazi*;
federal: federal* | federal*; freedom: libert* libre libres |; funeral: funeral* sepeli* entierr*
velorio | funeral* burial*; gang: | gangster*; general_rank: generales almirant* coronel |
admiral* colonel* commander*; grenade: granada* | grenade*; guard: guardias custodio* escolta* |
escort* bodyguard*; guilty: culpab* | guilt*; harassment: acos* hostig* | harass* stalk*; harbour:
portuar* |; hostage: rehen rehenes |; ideology: ideolog* doctrin* | ideolog* doctrine*; illegal:
ilegal* ilicit* irregular* | illegal* illicit* unlawful*; immigrant: | undocument*; immunity:
inmunid* fuero | immunit*; impeach: desafuero desafora* impeach* | impeach*; impunity: impun* |
impunit*; injure: herid* |; intelligence: inteligenc* |; invasion: invas* invad* | invas* invad*;
investigate: indagat* | probe probes; jail: penitenc* cereso | penitent*; judge: togad* |
magistrate*; jury: jurado jurados | jury; justice: justici* |; kidnap: levanton |; lab_drug:
narcolab* |; launder: lavad* |; law: legisla* |; lawyer: litigant* | counsel; leader: liderazg*
dirigent* |; left: izquierd* |; liberal: liberal* neoliberal* progresis* | liberal* progressive*;
lie: mentir* mient* falso falsa falsos falsas falsed* | lie lies lied lying false*; local: local
locales | local; mafia: mafi* | mafia* mob mobster*; majority: mayoria mayorit* | majorit*;
measure: medid* |; meeting: reunion reuniones sesion sesiones junta juntas | meeting* session*;
minister: | ministr*; mourn: | mourning; murderer: pistoler* maton |; navy: marino marina | marine
sailor*; nepotism: nepotis* | nepotis*; oath: juramento | oath swear*; occupation: ocupac* |
occup*; opposition: oposic* |; parole: preliber* | parole probation; party: partidist* militan* |
partisan*; passport: pasaport* | passport*; patrol: patrull* |; peace: pacif* |; plea: | pleads
pleaded; police: polic* gendarm* | cop cops; politics: politic* | politic*; poll_place: casilla* |
precinct*; populism: populis* | populis*; presidency: presidenc* | presiden*; primary: | primar*;
prisoner: interno internos |; propaganda: propagand* desinform* bulo* | propagand* disinform*
misinform*; protester: inconform* | protester*; province: provinci* | provinc*; raid: redad* |;
recount: recuento | recount*; regime: regimen regimenes dictadur* dictador* autoritar* tiran* |
regime* dictator* authoritar* tyran*; remittance: remes* | remittanc*; republic: republica
republicas | republic; rescuer: socorrist* | rescuer*; resignation: dimision* |; revolution:
revoluc* insurrec* rebel* sublev* golpista* | revolution* insurrect* rebel* uprising; right:
derecha derechist* ultraderech* derecho | right; riot: disturb* motin motines vandal* | riot*
vandal*; rival: rival* adversari* contrincant* | adversar* opponent*; rob: atraco* hurto* ladron*
| thief thieves burglar*; rule: veredict* | verdict*; rumor: rumor* | rumor* rumour*; runoff:
balotaj* | runoff*; safety: inseguridad | safety unsafe; sanctuary: santuari* | sanctuar*; search:
busqued* buscador* rastre* | search*; security: segur* |; sheriff: sheriff* comisari* alguacil* |
sheriff* marshal*; shoot: balazo* bala balas | bullet* gunshot*; socialism: comunis* marxis* |
socialis* communis* marxis*; spy: vigilan* | espionag*; stab: apuñal* navaja* cuchill* | stab*
knife knives; supporter_pol: simpatiz* seguidor* partidari* | follower* backer*; survivor:
sobreviv* | surviv*; territory: territor* |; testify: testig* testim* |; threaten: | warning*;
town: | municip*; trap: atrapad* | trapped; trial: enjuic* | trial trials; trilateral: trilateral*
| trilateral*; truth: | true; vehicle_theft: | carjack*; victim: victim* |; village: aldea*
poblado* rancheria | village*; visa_work: h2a h2b | h2a h2b; voter: votant* padron | voter*; wall:
barda | fence*; war: belic* |; warrant: mandamient* | warrant*;
"""
