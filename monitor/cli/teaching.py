"""`monitor feedback` and `monitor learn`: what a reader says of entries, and what it teaches."""

from __future__ import annotations

import getpass
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import click

from monitor.adapters.home import Home
from monitor.adapters.store import Store, StoredEntry
from monitor.cli.assemble import open_store
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.lines import Line, read_label, read_lines
from monitor.cli.memory import memory
from monitor.cli.tables import counted, local_text, print_json, print_table
from monitor.model import Entry, EntryKey, TopicProfile, Verdict
from monitor.pipeline.tuning.learning_run import ProfileLearning, run_learning

LIMIT = 50
WORDS_SHOWN = 12
FILE_FEED = 0  # no feed has this number: entries of labelled files belong to none


@click.command("feedback")
@click.argument("entry", required=False)
@click.argument("verdict", required=False, type=click.Choice(["good", "bad", "undo"]))
@click.option("--profile", metavar="P", help="What is said holds for this profile only.")
@click.option("--who", metavar="NAME", help="Who says so; else the user of this machine.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_obj
def feedback_command(
    door: Door,
    entry: str | None,
    verdict: Literal["good", "bad", "undo"] | None,
    profile: str | None,
    who: str | None,
    as_json: bool,
) -> None:
    """Say that an entry is good (more of this) or bad (less of this); undo takes it back.

    ENTRY is its number (see `monitor entries`), its link, or its id. Without --profile
    it is said of the profile that scores the entry best, and of those that follow the
    same parties. A later verdict takes the place of an earlier one. Without ENTRY the
    verdicts are listed, newest last. `monitor learn` makes use of them.

    \b
    Example:
      monitor feedback 17 good
      monitor feedback 17 bad --profile trade
      monitor feedback 17 undo
    """
    home = door.home()
    if entry is None:
        _list(home, as_json)
        return
    if verdict is None:
        raise CouldNotBeDone(f"what of entry {entry}? Say good, bad or undo after it")
    if profile is not None:
        known_profile(home, profile)
    with memory(home) as store:
        found = find_entry(store, entry)
    with open_store(home) as store:
        if verdict == "undo":
            _undo(store, found, profile)
            return
        said = Verdict(found.entry, verdict == "good", profile, who=who or _user())
        store.save_verdicts([said], datetime.now(UTC))
    of = f" for {profile}" if profile else ""
    click.echo(f"{verdict}{of}: {found.entry.title}")


def find_entry(store: Store | None, name: str) -> StoredEntry:
    """Return the one entry that a person means; raises CouldNotBeDone otherwise."""
    found = store.find_entries(name) if store else []
    if not found:
        raise CouldNotBeDone(f'no entry is called "{name}"; see `monitor entries`')
    if len(found) > 1:
        names = ", ".join(f"{each.number} ({each.entry.title})" for each in found)
        raise CouldNotBeDone(f'"{name}" may mean more than one entry: {names}')
    return found[0]


def known_profile(home: Home, name: str) -> TopicProfile:
    """Return a profile of the home by its name; raises CouldNotBeDone when there is none."""
    for profile in home.profiles:
        if profile.name == name:
            return profile
    known = ", ".join(profile.name for profile in home.profiles)
    raise CouldNotBeDone(f'there is no profile "{name}"; the profiles are: {known}')


def _undo(store: Store, found: StoredEntry, profile: str | None) -> None:
    count = store.take_back(found.entry.key, profile)
    if not count:
        raise CouldNotBeDone(f"nothing was said of entry {found.number}, so nothing was changed")
    click.echo(f"taken back: {found.entry.title}")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a service account may have no name
        return ""


def _list(home: Home, as_json: bool) -> None:
    with memory(home) as store:
        verdicts = store.verdicts(limit=None if as_json else LIMIT) if store else []
    if as_json:
        print_json([_as_json(verdict) for verdict in verdicts])
        return
    zone = ZoneInfo(home.config.zone)
    rows = [
        (local_text(v.at, zone), v.who, "good" if v.good else "bad", v.profile or "",
         v.entry.outlet, v.entry.title)
        for v in verdicts
    ]  # fmt: skip
    print_table(["said", "by", "verdict", "profile", "outlet", "title"], rows)
    click.echo(
        counted(len(rows), "verdict") + (f", the newest {LIMIT}" if len(rows) == LIMIT else "")
    )


def _as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "title": verdict.entry.title,
        "link": verdict.entry.link,
        "good": verdict.good,
        "profile": verdict.profile,
        "at": verdict.at,
        "who": verdict.who,
    }


