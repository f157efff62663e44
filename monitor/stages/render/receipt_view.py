"""What stood behind an issue, as its templates see it: feeds, counts, balance, the last days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from monitor.model import Digest, FeedChange, FeedTrouble, Story, Trend, Upkeep
from monitor.stages.choose.balance import country_of
from monitor.stages.choose.rank import is_second_hand
from monitor.stages.render.entry_words import language_of, short_line, short_name
from monitor.stages.render.issue_view import (
    BalanceView,
    BarView,
    NewsView,
    ReceiptView,
    TrendView,
    TroubleView,
    UpkeepView,
)
from monitor.stages.render.reader import Reader
from monitor.text import clean
from monitor.text.feed_words import say_of_feed
from monitor.text.wording import say_count, say_short_day

AN_HOUR = timedelta(hours=1)
ADVICE_MAX_CHARS = 240
PROBLEM_MAX_CHARS = 160  # what happened, in full where it is one sentence
TROUBLES_SHOWN = 12
TRENDS_SHOWN = 12  # profiles; those with the most entries, where there are more
BAR_PIXELS = 24  # of the highest day
_BLOCKS = "▁▂▃▄▅▆▇█"


def view_receipt(digest: Digest, reader: Reader, zone: str) -> ReceiptView:
    """Return what the receipt of an issue tells its readers."""
    receipt = digest.receipt
    troubles = tuple(_trouble(each, reader) for each in receipt.troubles[:TROUBLES_SHOWN])
    # A feed that broke stands among the troubles already.
    news = [each for each in receipt.news if each.change is not FeedChange.BROKE]
    return ReceiptView(
        feeds_count=receipt.feeds_count,
        feeds_answered_count=receipt.feeds_answered_count,
        entries_new_count=receipt.entries_new_count,
        entries_above_count=receipt.entries_above_count,
        troubles=troubles,
        troubles_more_count=len(receipt.troubles) - len(troubles),
        news=tuple(
            NewsView(
                short_name(each.title),
                each.change.value,
                short_line(say_of_feed(each.detail, reader.language), PROBLEM_MAX_CHARS),
            )
            for each in news[:TROUBLES_SHOWN]
        ),
        since=reader.since(receipt.since),
        next_issue=reader.moment(receipt.next_issue_at),
        zone=zone,
        version=clean(receipt.version),
        merged_count=receipt.merged_count,
        upkeep=_upkeep(receipt.upkeep) if receipt.upkeep else None,
    )


def _upkeep(upkeep: Upkeep) -> UpkeepView:
    return UpkeepView(
        alive_hours=round(upkeep.alive / AN_HOUR),
        all_hours=round(upkeep.span / AN_HOUR),
        poll_count=upkeep.poll_count,
        failure_count=upkeep.failure_count,
        size_mb=max(round(upkeep.size_bytes / 1e6), 1),
    )


def _trouble(trouble: FeedTrouble, reader: Reader) -> TroubleView:
    return TroubleView(
        title=short_name(trouble.title),
        problem=short_line(say_of_feed(trouble.problem, reader.language), PROBLEM_MAX_CHARS),
        kind=trouble.kind or trouble.problem,
        since=reader.since(trouble.since),
        advice=short_line(trouble.advice, ADVICE_MAX_CHARS),
    )


def view_balance(stories: Sequence[Story], language: str) -> BalanceView:
    """Count the leads by country, as their feeds' folders tell it, and by language.

    Behind an aggregator the folder says nothing about the outlet.
    """
    leads = [story.lead for story in stories]
    countries = Counter(
        country
        for lead in leads
        if not is_second_hand(lead.entry) and (country := country_of(lead.topics, language))
    )
    languages = Counter(language_of(lead.entry) for lead in leads)
    languages.pop("", None)
    return BalanceView(len(leads), tuple(countries.most_common()), tuple(languages.most_common()))


def view_trends(trends: Sequence[Trend], language: str) -> tuple[TrendView, ...]:
    """Return the days of each profile, as bars of one scale each.

    Where there are too many profiles those with the most entries are shown, in their order.
    """
    most = sorted(trends, key=lambda trend: -sum(trend.counts))[:TRENDS_SHOWN]
    return tuple(_trend(trend, language) for trend in trends if trend in most)


def _trend(trend: Trend, language: str) -> TrendView:
    top = max((1, *trend.counts))
    return TrendView(
        title=short_name(trend.title),
        bars=tuple(
            BarView(
                say_count(count),
                # A day with anything at all shows; a day without shows its foot.
                max(1, round(BAR_PIXELS * count / top)) if count else 0,
                _BLOCKS[min(len(_BLOCKS) - 1, (len(_BLOCKS) * count - 1) // top)] if count else "·",
            )
            for count in trend.counts
        ),
        last_count=trend.counts[-1] if trend.counts else 0,
        last_day=say_short_day(trend.last_day, language),
        day_count=len(trend.counts),
        total_count=sum(trend.counts),
    )
