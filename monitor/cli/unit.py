"""The systemd unit, for a machine or for one person; `deploy/news-monitor.service` is one of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SHARED_HOME = Path("/var/lib/news-monitor")
PEOPLES = ("/home", "/root", "/run/user")  # folders that a service usually does not see

_HEAD = """\
# Written by `monitor install-service{options}`.
[Unit]
Description=News monitor
Documentation=man:monitor(1)
{after}# Try for ever, but not in haste: what is wrong with the settings may be mended meanwhile.
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={program} --home {home} run
Restart=on-failure
RestartSec=15s
# Opening checks the database for damage, and may bring an old one up to date.
TimeoutStartSec=15min
TimeoutStopSec=15s
# The service pings only while polls, digests, mail and database get on.
WatchdogSec=5min
UMask=0077
"""

_HARDENING = """\
# Nothing but the home can be written, no right can be gained, nobody else's data be seen.
{identity}NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome={protect_home}
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
PrivateUsers=yes
ProtectProc=invisible
ProcSubset=pid
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
# A model of meaning ([embeddings]) makes code while it runs: leave this line out for one.
MemoryDenyWriteExecute=yes
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
MemoryMax=1G
TasksMax=512
"""

_USER_HARDENING = """\
NoNewPrivileges=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
"""

_AFTER = """\
Wants=network-online.target
After=network-online.target time-sync.target
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """What a unit is made for. `user` None: a user of its own, made by systemd."""

    program: tuple[str, ...]  # and its arguments
    home: Path
    user: str | None = None
    is_personal: bool = False  # of a person's own systemd


def unit_text(unit: Unit) -> str:
    """Return the unit's text."""
    options = " --user" if unit.is_personal else " --system"
    head = _HEAD.format(
        options=options,
        after="" if unit.is_personal else _AFTER,
        program=" ".join(map(_quoted, unit.program)),
        home=_quoted(str(unit.home)),
    )
    target = "default.target" if unit.is_personal else "multi-user.target"
    hardening = _USER_HARDENING if unit.is_personal else _hardening(unit)
    return f"{head}{hardening}\n[Install]\nWantedBy={target}\n"


def _hardening(unit: Unit) -> str:
    is_peoples = str(unit.home).startswith(tuple(f"{folder}/" for folder in PEOPLES))
    protect_home = "read-only" if is_peoples else "yes"
    if unit.user is None:
        identity = "DynamicUser=yes\nStateDirectory=news-monitor\nStateDirectoryMode=0700\n"
    else:
        identity = f"User={unit.user}\nReadWritePaths={_quoted(str(unit.home))}\n"
    return _HARDENING.format(identity=identity, protect_home=protect_home)


def _quoted(text: str) -> str:
    """Return a word as systemd reads it back: spaces, quotes and its own signs escaped."""
    text = text.replace("%", "%%").replace("$", "$$")
    if any(sign in text for sign in " \t\"'\\"):
        text = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text
