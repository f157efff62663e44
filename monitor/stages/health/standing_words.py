"""What is said of open matters, in English and Spanish."""

from __future__ import annotations

from monitor.model import Problem
from monitor.stages.health import advice_for

TEXT = {
    "en": {
        "service": "The service does not run.",
        "once": "`monitor once` has not run for over a day.",
        "clock": "This machine's clock is behind: the database was used at a later time.",
        "trouble": "{what}: {said}",
        "digest": "The digest {what} is late.",
        "mail": "Messages that wait because the mail server does not take them: {count}."
        " It said: {said}",
        "mail lost": "Messages that were given up: {count}. The last problem was: {said}",
        "backup": "There is no new backup.",
        "feeds": "{count} of {all} feeds bring nothing.",
        "feed": "{what}: {said}",
    },
    "es": {
        "service": "El servicio no está en marcha.",
        "once": "`monitor once` no se ha ejecutado en más de un día.",
        "clock": "El reloj de esta máquina va atrasado: la base de datos se usó a una hora"
        " posterior.",
        "trouble": "{what}: {said}",
        "digest": "El boletín {what} va con retraso.",
        "mail": "Mensajes en espera porque el servidor de correo no los acepta: {count}."
        " Respuesta: {said}",
        "mail lost": "Mensajes que se dieron por perdidos: {count}. El último problema: {said}",
        "backup": "No hay ninguna copia de seguridad reciente.",
        "feeds": "{count} de {all} fuentes no traen nada.",
        "feed": "{what}: {said}",
    },
}

ADVICE = {
    "en": {
        "service": "Start it: `monitor run`, or `systemctl start news-monitor`. Its log tells why"
        " it ended.",
        "once": "Look at the timer or crontab that starts it, and at its mail.",
        "clock": "Set the clock (is time synchronised?). Until it is right, or for a quarter of an"
        " hour, the service waits.",
        "trouble": "The message says what was kept and what to do; the service goes on by itself"
        " once it can.",
        "digest": "Look at the other matters here; it is issued as soon as it can be.",
        "mail": "Try `monitor doctor`. Nothing is lost: each message is tried again for three"
        " days.",
        "mail lost": "Mend the address or the server. Their stories open the reader's next"
        " message.",
        "backup": "Run `monitor backup` and read what it says.",
        "feeds": "So many at once is rarely their doing: look at this machine's network with"
        " `monitor doctor`.",
    },
    "es": {
        "service": "Inícielo: `monitor run` o `systemctl start news-monitor`. Su registro dice por"
        " qué terminó.",
        "once": "Revise el temporizador o el crontab que lo inicia.",
        "clock": "Ponga el reloj en hora (¿está sincronizado?). Hasta entonces, o durante un"
        " cuarto de hora, el servicio espera.",
        "trouble": "El mensaje dice qué se conservó y qué hacer; el servicio sigue por sí solo en"
        " cuanto puede.",
        "digest": "Mire los demás asuntos; se emitirá en cuanto sea posible.",
        "mail": "Pruebe `monitor doctor`. No se pierde nada: cada mensaje se reintenta durante"
        " tres días.",
        "mail lost": "Corrija la dirección o el servidor. Sus noticias abrirán el siguiente"
        " mensaje del lector.",
        "backup": "Ejecute `monitor backup` y lea lo que dice.",
        "feeds": "Tantas a la vez rara vez es culpa suya: revise la red de esta máquina con"
        " `monitor doctor`.",
    },
}

_FEED_ES: dict[str, str] = {
    Problem.DNS: "No se conoce el nombre de su servidor. Búsquelo en un navegador; si ahora es"
    " otro, cambie la dirección en feeds.opml.",
    Problem.REFUSED: "Su servidor no acepta conexiones. Espere; si el sitio funciona en un"
    " navegador, pregunte al editor.",
    Problem.TIMEOUT: "Su servidor es demasiado lento. Se reintenta por sí solo.",
    Problem.TLS: "Su certificado no es de confianza. Solo el editor puede arreglarlo: avísele.",
    Problem.FORBIDDEN_ADDRESS: "Lleva a una dirección o un puerto que no se consulta. Si es un"
    " servidor propio, indíquelo en [network].",
    Problem.REDIRECTS: "Redirige en círculo. Busque la nueva dirección con `monitor feeds add"
    " SITIO`.",
    Problem.TOO_LARGE: "Pasa de 10 MB. Busque una fuente más corta del mismo sitio.",
    Problem.TRUNCATED: "Se corta a la mitad. Se reintenta por sí solo.",
    Problem.BLOCKED: "El editor rechaza a este monitor. Indique un contacto en monitor.toml y"
    " pregúntele; si la fuente pide contraseña, póngala en [feeds].",
    Problem.NOT_FOUND: "Ya no hay nada en su dirección. Busque la nueva con `monitor feeds add"
    " SITIO`, o elimínela.",
    Problem.GONE: "El editor la cerró y ya no se consulta. Elimínela, o pregunte de nuevo con"
    " `monitor feeds poll-again`.",
    Problem.SERVER: "Falla el servidor del editor. Se reintenta por sí solo.",
    Problem.BOT_WALL: "La protege una comprobación para humanos. Pida al editor que deje pasar a"
    " los lectores de fuentes, o busque otra.",
    Problem.NOT_A_FEED: "Llegó otra cosa en vez de una fuente. Busque su dirección con `monitor"
    " feeds add SITIO`.",
    Problem.PARSER: "No se puede leer. Avise al editor.",
    Problem.UNKNOWN: "Mírelo usted con `monitor feeds check URL`.",
}


def advice_for_feed(kind: str, own: str, language: str) -> str:
    """Return what a person can do about a feed: `own` advice where the trouble brought some."""
    if language == "es":
        return _FEED_ES.get(kind, _FEED_ES[Problem.UNKNOWN])
    return own or advice_for(kind) or advice_for(Problem.UNKNOWN)
