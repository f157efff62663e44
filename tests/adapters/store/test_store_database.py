"""The database file: made, refused, locked, full, damaged, killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.adapters.store import Store, database, schema, words
from monitor.adapters.store.files import has_no_room, is_frozen, make_folder, room_bytes
from monitor.errors import DiskFull, StoreError
from monitor.model import PollState
from tests import releases
from tests.factories import NOON, make_entry, make_score, make_subscription

ROOT = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "monitor.db"


def save(store: Store, *ids: str) -> None:
    store.sync_feeds([make_subscription()], NOON)
    store.save_poll(
        1,
        PollState(),
        [(make_entry(each), (make_score(),)) for each in ids],
        (),
        floors={"trade": 0.5},
        first_poll_cutoff=None,
        now=NOON,
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def damage(path: Path, at: int, count: int = 2000) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * count)


# ---------------------------------------------------------------- opening


def test_a_new_database_and_its_log_are_for_their_owner_alone(path: Path) -> None:
    umask = os.umask(0)
    try:
        with Store.open(path) as store:
            store.heartbeat(NOON)
            modes = [mode(path.parent), *(mode(each) for each in sorted(path.parent.iterdir()))]
    finally:
        os.umask(umask)

    assert modes == [0o700, 0o600, 0o600, 0o600]  # the folder, the file, its -shm and -wal


def test_a_database_that_others_may_read_is_closed_to_them(path: Path) -> None:
    Store.open(path).close()
    path.chmod(0o644)

    Store.open(path).close()

    assert mode(path) == 0o600


def test_every_connection_has_the_pragmas_that_the_promises_rest_on(path: Path) -> None:
    wanted = {
        "foreign_keys": 1,
        "synchronous": 2,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "mmap_size": 0,
        "busy_timeout": 10_000,
        "journal_mode": "wal",
        "auto_vacuum": 2,
        "application_id": schema.APPLICATION_ID,
        "user_version": schema.VERSION,
    }

    with Store.open(path) as writer, Store.open(path, read_only=True) as reader:
        found = [{name: store._db._pragma(name) for name in wanted} for store in (writer, reader)]

    assert found == [wanted, wanted]


def test_a_store_opened_for_reading_writes_nothing(path: Path) -> None:
    Store.open(path).close()

    with Store.open(path, read_only=True) as store:
        assert store.last_heartbeat() is None
        with pytest.raises(StoreError, match="noting a heartbeat: the database may only be read"):
            store.heartbeat(NOON)


def test_reading_does_not_make_a_database(path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database yet"):
        Store.open(path, read_only=True)

    assert not path.parent.exists()


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"feeds, entries and stories" * 100)

    with pytest.raises(StoreError, match=r"monitor\.db: .* not a database\. It was not changed"):
        Store.open(path)

    assert path.read_bytes() == b"feeds, entries and stories" * 100


def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE bookmark (url)")
    other.close()
    before = path.read_bytes()

    with pytest.raises(StoreError, match=r"belongs to another program. It was not changed"):
        Store.open(path)

    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        f"PRAGMA user_version = {schema.VERSION + 1}",
        "INSERT INTO _sqlite_migrations VALUES (99, 'monitor', 'm099_better_tables', '')",
    ],
)
def test_a_database_of_a_newer_version_is_refused_and_left_alone(
    path: Path, statement: str
) -> None:
    Store.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as newer:
        newer.execute(statement)
    newer.close()
    before = path.read_bytes()

    with pytest.raises(StoreError, match=r"written by a newer version .* It was not changed"):
        Store.open(path)

    assert path.read_bytes() == before


@pytest.mark.parametrize("check", [False, True])
def test_a_damaged_database_is_refused_and_not_changed(path: Path, check: bool) -> None:
    with Store.open(path) as store:
        save(store, *"abcdefgh")
    damage(path, 4096 * 5)
    before = path.read_bytes()

    with pytest.raises(StoreError, match=r"is damaged .* restore the newest backup"):
        Store.open(path, check=check)

    assert path.read_bytes() == before


def test_a_large_database_is_checked_when_asked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CHECK_ALWAYS_BYTES", 0)
    with Store.open(path) as store:
        save(store, *"abcdefgh")
    damage(path, 4096 * 5)

    with Store.open(path) as store, pytest.raises(StoreError, match="is damaged"):
        store.check()
    with pytest.raises(StoreError, match="is damaged"):
        Store.open(path, check=True)


def test_damage_met_on_the_way_is_told_in_the_same_words(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CHECK_ALWAYS_BYTES", 0)
    with Store.open(path) as store:
        save(store, *(f"entry-{number}" for number in range(200)))
        [page] = store._db.row("SELECT rootpage FROM sqlite_schema WHERE name = 'entry'") or [0]
    damage(path, 4096 * (page - 1), 4096)

    with Store.open(path) as store, pytest.raises(StoreError, match=r"is damaged .*found while"):
        store.entries()


def test_a_folder_in_the_place_of_the_database_is_refused(path: Path) -> None:
    path.mkdir(parents=True)

    with pytest.raises(StoreError, match=r"cannot be made or used here \(it is a folder\)"):
        Store.open(path)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a note")

    with pytest.raises(StoreError, match="this is a file, and the database needs a folder of that"):
        Store.open(tmp_path / "state" / "monitor.db")
    with pytest.raises(StoreError, match="this folder cannot be made"):
        make_folder(tmp_path / "state" / "backups")

    assert (tmp_path / "state").read_text() == "a note"


def test_of_a_folder_that_is_not_there_nothing_is_known(tmp_path: Path) -> None:
    assert not is_frozen(tmp_path / "none")
    assert room_bytes(tmp_path / "none") is None
    assert not has_no_room(tmp_path / "none")


def test_an_older_database_on_a_disk_that_may_only_be_read_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases.build(releases.FOLDER / "0.1.0.sql", path)
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("PRAGMA user_version = 1")
        old.execute("DELETE FROM _sqlite_migrations WHERE name <> 'm001_first'")
    before = path.read_bytes()
    monkeypatch.setattr(database, "is_frozen", lambda folder: True)  # as on a disk of that kind

    with pytest.raises(StoreError, match="of an older version and cannot be brought up to date"):
        Store.open(path, read_only=True)

    assert path.read_bytes() == before


def test_a_database_on_a_disk_that_may_only_be_read_has_no_log(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.open(path).close()
    monkeypatch.setattr(database, "is_frozen", lambda folder: True)

    with Store.open(path, read_only=True) as store:
        assert (store.log_bytes(), store.entry_count()) == (0, 0)


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "monitor.db"
    folder.mkdir()

    with pytest.raises(StoreError, match="opening the database: the database cannot be opened"):
        Store.open(folder, read_only=True)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user can reach, and nobody may write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield folder
        folder.chmod(0o700)


def test_a_read_only_folder_is_refused_with_what_to_do(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)  # to root no folder is read-only
    try:
        with pytest.raises(StoreError, match=r"Permission denied.*Make the folder writable"):
            Store.open(open_folder / "monitor.db")
    finally:
        os.seteuid(user)

    assert list(open_folder.iterdir()) == []


def test_an_old_sqlite_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))

    with pytest.raises(StoreError, match=r"the monitor needs 3.38.0 or newer"):
        Store.open(path)

    assert not path.exists()


def test_many_threads_make_one_database(path: Path) -> None:
    problems: list[StoreError] = []

    def work() -> None:
        try:
            with Store.open(path) as store:
                store.heartbeat(NOON)
        except StoreError as error:
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    with Store.open(path, check=True) as store:
        assert store.last_heartbeat() == NOON


OPEN = """
import sys, pathlib
from monitor.adapters.store import Store
Store.open(pathlib.Path(sys.argv[1])).close()
"""


def test_many_processes_make_one_database(path: Path) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", OPEN, str(path)], cwd=ROOT) for _ in range(4)
    ]

    assert [process.wait(timeout=60) for process in started] == [0, 0, 0, 0]
    with Store.open(path, check=True) as store:
        applied = schema.migrations.applied(store._db._conn)
    assert applied == schema.NAMES


def test_who_comes_second_finds_what_the_first_has_prepared(path: Path) -> None:
    path.parent.mkdir()
    first = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    first.execute("PRAGMA journal_mode = WAL")
    first.execute("BEGIN IMMEDIATE")
    schema.migrations.apply(first)
    first.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    first.execute(f"PRAGMA user_version = {schema.VERSION}")
    commit = threading.Timer(0.2, lambda: first.execute("COMMIT"))
    commit.start()

    with Store.open(path) as store:
        store.heartbeat(NOON)
        applied = schema.migrations.applied(store._db._conn)

    commit.join()
    first.close()
    assert applied == schema.NAMES


def test_a_switch_to_the_log_that_meets_a_reader_is_tried_again(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    reader = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM sqlite_schema").fetchall()
    end = threading.Timer(0.15, lambda: reader.execute("ROLLBACK"))
    end.start()

    with Store.open(path, busy_timeout_s=0.06) as store:
        assert store._db._pragma("journal_mode") == "wal"

    end.join()
    reader.close()


def test_a_switch_to_the_log_that_no_reader_lets_happen_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM sqlite_schema").fetchall()

    with pytest.raises(StoreError, match="opening the database: the database is locked"):
        Store.open(path, busy_timeout_s=0.01)

    reader.close()


def test_who_waits_in_vain_to_prepare_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    first = sqlite3.connect(path, isolation_level=None)
    first.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="opening the database: the database is locked"):
        Store.open(path, busy_timeout_s=0.05)

    first.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply = schema.migrations.apply

    def apply_and_fail(db: object) -> None:
        apply(db)
        raise sqlite3.OperationalError("a statement that this SQLite does not know")

    monkeypatch.setattr(schema.migrations, "apply", apply_and_fail)
    with pytest.raises(StoreError, match="a statement that this SQLite does not know"):
        Store.open(path)
    monkeypatch.undo()

    with Store.open(path, check=True) as store:
        assert store.entry_count() == 0


# ---------------------------------------------------------------- writing


def test_a_locked_database_is_told_and_nothing_is_kept(path: Path) -> None:
    with Store.open(path) as other, Store.open(path, busy_timeout_s=0.05) as store:
        with (
            other._db.writing("holding the lock"),
            pytest.raises(StoreError, match="noting a heartbeat: the database is locked"),
        ):
            store.heartbeat(NOON)
        assert store.last_heartbeat() is None

        store.heartbeat(NOON)
        assert store.last_heartbeat() == NOON


def test_readers_are_not_kept_waiting_by_a_writer(path: Path) -> None:
    with (
        Store.open(path) as writer,
        Store.open(path, busy_timeout_s=0.05) as reader,
        writer._db.writing("a long step"),
    ):
        writer._db.run("INSERT INTO fact VALUES ('heartbeat_at', 1)")
        assert reader.last_heartbeat() is None


def test_a_full_disk_is_told_and_loses_nothing_that_was_there(path: Path) -> None:
    with Store.open(path) as store:
        save(store, "a")
        pages = store._db._pragma("page_count")
        store._db.run(f"PRAGMA max_page_count = {pages}")

        with pytest.raises(StoreError, match=r"saving a poll: the disk is full. Nothing of this"):
            save(store, *(f"entry-{number}" for number in range(200)))
        assert [each.entry.key.id for each in store.entries()] == ["a"]

        store._db.run("PRAGMA max_page_count = 100000")
        save(store, "b")
        assert store.entry_count() == 2
        store.check()


def test_a_crash_of_our_own_inside_a_step_keeps_nothing_of_it(path: Path) -> None:
    with Store.open(path) as store:
        with pytest.raises(KeyboardInterrupt):
            _write_and_stop(store)

        assert store.last_heartbeat() is None
        store.heartbeat(NOON)


def _write_and_stop(store: Store) -> None:
    with store._db.writing("a step"):
        store._db.run("INSERT INTO fact VALUES ('heartbeat_at', 1)")
        raise KeyboardInterrupt


def test_text_that_is_no_unicode_is_told_without_the_text(path: Path) -> None:
    with Store.open(path) as store:
        with pytest.raises(StoreError, match="text that is no valid Unicode") as caught:
            store.sync_feeds([make_subscription(title="secret \ud800")], NOON)

        assert "secret" not in str(caught.value)
        assert store.feeds() == []


def test_stored_bytes_that_are_no_text_are_damage_and_are_not_repeated(path: Path) -> None:
    with Store.open(path) as store:
        save(store, "a")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("UPDATE entry SET title = CAST(x'68756e74657232ff' AS TEXT)")
        with pytest.raises(StoreError, match="text that is no UTF-8, found while") as caught:
            store.entries()

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(("is_full", "kind"), [(True, DiskFull), (False, StoreError)])
def test_an_error_of_a_disk_without_room_is_a_full_disk(
    path: Path, monkeypatch: pytest.MonkeyPatch, is_full: bool, kind: type[StoreError]
) -> None:
    monkeypatch.setattr(words, "has_no_room", lambda folder: is_full)
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR

    assert type(words.in_words(error, path, "storing a poll")) is kind


def test_an_error_nobody_thought_of_is_told_as_such(path: Path) -> None:
    with (
        Store.open(path) as store,
        pytest.raises(StoreError, match="an unexpected error"),
        store._db.reading("trying something"),
    ):
        store._db.rows("SELECT nothing FROM nowhere")


# ---------------------------------------------------------------- kill -9, power cut

KEEP_WRITING = """
import sys, pathlib
sys.path.insert(0, ".")
from monitor.adapters.store import Store
from monitor.model import PollState
from tests.factories import NOON, make_entry, make_placement, make_score, make_subscription
path, start = pathlib.Path(sys.argv[1]), int(sys.argv[2])
with Store.open(path) as store:
    store.sync_feeds([make_subscription()], NOON)
    for number in range(start, start + 100_000):
        entry = make_entry(f"entry-{number}")
        store.save_poll(1, PollState(etag=str(number)), [(entry, (make_score(),))],
            (make_placement(entry.key),), floors={}, first_poll_cutoff=None, now=NOON)
        print(number, flush=True)
