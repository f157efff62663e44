"""`monitor explain`: why an entry has its scores, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from zoneinfo import ZoneInfo

import click

from monitor.adapters.home import Home
from monitor.adapters.store import StoredEntry
from monitor.cli.door import Door
from monitor.cli.memory import entry_json, memory
from monitor.cli.stories import tell_rankings
from monitor.cli.tables import local_text, print_json, print_table
from monitor.cli.teaching import find_entry
from monitor.model import OmitReason, Score
from monitor.pipeline.tuning.profiles import home_in_force, scorer_of

SUM = "sum of the points"
COLUMNS_MAX = 5  # profiles side by side; more do not fit into a terminal
TERMS_SHOWN = 8
THEME = "theme: "  # as score.py labels what a profile's terms bring
TOLD_FROM = 0.005  # fewer points would be shown as 0.00


@click.command("explain")
@click.argument("entry")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def explain_command(door: Door, entry: str, as_json: bool) -> None:
    """Explain an entry: every score with its reasons, its story, the issues that carried it.

    ENTRY is its number (see `monitor entries`), its link, or its id; a story goes by the
    number of one of its entries. The points of a column add up to its sum; the score is
    the sum brought between 0 and 1.

    \b
    Example:
      monitor explain 17
    """
    home = door.home()
    with memory(home) as store:
        found = find_entry(store, entry)
        ranks = store.rankings(found.story) if store and found.story else []
        home = home_in_force(home, store)
    scores = scorer_of(home).score(found.entry)
    if as_json:
        ranked = [{**asdict(note), "total": note.rank.total} for note in ranks]
        print_json({**_explain_json(home, found, scores), "ranks": ranked})
    else:
        _tell_entry(home, found)
        _tell_scores(home, found, scores)
        _tell_nearest(home, scores)
        _tell_issues(home, found)
        tell_rankings(ranks, home)


def _explain_json(home: Home, stored: StoredEntry, scores: Sequence[Score]) -> dict[str, object]:
    thresholds = {profile.name: profile.threshold for profile in home.profiles}
    return {
        **entry_json(stored),
        "scores": [
            {
                "profile": score.profile,
                "score": score.value,
                "threshold": thresholds[score.profile],
                "distance": score.value - thresholds[score.profile],
                "points": sum(reason.points for reason in score.reasons),
                "reasons": [asdict(reason) for reason in score.reasons],
            }
            for score in scores
        ],
        "scores_when_polled": {score.profile: score.value for score in stored.scores},
        "issues": [asdict(issue) for issue in stored.issues],
        "omissions": [asdict(omission) for omission in stored.omissions],
    }


def _tell_entry(home: Home, stored: StoredEntry) -> None:
    entry, zone = stored.entry, ZoneInfo(home.config.zone)
    click.echo(entry.title)
    if entry.summary:
        click.echo(entry.summary)
    way = f", by way of {stored.feed_title}" if stored.feed_title != entry.outlet else ""
    click.echo(f"{entry.outlet}, {local_text(entry.dated_at, zone)}{way}")
    if entry.link:
        click.echo(entry.link)
    if stored.edited_at:
        click.echo(f"edited, seen {local_text(stored.edited_at, zone)}")
    if stored.background:
        why = "old news" if entry.published_at else "undated, which counts as old news,"
        click.echo(f"it was {why} when it was first seen, so no digest carries it")


def _tell_scores(home: Home, stored: StoredEntry, scores: Sequence[Score]) -> None:
    """Print one column of points for each profile; every column adds up to its sum."""
    thresholds = {profile.name: profile.threshold for profile in home.profiles}
    shown = scores[:COLUMNS_MAX]
    polled = {score.profile: score.value for score in stored.scores}
    distances = [score.value - thresholds[score.profile] for score in shown]
    rows = _reason_rows(shown)
    rows += [
        (SUM, *(_signed(sum(reason.points for reason in score.reasons)) for score in shown)),
        ("score", *(f"{score.value:.2f}" for score in shown)),
        ("threshold", *(f"{thresholds[score.profile]:.2f}" for score in shown)),
        ("above (+) or below (-) it", *(f"{value:+.2f}" for value in distances)),
    ]
    if any(abs(score.value - polled.get(score.profile, -1)) > 0.005 for score in shown):
        then = [polled.get(score.profile) for score in shown]
        values = ("" if value is None else f"{value:.2f}" for value in then)
        rows.append(("score when it was polled", *values))
    # A name is broken at its hyphens: columns of numbers are narrow, and there are several.
    names = [f"#{score.profile}".replace("-", "-\n") for score in shown]
    print_table(["reason", *names], rows)
    for score in scores[COLUMNS_MAX:]:
        threshold = thresholds[score.profile]
        click.echo(f"{score.profile}: {score.value:.2f}, its threshold is {threshold:.2f}")


def _tell_nearest(home: Home, scores: Sequence[Score]) -> None:
    """Tell the seed article whose vocabulary the entry shares most of, if any of it."""
    shares = {
        score.profile: [r for r in score.reasons if r.term.startswith(THEME)] for score in scores
    }
    nearest = max(shares, key=lambda name: sum(r.points for r in shares[name]), default=None)
    if nearest is None or not shares[nearest]:
        click.echo("It shares no term with any seed article.")
        return
    source = next(p.source or p for p in home.profiles if p.name == nearest)
    terms = ", ".join(reason.term.removeprefix(THEME) for reason in shares[nearest][:TERMS_SHOWN])
    click.echo(f'Nearest by vocabulary: "{source.title}" ({nearest}), by {terms}.')


def _reason_rows(scores: Sequence[Score]) -> list[tuple[str, ...]]:
    """Return each reason with its points in every profile, the strongest anywhere first."""
    points = [
        {(reason.term, reason.field): reason.points for reason in score.reasons} for score in scores
    ]
    ordered = sorted(
        (reason for score in scores for reason in score.reasons), key=lambda r: -abs(r.points)
    )
    rows: list[tuple[str, ...]] = []
    for term, field in dict.fromkeys((reason.term, reason.field) for reason in ordered):
        values = [column.get((term, field)) for column in points]
        if any(abs(value or 0) >= TOLD_FROM for value in values):
            name = f"{term} ({field})" if field else term
            rows.append((name, *(_signed(value) for value in values)))
    return rows


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.2f}"


def _tell_issues(home: Home, stored: StoredEntry) -> None:
    story = f"story {stored.story}" if stored.story else "no story: it is far below every threshold"
    click.echo(f"It is in {story}.")
    for issue in stored.issues:
        zone = (
            ZoneInfo(home.config.digests[issue.digest].zone)
            if (issue.digest in home.config.digests)
            else ZoneInfo(home.config.zone)
        )
        let_go = any(
            (each.digest, each.slot_label, each.reason)
            == (issue.digest, issue.slot_label, OmitReason.LET_GO)
            for each in stored.omissions
        )
        why = "was let go" if let_go else "had been sent"
        how = f" without showing it: its story {why}" if issue.silent else ""
        at = local_text(issue.issued_at, zone)
        click.echo(f"Digest {issue.digest} carried it{how}, slot {issue.slot_label}, issued {at}.")
        for reason, headline in (
            (OmitReason.SAME_STORY, issue.lead),
            (OmitReason.SAME_SAGA, issue.under),
        ):
            if headline:
                click.echo(f'  {reason.value}: told under "{headline}"')
    for omission in stored.omissions:
        detail = f" ({omission.detail})" if omission.detail else ""
        click.echo(
            f"Digest {omission.digest}, slot {omission.slot_label}, left its story out: "
            f"{omission.reason.value}{detail}."
        )
    if not stored.issues and not stored.omissions:
        click.echo("No digest has carried or considered it yet.")
