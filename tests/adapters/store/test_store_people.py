"""Who of a digest's readers wants it no more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from monitor.adapters.store import Store
from tests.factories import NOON

ANA, BEN = "ana@example.org", "ben@example.org"


def test_a_reader_who_leaves_a_digest_leaves_that_one_only(tmp_path: Path) -> None:
    with Store.open(tmp_path / "monitor.db") as store:
        assert store.unsubscribe("morning", ANA, NOON)
        assert store.unsubscribe("weekly", BEN, NOON)

        assert store.unsubscribed("morning") == {ANA}
        assert store.unsubscribed("weekly") == {BEN}
        assert store.unsubscribed("evening") == frozenset()


def test_leaving_twice_is_leaving_once(tmp_path: Path) -> None:
    with Store.open(tmp_path / "monitor.db") as store:
        assert store.unsubscribe("morning", ANA, NOON)
        assert not store.unsubscribe("morning", ANA, NOON + timedelta(days=1))
        assert store.unsubscribed("morning") == {ANA}

        assert store.resubscribe("morning", ANA)
        assert not store.resubscribe("morning", ANA)
        assert store.unsubscribed("morning") == frozenset()
