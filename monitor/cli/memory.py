"""What is remembered, for commands that only look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.adapters.home import Home
from monitor.adapters.store import Store, StoredEntry


@contextmanager
def memory(home: Home) -> Iterator[Store | None]:
    """Open what is remembered, for reading; None before anything was polled."""
    with memory_at(home.root) as store:
        yield store


@contextmanager
def memory_at(root: Path) -> Iterator[Store | None]:
    """Open what is remembered in the home at `root`, which itself is not read."""
    path = root / "state" / "monitor.db"
    if not path.exists():
        yield None
        return
    with Store.open(path, read_only=True) as store:
        yield store


def entry_json(stored: StoredEntry) -> dict[str, object]:
    entry = stored.entry
    return {
        "number": stored.number,
        "id": entry.key.id,
        "feed": stored.feed_title,
        "outlet": entry.outlet,
        "link": entry.link,
        "title": entry.title,
        "summary": entry.summary,
        "language": entry.language,
        "published_at": entry.published_at,
        "seen_at": entry.seen_at,
        "edited_at": stored.edited_at,
        "story": stored.story,
        "background": stored.background,
        "scores": {score.profile: score.value for score in stored.scores},
    }
