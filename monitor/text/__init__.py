"""Text as every stage sees it: folded, cut into words, freed of markup; clean links.

Sole user of nh3. Everything here is pure.
"""

from __future__ import annotations

import html
import ipaddress
import re
import unicodedata
from typing import Final
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

import nh3

from monitor.text.western import CharacterTable, one_line, western_bytes, western_set

LINK_MAX_CHARS = 2048  # longer ones break mail clients, and no article needs them
ADDED_WORDS = 3  # fewer are an outlet's name or a date
UNESCAPE_ROUNDS = 3  # feeds escape twice at times; more than that is meant to be read

# Parameters that say who linked, not what is linked.
_TRACKING = re.compile(
    r"^(utm_.*|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|mc_[ce]id|oc|ref_src|ns_[a-z]+"
    r"|cmp|cmpid|_hs(enc|mi)|mkt_tok|vero_id|wt_mc|xtor|srnd|at_[a-z0-9_]+|guccounter|guce_.*|ftag|ncid"
    r"|(mod|emc|partner|traffic_source|source|ref|from|src|via)=rss[a-z0-9_]*)$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# C0 and C1 controls, surrogates, bidi overrides and isolates, zero-width characters, BOM,
# invisible tags and what Unicode says is no character. Not those that are spaces.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ud800-\udfff\U000e0000-\U000e0fff"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)
_UNSEEN_WESTERN: Final = western_set(_UNSEEN.match)
# More marks on one letter than any language needs; normalising long runs takes quadratic time.
_MARK = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARKS = re.compile(f"({_MARK}{{4}}){_MARK}+")
_COMMON_MARKS = "\u0300\u0301\u0302\u0303\u0308\u0327"
# Not: what is below, punctuation and currencies, and what stands for the n-tilde meanwhile.
_MAY_COMBINE = re.compile("[\u0300-\u1fff\u20d0-\udfff\ue001-\U0010ffff]")
_VARIATIONS = re.compile("[\U000e0000-\U000e0fff]")
# The second form is a tag that was cut off with the text.
_TAG = re.compile(r"<(?:!--|/?[a-zA-Z][^<>]*>|[a-zA-Z]+\s[^<>]*$)")
_BREAKS = re.compile(
    r"<(?:br|/?p|/?div|/?li|/?h[1-6]|/?t[rdh]|/?blockquote|/?section)\b[^<>]*>", re.IGNORECASE
)
# Tags of a line, each whole, and characters whose names every reader of HTML knows: a parser
# finds nothing in it that a pattern would not.
_EVERYDAY_TAG = re.compile(
    r"</?(?i:a|abbr|b|cite|code|del|em|figcaption|figure|i|img|ins|mark|ol|q|s|small|span|strong"
    r"|sub|sup|time|u|ul)(?:\s+[A-Za-z][\w-]*+(?:=\"[^\"<>]*+\"|='[^'<>]*+')?)*+\s*/?>"
)
_EVERYDAY_MARKUP = re.compile(
    rf"(?:[^<>&]++|{_EVERYDAY_TAG.pattern}|&(?:amp|lt|gt|quot|nbsp|[aeiouAEIOU]acute|[nN]tilde"
    r"|[uU]uml|iexcl|iquest|[lr]aquo|[lr][sd]quo|[mn]dash|hellip|#(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6]"
    r"|1[6-9]\d|[2-9]\d\d|[1-8]\d{3}));)*+"
)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?")
_EVERYDAY_LINK = re.compile(
    r"(https?://(?:[a-z0-9_][a-z0-9_-]*\.)+[a-z]{2,20}(?:/[A-Za-z0-9_.~-]+)*/?)"
    r"(?:\?([A-Za-z0-9_.~=&-]+))?"
)
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def fold(text: str) -> str:
    """Return the text as it is compared: case and accents gone, n-tilde kept.

    "México" and "MEXICO" become "mexico"; "año" stays "año" and is not "ano".
    Folding twice changes nothing more.
    """
    if text.isascii():
        return text.lower()
    folded = _FOLDS.apply(text.replace("…", "..."))
    return _fold_any(text) if folded is None else folded


def _fold_any(text: str) -> str:
    # Compatibility forms first: "ℳ" is an M only after that, and case comes next.
    text = unicodedata.normalize("NFKC", text).casefold()
    text = unicodedata.normalize("NFKC", text).replace("ñ", "\ue000")
    bare = unicodedata.normalize("NFKD", text)
    for mark in _COMMON_MARKS:
        bare = bare.replace(mark, "")
    if _MAY_COMBINE.search(bare):  # rare, and a look at each character takes ten times as long
        bare = "".join(c for c in bare if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare.replace("\ue000", "ñ"))


_FOLDS: Final = CharacterTable(_fold_any)


def words(text: str) -> list[str]:
    """Return the folded words in order; "U.S." gives "u" and "s"."""
    spaced = _SPACED_WORDS.apply(text)
    if spaced is None:
        return _WORD.findall(fold(text))
    found = spaced.split()
    if "'" not in spaced and "’" not in spaced:
        return found
    return [
        word
        for each in found
        for word in (_WORD.findall(each) if "'" in each or "’" in each else (each,))
    ]


def _spaced(character: str) -> str:
    folded = fold(character)
    is_of_word = any(c.isalnum() or c in "'’" for c in folded)
    return folded if is_of_word else " "


_SPACED_WORDS: Final = CharacterTable(_spaced)


def clean(text: str) -> str:
    """Return one line of valid, visible text: NFC, no controls, spaces folded."""
    coded = western_bytes(text)
    if coded is not None:
        return one_line(text, coded, _UNSEEN_WESTERN)
    visible = _without_unseen(text)
    return " ".join(unicodedata.normalize("NFC", _MARKS.sub(r"\1", visible)).split())


def _without_unseen(text: str) -> str:
    coded = western_bytes(text)
    if coded is not None:
        is_visible = len(coded) == len(coded.translate(None, _UNSEEN_WESTERN))
    else:
        # Of all that is not seen, only variation selectors count as printable.
        is_visible = text.isprintable() and not _VARIATIONS.search(text)
    return text if is_visible else _UNSEEN.sub("", text)


def plain_text(markup: str, *, limit: int | None = None) -> str:
    """Return the visible text of HTML as one line, of at most `limit` characters.

    Markup that was escaped is taken for markup too, as its publisher meant it.
    """
    is_plain = "<" not in markup and "&" not in markup
    text = markup if is_plain else _without_unseen(markup)
    for _ in range(0 if is_plain else UNESCAPE_ROUNDS):
        before = text
        if _TAG.search(text):
            text = _without_tags(_BREAKS.sub(" ", text))
        if "&" in text:
            text = html.unescape(text)
        if text == before:
            break
    text = clean(text)
    return text if limit is None else clip(text, limit)


def _without_tags(markup: str) -> str:
    """Return markup without its tags, its characters still escaped where they were."""
    if _EVERYDAY_MARKUP.fullmatch(markup):
        return _EVERYDAY_TAG.sub("", markup)
    return nh3.clean(markup, tags=set(), clean_content_tags={"script", "style"})


def clip(text: str, limit: int) -> str:
    """Return the text cut at a word, with an ellipsis, within `limit` characters."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip(" ,;:.-–—") + "…"


def clean_link(link: str) -> str:
    """Return an absolute http(s) link without userinfo and tracking, "" when it is none.

    Idempotent. The host comes out in lower-case ASCII (punycode), everything else too
    in ASCII, percent-encoded.
    """
    everyday = _EVERYDAY_LINK.fullmatch(link) if len(link) <= LINK_MAX_CHARS else None
    if everyday:  # of which only tracking could go below
        page, query = everyday.groups()
        kept = _without_tracking(query) if query else ""
        return f"{page}?{kept}" if kept else page
    link = _UNSEEN.sub("", link).strip()
    if len(link) > LINK_MAX_CHARS or "\\" in link:
        return ""
    try:
        parts = urlsplit(link)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    host = _ascii_host(host)
    if scheme not in _DEFAULT_PORTS or not host or port == 0:
        return ""
    netloc = host if port in {None, _DEFAULT_PORTS[scheme]} else f"{host}:{port}"
    query = _without_tracking(parts.query)
    fragment = "" if _is_tracking(parts.fragment) else parts.fragment
    result = urlunsplit((
        scheme,
        netloc,
        _quote(parts.path, "/%:@!$&'()*+,;=~-._"),
        _quote(query, "/%:@!$'()*+,;=~-._?&"),
        _quote(fragment, "/%:@!$&'()*+,;=~-._?"),
    ))  # fmt: skip
    return result if len(result) <= LINK_MAX_CHARS else ""


def link_host(link: str) -> str:
    """Return the host that a reader should see beside a link, without "www."."""
    try:
        return (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _ascii_host(host: str) -> str:
    """Return the host as DNS knows it, "" when it cannot be one."""
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host.split('%')[0])}]"
        except ValueError:
            return ""
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    name = name.lower().rstrip(".")
    return name if _HOST.fullmatch(name) and ".." not in name else ""


def _without_tracking(query: str) -> str:
    return "&".join([pair for pair in query.split("&") if not _is_tracking(pair)])


def _is_tracking(pair: str) -> bool:
    name, _, value = unquote_plus(pair).partition("=")
    return bool(_TRACKING.match(name) or _TRACKING.match(f"{name}={value}"))


def _quote(text: str, safe: str) -> str:
    return _BARE_PERCENT.sub("%25", quote(text, safe=safe))


# Words that stand in nearly every text: as a term they would say nothing.
STOP_WORDS: Final = frozenset(
    "a an and are as at be but by for from has have he her his if in into is it its more new"
    " no not of on or over she so than that the their they this to up was we were what when"
    " which who will with you all al ante aun como con cual cuando de del desde donde e el"
    " ella ellos en entre era es esa ese eso esta este esto fue ha han hasta hay la las le les"
    " lo los mas me mi muy ni no nos o otra otro para pero por porque que se ser si sin sobre"
    " son su sus tan te tras tu u un una uno y ya".split()
)

_ENGLISH: Final = frozenset(
    """the of and to in for on with is at as by from that after over his her its are was will says
    have be it an this new not who how what why but their more than into up out about amid near
    could would should can were been which when where while before under against between during
    said say may might must if or we you they he she our your off back year years week day first
    two three could get gets take takes make makes did do does us all also only most other
    """.split()
)
_SPANISH: Final = frozenset(
    """el la los las de del y en por para con que una un se su al como es lo sus tras mas sobre
    este esta ante hay ser entre sin desde hasta pero fue han segun contra ya le son era sera fueron
    dice asi cuando donde quien muy tambien este ese esa estos estas nos les ni si porque durante
    hacia mientras dos tres anos año años dia dias hoy ayer va van puede pueden todo todos otra otro
    """.split()
)
_OTHERS: Final = frozenset(
    """il di che della delle dei gli nel alla und der die das ist mit von fur et les des est pour
    dans une aux du au nao uma dos das mais ao pelo pela em os na je sa na ze pre het een
    """.split()
)
_ENGLISH_ENDINGS = re.compile(r"[a-z]{2,}(?:ing|tion|tions|ness|ships?|ally)$")
_SPANISH_ENDINGS = re.compile(
    r"[a-zñ]{2,}(?:cion|ciones|siones|dad|dades|mente|ando|iendo|aron|ieron|ñ[oa]s?)$"
)
# Words that look like the small words of one language and are a name in the other.
# It opens with a set of letters, by which a search finds its way ten times as fast.
_NAMES = re.compile(
    r"[A-Zd](?<!\w\w)(?:(?<=U)N|(?<=L)A|(?<=N)O|(?<=S)E|(?<=L)os Angeles|(?<=L)as Vegas"
    r"|(?<=E)l (?:Paso|Salvador|Mayo)|(?<=D)el Rio|(?<=L)a Paz"
    r"|(?<=[dD])e [Ll](?:a|as|os) [A-Z]\w+|(?<=[A-Z])\w+ del? [A-Z]\w+)\b"
)
_OF_A_NAME = re.compile(r"de [Ll](?:a|as|os) [A-Z]")
_CAPITAL_NAMES = re.compile(_NAMES.pattern.replace("[A-Zd]", "[A-Z]", 1))
_FAR = re.compile("[^\x00-\u024f]")


def guess_language(text: str) -> str | None:
    """Return "en" or "es" by the text's small words and endings, None when they do not tell."""
    found = words(text if text.isupper() else _without_names(text))
    told = sum(map(_TOLD.__getitem__, found))
    english, spanish, others = told % _UNIT, told // _UNIT % _UNIT, told // _UNIT**2
    far = 0
    if not text.isascii():
        spanish += "ñ" in text or "¿" in text or "¡" in text
        if western_bytes(text) is None:
            far = sum(map(str.isalpha, _FAR.findall(text)))
    best = max(english, spanish)
    if english == spanish or best <= others or far * 3 > len(text):
        return None
    return "en" if english > spanish else "es"


def _without_names(text: str) -> str:
    # One kind of name begins with a small letter; where there is none, fewer are looked at.
    return (_NAMES if _OF_A_NAME.search(text) else _CAPITAL_NAMES).sub(" ", text)


_UNIT: Final = 2**20  # more words than any text has
_TOLD_MAX = 20_000


class _Told(dict[str, int]):
    """What each word says of its language, looked up once."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _TOLD_MAX:
            self.clear()
        found = self[word] = _languages_of(word)
        return found


_TOLD: Final = _Told()


def _languages_of(word: str) -> int:
    """Tell whether a folded word speaks for English, Spanish, another language: units of each."""
    is_english = word in _ENGLISH or _ENGLISH_ENDINGS.match(word) is not None
    is_spanish = word in _SPANISH or _SPANISH_ENDINGS.match(word) is not None
    return is_english + _UNIT * is_spanish + _UNIT**2 * (word in _OTHERS)


def adds_to(text: str, known: str) -> bool:
    """Tell whether a text says something that the other does not: words of its own."""
    return len(set(words(text)) - set(words(known))) >= ADDED_WORDS
