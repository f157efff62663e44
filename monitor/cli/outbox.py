"""`monitor outbox`: where each message stands, and a person's word on those that are stuck."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from monitor.adapters.store import Store
from monitor.cli.door import CouldNotBeDone, Door, Group
from monitor.cli.memory import memory
from monitor.cli.tables import counted, local_text, print_json, print_table
from monitor.model import OutboxMessage, OutboxState

LIMIT = 100
MEANINGS = {
    OutboxState.QUEUED: "goes out with the next delivery",
    OutboxState.SENDING: "is being handed over now",
    OutboxState.DATA_SENT: "is being handed over now, its body went out",
    OutboxState.SENT: "the mail server took it",
    OutboxState.RETRY: "was not taken for now, and is tried again",
    OutboxState.FAILED: "was refused for good, or not taken in three days; its stories open that "
    "reader's next message",
    OutboxState.UNCERTAIN: "may have arrived, so it is not sent again; its stories open that "
    "reader's next message",
    OutboxState.DROPPED: "was taken out by hand; its stories open that reader's next message",
}
UNDER_WAY = (OutboxState.SENDING, OutboxState.DATA_SENT)
BY_HAND = "dropped by hand"


@click.group("outbox", cls=Group)
def outbox_command() -> None:
    """Show where each message stands; send one again, or drop it.

    A message goes out once. When nobody can know whether it arrived it is uncertain: it is
    not sent again, and its stories open that reader's next message.

    \b
    Example:
      monitor outbox list --state uncertain
      monitor outbox send-again 17
      monitor outbox drop 18
    """


@outbox_command.command("list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in OutboxState]),
    help="Only messages in this state; may be given again.",
)
@click.option("--limit", type=click.IntRange(1), default=LIMIT, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_command(door: Door, states: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List messages, newest first, and say what their states mean.

    \b
    Example:
      monitor outbox list
      monitor outbox list --state failed --state uncertain
    """
    home = door.home()
    with memory(home) as store:
        wanted = tuple(OutboxState(state) for state in states)
        found = store.outbox(*wanted, limit=limit) if store else []
    if as_json:
        print_json([_as_json(item) for item in found])
        return
    if not found:
        click.echo("no such message" if states else "no message was ever queued")
        return
    zone = ZoneInfo(home.config.zone)
    print_table(
        ["#message", "digest", "slot", "to", "state", "#tries", "when"],
        [
            (
                *(item.number, item.digest, item.slot_label, item.message.recipient),
                *(item.state.value, item.attempt_count, _when(item, zone)),
            )
            for item in found
        ],
    )
    for item in found:
        if item.problem:
            again = " (its stories were told again)" if item.is_offered_again else ""
            click.echo(f"{item.number}: {item.problem}{again}")
    for state in sorted({item.state for item in found}, key=list(OutboxState).index):
        click.echo(f"{state.value}: {MEANINGS[state]}.")


@outbox_command.command("send-again")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--yes", is_flag=True, help="Do not ask, even where it may arrive twice.")
@click.pass_obj
def send_again_command(door: Door, ids: tuple[str, ...], yes: bool) -> None:
    """Queue messages again: the same bytes, the same Message-ID.

    ID is a message's number in `monitor outbox list`, or its Message-ID. One that may have
    arrived, or did, may come twice: you are asked first.

    \b
    Example:
      monitor outbox send-again 17 18
      monitor outbox send-again 17 --yes
    """
    now = datetime.now(UTC)
    with _writing(door) as store:
        chosen = _chosen(store, ids)
        _refuse_under_way(chosen)
        doubtful = [(item, doubt) for item in chosen if (doubt := _doubt(item))]
        for item, doubt in doubtful:
            click.echo(f"{_name(item)} {doubt}", err=True)
        if doubtful and not yes:
            _ask("Send it all the same?" if len(doubtful) == 1 else "Send them all the same?")
        again = [item for item in chosen if store.send_again(item.message.id, now)]
    for item in again:
        click.echo(f"{_name(item)} is queued again; it goes out with the next delivery.")
    _tell_missed(chosen, again)


