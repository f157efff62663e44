"""Turn the bytes of a feed into text that a parser can read, and say what was mended. Pure.

Publishers label encodings wrongly and let characters slip in that XML forbids. What
one character spoils, the whole feed need not pay for.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.entities import html5
from typing import Final

SNIFF_BYTES = 1024  # an XML declaration stands at the very start
# One damaged character in a UTF-8 document is damage, hundreds are another encoding.
DAMAGE_SHARE = 0.05

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNMARKED: Final = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"),
                    (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))  # fmt: skip
_HTTP_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)["']""")
_XML_DECLARATION = re.compile(r"^<\?xml\b[^>]*\?>\s*")
# Browsers read these as their supersets, and so do the people who write them.
_SUPERSETS: Final = {
    **dict.fromkeys(
        ("iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii"), "cp1252"
    ),
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
}
# Never the encoding of such a document, and each with traps of its own.
_NO_DOCUMENTS: Final = frozenset(
    "idna punycode unicode_escape raw_unicode_escape unicode-escape raw-unicode-escape undefined"
    " utf-7 utf7 utf_7 u7 utf-16 utf-32 utf16 utf32 utf_16 utf_32".split()
)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# An ampersand that begins nothing XML knows; with a name when HTML may know it.
_LOOSE_AMPERSAND = re.compile(
    r"&(?!#\d{1,8};|#[xX][0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31};)?"
)
_CHARACTER = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")


@dataclass(frozen=True, slots=True)
class Document:
    """A document as text, without XML declaration, and what was mended to get there."""

    text: str
    mended: tuple[str, ...] = ()


def read_document(body: bytes, content_type: str | None) -> Document:
    """Decode a body and drop what XML forbids; see `decode_document`, `mend_document`."""
    return mend_document(decode_document(body, content_type))


def decode_document(body: bytes, content_type: str | None) -> Document:
    """Decode a body by what it is, then by what it says.

    Never raises: in the end every byte is some character.
    """
    mended: list[str] = []
    text = _decode(body, content_type, mended)
    bare = text.lstrip("\ufeff \t\r\n\0")
    if _XML_DECLARATION.match(bare):
        if not text.removeprefix("\ufeff").startswith("<"):
            mended.append("there is something before the XML declaration")
        bare = _XML_DECLARATION.sub("", bare, count=1)
    return Document(bare, tuple(mended))


def mend_document(document: Document) -> Document:
    """Drop what XML forbids, and mend what one character would spoil.

    Well-formed XML without a document type stays as it is.
    """
    mended = list(document.mended)
    bare = document.text
    cleaned = _FORBIDDEN.sub("", bare)
    if len(cleaned) < len(bare):
        mended.append("characters that XML forbids were dropped")
    if "&#" in cleaned:
        possible = _CHARACTER.sub(_keep_possible, cleaned)
        if len(possible) < len(cleaned):
            mended.append("references to characters that do not exist were dropped")
        cleaned = possible
    if "&" in cleaned and "<!ENTITY" not in cleaned:
        escaped = _outside_cdata(cleaned, lambda part: _LOOSE_AMPERSAND.sub(_escape, part))
        if escaped != cleaned:
            mended.append("ampersands that XML does not allow were mended")
        cleaned = escaped
    return Document(cleaned, tuple(mended))


def _escape(match: re.Match[str]) -> str:
    """Return what an ampersand was meant as: an HTML character, or itself."""
    character = html5.get(match.group(1) or "")
    # Only what stands for text: "&LT;" is no element's beginning.
    if character and not set(character) & set("<>&\"'"):
        return character
    return f"&amp;{match.group(1) or ''}"


def _outside_cdata(text: str, mend: Callable[[str], str]) -> str:
    """Return the text mended everywhere but in CDATA sections, where all is as it stands."""
    parts, position = [], 0
    while (start := text.find("<![CDATA[", position)) >= 0:
        end = text.find("]]>", start)
        if end < 0:
            break
        parts += [mend(text[position:start]), text[start:end]]
        position = end
    return "".join([*parts, mend(text[position:])])


def _decode(body: bytes, content_type: str | None, mended: list[str]) -> str:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _decode_marked(body, name, mended)
    for mark, name in _UNMARKED:
        if body.startswith(mark):
            return _decode_marked(body, name, mended)
    # Text that happens to be valid UTF-8 is UTF-8, whatever its labels say; escape codes
    # of seven-bit encodings look like ASCII and are left to the labels.
    if not body.isascii() or b"\x1b" not in body:
        try:
            return body.decode()
        except UnicodeDecodeError:
            pass
    labels = _labels(body, content_type)
    if not labels or _is_utf8(labels[0]):
        text = body.decode(errors="replace")
        if text.count("\ufffd") <= DAMAGE_SHARE * sum(c > "\x7f" for c in text):
            mended.append("damaged characters were replaced")
            return text
    for name in (*labels, "windows-1252"):
        try:
            text = body.decode(_SUPERSETS.get(name.lower(), name))
        except (UnicodeError, LookupError):
            continue
        if not labels:
            mended.append("the text names no encoding and was read as windows-1252")
        elif name != labels[0]:
            mended.append(f"the text is not in {labels[0]}, as it says, and was read as {name}")
        return text
    mended.append("the text is in no encoding that it names or that is usual")
    return body.decode("latin-1")


def _decode_marked(body: bytes, name: str, mended: list[str]) -> str:
    try:
        return body.decode(name)
    except UnicodeDecodeError:
        mended.append("damaged characters were replaced")
        return body.decode(name, errors="replace")


def _labels(body: bytes, content_type: str | None) -> list[str]:
    """Return the encodings that HTTP and the XML declaration name, in order of authority."""
    found = []
    http = _HTTP_CHARSET.search(content_type or "")
    if http:
        found.append(http.group(1))
    xml = _XML_CHARSET.match(body[:SNIFF_BYTES])
    if xml:
        found.append(xml.group(1).decode("ascii", "replace"))
    return [name for name in found if _is_known(name)]


def _is_known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return name.lower() not in _NO_DOCUMENTS


def _is_utf8(name: str) -> bool:
    return codecs.lookup(name).name == "utf-8"


def _keep_possible(match: re.Match[str]) -> str:
    digits = match.group(1) or match.group(2)
    if len(digits) > 10:
        return ""
    number = int(digits, 16 if match.group(1) else 10)
    if number < 32:
        return match.group() if number in {9, 10, 13} else ""
    is_none = 0xD800 <= number <= 0xDFFF or number > 0x10FFFF or number in {0xFFFE, 0xFFFF}
    return "" if is_none else match.group()