"""


def stored_numbers(store: Store) -> list[int]:
    return sorted(
        int(each.entry.key.id.removeprefix("entry-")) for each in store.entries(limit=10**6)
    )


@pytest.mark.usefixtures("unmeasured")
def test_what_was_acknowledged_outlives_kill_9(path: Path) -> None:
    chance, kept = random.Random(2026), 0
    for _ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", KEEP_WRITING, str(path), str(kept)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        assert writer.stdout is not None
        for _ in range(chance.randrange(1, 30)):
            acknowledged = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *(int(n) for n in writer.stdout.read().split("\n")[:-1])])
        writer.stdout.close()
        writer.wait()

        with Store.open(path, check=True) as store:
            numbers = stored_numbers(store)
            [(_, state)] = store.feeds()

        # All that was acknowledged, perhaps the one after it, and the validators of the last.
        assert numbers == list(range(len(numbers)))
        assert len(numbers) - 1 in {acknowledged, acknowledged + 1}
        assert state.etag == str(numbers[-1])
        kept = len(numbers)


def test_a_log_torn_by_a_power_cut_leaves_whole_steps(path: Path, tmp_path: Path) -> None:
    chance = random.Random(2026)
    with Store.open(path) as store:
        for number in range(30):
            save(store, f"entry-{number}")
            store.save_failure(1, PollState(etag=str(number)))
        log = path.with_name("monitor.db-wal").read_bytes()
        for number in range(20):
            copy = tmp_path / f"copy-{number}" / "monitor.db"
            copy.parent.mkdir()
            shutil.copy(path, copy)
            torn = log[: chance.randrange(len(log) // 2, len(log))]
            copy.with_name("monitor.db-wal").write_bytes(torn)

            with Store.open(copy, check=True) as found:
                numbers = stored_numbers(found)
                etags = [state.etag for _, state in found.feeds()]

            assert numbers == list(range(len(numbers)))
            assert etags in ([None], [str(len(numbers) - 2)], [str(len(numbers) - 1)], [])
