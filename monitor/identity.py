"""What makes an entry the same entry: its id, else what is left of it when the id changes. Pure.

Some publishers give an entry another id at every poll, or once, when they move to https.
The last document of a feed is remembered as traces, one per entry; an entry whose id is
new may be one whose trace has just lost its id.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from itertools import islice
from struct import Struct
from typing import NamedTuple
from urllib.parse import urlsplit

from monitor.model import Entry, ItemMark
from monitor.text import fold

# A publisher may date an entry anew when it is touched; a column of the same name comes daily
# at the least, but then the last one is still in the document.
SAME_DATE = timedelta(days=2)
# Traces of what has left the document, in case it comes back under another id.
TRACES_KEPT = 50

_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
# A number or a slug in it: such a link is of one article, "/live" or "/" is of many.
_ARTICLE = re.compile(r"\d{4}|(?:\w+[-_]){3}\w|[0-9a-fA-F-]{16}")
_TRACE = Struct("8s12s4s4s")
_UNCUT = bytes(8)  # in place of an item's hash where it could not be cut, or is gone


def twin_of(name: str) -> str:
    """Return an id or link so that its twins by scheme and "www." are equal to it."""
    return _SCHEME.sub("//", name, count=1) if _SCHEME.match(name) else name


@lru_cache(maxsize=1024)  # of one document each is asked for thrice
def id_hash(entry_id: str) -> bytes:
    """Return what an id is known by, 12 bytes; http and https twins share it."""
    # surrogatepass: ids are opaque, and a broken one must not stop the run here.
    return _digest(twin_of(entry_id), 12)


class Trace(NamedTuple):
    """What is remembered of an entry in its feed's document; hashes all."""

    item: bytes  # 8 bytes, of its bytes in the document; zeros where it could not be cut
    id: bytes  # 12 bytes
    link: bytes  # 4 bytes
    title: bytes  # 4 bytes

    @classmethod
    def of(cls, entry: Entry, item: bytes) -> Trace:
        """Return the trace of an entry that stood in the document as `item`, a hash."""
        return cls(item or _UNCUT, id_hash(entry.key.id), _link_hash(entry), _title_hash(entry))


def pack_traces(traces: Iterable[Trace]) -> bytes:
    """Return the traces as they are stored."""
    return b"".join(_TRACE.pack(*each) for each in traces)


def unpack_traces(packed: bytes) -> tuple[Trace, ...]:
    """Return the traces that `pack_traces` packed."""
    return tuple(map(Trace._make, _TRACE.iter_unpack(packed)))


def seen_items(traces: Iterable[Trace]) -> frozenset[bytes]:
    """Return the hashes of the items that need not be parsed again."""
    return frozenset(each.item for each in traces) - {_UNCUT}


def traces_now(
    marks: Sequence[ItemMark], entries: Mapping[str, Entry], before: Sequence[Trace]
) -> tuple[Trace, ...]:
    """Return the traces of a document: of the entries parsed, by id, and of those seen before.

    A mark whose entry is not among `entries` leaves no trace, and comes again.
    """
    known = {each.item: each for each in before}
    found = []
    for mark in marks:
        if mark.id is None:
            if mark.hash in known:
                found.append(known[mark.hash])
        elif mark.id in entries:
            found.append(Trace.of(entries[mark.id], mark.hash))
    return tuple(found)


def traces_kept(now: Sequence[Trace], before: Sequence[Trace]) -> tuple[Trace, ...]:
    """Return what is to be remembered: the document's traces and the last that left it.

    A document without entries forgets nothing.
    """
    present = {each.id for each in now}
    gone = (each for each in before if each.id not in present)
    kept = (each._replace(item=_UNCUT) for each in islice(gone, TRACES_KEPT))
    return (*now, *kept) if now else tuple(before)


def renamed(
    fresh: Iterable[Entry], now: Sequence[Trace], before: Sequence[Trace]
) -> dict[str, tuple[bytes, ...]]:
    """Return, for each id that is new, the id hashes of entries that it may be another name of.

    Only an entry whose own id has left the document can have been renamed, and only a
    link or a title that one entry has, then and now, can tell so.
    """
    present = {each.id for each in now}
    gone = [each for each in before if each.id not in present]
    result = {}
    for entry in fresh:
        link, title = _link_hash(entry), _title_hash(entry)
        same_link = [each.id for each in gone if each.link == link and entry.link]
        same_title = [each.id for each in gone if each.title == title]
        found: list[bytes] = []
        if len(same_link) == 1 and sum(each.link == link for each in now) == 1:
            found += same_link
        if len(same_title) == 1 and sum(each.title == title for each in now) == 1:
            found += same_title
        if found:
            result[entry.key.id] = tuple(dict.fromkeys(found))
    return result


def is_same_entry(known: Entry, fresh: Entry) -> bool:
    """Tell whether an entry is a known one under another id.

    An article's link says so; any other link together with the title or the date, and a
    title of the same outlet together with the very same date: a daily column has one title
    for years. In doubt they are two: an entry twice is a nuisance, an entry lost is a loss.
    """
    same_title = fold(known.title) == fold(fresh.title)
    is_near, is_equal = _compare_dates(known, fresh)
    if known.link and twin_of(known.link) == twin_of(fresh.link):
        return _is_of_an_article(fresh.link) or is_equal or (same_title and is_near)
    return same_title and is_equal and fold(known.outlet) == fold(fresh.outlet)


def _compare_dates(known: Entry, fresh: Entry) -> tuple[bool, bool]:
    """Return whether the dates are near (or unknown), and whether they are one."""
    if known.published_at is None or fresh.published_at is None:
        return True, False
    apart = abs(fresh.published_at - known.published_at)
    return apart <= SAME_DATE, not apart


def _is_of_an_article(link: str) -> bool:
    parts = urlsplit(link)
    return _ARTICLE.search(f"{parts.path}?{parts.query}") is not None


def _link_hash(entry: Entry) -> bytes:
    return _digest(twin_of(entry.link), 4)


def _title_hash(entry: Entry) -> bytes:
    return _digest(fold(entry.title), 4)


def _digest(words_: str, size: int) -> bytes:
    return hashlib.blake2b(words_.encode("utf-8", "surrogatepass"), digest_size=size).digest()
