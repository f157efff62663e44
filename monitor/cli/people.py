"""`monitor people`: what is kept of the readers of the mail, shown and forgotten."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click

from monitor.cli.assemble import open_store
from monitor.cli.door import CouldNotBeDone, Door, Group
from monitor.cli.memory import memory
from monitor.cli.tables import counted, local_text, print_json, print_table
from monitor.pipeline.readers import digests_of, forget_reader, known_readers


@click.group("people", cls=Group)
def people_command() -> None:
    """Show what is kept of the readers of the mail, and forget it.

    \b
    Example:
      monitor people list
      monitor people forget ana@example.org
    """


@people_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_command(door: Door, as_json: bool) -> None:
    """List the readers: those named in the settings, and those of whom something is kept.

    \b
    Example:
      monitor people list
    """
    home = door.home()
    with memory(home) as store:
        readers = known_readers(home, store)
    if as_json:
        print_json(
            [
                {
                    "address": each.address,
                    "digests": each.digests,
                    "left": each.left,
                    "verdicts": each.verdict_count,
                    "messages": each.message_count,
                }
                for each in readers
            ]
        )
        return
    print_table(
        ["address", "gets", "unsubscribed from", "#verdicts", "#messages"],
        [
            (
                each.address,
                ", ".join(each.digests),
                ", ".join(each.left),
                each.verdict_count,
                each.message_count,
            )
            for each in readers
        ],
    )
    click.echo(counted(len(readers), "reader"))


@people_command.command("show")
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show_command(door: Door, address: str, as_json: bool) -> None:
    """Show all that is kept of a reader: verdicts, messages, what they unsubscribed from.

    \b
    Example:
      monitor people show ana@example.org
    """
    home = door.home()
    with open_store(home) as store:
        reader = store.reader(address)
    if as_json:
        print_json(
            {
                "address": reader.address,
                "digests": digests_of(home, address),
                "verdicts": [
                    {"at": v.at, "good": v.good, "profile": v.profile, "title": v.title}
                    for v in reader.verdicts
                ],
                "messages": [
                    {"queued_at": m.queued_at, "digest": m.digest, "subject": m.subject,
                     "state": m.state.value, "sent_at": m.sent_at}
                    for m in reader.mail
                ],
                "unsubscribed": [{"digest": digest, "at": at} for digest, at in reader.left],
            }
        )  # fmt: skip
        return
    zone = ZoneInfo(home.config.zone)
    click.echo(f"{address} gets {', '.join(digests_of(home, address)) or 'no digest'}")
    for digest, at in reader.left:
        click.echo(f"unsubscribed from {digest}, {local_text(at, zone)}")
    print_table(
        ["said", "verdict", "profile", "title"],
        [
            (local_text(v.at, zone), "good" if v.good else "bad", v.profile, v.title)
            for v in reader.verdicts
        ],
    )
    print_table(
        ["queued", "digest", "state", "subject"],
        [(local_text(m.queued_at, zone), m.digest, m.state.value, m.subject) for m in reader.mail],
    )


@people_command.command("forget")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def forget_command(door: Door, address: str, yes: bool) -> None:
    """Delete what is kept of a reader: verdicts and messages, sent or waiting.

    That they unsubscribed is kept while the settings still name them, so that they are not
    written to again; take the address out of [digests], and forget once more.

    \b
    Example:
      monitor people forget ana@example.org --yes
    """
    home = door.home()
    with open_store(home) as store:
        if address not in store.reader_counts():
            raise CouldNotBeDone(f"nothing is kept of {address}; nothing was changed")
        if not yes:
            click.confirm(f"Delete all that is kept of {address}?", abort=True)
        done = forget_reader(store, home, address)
    click.echo(
        f"deleted: {counted(done.verdict_count, 'verdict')}, "
        f"{counted(done.message_count, 'message')}"
    )
    if done.underway_count:
        click.echo("a message that is being sent now stays; forget once more later")
    if names := digests_of(home, address):
        click.echo(f"the settings still name {address}: [digests] {', '.join(names)}")
    click.echo("What learning made of the verdicts goes with the next learning: monitor learn")
