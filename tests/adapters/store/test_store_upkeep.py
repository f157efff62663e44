"""What is let go with age, what is remembered of the service, what a database stands on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import Store, database
from monitor.adapters.store.ground import file_system, is_network, is_sound, warnings
from monitor.adapters.store.retention import Ages, Pruned
from monitor.errors import StoreError
from monitor.model import Entry, OutboxState, PollState, Trouble
from tests.factories import (
    NOON,
    make_digest,
    make_entry,
    make_message,
    make_placement,
    make_profile,
    make_score,
    make_scored,
    make_section,
    make_story,
    make_subscription,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "monitor.db")


def poll(store: Store, *entries: Entry) -> list[str]:
    """Save a poll; return the ids that were new."""
    store.sync_feeds([make_subscription()], NOON)
    saved = store.save_poll(
        1,
        PollState(),
        [(entry, (make_score(),)) for entry in entries],
        [make_placement(entry.key) for entry in entries],
        floors={"trade": 0.5},
        first_poll_cutoff=None,
        now=NOON,
    )
    return [key.id for key in saved.new + saved.edited]


def of_age(days: int) -> Entry:
    at = NOON - days * DAY
    return make_entry(f"d{days}", summary=f"words{days}", published_at=at, seen_at=at)


AGES = Ages(texts=NOON - 180 * DAY, entries=NOON - 730 * DAY)


def prune_all(store: Store, limit: int) -> Pruned:
    total = Pruned()
    while (step := store.prune_step(AGES, limit)).total:
        total += step
    return total


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_texts_go_first_and_entries_later_as_told_before(store: Store, limit: int) -> None:
    entries = [of_age(days) for days in (1, 179, 181, 400, 729, 731, 900)]
    with store:
        poll(store, *entries)
        told = store.prunable(AGES)

        done = prune_all(store, limit)

        kept = {each.entry.key.id: each.entry.summary for each in store.entries()}
        assert kept == {"d1": "words1", "d179": "words179", "d181": "", "d400": "", "d729": ""}
        assert done == told == Pruned(text_count=3, entry_count=2)
        assert store.prunable(AGES) == Pruned()
        found = {days: len(store.entries(search=f"words{days}")) for days in (179, 181, 900)}
        assert found == {179: 1, 181: 0, 900: 0}
        assert len(store.entries(search="water accord")) == 5  # titles stay
        store._db.run("INSERT INTO entry_fts (entry_fts, rank) VALUES ('integrity-check', 1)")
        store.check(whole=True)


def test_what_was_pruned_does_not_come_back_and_is_no_edit(store: Store) -> None:
    with store:
        poll(store, of_age(200), of_age(900))
        prune_all(store, 500)

        assert poll(store, of_age(200), of_age(900)) == []
        assert [each.entry.key.id for each in store.entries()] == ["d200"]


def test_what_was_sent_stays_known_when_its_entry_is_gone(store: Store) -> None:
    old = of_age(900)
    with store:
        poll(store, old)
        story = make_story(1, make_scored(old))
        digest = make_digest(make_section(story))
        store.issue(digest, messages=[make_message()], subject="Morning")
        prune_all(store, 500)

        committed = store._db.value("SELECT count(*) FROM commitment")
        assert (committed, store.entry_count()) == (1, 0)
        assert store.candidates("morning", [make_profile()], NOON - 1000 * DAY) == []
        assert [issue.slot.label for issue in store.issues()] == ["2026-07-12-0700"]


def test_bytes_of_sent_messages_go_and_of_others_stay(store: Store) -> None:
    ages = Ages(NOON + DAY, NOON - DAY)
    with store:
        for number, state in enumerate(OutboxState):
            message = make_message(f"<{number}@example.org>", recipient=f"r{number}@example.org")
            store.issue(make_digest(name=f"d{number}"), messages=[message], subject="M")
            store._db.run("UPDATE outbox SET state = ? WHERE message_id = ?", [state, message.id])

        done = store.prune_step(ages)

        left = {each.state for each in store.outbox() if each.message.content}
        assert done == Pruned(message_count=1)
        assert left == set(OutboxState) - {OutboxState.SENT}


def test_room_is_given_back_to_the_disk_in_steps(store: Store) -> None:
    with store:
        poll(store, *(make_entry(f"e{n}", summary="word " * 500) for n in range(200)))
        store.fold_log()
        before = store.status().size_bytes
        while store.prune_step(Ages(NOON + DAY, NOON + DAY)).total:
            pass
        steps = 0
        while store.vacuum_step(10):
            steps += 1

        assert steps > 5
        assert store.status().size_bytes < before / 2
        store.check(whole=True)


def test_what_is_noted_of_feeds_goes_with_age_too(tmp_path: Path) -> None:
    with Store.open(tmp_path / "monitor.db") as store:
        poll(store, make_entry("a"))
        for days in (1, 800, 900):
            at = int((NOON - days * DAY).timestamp() * 1_000_000)
            store._db.run("INSERT INTO feed_news VALUES (NULL, 1, ?, 'moved', '')", [at])

        counted, done = store.prunable(AGES).note_count, store.prune_step(AGES).note_count

        assert (counted, done, store.prune_step(AGES)) == (2, 2, Pruned())
        assert store._db.value("SELECT count(*) FROM feed_news") == 1


# ---------------------------------------------------------------- the log


def test_a_log_that_a_reader_held_is_folded_when_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    with Store.open(path) as store, Store.open(path, read_only=True, busy_timeout_s=0.01) as reader:
        store._db.run("PRAGMA busy_timeout = 10")
        with reader._db.reading("looking"):
            reader._db.value("SELECT count(*) FROM entry")
            for n in range(40):
                poll(store, make_entry(f"e{n}", summary="word " * 3000))
            assert store.fold_log() is False
            assert store.log_bytes() > 500_000

        assert store.fold_log() is True
        assert store.log_bytes() == 0


# ---------------------------------------------------------------- how the service does


def test_a_day_is_counted_by_its_heartbeats_and_polls(store: Store) -> None:
    with store:
        for n in range(5):
            store.heartbeat(NOON + n * MINUTE)
        store.heartbeat(NOON + 2 * HOUR)  # it did not run meanwhile
        store.heartbeat(NOON + HOUR)  # a clock set back
        store.tally(NOON, polls=10, failures=1, took=timedelta(seconds=2))
        store.tally(NOON + HOUR, polls=5, failures=0, took=timedelta(seconds=1))
        store.tally(NOON - 8 * DAY, polls=7, failures=7, took=MINUTE)

        found = store.upkeep(NOON + 3 * HOUR, 7 * DAY)

    assert (found.alive, found.poll_count, found.failure_count) == (4 * MINUTE, 15, 1)
    assert found.poll_took == timedelta(seconds=3)
    assert found.size_bytes > 0


def test_a_trouble_keeps_its_beginning_until_it_ends(store: Store) -> None:
    with store:
        store.note_trouble("disk", "full", NOON)
        store.note_trouble("disk", "still full", NOON + HOUR)
        store.note_trouble("poll", "locked", NOON - HOUR)

        assert store.troubles() == [
            Trouble("poll", "locked", NOON - HOUR),
            Trouble("disk", "still full", NOON),
        ]
        store.end_trouble("disk", "unknown")
        assert [each.name for each in store.troubles()] == ["poll"]


def test_a_matter_is_told_once_until_it_is_over(store: Store) -> None:
    with store:
        assert store.untold(["mail", "disk"]) == (["mail", "disk"], [])
        store.mark_told(["mail", "disk"], [], NOON)
        assert store.untold(["mail", "disk"]) == ([], [])
        assert store.untold(["mail"]) == ([], ["disk"])
        store.mark_told([], ["disk"], NOON)
        assert store.untold(["mail", "disk"]) == (["disk"], [])


# ---------------------------------------------------------------- what it stands on

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/news /srv/news nfs4 rw 0 0
/dev/sdb1 /srv/news/local xfs rw 0 0
host /mnt/my\\040share virtiofs rw 0 0
/dev/sdc1 /mnt/stick fuseblk rw 0 0
nonsense
"""