@outbox_command.command("drop")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.pass_obj
def drop_command(door: Door, ids: tuple[str, ...]) -> None:
    """Take messages out of the outbox: they are not sent.

    Nothing is lost: the stories of a dropped message open that reader's next one. ID is a
    message's number in `monitor outbox list`, or its Message-ID.

    \b
    Example:
      monitor outbox drop 17
    """
    with _writing(door) as store:
        chosen = _chosen(store, ids)
        _refuse_under_way(chosen)
        for item in chosen:
            if item.state is OutboxState.SENT:
                raise CouldNotBeDone(
                    f"{_name(item)} was sent and cannot be taken back; nothing was changed"
                )
        open_ones = [i for i in chosen if i.state in {OutboxState.QUEUED, OutboxState.RETRY}]
        dropped = [i for i in open_ones if store.mark_dropped(i.message.id, BY_HAND)]
    for item in chosen:
        if item in dropped:
            click.echo(
                f"{_name(item)} is dropped; its stories open the next message of digest"
                f" {item.digest} to {item.message.recipient}."
            )
        elif item not in open_ones:
            click.echo(f"{_name(item)} is {item.state.value} already: it {MEANINGS[item.state]}.")
    _tell_missed(open_ones, dropped)


def _writing(door: Door) -> Store:
    path = door.home().state / "monitor.db"
    if not path.exists():
        raise CouldNotBeDone("there are no messages yet; `monitor digest NAME` queues some")
    return Store.open(path)


def _chosen(store: Store, ids: Sequence[str]) -> list[OutboxMessage]:
    """Return the messages that a person names, each once; all or none."""
    found = []
    for name in dict.fromkeys(ids):
        item = store.outbox_message(name)
        if item is None:
            raise CouldNotBeDone(
                f"there is no message {name}; `monitor outbox list` has them by number;"
                " nothing was changed"
            )
        if item not in found:
            found.append(item)
    return found


def _refuse_under_way(chosen: Sequence[OutboxMessage]) -> None:
    for item in chosen:
        if item.state in UNDER_WAY:
            raise CouldNotBeDone(
                f"{_name(item)} {MEANINGS[item.state]}; nothing was changed; try again when it is"
                " done (what a crash left so is settled by the next `monitor deliver`)"
            )


def _doubt(item: OutboxMessage) -> str:
    """Return why a message might tell its reader something twice; "" when it cannot."""
    if item.state is OutboxState.UNCERTAIN:
        again = " and its stories were told again since" if item.is_offered_again else ""
        return f"may have arrived already{again}: sent again, it may come twice."
    if item.state is OutboxState.SENT:
        return "was sent: sent again, it comes twice, if the reader's program does not notice."
    if item.is_offered_again:
        return "did not arrive, but its stories were told again since: they would come twice."
    return ""


def _ask(question: str) -> None:
    if not _is_asked():
        raise CouldNotBeDone("nothing was changed; to send all the same, say --yes")
    if not click.confirm(question, err=True):
        raise CouldNotBeDone("nothing was changed")


def _is_asked() -> bool:
    """Tell whether somebody is there to answer."""
    return sys.stdin.isatty()


def _tell_missed(wanted: Sequence[OutboxMessage], done: Sequence[OutboxMessage]) -> None:
    """Tell of messages that a delivery took up between the look and the deed."""
    missed = [item for item in wanted if item not in done]
    for item in missed:
        click.echo(f"{_name(item)} is under way meanwhile and was left alone", err=True)
    if missed:
        click.echo(f"{counted(len(missed), 'message')} could not be changed", err=True)
        sys.exit(1)


def _name(item: OutboxMessage) -> str:
    return f"message {item.number} ({item.digest} {item.slot_label} to {item.message.recipient})"


def _when(item: OutboxMessage, zone: ZoneInfo) -> str:
    if item.sent_at:
        return f"sent {local_text(item.sent_at, zone)}"
    if item.next_attempt_at:
        return f"again {local_text(item.next_attempt_at, zone)}"
    return f"queued {local_text(item.queued_at, zone)}"


def _as_json(item: OutboxMessage) -> dict[str, object]:
    return {
        "number": item.number,
        "message_id": item.message.id,
        "digest": item.digest,
        "slot": item.slot_label,
        "recipient": item.message.recipient,
        "subject": item.message.subject,
        "state": item.state.value,
        "meaning": MEANINGS[item.state],
        "attempts": item.attempt_count,
        "queued_at": item.queued_at,
        "next_attempt_at": item.next_attempt_at,
        "sent_at": item.sent_at,
        "problem": item.problem,
        "offered_again": item.is_offered_again,
        "bytes": len(item.message.content),
    }
