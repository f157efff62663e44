"""An issue through a real mail server, Postfix with STARTTLS on loopback, and back out of its box.

The command itself delivers, the server's own programs write the mailbox, and another's parser
(reformime of maildrop) reads it. The server is one of our own: its settings, queue and boxes
lie in a temporary folder, and it listens on 127.0.0.1 alone.
"""

from __future__ import annotations

import mailbox
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from monitor.adapters.store import Store
from monitor.model import OutboxMessage, OutboxState
from tests.authority import authority
from tests.soak.dot_kills import TITLE, furnish, issue

ANA, BEN, UNKNOWN = "ana@example.org", "ben@example.org", "nobody@elsewhere.example"
START_S = 20.0
SETTINGS = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
maillog_file = {root}/log/mail.log
maillog_file_prefixes = {root}
mail_owner = postfix
setgid_group = postdrop
myhostname = localhost
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.1/32
virtual_mailbox_domains = example.org
virtual_mailbox_base = {root}/boxes
virtual_mailbox_maps = inline:{{{{{ana}=ana/}}, {{{ben}=ben/}}}}
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_received_header = yes
smtpd_relay_restrictions = reject_unauth_destination
"""
SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

pytestmark = [
    pytest.mark.skipif(
        shutil.which("postfix") is None or shutil.which("reformime") is None,
        reason="postfix and maildrop are not installed: a real delivery is not tried",
    ),
    pytest.mark.skipif(os.geteuid() != 0, reason="not root: a real delivery is not tried"),
]


@dataclass(frozen=True)
class PostOffice:
    """A running Postfix and a home that delivers through it."""

    root: Path
    home: Path

    def monitor(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "monitor", "--home", str(self.home), *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "SSL_CERT_FILE": str(authority().certificate)},
        )

    def arrived(self, reader: str) -> list[Path]:
        """Wait until a message is in a reader's box; return all that are."""
        box, ends_at = self.root / "boxes" / reader / "new", time.monotonic() + START_S
        while time.monotonic() < ends_at and not (box.exists() and any(box.iterdir())):
            time.sleep(0.05)
        return sorted(box.iterdir())

    def outbox(self) -> dict[str, OutboxMessage]:
        with Store.open(self.home / "state" / "monitor.db", read_only=True) as store:
            return {item.message.recipient: item for item in store.outbox()}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    # Not pytest's folder: the server's programs, which are not root, have to come in.
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        port = _free_port()
        home = root / "home"
        furnish(home, port, [ANA, BEN, UNKNOWN])
        settings = (home / "monitor.toml").read_text()
        settings = settings.replace('"127.0.0.1"', '"localhost"').replace('"none"', '"starttls"')
        (home / "monitor.toml").write_text(settings)
        process = _started(root, port)
        try:
            yield PostOffice(root, home)
        finally:
            # The program that was started is a script; its server wrote its number down.
            os.kill(int((root / "queue" / "pid" / "master.pid").read_text()), signal.SIGTERM)
            process.wait(timeout=START_S)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _started(root: Path, port: int) -> subprocess.Popen[bytes]:
    for name in ("etc", "queue", "log"):
        (root / name).mkdir()
    for name, owner in (("data", "postfix"), ("boxes", "nobody")):
        (root / name).mkdir()
        shutil.chown(root / name, owner)
    certificate, key = authority().files(root / "etc", "localhost")
    (root / "etc" / "main.cf").write_text(
        SETTINGS.format(root=root, certificate=certificate, key=key, ana=ANA, ben=BEN)
    )
    (root / "etc" / "master.cf").write_text(SERVICES.format(port=port))
    with (root / "log" / "start").open("wb") as said:
        process = subprocess.Popen(
            ["postfix", "-c", str(root / "etc"), "start-fg"],
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
    ends_at = time.monotonic() + START_S
    while time.monotonic() < ends_at:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.05)
    process.kill()
    raise AssertionError((root / "log" / "start").read_text())


def test_an_issue_goes_through_a_real_mail_server_into_each_readers_box(office: PostOffice) -> None:
    issue(office.home, 0, "first")

    checked = office.monitor("mail", "check", "--to", ANA)
    delivered = office.monitor("deliver")

    assert checked.returncode == 0, checked.stdout
    assert "protected by STARTTLS" in checked.stdout
    assert delivered.stdout == "mail: 2 sent, 1 refused for good or given up\n"
    assert "Relay access denied" in delivered.stderr
    assert {to: item.state for to, item in office.outbox().items()} == {
        ANA: OutboxState.SENT, BEN: OutboxState.SENT, UNKNOWN: OutboxState.FAILED,
    }  # fmt: skip
    for name, reader in (("ana", ANA), ("ben", BEN)):
        [path] = office.arrived(name)
        check_message(path, office.outbox()[reader])
    assert "nothing is due" in office.monitor("deliver").stdout
    assert [len(office.arrived(name)) for name in ("ana", "ben")] == [1, 1]


def check_message(path: Path, queued: OutboxMessage) -> None:
    """Compare what is in the box with what was queued: byte for byte below the trace."""
    raw = path.read_bytes()
    as_sent = queued.message.content.replace(b"\r\n", b"\n")
    assert raw.endswith(as_sent)
    trace = raw[: -len(as_sent)].decode()
    assert f"Delivered-To: {queued.message.recipient}" in trace
    assert "using TLSv1.3" in trace

    with path.open("rb") as file:
        parts = subprocess.run(["reformime", "-i"], stdin=file, capture_output=True, check=True)
    types = [line for line in parts.stdout.decode().splitlines() if line.startswith("content-type")]
    assert types == [
        f"content-type: {t}" for t in ("multipart/alternative", "text/plain", "text/html")
    ]
    with path.open("rb") as file:
        text = subprocess.run(
            ["reformime", "-s", "1.1", "-e"], stdin=file, capture_output=True, check=True
        )
    assert f"{TITLE}, first part" in " ".join(text.stdout.decode().split())

    box = mailbox.Maildir(path.parents[1], factory=None, create=False)
    [kept] = [box.get_message(key) for key in box.keys()]  # noqa: SIM118
    assert kept["Message-ID"] == queued.message.id
    again = message_from_bytes(raw, policy=default)
    assert str(again["Subject"]) == queued.message.subject
