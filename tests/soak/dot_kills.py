"""SIGKILL between DATA's dot and the reply: uncertain, told, never sent twice, offered again.

`monitor deliver`, the command itself, is killed once for each reader of an issue: every
second time the server has taken the message by then. A later issue tells the stories again.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

from monitor.adapters.home import create_home, open_home
from monitor.adapters.store import Store
from monitor.model import OutboxState, PollState
from monitor.pipeline import run_digest, slot_due
from monitor.pipeline.digests.digest_run import plan_of
from tests.factories import NOON, make_entry, make_placement, make_score, make_subscription
from tests.smtp import ScriptedSmtp

KILLS = 50
WAIT_S = 60.0
TITLE = "Mexico and the United States sign a water accord"
SETTINGS = """
zone = "UTC"
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "News <news@example.org>"
[digests.morning]
recipients = [{readers}]
times = ["07:00"]
"""


@dataclass
class Killer:
    """Kills the process that hands a message over, at its dot."""

    count: int
    process: subprocess.Popen[str] | None = None
    hit: threading.Event = field(default_factory=threading.Event)

    def at_dot(self) -> None:
        if self.process is not None and not self.hit.is_set():
            self.process.kill()
            self.process.wait()
            self.hit.set()


def run(seed: int, count: int | None = None) -> Iterator[str]:
    kills = KILLS if count is None else count
    readers = [f"r{seed % 1000}-{n}@example.org" for n in range(kills)]
    killer = Killer(kills)
    with tempfile.TemporaryDirectory() as folder, ScriptedSmtp(at_dot=killer.at_dot) as smtp:
        root = Path(folder) / "home"
        furnish(root, smtp.port, readers)
        issue(root, 0, "first")
        for n in range(kills):
            # Taken and not answered for, or not taken: nobody here can tell them apart.
            smtp.faults.append(("dot", "accept and drop" if n % 2 else "drop"))
            kill_one(root, killer)
        delivered = subprocess.run(command(root), check=False, capture_output=True, text=True)
        assert "nothing is due" in delivered.stdout, delivered
        taken = Counter(mail.recipient for mail in smtp.mailbox)
        assert taken == dict.fromkeys(readers[1::2], 1)
        yield (
            f"{kills} kills between the dot and its reply,"
            f" {len(taken)} of them after the server took the message"
        )
        uncertain = states(root)[OutboxState.UNCERTAIN]
        assert uncertain == kills
        yield f"visible as uncertain: {uncertain} of {kills}"

        issue(root, 1, "second")
        subprocess.run(command(root), check=True, capture_output=True)
        ids = Counter(message_from_bytes(mail.content)["Message-ID"] for mail in smtp.mailbox)
        twice = sum(copies > 1 for copies in ids.values())
        assert twice == 0
        yield f"duplicates: {twice}"
        again = {mail.recipient for mail in smtp.mailbox[len(taken) :] if tells(mail.content)}
        assert again == set(readers)
        yield f"entries offered again: {len(again)} of {kills}"


def furnish(root: Path, port: int, readers: list[str]) -> None:
    create_home(root)
    for path in (root / "seeds").glob("*.toml"):
        path.unlink()
    (root / "seeds" / "trade.toml").write_text("threshold = 0.5\n[terms]\naccord = 5.0\n")
    named = ", ".join(f'"{reader}"' for reader in readers)
    (root / "monitor.toml").write_text(SETTINGS.format(port=port, readers=named))


def issue(root: Path, day: int, *names: str) -> None:
    """Issue a digest of these entries, and what is owed from before."""
    home, now = open_home(root, {}), NOON + timedelta(days=day)
    with Store.open(home.prepare_state() / "monitor.db") as store:
        store.sync_feeds([make_subscription()], now)
        plan = plan_of(home, "morning")
        slot_due(store, plan, now - timedelta(days=1))  # seen for the first time
        for name in names:
            entry = make_entry(name, title=f"{TITLE}, {name} part", seen_at=now, published_at=now)
            store.save_poll(
                1,
                PollState(),
                [(entry, (make_score(0.9),))],
                [make_placement(entry.key)],
                floors={},
                first_poll_cutoff=None,
                now=now,
            )
        slot, _ = slot_due(store, plan, now)
        assert slot is not None
        assert run_digest(store, plan, slot, now).messages


def kill_one(root: Path, killer: Killer) -> None:
    killer.hit.clear()
    killer.process = subprocess.Popen(
        command(root), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )
    assert killer.hit.wait(WAIT_S), "no message came to its dot"
    killer.process = None


def command(root: Path) -> list[str]:
    return [sys.executable, "-m", "monitor", "--home", str(root), "deliver"]


def states(root: Path) -> Counter[OutboxState]:
    with Store.open(root / "state" / "monitor.db", read_only=True, check=True) as store:
        return Counter(item.state for item in store.outbox(limit=10_000))


def tells(content: bytes) -> bool:
    """Tell whether a message names both the entry that was lost and the new one."""
    part = message_from_bytes(content).get_payload(0)
    text = " ".join(part.get_payload(decode=True).decode().split())  # type: ignore[union-attr]
    return all(f"{TITLE}, {name} part" in text for name in ("first", "second"))
