"""A home with scored news of some days, for the tests of the pages where a person tunes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from monitor.adapters.home import open_home
from monitor.model import Entry, PollState
from monitor.stages.score import Scorer
from tests.factories import NOON, make_entry, make_placement
from tests.pages import SETTINGS, Pages, served

# Over the threshold of the profile "trade", near misses, and neither.
NEWS = (
    ("tariffs", "Tariffs on steel rise again", "en", "Example Times"),
    ("aranceles", "Suben los tariffs al acero, dice México", "es", "El Ejemplo"),
    ("accord", "A trade accord is near, says the minister", "en", "The Sample"),
    ("football", "Football tariffs: clubs pay more for players", "en", "Sports Daily"),
    ("cup", "The cup final ends in a draw", "en", "Sports Daily"),
    ("año", "El año del acuerdo llega a Baja California", "es", "El Ejemplo"),
)


@contextmanager
def newsroom(root: Path, *, settings: str = SETTINGS, mail_port: int = 0) -> Iterator[Pages]:
    """Serve the pages of a home whose entries are scored as its profile does."""
    if mail_port:
        settings = settings.replace("[mail]", f"[mail]\nport = {mail_port}")
    with served(root, settings=settings, entries=[make_entry("old", title="Chess news")]) as pages:
        keep(pages, [entry_of(*news, minute) for minute, news in enumerate(NEWS)])
        yield pages


def entry_of(id: str, title: str, language: str, outlet: str, minute: int = 0) -> Entry:
    at = NOON - timedelta(hours=2) + timedelta(minutes=minute)
    return make_entry(
        id, title=title, language=language, outlet=outlet, published_at=at, seen_at=at
    )


def keep(pages: Pages, entries: Sequence[Entry]) -> None:
    """Store entries with the scores that the home's profiles give, each a story of its own."""
    home = open_home(pages.root, {})
    scorer = Scorer(home.profiles, home.parties)
    with pages.store() as store:
        store.save_poll(
            1,
            PollState(polled_at=NOON, succeeded_at=NOON, next_poll_at=NOON),
            [(entry, scorer.score(entry)) for entry in entries],
            [make_placement(entry.key) for entry in entries],
            floors={},
            first_poll_cutoff=None,
            now=NOON,
        )


def number_of(pages: Pages, id: str) -> int:
    """Return the number that an entry is called by."""
    with pages.store() as store:
        (found,) = store.find_entries(id)
    return found.number
