"""Why the others are not in an issue: each story left out, with the reason in words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from monitor.config import DigestSettings
from monitor.model import Omission, OmitReason, Rank, Story
from monitor.stages.choose.rank import outlet_key
from monitor.stages.choose.standing import Standing, in_order, passes, passing
from monitor.text.wording import (
    say_issue_full,
    say_issue_of,
    say_let_go,
    say_no_profile,
    say_outlet_full,
    say_shortfall,
)

SHOWN_MAX: Final = 60  # omissions whose entries are put in order, for somebody may read them

# What a reader may miss comes first: what is told for the last time, then what passed but
# waits for room, then what nearly passed, then what was seen before.
_OMISSIONS_ORDER: Final = (
    OmitReason.LET_GO,
    OmitReason.NO_ROOM,
    OmitReason.OUTLET_FULL,
    OmitReason.BELOW_THRESHOLD,
    OmitReason.ALREADY_SENT,
)
# The same few words are said of thousands of stories.
_say_issue_of = lru_cache(maxsize=256)(say_issue_of)
_say_issue_full = lru_cache(maxsize=16)(say_issue_full)


def omissions(
    left_out: Iterable[Standing],
    ordered: Mapping[int, Story],
    chosen: Iterable[Story],
    settings: DigestSettings,
) -> tuple[Omission, ...]:
    """Return the omissions, what a reader may miss most first."""
    leads = Counter(outlet_key(story.lead.entry) for story in chosen if story.under is None)
    full = full_outlets(leads, settings.outlet_share)
    told: dict[OmitReason, list[tuple[Standing, str]]] = {each: [] for each in _OMISSIONS_ORDER}
    for standing in left_out:
        reason, detail = _told(standing, full, settings)
        told[reason].append((standing, detail))
    found: list[Omission] = []
    for reason, several in told.items():
        for standing, detail in several:
            story = standing.story
            # Only the first are ever shown, and there may be thousands.
            if len(found) < SHOWN_MAX:
                story = ordered.get(story.number) or in_order(standing, settings.language)
            if standing.why_not is None:
                story = _placed(story, standing.rank)
            found.append(Omission(story, reason, detail))
    return tuple(found)


def _placed(story: Story, rank: Rank) -> Story:
    """Return a story with its rank; in full, for `replace` takes five times as long."""
    return Story(
        story.number,
        story.entries,
        story.issued,
        story.earlier,
        story.passed_over,
        rank,
        story.update,
        story.under,
    )


def _told(
    standing: Standing, full: frozenset[str], settings: DigestSettings
) -> tuple[OmitReason, str]:
    """Return why a story is not carried, and in which words."""
    story, language = standing.story, settings.language
    if standing.why_not is OmitReason.ALREADY_SENT and story.issued:
        return OmitReason.ALREADY_SENT, _say_issue_of(story.issued, language)
    if not standing.profile:
        return OmitReason.BELOW_THRESHOLD, say_no_profile(language)
    if standing.why_not:
        detail = say_shortfall(standing.value, standing.bar, language)
        return OmitReason.BELOW_THRESHOLD, detail
    issue_count = story.passed_over + 1
    if issue_count >= settings.patience:
        return OmitReason.LET_GO, say_let_go(issue_count, language)
    if full and _is_crowded_out(standing, full):
        outlet = min(entry.outlet for entry in passing(standing))
        return OmitReason.OUTLET_FULL, say_outlet_full(settings.outlet_share, outlet, language)
    return OmitReason.NO_ROOM, _say_issue_full(settings.length, language)


def _is_crowded_out(standing: Standing, full: frozenset[str]) -> bool:
    """Tell whether only outlets that have their share already report what passes."""
    for scored in standing.story.entries:
        if outlet_key(scored.entry) not in full and passes(scored, standing):
            return False
    return True


def full_outlets(leads: Mapping[str, int], share: int) -> frozenset[str]:
    """Return the outlets that lead as many stories as their share is."""
    return frozenset(outlet for outlet, count in leads.items() if count >= share)
