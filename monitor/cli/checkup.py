"""What `monitor doctor` tries, one after the other; each finding says what to do."""

from __future__ import annotations

import os
import socket
import ssl
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from monitor.adapters.deliver import check_server
from monitor.adapters.disk import BALLAST_BYTES, free_bytes
from monitor.adapters.home import Home
from monitor.adapters.store import Store
from monitor.adapters.store.backup import backups
from monitor.adapters.store.database import sqlite_version
from monitor.adapters.store.ground import file_system, warnings
from monitor.cli.door import Door
from monitor.cli.tables import ago, counted
from monitor.errors import ConfigError, MonitorError, StoreError
from monitor.pipeline.digests.channel_run import channels_of
from monitor.pipeline.digests.template_trial import faults_of
from monitor.stages.health.standing import BACKUP_WITHIN

LITTLE_ROOM = 20 * BALLAST_BYTES
EARLIEST = 2026  # no clock that is right shows an earlier year
CLOCK_SLACK = timedelta(minutes=5)
NAMES_TRIED = 5  # hosts of feeds: if none of them is known, names are not looked up at all


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried."""

    about: str
    state: Literal["well", "look", "wrong"]
    text: str
    advice: str = ""


def examine(door: Door, now: datetime, *, offline: bool) -> Iterator[Finding]:
    """Yield what is found, one thing after the other; what cannot be tried ends it."""
    sqlite = ".".join(map(str, sqlite_version()))
    yield Finding("program", "well", f"Python {sys.version.split()[0]}, SQLite {sqlite}")
    try:
        home = door.home()
    except ConfigError as error:
        yield Finding("home", "wrong", str(error), "Mend this first: nothing runs without it.")
        return
    feeds, digests = len(home.subscriptions), len(home.config.digests)
    profiles = len(home.profiles)
    told = f"{home.root}: {counted(feeds, 'feed')}, {counted(profiles, 'profile')}"
    missing = [
        advice
        for count, advice in (
            (feeds, "Without a feed nothing comes: monitor feeds add URL."),
            (profiles, "Without a profile nothing is relevant: monitor profiles new NAME."),
            (digests, "Without a digest nothing is issued: monitor digests new NAME."),
        )
        if not count
    ]
    told += f", {counted(digests, 'digest')}"
    yield Finding("home", "look" if missing else "well", told, " ".join(missing))
    yield from _secrets(home)
    yield from _templates(home)
    yield from _rights(home)
    yield from _disk(home)
    yield from _database(home, now)
    yield from _clock(now)
    if not offline:
        yield from _names(home)
        yield from _certificates()
        yield from _mail(home, now)


def _secrets(home: Home) -> Iterator[Finding]:
    for about, read in (("password", home.mail_password), ("webhook", home.webhook)):
        try:
            read()
        except ConfigError as error:
            yield Finding(about, "wrong", str(error), "Mend the file, or the setting.")
    channels = channels_of(home)
    for name, problem in channels.unread.items() if channels is not None else ():
        yield Finding(name, "wrong", problem, "Mend the file, or the setting: its messages wait.")
    for access in home.feed_access().values():
        if access.problem:
            yield Finding("password", "look", access.problem)


def _templates(home: Home) -> Iterator[Finding]:
    """Try the home's own templates with a sample issue, before a real one is due."""
    own = sorted(path.name for path in (home.root / "templates").glob("*") if path.is_file())
    if not any(name in home.templates for name in own):
        return
    faults = faults_of(home.templates)
    for fault in faults:
        yield Finding(
            "templates",
            "wrong",
            f"templates/{fault}",
            "Mend it there, or delete the file to have the shipped one; no digest is issued"
            " until then.",
        )
    if not faults:
        told = f"{counted(len(own), 'file')} of your own, tried with a sample in both languages"
        yield Finding("templates", "well", told)


