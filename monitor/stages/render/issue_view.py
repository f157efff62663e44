"""The nouns of the templates: everything of an issue that a template can show.

Texts are clean and clipped, links are http(s) or "", times are the reader's.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """How much of an issue is shown; what is not becomes "+N more"."""

    stories: int | None = None  # of the whole issue, best first; None: all
    also: int = 8  # other outlets a story
    reasons: int = 5
    related: int = 8  # other stories of its saga under a story
    misses: int = 5  # stories left out
    late: int = 5  # stories with late reports


@dataclass(frozen=True, slots=True)
class ReasonView:
    """One reason; points carry their sign."""

    term: str
    kind: str  # what it is evidence of: "both", "theme" or a party's title; "" not said
    points: str
    field: str  # "title", "summary" or ""


@dataclass(frozen=True, slots=True)
class AlsoView:
    """Another outlet that reports the story."""

    outlet: str
    link: str
    mark: str  # "ES" in an English digest; "" when it is in the digest's language


@dataclass(frozen=True, slots=True)
class RelatedView:
    """Another story of the same saga, in a line."""

    title: str
    link: str
    outlet: str
    language: str  # as a lang attribute; "" unknown
    mark: str  # "ES" in an English digest; "" when it is in the digest's language
    outlet_count: int  # how many report it
    day: int = 0  # of an update: 2 is the day after its first issue; 0 for none


@dataclass(frozen=True, slots=True)
class UpdateView:
    """What brought a story back."""

    day: int  # 2: the day after its first issue
    headline: str  # that the reader knows it by, "" no longer known
    news: tuple[str, ...]  # words that are new


@dataclass(frozen=True, slots=True)
class RankView:
    """The parts of a story's rank, as docs/ranking.md names them."""

    total: str
    strength: str
    outlets: str
    freshness: str
    outlet_count: int


@dataclass(frozen=True, slots=True)
class StoryView:
    """One story, spoken for by its lead."""

    title: str
    link: str
    outlet: str
    host: str  # ASCII; "" when the outlet's name makes it evident
    time: str
    is_dated: bool  # False: the time is that of first sight
    language: str  # of the lead, as a lang attribute; "" unknown
    mark: str
    summary: str  # "" when it says no more than the title
    also: tuple[AlsoView, ...]
    also_more_count: int
    reasons: tuple[ReasonView, ...]  # strongest first
    score: str
    rank: int  # from 0, in the whole issue: who goes first when there is no room
    standing: RankView | None = None  # None: it is offered again
    update: UpdateView | None = None
    number: int = 0  # the story's
    more: str = ""  # links by which a reader asks for more or less of this; "" none
    less: str = ""
    related: tuple[RelatedView, ...] = ()  # best first
    related_more_count: int = 0


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section; `more_count` of its `count` stories, related ones too, are not shown here."""

    title: str
    count: int
    stories: tuple[StoryView, ...]

    @property
    def more_count(self) -> int:
        told = (1 + len(each.related) + each.related_more_count for each in self.stories)
        return self.count - sum(told)


@dataclass(frozen=True, slots=True)
class MissView:
    """A story left out, with what it lacked."""

    title: str
    link: str
    outlet: str
    language: str
    detail: str
    wanted: str = ""  # the link by which a reader says that it should have been in; "" none


@dataclass(frozen=True, slots=True)
class LateView:
    """A story that was sent before, with the outlets that reported it since."""

    title: str
    link: str
    language: str
    detail: str  # "in the issue of 12 July"
    outlets: tuple[str, ...]
    page: str = ""  # the link to the story's own page, "" none


@dataclass(frozen=True, slots=True)
class BalanceView:
    """Who leads the stories of an issue: how many of which country and language."""

    story_count: int
    countries: tuple[tuple[str, int], ...]  # most first; only those that folders tell
    languages: tuple[tuple[str, int], ...]  # "es", 5; most first; only those that are known


@dataclass(frozen=True, slots=True)
class TroubleView:
    """A feed in trouble."""

    title: str
    problem: str
    kind: str  # the word by which the templates know the problem and its advice
    since: str  # "since Fri 3 Jul, 06:00", "" unknown
    advice: str  # "": the templates know one for each kind of problem


@dataclass(frozen=True, slots=True)
class NewsView:
    """What changed for a feed since the last issue."""

    title: str
    change: str  # the word by which the templates know the change
    detail: str


@dataclass(frozen=True, slots=True)
class UpkeepView:
    """How the monitor itself did in some days."""

    alive_hours: int
    all_hours: int
    poll_count: int
    failure_count: int
    size_mb: int  # of the database


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What stood behind the issue."""

    feeds_count: int
    feeds_answered_count: int
    entries_new_count: int
    entries_above_count: int
    troubles: tuple[TroubleView, ...]
    troubles_more_count: int
    news: tuple[NewsView, ...]
    since: str  # "since Sat 11 Jul, 07:00", "" in the first issue
    next_issue: str  # "Mon 13 Jul, 07:00", "" when none is due
    zone: str
    version: str
    merged_count: int = 0  # slots that were missed, and that the issue stands for
    upkeep: UpkeepView | None = None  # once a week


@dataclass(frozen=True, slots=True)
class BarView:
    """One day of a trend."""

    count: str
    height: int  # pixels, 0 to 24
    block: str  # one character, as high as the count


@dataclass(frozen=True, slots=True)
class TrendView:
    """The last days of a profile: how many entries passed its threshold, the oldest day first."""

    title: str
    bars: tuple[BarView, ...]
    last_count: int
    last_day: str  # "11 Jul"
    day_count: int
    total_count: int


@dataclass(frozen=True, slots=True)
class IssueView:
    """Everything a template can show."""

    title: str
    language: str
    day: str  # "Sunday, 12 July 2026"
    short_day: str  # "12 Jul"
    time: str
    page: str  # the issue's page: its address, else its place below the state folder
    headline: str  # the most important story's, "" in a quiet issue
    story_count: int  # of the whole issue, unconfirmed ones included
    report_count: int
    outlet_count: int
    foreign_count: int  # reports in another language than the digest's
    unconfirmed: SectionView | None
    sections: tuple[SectionView, ...]
    misses: tuple[MissView, ...]  # what there was no room for, then the nearest
    near_miss: MissView | None  # the best of those below the threshold
    omitted: tuple[tuple[str, int], ...]  # value of an OmitReason, how many stories
    receipt: ReceiptView
    late: tuple[LateView, ...] = ()  # reports attached in silence
    balance: BalanceView | None = None  # None: no story
    misses_more_count: int = 0  # on the page, if it has room
    late_more_count: int = 0
    trends: tuple[TrendView, ...] = ()
    is_alert: bool = False
    is_test: bool = False
    leave: str = ""  # the address to unsubscribe at, https: or mailto:; "" none
