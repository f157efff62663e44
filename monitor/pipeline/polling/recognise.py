"""Recognise entries that a feed brings again under another id, before they are stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from monitor.adapters.store import Store
from monitor.identity import (
    Trace,
    is_same_entry,
    pack_traces,
    renamed,
    traces_kept,
    traces_now,
)
from monitor.model import Entry, ParsedFeed


def under_known_ids(
    store: Store,
    feed: int,
    parsed: ParsedFeed,
    known: Collection[str],
    before: Sequence[Trace],
) -> dict[str, Entry]:
    """Return the parsed entries by the id they came with; a renamed one under its first id.

    `known` are those of the ids that the feed brought before, `before` the traces of its
    last document. Of two entries that could be the same known one, the first is.
    """
    entries = {entry.key.id: entry for entry in parsed.entries}
    fresh = [entry for entry in parsed.entries if entry.key.id not in known]
    names = renamed(fresh, traces_now(parsed.marks, entries, before), before) if before else {}
    if not names:
        return entries
    stored = store.entries_known_by(feed, {each for found in names.values() for each in found})
    taken: set[str] = set()
    for entry in fresh:
        for each in names.get(entry.key.id, ()):
            former = stored.get(each)
            if former and former.key.id not in taken and is_same_entry(former, entry):
                taken.add(former.key.id)
                entries[entry.key.id] = replace(entry, key=former.key)
                break
    return entries


def traces_after(
    parsed: ParsedFeed,
    entries: Mapping[str, Entry],
    waiting: Collection[str],
    before: Sequence[Trace],
) -> bytes | None:
    """Return the traces to keep, None when they are as they were.

    `entries` is what `under_known_ids` returned; those whose id is `waiting` were not
    stored, and leave no trace.
    """
    stored = {name: entry for name, entry in entries.items() if entry.key.id not in waiting}
    packed = pack_traces(traces_kept(traces_now(parsed.marks, stored, before), before))
    return None if packed == pack_traces(before) else packed


__all__ = ["traces_after", "under_known_ids"]
