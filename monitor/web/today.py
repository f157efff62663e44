"""Today: the next issue as it stands now, and what it leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from monitor.model import Digest, EntryKey, Omission, OmitReason, Score, Story
from monitor.pipeline.digests.digest_run import plan_of, upcoming
from monitor.pipeline.digests.upcoming import Sight, chosen_in, left_out_of, outlets_of
from monitor.web.desk import Desk, Response, chosen, page, render
from monitor.web.memo import Memo
from monitor.web.reasons import say_reason

NAV = ("/", "nav_today")
LEFT_OUT_SHOWN = 8  # of one reason; "more" shows them all, up to the next number
LEFT_OUT_MAX = 60
REASONS_SHOWN = 4
POINTS_SHOWN = 0.05  # fewer would be shown as 0.0
OUTLETS_SHOWN = 4
OLD_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class StoryRow:
    """One story on the page."""

    story: Story
    profile: str
    score: Score
    because: tuple[tuple[str, float], ...]  # reasons in words, with their points
    outlets: tuple[str, ...]  # besides the lead's
    outlet_count: int
    number: int = 0  # of its lead, 0 when that is not kept any more
    said: bool | None = None  # what was said of the lead
    detail: str = ""  # of an omission


@dataclass(frozen=True, slots=True)
class NextIssue:
    """A digest's next issue as it stood a moment ago."""

    digest: Digest | None  # None: no slot comes
    outlets: tuple[str, ...]  # to choose from
    made_at: datetime


# An issue that is a little old is shown while it is made anew; a deed has it made at once.
ISSUES = Memo[NextIssue](timedelta(seconds=20), serve=timedelta(minutes=10))


def _show(desk: Desk) -> Response:
    names = list(desk.home.config.digests)
    if not names:
        return render(desk, "today_none.html", title=desk.t["nav_today"])
    name = chosen(desk.query.text("digest"), names, names[0])
    issue = next_issue(desk, name)
    digest = issue.digest
    sight = _sight(desk)
    groups = left_out_of(digest, sight) if digest else {}
    more = desk.query.text("more")
    shown = {
        reason: found[: LEFT_OUT_MAX if reason.name == more else LEFT_OUT_SHOWN]
        for reason, found in groups.items()
    }
    stories = chosen_in(digest, sight) if digest else []
    rows = _rows(desk, stories, [omission for found in shown.values() for omission in found])
    return render(
        desk,
        "today.html",
        title=desk.t["nav_today"],
        names=names,
        name=name,
        digest=digest,
        settings=desk.home.config.digests[name],
        sight=sight,
        outlets=issue.outlets,
        profiles=plan_of(desk.home, name).profiles,
        rows=rows[: len(stories)],
        groups=_groups(groups, rows[len(stories) :]),
        is_new=not rows and desk.store.entry_count() == 0,
        stood_at=_stood_at(desk, issue),
        last=desk.store.last_issued_at(name, desk.now),
        here=_here(desk),
    )


def next_issue(desk: Desk, name: str) -> NextIssue:
    """Return a digest's next issue as it stands now, or stood a moment ago."""

    def make(desk: Desk) -> NextIssue:
        digest = upcoming(desk.store, plan_of(desk.home, name), desk.now)
        return NextIssue(digest, tuple(outlets_of(digest)) if digest else (), desk.now)

    found = ISSUES.get(desk, name, make)
    if found.digest and found.made_at < found.digest.slot.due_at <= desk.now:
        ISSUES.forget(desk.office)  # it was next, and its time has come
        found = ISSUES.get(desk, name, make)
    return found


def _stood_at(desk: Desk, issue: NextIssue) -> datetime | None:
    """Return when the issue stood so, None when that was just now; one is being made anew."""
    return issue.made_at if desk.now - issue.made_at > OLD_AFTER else None


def _sight(desk: Desk) -> Sight:
    known = {profile.name for profile in desk.home.profiles}
    profile = desk.query.text("profile")
    return Sight(
        profile if profile in known else "",
        desk.query.text("outlet")[:200],
        chosen(desk.query.text("language"), ("en", "es"), ""),
    )


def _groups(
    groups: dict[OmitReason, list[Omission]], rows: Sequence[StoryRow]
) -> list[tuple[OmitReason, int, list[StoryRow]]]:
    """Return by reason how many stories it left out, and those shown; near misses come first."""
    by_story = {row.story.number: row for row in rows}
    ordered = sorted(groups, key=lambda reason: reason is not OmitReason.BELOW_THRESHOLD)
    return [
        (
            reason,
            len(groups[reason]),
            [by_story[o.story.number] for o in groups[reason] if o.story.number in by_story],
        )
        for reason in ordered
    ]


def _rows(
    desk: Desk, stories: Sequence[tuple[str, Story]], omissions: Sequence[Omission]
) -> list[StoryRow]:
    """Return the rows of stories and omissions, in that order."""
    every = [*((profile, story, "") for profile, story in stories)]
    every += [(o.story.score.profile, o.story, o.detail) for o in omissions]
    keys = [story.lead.entry.key for _, story, _ in every]
    numbers = desk.store.numbers_of(keys)
    said = verdicts_in_short(desk, keys)
    return [
        replace(
            _row(story, profile, desk.t),
            number=numbers.get(story.lead.entry.key, 0),
            said=said.get(story.lead.entry.key),
            detail=detail,
        )
        for profile, story, detail in every
    ]


def verdicts_in_short(desk: Desk, keys: Iterable[EntryKey]) -> dict[EntryKey, bool]:
    """Return of entries that were judged whether any profile's verdict was good."""
    return {key: any(said.values()) for key, said in desk.store.said_of(keys).items()}


def _row(story: Story, profile: str, t: Mapping[str, str]) -> StoryRow:
    lead = story.lead.entry
    score = story.score_for(profile) or story.score
    others = dict.fromkeys(e.entry.outlet for e in story.entries if e.entry.outlet != lead.outlet)
    return StoryRow(
        story,
        profile,  # of its section: a related story stands in that of the first of its saga
        score,
        because(score, t),
        tuple(others)[:OUTLETS_SHOWN],
        len(others) + 1,
    )


def because(score: Score, t: Mapping[str, str]) -> tuple[tuple[str, float], ...]:
    """Return the strongest reasons in words; what every score begins with tells nothing."""
    telling = [
        reason
        for reason in score.reasons
        if reason.term != "to begin with" and abs(reason.points) >= POINTS_SHOWN
    ]
    return tuple((say_reason(r.term, t), r.points) for r in telling[:REASONS_SHOWN])


def _here(desk: Desk) -> str:
    """Return the address of this view, to come back to."""
    names = ("digest", "profile", "outlet", "language", "more")
    pairs = [(name, desk.query.text(name)) for name in names if desk.query.text(name)]
    return f"/?{urlencode(pairs)}" if pairs else "/"


routes = [page("/", _show)]