@click.command("learn")
@click.option(
    "--from",
    "file",
    metavar="LABELLED.jsonl",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Take up a labelled file's judgements as verdicts first.",
)
@click.option("--profile", metavar="P", help="The file's judgements are of this profile.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def learn_command(door: Door, file: Path | None, profile: str | None, as_json: bool) -> None:
    """Learn from the verdicts: what words add to a score, or take from it.

    What a person wrote into a profile stays as it is; what is learned is kept beside it,
    holds from the next poll on, and is learned anew from all verdicts each time (the
    service does so every night). See `monitor profiles show`, adopt and reset.

    A labelled file is that of `monitor evaluate`: grade 2 is good, 0 is bad, 1 is passed
    over. What it says is kept among the verdicts.

    \b
    Example:
      monitor learn
      monitor learn --from labelled.jsonl
    """
    home, now = door.home(), datetime.now(UTC)
    if profile is not None:
        known_profile(home, profile)
    taken = _taken_up(file, profile, now) if file else []
    with open_store(home) as store:
        if taken:
            store.save_verdicts(taken, now)
        learnings = run_learning(store, home, now)
    if as_json:
        print_json([_learning_json(each) for each in learnings])
        return
    if file:
        click.echo(f"{file}: {len(taken)} judgements taken up")
    _tell(learnings)


def _taken_up(file: Path, profile: str | None, now: datetime) -> list[Verdict]:
    """Return a labelled file's verdicts; all of it is read before anything is kept."""
    verdicts = []
    for line in read_lines(file, now):
        relevant = read_label(line).relevant
        if relevant is not None:
            entry = _file_entry(line)
            verdicts.append(Verdict(entry, relevant, profile, who=file.name))
    return verdicts


def _file_entry(line: Line) -> Entry:
    """Return the entry under a key of its words: the same words are judged once."""
    entry = line.entry
    words = f"{entry.title}\0{entry.summary}".encode("utf-8", "replace")
    key = EntryKey(FILE_FEED, hashlib.blake2b(words, digest_size=12).hexdigest())
    return Entry(
        key=key,
        outlet=entry.outlet,
        link=entry.link,
        title=entry.title,
        summary=entry.summary,
        published_at=entry.published_at,
        seen_at=entry.published_at or entry.seen_at,
        language=entry.language,
    )


def _learning_json(learning: ProfileLearning) -> dict[str, object]:
    adjustment = learning.adjustment
    return {
        "profile": learning.profile,
        "good": learning.good_count,
        "bad": learning.bad_count,
        "offset": adjustment.offset,
        "words": {word.term: word.points for word in adjustment.words},
    }


def _tell(learnings: Sequence[ProfileLearning]) -> None:
    if not learnings:
        click.echo("there are no verdicts to learn from; see `monitor feedback`")
        return
    alike: dict[int, list[ProfileLearning]] = {}
    for each in learnings:  # aspects of one relation learn the same
        alike.setdefault(id(each.adjustment), []).append(each)
    rows = []
    for group in alike.values():
        each, words = group[0], group[0].adjustment.words
        strongest = ", ".join(f"{word.term} {word.points:+.2f}" for word in words[:WORDS_SHOWN])
        names = ", ".join(one.profile for one in group)
        offset = f"{each.adjustment.offset:+.2f}"
        rows.append((names, each.good_count, each.bad_count, len(words), offset, strongest))
    print_table(["profiles", "#good", "#bad", "#words", "#every entry", "the strongest"], rows)
    click.echo("It holds from the next poll on. See `monitor profiles show`, adopt and reset.")
