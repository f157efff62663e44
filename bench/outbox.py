"""An issue for many readers: queued in one transaction, then delivered over loopback.

    python bench/outbox.py [--readers 100] [--stories 40]

Queueing is what a digest run adds for its readers: each message composed, all of them and the
issue committed together. Delivery is one dialogue per reader, two commits each, as it always
is. CPU time is this process's, user and system; a busy machine changes it little.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from monitor.adapters.deliver import MailServer
from monitor.adapters.home import create_home, open_home
from monitor.adapters.store import Store
from monitor.config import MailSettings
from monitor.demo.mail_sink import MailSink
from monitor.model import Entry, EntryKey, Placement, PollState, Score, Subscription
from monitor.pipeline import run_delivery, run_digest, slot_due
from monitor.pipeline.digests.digest_run import plan_of
from monitor.text.dates import parse_date

NOON = parse_date("2026-07-12T12:00:00Z")
assert NOON is not None


def furnish(root: Path, readers: int, length: int) -> None:
    create_home(root)
    for path in (root / "seeds").glob("*.toml"):
        path.unlink()
    (root / "seeds" / "trade.toml").write_text("threshold = 0.5\n[terms]\naccord = 5.0\n")
    named = ", ".join(f'"reader{n}@example.org"' for n in range(readers))
    (root / "monitor.toml").write_text(
        f'zone = "UTC"\n[digests.morning]\nrecipients = [{named}]\ntimes = ["07:00"]\n'
        f"length = {length}\noutlet_share = {length}\n"
    )


def fill(store: Store, stories: int) -> None:
    for n in range(stories):
        key = EntryKey(1, f"id{n}")
        entry = Entry(
            *(key, "The Example", f"https://example.org/{n}", f"Accord number {n} is signed"),
            *("Both sides agree on what comes next, after a long night of talks.", NOON, NOON),
            language="en",
        )
        store.save_poll(
            *(1, PollState(), [(entry, (Score("trade", 0.9, ()),))], [Placement(key, None)]),
            floors={},
            first_poll_cutoff=None,
            now=NOON,
        )


@contextmanager
def timed(what: str) -> Iterator[None]:
    began, cpu = time.perf_counter(), time.process_time()
    yield
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    print(f"{what:52} {used:6.3f} s CPU {wall:7.3f} s wall")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--stories", type=int, default=40)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, MailSink() as sink:
        for readers in (1, wanted.readers):
            root = Path(folder) / f"home{readers}"
            furnish(root, readers, wanted.stories)
            home = open_home(root, {})
            with Store.open(home.prepare_state() / "monitor.db") as store:
                store.sync_feeds([Subscription("https://example.org/feed", "Example")], NOON)
                plan = plan_of(home, "morning")
                slot_due(store, plan, NOON - timedelta(days=1))
                fill(store, wanted.stories)
                slot, _ = slot_due(store, plan, NOON)
                assert slot is not None
                what = f"{wanted.stories} stories issued to {readers} readers"
                with timed(what):
                    report = run_digest(store, plan, slot, NOON)
                assert len(report.messages) == readers
                settings = MailSettings(host="127.0.0.1", port=sink.port, security="none")
                with timed(f"delivered to {readers}"):
                    run_delivery(store, MailServer(settings, None), NOON)
    assert len(sink.received) == 1 + wanted.readers


if __name__ == "__main__":
    main()
