"""Connections that read are kept from page to page, and never longer than they are good."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.adapters.store import Store
from monitor.errors import StoreError
from monitor.web import readers
from monitor.web.readers import KEPT_MAX, KEPT_S, ReadStores
from tests.factories import NOON, make_subscription


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "monitor.db"):
        return tmp_path / "monitor.db"


@pytest.fixture
def stores(path: Path) -> Iterator[ReadStores]:
    kept = ReadStores(path)
    yield kept
    kept.end()


def test_one_that_was_given_back_is_lent_again_to_any_thread(stores: ReadStores) -> None:
    with stores.lent() as first:
        pass
    lent = []

    def look() -> None:
        with stores.lent() as store:
            lent.append((store, store.entry_count()))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert lent == [(first, 0)]


def test_two_who_read_at_once_have_one_each(stores: ReadStores) -> None:
    with stores.lent() as one, stores.lent() as other:
        assert one is not other
        assert (one.entry_count(), other.entry_count()) == (0, 0)


def test_what_was_written_meanwhile_is_read(stores: ReadStores, path: Path) -> None:
    with stores.lent() as store:
        assert store.feeds() == []
    with Store.open(path) as writing:
        writing.sync_feeds([make_subscription()], NOON)

    with stores.lent() as again:
        assert again is store
        assert len(again.feeds()) == 1


def test_nothing_can_be_written_through_them(stores: ReadStores) -> None:
    with stores.lent() as store, pytest.raises(StoreError):
        store.heartbeat(NOON)


def test_another_file_of_that_name_is_opened_anew(stores: ReadStores, path: Path) -> None:
    with stores.lent() as former:
        pass
    fresh = path.with_name("fresh.db")
    with Store.open(fresh) as store:
        store.sync_feeds([make_subscription()], NOON)
    for each in path.parent.glob("monitor.db-*"):
        each.unlink()
    fresh.replace(path)

    with stores.lent() as store:
        assert store is not former
        assert len(store.feeds()) == 1


def test_a_file_that_is_gone_is_told(stores: ReadStores, path: Path) -> None:
    with stores.lent():
        pass
    path.unlink()

    with pytest.raises(StoreError, match="there is no database yet"):
        stores.take()


def test_after_a_while_another_is_opened(
    stores: ReadStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stores.lent() as former:
        pass
    later = readers.time.monotonic() + KEPT_S
    monkeypatch.setattr(readers.time, "monotonic", lambda: later)

    with stores.lent() as store:
        assert store is not former


def test_few_are_kept_and_none_after_the_end(stores: ReadStores) -> None:
    many = [stores.take() for _ in range(KEPT_MAX + 2)]
    for store in many:
        stores.give_back(store)

    assert sorted(map(_is_open, many)) == [False] * 2 + [True] * KEPT_MAX
    stores.end()
    with stores.lent() as late:
        pass
    assert not any(map(_is_open, [*many, late]))


def _is_open(store: Store) -> bool:
    try:
        store.entry_count()
    except StoreError:
        return False
    return True
