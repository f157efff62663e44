"""`monitor serve` and `monitor passwd`: the web pages alone, and the password in front of them."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from types import FrameType

import click

from monitor.cli.assemble import open_store
from monitor.cli.door import CouldNotBeDone, Door
from monitor.errors import ConfigError
from monitor.web.passwords import LONGEST, SHORTEST, make_password, read_password, save_password
from monitor.web.visit import is_loopback


@click.command("serve")
@click.option("--address", metavar="IP", help="Serve at this address; else at web.address.")
@click.option("--port", type=click.IntRange(0, 65535), help="Else web.port; 0 takes any free one.")
@click.pass_obj
def serve_command(door: Door, address: str | None, port: int | None) -> None:
    """Serve the web pages, and do nothing else, until stopped.

    `monitor run` serves them too (web.serve). They are for this machine only, unless a
    password is set and web.address says otherwise.

    \b
    Example:
      monitor --home ~/news serve
      monitor --home ~/news serve --port 8800
    """
    from monitor.web.server import PageServer  # what only the pages need

    logging.getLogger("monitor").setLevel(logging.WARNING)
    ended = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    server = PageServer(door.home, address=address, port=port)
    with server:
        click.echo(f"the pages are at {server.url} (Ctrl-C stops)")
        sys.stdout.flush()
        while not ended.wait(1.0):
            if server.is_at_rest:
                raise CouldNotBeDone("the pages ended by a mistake in the program; it was logged")


@click.command("passwd")
@click.option("--remove", is_flag=True, help="Ask for no password any more.")
@click.pass_obj
def passwd_command(door: Door, remove: bool) -> None:
    """Set the password of the web pages; it is asked for twice, or read from a pipe.

    Whoever is logged in is logged out, and wrong passwords that were counted are
    forgotten. Only what scrypt makes of it is kept, in state/web-password.

    \b
    Example:
      monitor passwd
      pass show news | monitor passwd
    """
    home = door.home()
    state = home.prepare_state()
    password = None
    if remove:
        if not is_loopback(home.config.web.address):
            problem = "the pages are served to others (web.address), so the password stays"
            raise ConfigError("monitor.toml, web.address", problem)
    else:
        password = make_password(_asked())
    # First the password: a crash in between leaves sessions of one that holds no more.
    save_password(state, password)
    with open_store(home) as store:
        store.close_sessions()
    click.echo("no password is asked for" if remove else "the password is set")
    if not remove and read_password(state) != password:
        raise CouldNotBeDone(f"{state}: what was written is not what is read there")


def _asked() -> str:
    if not sys.stdin.isatty():
        line = sys.stdin.readline(4 * LONGEST).rstrip("\r\n")
        if not line:
            raise CouldNotBeDone("no password came in; nothing was changed")
        return line
    return str(
        click.prompt(
            f"Password ({SHORTEST} characters or more)", hide_input=True, confirmation_prompt=True
        )
    )
