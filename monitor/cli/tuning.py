"""`monitor profiles` that tune: suggest, accept, try, adopt, reset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from monitor import __version__
from monitor.adapters.home import Home
from monitor.adapters.home.profile_files import KINDS
from monitor.adapters.home.revising import add_alias, add_term, adopt_learned, read_draft
from monitor.adapters.home.settings import DURATION_RULE, parse_duration
from monitor.adapters.store import Store
from monitor.cli.assemble import open_store
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.memory import memory
from monitor.cli.tables import print_json, print_table
from monitor.cli.teaching import known_profile
from monitor.model import Score
from monitor.pipeline.archives.archive_trial import try_on_archives
from monitor.pipeline.polling.engines import bulk_workers
from monitor.pipeline.tuning.missing import suggestions
from monitor.pipeline.tuning.profiles import home_in_force
from monitor.pipeline.tuning.trying import Moved, Trial, try_profile

TERM_WEIGHT = 1.5
ALIAS_WEIGHT = 1.0
REASONS_SHOWN = 5
STORIES_SHOWN = 20
SUGGESTIONS_SHOWN = 25


def span_of(option: str, text: str) -> timedelta:
    """Return what a span like "14d" stands for; raises CouldNotBeDone when it is none."""
    span = parse_duration(text)
    if span is None:
        raise CouldNotBeDone(f"{option} {text}: {DURATION_RULE}")
    return span


def polled(store: Store | None) -> Store:
    if store is None:
        raise CouldNotBeDone("no entry is stored yet; poll the feeds once (`monitor poll`)")
    return store


# ---------------------------------------------------------------- what is missing


@click.command("suggest")
@click.option("--since", metavar="SPAN", default="30d", show_default=True, help="How far back.")
@click.option("--limit", type=click.IntRange(1), default=SUGGESTIONS_SHOWN, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def suggest_command(door: Door, since: str, limit: int, as_json: bool) -> None:
    """List terms that may be missing: names change, and so do words.

    They are frequent in entries that were called good or that score high, rare in the
    others, used by several outlets, and known to no profile and no party.

    \b
    Example:
      monitor profiles suggest --since 14d
    """
    home, now = door.home(), datetime.now(UTC)
    with memory(home) as store:
        found = suggestions(polled(store), home, now - span_of("--since", since))[:limit]
    if as_json:
        print_json([asdict(each) for each in found])
        return
    rows = [
        (each.term, "name" if each.is_name else "word", each.good_count, each.high_count,
         each.other_count, each.profile, "\n".join(each.headlines))
        for each in found
    ]  # fmt: skip
    columns = ["term", "a", "#good", "#high", "#others", "rides with", "headlines"]
    print_table(columns, rows)
    click.echo(f"{len(rows)} suggestions. Add one: monitor profiles accept TERM [--party X]")


@click.command("accept")
@click.argument("term")
@click.option("--profile", metavar="P", help="The profile it is a term of.")
@click.option("--party", metavar="X", help="The party it is a name of, instead.")
@click.option("--kind", type=click.Choice(KINDS), default="person", show_default=True)
@click.option("--weight", type=click.FloatRange(0, 10, min_open=True), help="Its weight.")
@click.pass_obj
def accept_command(
    door: Door, term: str, profile: str | None, party: str | None, kind: str, weight: float | None
) -> None:
    """Add a term to a profile, or a name to a party, in the home's own files.

    Without --profile and --party it goes to the profile that it was suggested for. The
    file keeps its comments, and its previous version stays beside it (.bak). --kind is
    of a party's name.

    \b
    Example:
      monitor profiles accept "screwworm*" --profile shared-challenges
      monitor profiles accept "ronald johnson" --party united-states
    """
    home = door.home()
    if profile and party:
        raise CouldNotBeDone("--profile and --party exclude each other")
    if party:
        known = {each.name: each for each in home.parties}
        if party not in known:
            names = ", ".join(known)
            raise CouldNotBeDone(f'there is no party "{party}"; the parties are: {names}')
        kept = add_alias(home.root, known[party], kind, term, weight or ALIAS_WEIGHT)
        _tell_written(f'"{term}" is a name of {known[party].title} now', kept)
        return
    name = known_profile(home, profile).name if profile else _suggested_for(home, term)
    kept = add_term(home.root, name, term, weight or TERM_WEIGHT)
    _tell_written(f'"{term}" is a term of {name} now', kept)


def _suggested_for(home: Home, term: str) -> str:
    with memory(home) as store:
        since = datetime.now(UTC) - timedelta(days=30)
        found = suggestions(store, home, since) if store else ()
    for each in found:
        if each.term == term:
            return each.profile
    raise CouldNotBeDone(f'"{term}" was not suggested; say --profile P or --party X')


def _tell_written(what: str, kept: Path | None) -> None:
    click.echo(f"{what}." + (f" The previous version: {kept}" if kept else ""))


# ---------------------------------------------------------------- trying a change


@click.command("try")
@click.argument("file", metavar="FILE.toml", type=click.Path(path_type=Path))
@click.option("--since", metavar="SPAN", default="14d", show_default=True, help="How far back.")
@click.option(
    "--archive",
    "archives",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Try it on an archive, as of `monitor backfill`, instead; may be given again.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def try_command(
    door: Door, file: Path, since: str, archives: tuple[Path, ...], as_json: bool
) -> None:
    """Show what an edited profile would have brought into the digests, and taken out.

    FILE is a copy of a profile, changed; its `name` says which. The stored entries are
    scored with both. Nothing is changed. How many stories a digest has room for is not
    looked at.

    \b
    Example:
      cp seeds/trade.toml draft.toml
      monitor profiles try draft.toml --since 14d
    """
    home, now = door.home(), datetime.now(UTC)
    draft = read_draft(home.root, file)
    if file.resolve() == (home.root / "seeds" / f"{draft.name}.toml").resolve():
        raise CouldNotBeDone(f"{file} is in force already; try a changed copy of it")
    with memory(home) as store:
        if archives:
            trial = try_on_archives(
                home, store, draft, archives, now, lambda kit: bulk_workers(home, kit, __version__)
            )
        else:
            trial = try_profile(polled(store), home, draft, now - span_of("--since", since))
    if archives:
        since = ", ".join(path.name for path in archives)
    if as_json:
        print_json(_trial_json(trial))
        return
    tell_trial(trial, draft.name, since)


def tell_trial(trial: Trial, name: str, since: str) -> None:
    """Print what a draft brings in and takes out, and how it keeps to the verdicts."""
    click.echo(
        f"{trial.entries_count} entries of {since} looked at: "
        f"+{len(trial.entered)} stories, -{len(trial.left)}"
    )
    if trial.fits:
        before, after = trial.fits
        click.echo(
            f"on {before.good_count} good and {before.bad_count} bad verdicts: "
            f"precision {before.precision:.0%} -> {after.precision:.0%}, "
            f"recall {before.recall:.0%} -> {after.recall:.0%}"
        )
    if not trial.is_carried:
        click.echo(f"No digest carries {name}; see [digests] in monitor.toml.")
    _tell_moved("+", trial.entered)
    _tell_moved("-", trial.left)


def _tell_moved(sign: str, stories: Sequence[Moved]) -> None:
    for moved in stories[:STORIES_SHOWN]:
        others = f", and {moved.entries_count - 1} more" if moved.entries_count > 1 else ""
        click.echo(f"{sign} {moved.lead.title} ({moved.lead.outlet}{others})")
        named = moved.after or moved.before
        profile = named.profile if named else ""
        click.echo(f"    {profile}: {_value(moved.before)} -> {_value(moved.after)}")
        reasons = [
            f"{reason.term}{f' ({reason.field})' if reason.field else ''} {reason.points:+.2f}"
            for reason in moved.changes[:REASONS_SHOWN]
        ]
        click.echo(f"    changed: {'; '.join(reasons) or 'the threshold'}")
    if len(stories) > STORIES_SHOWN:
        click.echo(f"{sign} ... and {len(stories) - STORIES_SHOWN} more")


def _value(score: Score | None) -> str:
    return f"{score.value:.2f}" if score else "none"


def _trial_json(trial: Trial) -> dict[str, object]:
    def shown(moved: Moved) -> dict[str, object]:
        return {
            "title": moved.lead.title,
            "link": moved.lead.link,
            "entries": moved.entries_count,
            "before": asdict(moved.before) if moved.before else None,
            "after": asdict(moved.after) if moved.after else None,
            "changes": [asdict(reason) for reason in moved.changes],
        }

    return {
        "entries": trial.entries_count,
        "verdicts": [asdict(fit) for fit in trial.fits] if trial.fits else None,
        "entered": [shown(moved) for moved in trial.entered],
        "left": [shown(moved) for moved in trial.left],
    }


# ---------------------------------------------------------------- what was learned


@click.command("adopt")
@click.argument("name")
@click.pass_obj
def adopt_command(door: Door, name: str) -> None:
    """Write what a profile learned into its file, under [learned].

    Comments stay, and the previous version stays beside the file (.bak). The verdicts
    it was learned from are settled then: they teach this profile no more.

    \b
    Example:
      monitor profiles adopt trade
    """
    home = door.home()
    known_profile(home, name)
    with open_store(home) as store:
        learned = store.learned().get(name)
        if learned is None:
            raise CouldNotBeDone(f"{name} has learned nothing, so there is nothing to adopt")
        in_force = known_profile(home_in_force(home, store), name)
        kept = adopt_learned(home.root, in_force)
        store.drop_learned(name, settled_at=learned.learned_at)
    _tell_written(f"{len(learned.words)} learned words of {name} are in its file now", kept)


@click.command("reset")
@click.argument("name")
@click.pass_obj
def reset_command(door: Door, name: str) -> None:
    """Drop what a profile learned; only later verdicts will teach it again.

    What was adopted into its file stays there.

    \b
    Example:
      monitor profiles reset trade
    """
    home = door.home()
    known_profile(home, name)
    with open_store(home) as store:
        had = store.drop_learned(name, settled_at=datetime.now(UTC))
    click.echo(f"{name} is as its file says" + ("." if had else "; it had learned nothing."))
