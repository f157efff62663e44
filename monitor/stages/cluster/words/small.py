"""Words that stand in any report, in Spanish and English, and tell nothing of its event."""

from __future__ import annotations

from typing import Final

SMALL: Final = frozenset(
    """
    cent ciento percent
    a abajo able about above acerca across actual actuales actually actualmente adelante ademas
    after afuera again against ago ahead ahi ahora ahorita al algo alguien algun alguna algunas
    alguno algunos all alla allegedly alli almost alone along already alrededor also although
    always am ambas ambito ambos amid among amp an analysis and anoche another ante anterior
    anteriores antes any anybody anymore anyone anything anyway apart aparte apenas apparent
    apparently aproximadamente aquel aquella aquellas aquello aquellos aqui are aren aren't
    around arriba as asi aside asimismo asunto at atras aun aunque away ayer año años b bajo
    bastante be became because become becomes becoming been before behind being below beside
    besides best better between beyond bien bit both breaking brief briefly
    bring bringing brings brought buen buena bueno but by c cabe cabo cada came can can't
    cannot casi cerca checa cierta ciertas cierto ciertos clara claro clearly closely com come
    comes coming como completa completely completo comun comunes con conforme conoce conozca
    consider considered considering contra corta corto cosa cosas could couldn couldn't couple
    course cual cuales cualquier cualquiera cuando cuanta cuantas cuanto cuantos current
    currently cuya cuyas cuyo cuyos d da dado dan dando dar dara day days de debajo debe deben
    deber deberia deberian debido debio decia decir del delante demas demasiado dentro descubre
    desde despite despues detras di dia dias dice dicen dicha dichas diciendo did
    didn didn't dieron diferente diferentes different dificil dijo dio directa directamente
    directo distintas distintos diversas diversos do does doesn doesn't doing domingo don don't
    donde done down due durante during e each earlier early easily easy efecto efectos either
    el ella ellas ello ellos else embargo en encima enfrente enorme enormes enough enseguida
    entire entirely entonces entra entre era eran eres es esa esas ese eso esos especial
    especiales especially especialmente essentially esta estaba estaban estamos estan estar
    estara estaran estaria estas este estenografica esto estos estoy estuvo etc even evening
    ever every everybody everyone everything everywhere exact exactly except exclusiva
    exclusive exista existe existen f facebook facil fact falta far few fewer fin finally
    finalmente following follows for forma formerly forward foto fotos frente friday from fue
    fuera fueron fuerte fuertes full fully further g galeria gave generally get gets getting
    give given gives giving go gob goes going gone gonna good got gran grande grandes great
    greater h ha haber habia habian habra habria hace hacen hacer hacerlo haces hacia haciendo
    had hadn't hago han hara haran haria has hasn hasn't hasta have haven haven't having hay
    haya hayan haz he he's hecha hecho hemos her here here's hers herself hicieron highly him
    himself his hizo how however hoy http https hubiera hubo i i'd i'll i'm i've iba iban
    if igual igualmente imagenes immediate immediately important importante importantes in inc
    including incluso incluyendo indeed inside instagram instead into ir ira iran is isn isn't
    it it's its itself j jamas jueves junto juntos just justo k kind know known knows l la lack
    lado larga large largely largo las last late later latest latter le least
    leer lejos lento les less let let's like likely little live ll lleva llevar lo long longer
    look looking looks los lot lots luego lugar lugares lunes m madrugada main mainly major
    make makes making mal mala malas malo malos manera maneras mano manos many marco martes mas
    materia matter matters may maybe mayor mayores mayoria mañana me mean means meanwhile
    mediante medio mejor mejores menor menores menos mi mia mias mientras miercoles might mind
    minute minuto minutos mio mis misma mismas mismo mismos mm modo monday more moreover most
    mostly motivo motivos much mucha muchas mucho muchos multiple must muy mx my myself n n't
    nada nadie near nearby nearly necessarily necessary neither never nevertheless new newly
    news next ni ningun ninguna ninguno nivel niveles no nobody non none nor normal normally
    nos nosotros not nota nothing noticias now nowhere nuestra nuestras nuestro nuestros nueva
    nuevamente nuevas nuevo nuevos nunca o obstante obvious obviously ocurre of off often oh ok
    okay old older on once one ones only onto opinion or os other others otherwise otra otras
    otro otros our ours ourselves out outside over overall own p para parece parecen part parte
    partes particular particularly partir pasa pasada pasadas pasado pasados pasan pasando
    pasara pasaria past peor per perhaps pero pesar pese pic
    places plenty poca pocas poco pocos podemos podra podran podria podrian pone ponen poner
    por porque posible posiblemente posibles possible possibly potential potentially presunta
    presuntas presunto presuntos pretty previous previously primarily primer principal
    principales principalmente probably pronto propia propiamente propias propio propios
    proxima proximas proximo proximos pude pudiera pudo puede pueden puedes pues puesto punto
    put puts putting q que queda quedan quedar quedo quick quickly quien quienes quite quiza
    quizas r rapida rapidamente rapido rather razon razones re ready real realiza realizan
    realizar realizo really realmente reason reasons recent recently reciente recientemente
    recientes relatively respectively respecto resto roughly rt rumbo s sabado sabe saben saber
    sabes said same saturday saw say saying says se sea sean see seeing seem seemed seemingly
    seems seen segun seguro self semana semanas sencillo ser sera seran seria serian serie
    serious seriously set sets setting several shall she she's short shortly should shouldn
    shouldn't si side sides sido siempre siendo siglo significant significantly siguiente
    siguientes similar similares similarly simple simply sin since single sino siquiera
    situacion situaciones slightly so sobre sola solamente solas solo solos some
    somebody somehow someone something sometimes somewhat somewhere somos son soon sort soy
    specific specifically still strong stronger su such suele suelen sunday supuesta supuesto
    supuestos sure sus suya suyo t take taken takes taking tal tales tambien tampoco tan tanta
    tantas tanto tantos tarde te tell telling tells tema temas tendra tendran tendria tenemos
    tener tenga tengan tengo tenia tenian tenido teniendo than that that's the their theirs
    them themselves then there there's therefore these they they'd they'll they're they've
    thing things think this those though thought through throughout thursday thus ti tiempo
    tiempos tiene tienen tienes till time times tipo tipos to toda todas todavia today todo
    todos told toma toman tomar tomo tomorrow tonight too took top torno total totalmente
    toward towards tras trata tratan tratarse traves truly tu tuesday tus tuvieron tuvo twice
    twitter type u ultima ultimahora ultimas ultimo ultimos un una unas under unica unico
    unicos unless unlike uno unos until up upcoming update updated updates upon us usted
    ustedes usual usually v va vamos van varias varios various vaya ve veces vemos ven ver very
    vez via video videos viene vienen viernes vio vista visto vivo voy vs w was wasn wasn't way
    ways we we'd we'll we're we've wednesday week weekend weeks well went were weren weren't
    what what's whatever when whenever where whether which while who who's whoever whole whom
    whose why wide widely will with within without won't would wouldn wouldn't www x y ya year
    years yes yesterday yet yo you you're your yours yourself z
    """.split()
)