@pytest.mark.parametrize(
    ("folder", "kind", "network"),
    [
        ("/srv/news/state", "nfs4", True),
        ("/srv/newsroom", "ext4", False),
        ("/srv/news/local/state", "xfs", False),
        ("/mnt/my share", "virtiofs", True),
        ("/mnt/stick/x", "fuseblk", False),
        ("/", "ext4", False),
    ],
)
def test_the_kind_of_file_system_is_that_of_the_nearest_mount(
    tmp_path: Path, folder: str, kind: str, network: bool
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)

    assert file_system(Path(folder), mounts) == kind
    assert is_network(kind) is network
    assert len(warnings(Path(folder), (3, 51, 3), mounts)) == network
    assert file_system(Path(folder), tmp_path / "none") == ""


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((4, 0, 0), True),
    ],
)
def test_versions_of_sqlite_with_the_fault_are_told(
    tmp_path: Path, version: tuple[int, ...], sound: bool
) -> None:
    assert is_sound(version) is sound
    assert len(warnings(tmp_path, version, tmp_path / "none")) == (not sound)


def test_on_a_network_file_system_there_is_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database.ground, "file_system", lambda folder: "nfs4")

    with Store.open(tmp_path / "monitor.db") as store:
        poll(store, make_entry("a"))
        assert store._db._pragma("journal_mode") == "delete"
        assert store.fold_log() is True

    with Store.open(tmp_path / "monitor.db") as store:
        assert store.entry_count() == 1


def test_a_connection_without_the_promised_pragmas_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_PRAGMAS", "PRAGMA foreign_keys = 0;")

    with pytest.raises(StoreError, match="does not take the setting foreign_keys = 1"):
        Store.open(tmp_path / "monitor.db")
