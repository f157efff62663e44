"""`monitor mail`: the mail server tried, and what is wrong with it told in words."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parseaddr

import click

from monitor.adapters.deliver import check_server, sender_hints
from monitor.adapters.home import Home
from monitor.cli.door import CouldNotBeDone, Door, Group

MARKS = {True: "ok", False: "WRONG", None: "note"}


@click.group("mail", cls=Group)
def mail_command() -> None:
    """Try the mail server; nothing is ever sent.

    \b
    Example:
      monitor mail check
    """


@mail_command.command("check")
@click.option("--to", "recipient", metavar="ADDRESS", help="Ask whether it takes mail for ADDRESS.")
@click.pass_obj
def check_command(door: Door, recipient: str | None) -> None:
    """Connect, secure, log in, ask; send nothing; say what is wrong and what to do.

    \b
    Example:
      monitor mail check
      monitor mail check --to ana@example.org
    """
    home = door.home()
    mail = home.config.mail
    if not mail.host:
        raise CouldNotBeDone("no mail server is named: set host and sender under [mail]")
    sender = parseaddr(mail.sender)[1]
    click.echo(f"mail server {mail.host}:{mail.port}, mail from {sender}")
    is_well = True
    for finding in check_server(
        mail, _secret(home), datetime.now(UTC), sender=sender, recipient=recipient
    ):
        click.echo(f"  {MARKS[finding.is_ok]:5}  {finding.step}: {finding.told}")
        if finding.advice:
            click.echo(f"         {finding.advice}")
        is_well = is_well and finding.is_ok is not False
    click.echo("What readers' servers look up, so that mail is not taken for junk:")
    for hint in sender_hints(sender.rpartition("@")[2], mail.host):
        click.echo(f"  {hint}")
    if not is_well:
        sys.exit(1)
    click.echo("Nothing was sent. All is well as far as this can tell.")


def _secret(home: Home) -> Callable[[], str] | None:
    """Return what brings the password or the token; it is asked for when a login begins."""
    if not home.config.mail.user:
        return None
    return home.mail_token() or (lambda: home.mail_password() or "")