def _rights(home: Home) -> Iterator[Finding]:
    state = home.state
    if not state.exists():
        yield Finding("rights", "look", f"{state} is not there yet; the first poll makes it")
        return
    if not state.is_dir():
        yield Finding("rights", "wrong", f"{state} is no folder", "Move that file away.")
        return
    open_to_all = [
        path
        for path in (state, *sorted(state.glob("*.db*")), state / "backups")
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    owner = state.stat().st_uid
    if not os.access(state, os.W_OK | os.X_OK):
        yield Finding(
            "rights",
            "wrong",
            f"this user cannot write to {state}",
            f"Run as its owner (user id {owner}), or: chown -R USER {state}",
        )
    elif open_to_all:
        names = ", ".join(path.name for path in open_to_all)
        yield Finding(
            "rights", "look", f"other users may read: {names}", f"Run: chmod -R go= {state}"
        )
    else:
        yield Finding("rights", "well", f"{state} is this user's alone")


def _disk(home: Home) -> Iterator[Finding]:
    place = home.state if home.state.exists() else home.root
    free = free_bytes(place)
    if free is None:
        return
    text = f"{free / 1e9:.2f} GB free on {file_system(place) or 'its file system'}"
    if free < 2 * BALLAST_BYTES:
        yield Finding("disk", "wrong", text, "Free some space: nothing is polled without.")
    elif free < LITTLE_ROOM:
        yield Finding("disk", "look", text, "It will not last: free some space soon.")
    else:
        yield Finding("disk", "well", text)


def _database(home: Home, now: datetime) -> Iterator[Finding]:
    path = home.state / "monitor.db"
    if home.state.is_dir():
        for warning in warnings(home.state, sqlite_version()):
            yield Finding("database", "look", warning)
    if not path.exists():
        yield Finding("database", "look", "there is none yet; the first poll makes it")
        return
    try:
        with Store.open(path, read_only=True) as store:
            store.check(whole=True)
            size, newest = store.status().size_bytes, store.newest_at()
    except StoreError as error:
        yield Finding("database", "wrong", str(error), _way_back(path))
        return
    yield Finding("database", "well", f"{path}: whole, {size / 1e6:.1f} MB")
    if newest and newest - now > CLOCK_SLACK:
        text = f"the database was used at {newest:%Y-%m-%d %H:%M} UTC, which is not yet"
        yield Finding("clock", "wrong", text, "Set the clock, and have it synchronised.")
    kept = backups(path)
    if kept and now - kept[0].made_at <= BACKUP_WITHIN:
        made = ago(kept[0].made_at, now)
        yield Finding("backup", "well", f"{counted(len(kept), 'backup')}, the newest {made}")
    else:
        yield Finding(
            "backup",
            "look",
            f"the newest backup is of {ago(kept[0].made_at, now)}" if kept else "no backup yet",
            "The service makes one every night; `monitor backup` makes one now.",
        )


def _way_back(database: Path) -> str:
    kept = backups(database)
    return f"Restore one: monitor restore {kept[0].path}" if kept else "There is no backup."


def _clock(now: datetime) -> Iterator[Finding]:
    if now.year < EARLIEST:
        yield Finding("clock", "wrong", f"it says {now:%Y-%m-%d}", "Set this machine's clock.")
    else:
        yield Finding("clock", "well", f"{now:%Y-%m-%d %H:%M} UTC")


def _names(home: Home) -> Iterator[Finding]:
    hosts = dict.fromkeys(
        host for each in home.subscriptions if (host := urlsplit(each.url).hostname)
    )
    tried = list(hosts)[:NAMES_TRIED]
    known = [host for host in tried if _is_known(host)]
    if not tried:
        return
    if not known:
        yield Finding(
            "names",
            "wrong",
            f"none of {len(tried)} hosts of feeds is known ({', '.join(tried)})",
            "Look at this machine's network and name server (/etc/resolv.conf).",
        )
    else:
        yield Finding("names", "well", f"{len(known)} of {len(tried)} hosts tried are known")


def _is_known(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError):
        return False


def _certificates() -> Iterator[Finding]:
    count = ssl.create_default_context().cert_store_stats()["x509_ca"]
    paths = ssl.get_default_verify_paths()
    if count or (paths.capath and any(Path(paths.capath).glob("*"))):
        yield Finding("certificates", "well", "this machine knows whom to trust")
    else:
        yield Finding(
            "certificates",
            "wrong",
            "this machine trusts no certificate authority, so no https works",
            "Install them: on Debian, apt-get install ca-certificates",
        )


def _mail(home: Home, now: datetime) -> Iterator[Finding]:
    mail = home.config.mail
    if not mail.host:
        if any(digest.recipients for digest in home.config.digests.values()):
            text = "there are recipients and no mail server: mail stays queued"
            yield Finding("mail", "look", text, "Set [mail] host and sender.")
        return
    sender = parseaddr(mail.sender)[1]
    secret = home.mail_token() or (lambda: home.mail_password() or "")
    try:
        for found in check_server(mail, secret if mail.user else None, now, sender=sender):
            state: Literal["well", "look", "wrong"] = (
                "well" if found.is_ok else "look" if found.is_ok is None else "wrong"
            )
            yield Finding(f"mail {found.step}", state, found.told, found.advice)
    except MonitorError as error:
        yield Finding("mail", "wrong", str(error))
