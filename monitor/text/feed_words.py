"""What a poll says of a feed, in Spanish: sentences are kept as they were first said, in English.

What a server, a certificate library or a parser said itself stays in its words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# English -> Spanish, by pieces, for most sentences have a host, a number or a reason in them.
# {} stands for such a thing; at the ends of a piece it is left out.
PIECES: Final = {
    # the server's answer
    "the server answered ": "el servidor contestó ",
    ": it asks for proof that a person is looking": ": pide pruebas de que mira una persona",
    ": it does not let this monitor read the feed": ": no deja que este monitor lea la fuente",
    ": there is nothing at this address": ": no hay nada en esta dirección",
    ": the publisher took the feed down for good": ": el editor retiró la fuente para siempre",
    ": the trouble is on its side": ": el problema está de su lado",
    ", although no earlier version was named": ", aunque no se nombró ninguna versión anterior",
    " without saying where to": " sin decir adónde",
    " instead of a feed": " en vez de una fuente",
    "the body is packed as {}; only gzip was asked for": (
        "el contenido viene comprimido como {}; solo se pidió gzip"
    ),
    "the gzip body ends in the middle": "el contenido gzip se corta a la mitad",
    "the gzip body is damaged": "el contenido gzip está dañado",
    "the body unpacks to more than ": "el contenido descomprimido pasa de ",
    "the body is larger than ": "el contenido pasa de ",
    "the answer has more than {} header lines or {} KB of them": (
        "la respuesta tiene más de {} líneas de cabecera o {} KB de ellas"
    ),
    "the answer's header is too long": "la cabecera de la respuesta es demasiado larga",
    # the connection
    "no such host, or no name server answered": (
        "no existe ese servidor, o ningún servidor de nombres contestó"
    ),
    "the proxy's name is unknown": "no se conoce el nombre del proxy",
    "the connection was refused": "se rechazó la conexión",
    "no connection within the time allowed": "no hubo conexión en el plazo previsto",
    ": no complete answer within {} s": ": sin respuesta completa en {} s",
    "no trusted TLS connection": "no hay conexión TLS de confianza",
    "the server closed the connection without an answer": (
        "el servidor cerró la conexión sin contestar"
    ),
    "what answers there does not speak HTTP": "lo que contesta ahí no habla HTTP",
    "the connection closed before the end of the body": (
        "la conexión se cerró antes del final del contenido"
    ),
    "the connection broke in the middle of the answer": (
        "la conexión se cortó a mitad de la respuesta"
    ),
    "the HTTP/2 connection broke": "se cortó la conexión HTTP/2",
    "the HTTP/2 stream broke": "se cortó el flujo HTTP/2",
    "the transfer failed": "falló la transferencia",
    ", by way of the proxy ": ", a través del proxy ",
    "the proxy answered {} and leads nowhere": "el proxy contestó {} y no lleva a ninguna parte",
    "the proxy wants another name and password ": "el proxy quiere otro nombre y contraseña ",
    "this machine has no socket left for it ": "a esta máquina no le quedan conexiones para ella ",
    "not asked: {} has just answered {} to other feeds": (
        "no se consultó: {} acaba de contestar {} a otras fuentes"
    ),
    "not asked: {} could not be reached for other feeds": (
        "no se consultó: no se llegó a {} para otras fuentes"
    ),
    "it was sent on more than {} times, at last from ": (
        "se redirigió más de {} veces, la última desde "
    ),
    # where nothing is polled
    ", which is not polled": ", que no se consulta",
    " sends on to where nothing is polled: ": " redirige a donde no se consulta nada: ",
    "port {} is not a port of the web": "el puerto {} no es un puerto de la web",
    " is a private address": " es una dirección privada",
    " is a loopback address": " es una dirección de la propia máquina",
    " is a link-local address": " es una dirección de enlace local",
    " is a reserved address": " es una dirección reservada",
    " is a documentation address": " es una dirección de documentación",
    " is a multicast address": " es una dirección de multidifusión",
    " is a {} address": " es una dirección de tipo «{}»",
    " inside it)": " dentro)",
    " is this machine": " es esta máquina",
    " is no numeric address": " no es una dirección numérica",
    " is no server's name": " no es el nombre de un servidor",
    "the address is longer than {} characters": "la dirección tiene más de {} caracteres",
    "the address names no host that can exist": (
        "la dirección no nombra ningún servidor que pueda existir"
    ),
    "the address cannot be read: ": "la dirección no se puede leer: ",
    "only http and https are polled, not this": "solo se consultan http y https, no esto",
    "only http and https are polled, not ": "solo se consultan http y https, no ",
    # passwords
    "not asked: {} should hold the password in one line and nothing else": (
        "no se consultó: {} debe contener la contraseña en una línea y nada más"
    ),
    "not asked: other users may read {}; run: ": (
        "no se consultó: otros usuarios pueden leer {}; ejecute: "
    ),
    "not asked: {} cannot be read (not UTF-8 text)": (
        "no se consultó: {} no se puede leer (no es texto UTF-8)"
    ),
    "not asked: {} cannot be read ": "no se consultó: {} no se puede leer ",
    # what came is no feed
    "a bot wall, not a feed: the site asks for proof that a person is reading": (
        "un muro contra robots, no una fuente: el sitio pide pruebas de que lee una persona"
    ),
    "a web page, not a feed": "una página web, no una fuente",
    "JSON, not a feed": "JSON, no una fuente",
    "XML of another kind, not an RSS or Atom feed": "XML de otro tipo, no una fuente RSS o Atom",
    "the answer is empty, not a feed": "la respuesta está vacía, no es una fuente",
    "not a feed": "no es una fuente",
    "no entry can be read: ": "no se puede leer ninguna entrada: ",
    "the parser gave up on it ": "el analizador se rindió con ella ",
    "the parser was stopped: ": "se detuvo al analizador: ",
    "it took more than {} s of CPU time": "necesitó más de {} s de procesador",
    "it took more than {} s": "necesitó más de {} s",
    "it needed more than {} MB of memory": "necesitó más de {} MB de memoria",
    "its worker was ended by ": "su proceso fue terminado por ",
    "its worker ended with status ": "su proceso terminó con el estado ",
    "the worker processes broke down twice around it": (
        "los procesos se vinieron abajo dos veces a su alrededor"
    ),
    # what was mended
    "not well-formed XML in line {}: ": "XML mal formado en la línea {}: ",
    "not well-formed XML in ": "XML mal formado en ",
    "passed over, without a word or a link: ": "omitidas, sin una palabra ni un enlace: ",
    "the document ends within an entry, which is left for the next poll": (
        "el documento termina dentro de una entrada, que queda para la próxima consulta"
    ),
    "there is something before the XML declaration": "hay algo antes de la declaración XML",
    "characters that XML forbids were dropped": "se quitaron caracteres que XML prohíbe",
    "references to characters that do not exist were dropped": (
        "se quitaron referencias a caracteres que no existen"
    ),
    "ampersands that XML does not allow were mended": (
        "se corrigieron signos & que XML no permite"
    ),
    "damaged characters were replaced": "se reemplazaron caracteres dañados",
    "the text names no encoding and was read as windows-1252": (
        "el texto no nombra ninguna codificación y se leyó como windows-1252"
    ),
    "the text is in no encoding that it names or that is usual": (
        "el texto no está en ninguna codificación que nombre ni que sea usual"
    ),
    "the text is not in {}, as it says, and was read as ": (
        "el texto no está en {}, como dice, y se leyó como "
    ),
    # how it stands
    "it permanently redirects to ": "redirige de forma permanente a ",
    "nothing of a poll was known from the one before: entries may have been missed": (
        "nada de una consulta se conocía de la anterior: pueden haberse perdido entradas"
    ),
    "nothing new for {} days, usually every {} days": (
        "nada nuevo desde hace {} días, lo normal es cada {} días"
    ),
    "nothing new for {} days, usually every ": "nada nuevo desde hace {} días, lo normal es cada ",
    "nothing new for {}, usually every {} days": (
        "nada nuevo desde hace {}, lo normal es cada {} días"
    ),
    "nothing new for {}, usually every ": "nada nuevo desde hace {}, lo normal es cada ",
    "it answers, and holds no entries": "contesta, y no contiene entradas",
    "all {} entries were new": "las {} entradas eran nuevas",
}
_ANYTHING: Final = "(.{1,300}?)"


def _pattern() -> tuple[re.Pattern[str], list[str]]:
    """Return what finds any of the pieces, the longest first, and their Spanish by group."""
    pieces = sorted(PIECES, key=len, reverse=True)
    found = [
        f"(?P<p{n}>{_ANYTHING.join(map(re.escape, piece.split('{}')))})"
        for n, piece in enumerate(pieces)
    ]
    return re.compile("|".join(found), re.DOTALL), [PIECES[piece] for piece in pieces]


_PIECE, _SPANISH = _pattern()


@lru_cache(maxsize=500)  # a feed in trouble is shown often
def say_of_feed(text: str, language: str) -> str:
    """Return what was said of a feed in English or Spanish, whichever is asked for."""
    return text if language != "es" else _PIECE.sub(_in_spanish, text)


def _in_spanish(match: re.Match[str]) -> str:
    name = match.lastgroup or ""
    # The things that stand in a piece are the groups after its own.
    first = match.re.groupindex[name]
    spanish = _SPANISH[int(name[1:])]
    things = (match[first + n] for n in range(1, spanish.count("{}") + 1))
    return spanish.format(*things)
