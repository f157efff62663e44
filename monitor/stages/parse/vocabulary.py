"""The elements of everyday feeds by feedparser's names, and which of them bear on an entry. Pure.

A name is looked at once a document. What feedparser handles in a way that is not
imitated here is `UNUSUAL`, and the document is then feedparser's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum, auto
from typing import Final

# The namespaces that feedparser knows, by the prefix it gives them; none for those of feeds.
PREFIXES: Final = {
    uri: prefix
    for line in """
        : http://www.w3.org/2005/atom http://purl.org/atom/ns# http://purl.org/rss/1.0/
            http://my.netscape.com/rdf/simple/0.9/ http://backend.userland.com/rss
            http://blogs.law.harvard.edu/tech/rss http://purl.org/rss/1.0/modules/rss091#
            http://example.com/newformat# http://example.com/necho http://purl.org/echo/
            uri/of/echo/namespace# http://purl.org/pie/
        ; admin: http://webns.net/mvcb/
        ; ag: http://purl.org/rss/1.0/modules/aggregation/
        ; annotate: http://purl.org/rss/1.0/modules/annotate/
        ; audio: http://media.tangent.org/rss/1.0/
        ; blogchannel: http://backend.userland.com/blogchannelmodule
        ; cc: http://creativecommons.org/ns#license http://web.resource.org/cc/
        ; creativecommons: http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html
            http://backend.userland.com/creativecommonsrssmodule
        ; co: http://purl.org/rss/1.0/modules/company
        ; content: http://purl.org/rss/1.0/modules/content/
        ; cp: http://my.theinfo.org/changed/1.0/rss/
        ; dc: http://purl.org/dc/elements/1.1/
        ; dcterms: http://purl.org/dc/terms/
        ; email: http://purl.org/rss/1.0/modules/email/
        ; ev: http://purl.org/rss/1.0/modules/event/
        ; feedburner: http://rssnamespace.org/feedburner/ext/1.0
        ; fm: http://freshmeat.net/rss/fm/
        ; foaf: http://xmlns.com/foaf/0.1/
        ; geo: http://www.w3.org/2003/01/geo/wgs84_pos#
        ; georss: http://www.georss.org/georss
        ; gml: http://www.opengis.net/gml
        ; icbm: http://postneo.com/icbm/
        ; image: http://purl.org/rss/1.0/modules/image/
        ; itunes: http://www.itunes.com/dtds/podcast-1.0.dtd
            http://example.com/dtds/podcast-1.0.dtd
        ; l: http://purl.org/rss/1.0/modules/link/
        ; media: http://search.yahoo.com/mrss http://search.yahoo.com/mrss/
        ; pingback: http://madskills.com/public/xml/rss/module/pingback/
        ; prism: http://prismstandard.org/namespaces/1.2/basic/
        ; psc: http://podlove.org/simple-chapters
        ; rdf: http://www.w3.org/1999/02/22-rdf-syntax-ns#
        ; rdfs: http://www.w3.org/2000/01/rdf-schema#
        ; ref: http://purl.org/rss/1.0/modules/reference/
        ; reqv: http://purl.org/rss/1.0/modules/richequiv/
        ; search: http://purl.org/rss/1.0/modules/search/
        ; slash: http://purl.org/rss/1.0/modules/slash/
        ; soap: http://schemas.xmlsoap.org/soap/envelope/
        ; ss: http://purl.org/rss/1.0/modules/servicestatus/
        ; str: http://hacks.benhammersley.com/rss/streaming/
        ; sub: http://purl.org/rss/1.0/modules/subscription/
        ; sy: http://purl.org/rss/1.0/modules/syndication/
        ; szf: http://schemas.pocketsoap.com/rss/mydescmodule/
        ; taxo: http://purl.org/rss/1.0/modules/taxonomy/
        ; thr: http://purl.org/rss/1.0/modules/threading/
        ; ti: http://purl.org/rss/1.0/modules/textinput/
        ; trackback: http://madskills.com/public/xml/rss/module/trackback/
        ; wfw: http://wellformedweb.org/commentapi/
        ; wiki: http://purl.org/rss/1.0/modules/wiki/
        ; xhtml: http://www.w3.org/1999/xhtml
        ; xlink: http://www.w3.org/1999/xlink
        ; xml: http://www.w3.org/xml/1998/namespace
    """.split(";")
    for prefix, _, uris in [line.strip().partition(":")]
    for uri in uris.split()
}
_USERLAND = "backend.userland.com/rss"  # wherever it stands in one


class Kind(Enum):
    """What an element does to the entry or the head that holds it."""

    IGNORED = auto()  # nothing, nor does what it holds
    LEAF = auto()  # nothing, as long as it holds no element
    FIELD = auto()
    UNUSUAL = auto()


FIELDS: Final = frozenset(
    """content content_encoded created dc_date dc_description dc_title dcterms_created
    dcterms_issued dcterms_modified description enclosure feedburner_origlink guid id issued
    itunes_summary lastbuilddate link media_description media_title modified news_source pubdate
    published source summary title updated""".split()
)
HEAD_FIELDS: Final = frozenset(
    """dc_description dc_language description guid id image itunes_summary language link summary
    sy_updatefrequency sy_updateperiod textinput title ttl""".split()
)
# Content to feedparser: an element in it would be its markup.
LEAVES: Final = frozenset(
    """copyright dc_rights feedburner_browserfriendly info itunes_subtitle rights subtitle
    tagline""".split()
)
# What feedparser does something with that is not imitated, in an entry and in the head...
UNUSUAL: Final = frozenset(
    """abstract body channel creativecommons_license creativeCommons_license dcterms_valid entry
    feed fullitem geom georss_where georssgeom gml_exterior gml_linearring gml_linestring gml_point
    gml_polygon gml_pos gml_poslist height image item newlocation psc_chapter psc_chapters rss tags
    textinput textInput where width xhtml_body"""
    # ... and the names under which it keeps what other elements hold.
    """ author_detail authors contributors date date_parsed items license links publisher_detail
    generator_detail""".split()
)
_UNUSUAL_IN_HEAD: Final = (
    (UNUSUAL | FIELDS) - HEAD_FIELDS - {
        "created", "dc_date", "dcterms_created", "dcterms_issued", "dcterms_modified", "items",
        "issued", "lastbuilddate", "modified", "pubdate", "published", "updated",
    }
)  # fmt: skip


class Vocabulary:
    """The names of one document's elements."""

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        """Take the namespaces by their prefixes, without default ones."""
        self._prefixes = {uri: prefix for prefix, uri in reversed(tuple(namespaces.items()))}
        self.met: dict[str, tuple[str, Kind]] = {}  # what `in_item` was asked for so far
        self._tags: dict[str, str] = {}

    def in_item(self, name: str) -> tuple[str, Kind]:
        """Return the tag of an element within an item, and what it does."""
        if name not in self.met:
            tag = self.tag(name)
            self.met[name] = tag, _kind(tag, FIELDS, UNUSUAL)
        return self.met[name]

    def in_head(self, name: str) -> tuple[str, Kind]:
        """Return the tag of an element outside the items, and what it does."""
        tag = self.tag(name)
        return tag, _kind(tag, HEAD_FIELDS, _UNUSUAL_IN_HEAD)

    def tag(self, name: str) -> str:
        """Return feedparser's name for an element: "title", "media_title"."""
        if name not in self._tags:
            self._tags[name] = self._tag(name)
        return self._tags[name]

    def _tag(self, name: str) -> str:
        uri, _, local = name.rpartition(" ")
        low = uri.lower()
        prefix = "" if not uri or _USERLAND in low else PREFIXES.get(low)
        if prefix is None:
            prefix = self._prefixes.get(uri, "").lower()
        return f"{prefix}_{local.lower()}" if prefix else local.lower()


def _kind(tag: str, fields: frozenset[str], unusual: frozenset[str]) -> Kind:
    if tag in unusual:
        return Kind.UNUSUAL
    if tag in fields:
        return Kind.FIELD
    return Kind.LEAF if tag in LEAVES else Kind.IGNORED


def is_plain(namespaces: Mapping[str, str], defaults: Iterable[str]) -> bool:
    """Tell whether each prefix means here what feedparser takes it for, throughout.

    It goes by what was declared so far, and by prefixes as well as by namespaces.
    """
    meanings = {prefix: PREFIXES.get(uri.lower()) for prefix, uri in namespaces.items()}
    if len({prefix.lower() for prefix in namespaces}) < len(namespaces):
        return False
    if "xlink" in meanings.values() or any(_USERLAND in uri.lower() for uri in namespaces.values()):
        return False
    if not {*namespaces.values()}.isdisjoint(
        uri for uri in defaults if uri.lower() not in PREFIXES
    ):
        return False
    meant = {PREFIXES.get(uri.lower()) for uri in (*namespaces.values(), *defaults)}
    return all(
        prefix.lower() == meaning or prefix.lower() not in meant
        for prefix, meaning in meanings.items()
    )
