"""The command that has the machine start the service by itself."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import click

from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.unit import Unit, unit_text

NAME = "news-monitor.service"
SYSTEM_FOLDER = Path("/etc/systemd/system")


@click.command("install-service")
@click.option("--user", "is_personal", is_flag=True, help="For you alone, as long as you live in.")
@click.option("--system", "is_system", is_flag=True, help="For the machine; takes root.")
@click.option("--print", "only_print", is_flag=True, help="Print the unit; change nothing.")
@click.pass_obj
def install_service_command(
    door: Door, is_personal: bool, is_system: bool, only_print: bool
) -> None:
    """Write a systemd unit for this home, start it, and have it started with the machine.

    Without --user or --system: for the machine when you are root, else for you. The
    service runs as the home's owner and can write nowhere else.

    \b
    Example:
      monitor --home ~/news install-service --user
      sudo monitor --home /srv/news install-service --system
    """
    if is_personal and is_system:
        raise CouldNotBeDone("--user and --system exclude each other")
    home = door.home()
    if not is_personal and not is_system:
        is_personal = os.geteuid() != 0
    owner = pwd.getpwuid(home.root.stat().st_uid).pw_name
    unit = Unit(_program(), home.root, None if is_personal else owner, is_personal)
    text = unit_text(unit)
    if only_print:
        click.echo(text, nl=False)
        return
    if sys.platform != "linux" or shutil.which("systemctl") is None:
        raise CouldNotBeDone(
            "there is no systemd here. Nothing was changed. Let whatever starts services run"
            f" `monitor --home {home.root} run`, or cron `... once` every 15 minutes"
        )
    folder = Path.home() / ".config" / "systemd" / "user" if is_personal else SYSTEM_FOLDER
    home.prepare_state()
    _write(folder / NAME, text)
    _start(is_personal)
    who = "journalctl --user -u" if is_personal else "journalctl -u"
    click.echo(f"{folder / NAME}: written, and the service is started")
    click.echo(f"its log: {who} news-monitor; how it does: monitor --home {home.root} status")
    if is_personal:
        click.echo("to have it run while you are logged out: loginctl enable-linger")


def _program() -> tuple[str, ...]:
    """Return the command that was called, as a path that holds wherever it is started."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return sys.executable, "-m", "monitor"
    return (shutil.which(str(called)) or str(called.absolute()),)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CouldNotBeDone(
            f"{path}: cannot be written ({error.strerror}). Nothing was started. Try --user, or"
            " as root --system; --print shows the unit"
        ) from error


def _start(is_personal: bool) -> None:
    base = ["systemctl", *(["--user"] if is_personal else [])]
    for step in (["daemon-reload"], ["enable", "--now", NAME]):
        done = subprocess.run([*base, *step], capture_output=True, text=True, check=False)
        if done.returncode:
            said = " ".join(done.stderr.split())
            raise CouldNotBeDone(f"the unit is written, and systemd says: {said}")
