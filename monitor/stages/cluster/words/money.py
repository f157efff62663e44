"""Work and money, in Spanish and English: firms, markets, prices, taxes, goods, jobs.

Read as `acts.py` is: `name: Spanish words | English words;`, "*" ends a prefix.
"""

from __future__ import annotations

from typing import Final

MONEY: Final = """
advertise: | advertis* ad ads; airbnb: airbnb | airbnb; airline: aerolin* |; amount: monto montos
cantidad* | amount* sum; annual: anual* | annual* yearly; average: promedi* | averag*; bakery:
panific* |; balance: excedent* balance balances |; bankrupt: quebro bancarrot* insolven* |
bankrupt* insolven*; bitcoin: bitcoin* criptomoned* cripto | bitcoin* crypto*; bond: cetes |;
booking: reservac* | booking* reservation*; branch: | branches; brand: marca marcas |; capacity:
capacid* | capacit*; car: automov* camionet* armador* automotr* | suv suvs; card: tarjet* |;
career: carrer* | career*; career_job: profesion* | profession*; cargo: cargament* contenedor* |
container* shipment*; cheap: barat* | cheap*; company: corporat* corporac* |; comply: cumplimient*
|; component: contenid* refaccion* |; construction: | contractor*; consumer: consum* | consum*;
contract: licitac* | tender*; copyright: pirater* | copyright* pirac*; corruption: desvia*
desfalc* malvers* peculad* | misappropriat*; cost: coste cuesta costara |; counterfeit: falsific*
apocrif* pirata piratas | counterfeit* fake fakes; currency: | coin coins; customer: cliente* |
customer* client clients; daily: diaria cotidian* | daily; debt: adeud* endeud* moros* | owed
owes; delivery: reparto repartidor* | deliver* shipment*; discount: descuent* rebaja* | discount*;
dollar: | greenback; double: doble* duplic* | doubl*; dumping: dumping antidumping | dumping
antidumping; economy: econom* |; employer: patron patrones | employer* boss bosses; employment: |
farmworker*; euro: euro euros | euro euros; evade: evasion evasor* factureras |; expect: proyecc*
perspectiv* estim* expectativ* previs* | estimat* prospects; expense: gastos gasta gastan gastar
egres* erogac* | expens* spend* spent; expensive: caro cara caros caras | expensive pricey; fee:
tarif* | fee fees; founder: cofundador* | cofounder*; fraud: defraud* | swindl*; fuel: combustib*
| fuel fuels; fund: subsid* |; fund_money: fondo fondos fideicomis* | trust; gentrification:
gentrific* | gentrif*; growth: crecimient* |; half: mitad | half halves; headquarters: oficinas
oficina | headquarter* office offices; high: alto alta altos altas | high; hire: recluta* | hire
hires hired hiring recruit*; hotel: hosped* | lodging; housing: viviend* inmueb* | apartment*;
income: | income* earnings; index: indice indices indicador* | index indic*; inflation: precio
encarec* carest* carisim* inflac* | pricing inflat*; informal: informal* ambulant* | informal
vendor*; insurance: poliza* |; intern: practicant* | intern interns; invest: inversion inversiones
invier* invert* |; investor: inversionist* |; invoice: factura facturas | invoice*; job: puesto
puestos vacante* | vacanc*; level: nivel niveles | level levels; loan: prestam* credit* empresti*
| loan loans lend*; logistics: almacen* bodega* paqueter* | warehous* parcel*; lose: perdidas |;
low: bajos bajas | low lows; magnate: multimillonar* |; market: bursatil* bmv |; media_firm:
televisor* televisa | broadcaster*; merger: fusion fusiones fusiona* | merg*; minimum: minimo
minimos minima | minimum lows lowest; money: billete billetes | banknote*; monopoly: monopol*
antimonop* | monopol* antitrust; month: | monthly; mortgage: hipotec* infonavit | mortgage*;
nationalize: expropi* | expropriat*; nearshoring: nearshoring relocaliz* | nearshoring;
office_home: teletrab* | telework* remote; online_shop: ecommerce | ecommerce; origin: origen
origenes | origin origins; overtime: | overtime; partner: socio socia socios |; patent: patente* |
patent patents; pension: jubil* afore* |; percentage: porcentaj* puntos | percentage points;
pharma: | pharm* drugmaker*; privatize: privatiz* | privatiz*; profit: gananci* utilidad* lucr*
rentab* | profit*; property: predio predios terreno terrenos | plot; quarter: trimestr* |; rating:
calificador* |; recession: reces* contracc* estancam* | recess* contraction stagnat*; record_high:
maximo maximos records |; regulation: estandar* norma normas |; regulator: regulador* |; rent:
alquil* arrend* inquilin* | tenant* landlord* lease*; resort: balneari* | resort*;
retaliation_trade: compensator* | countervailing; revenue: facturac* recaud* | revenue* income*;
rich: ricos rico rica | richest; salary: nomina* | payroll*; saving: ahorro ahorros | saving;
shareholder: accionist* | shareholder* stockholder*; shift: turno turnos jornada jornadas | shift
shifts; shop: comercios supermercad* mall | shop shops supermarket* mall malls; shortage: escasez
carencia* | shortage* scarcit*; skill: habilidad* | skill*; smuggle: | contraband; sponsor:
patrocin* | sponsor*; startup: unicornio* | unicorn*; stockpile: inventari* | inventor* stockpil*;
stop_work: huelg* paristas | striking; subsidiary: filial* subsidiari* | subsidiar*; supplier:
proveedur* | supplier* vendor*; surtax: sobretas* recargo* | surcharge*; survey: encuest* sondeo*
| survey* poll polls polling; tax: impuest* tribut* iva isr contribuy* recaudator* | taxpayer*
vat; tender_bid: licita* | bids bidding; total: total totales totaliz* | total*; tourism:
visitante* | visitor*; toyshop: jugueteri* |; transparency: transparen* |; trend: tendenci* |
trend*; truck: tractocam* | trailer*; unemployed: desempl* desocup* parado | unemploy* jobless;
union: sindic* |; wallstreet: dow nasdaq | dow nasdaq; warranty: garanti* | guarant*; wealth:
riquez* fortuna* adinerad* | fortune*; weekly: semanal* | weekly; yuan: yuan yuanes | yuan;
"""
