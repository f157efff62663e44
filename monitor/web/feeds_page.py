"""The feeds: how each is doing and what to do, what it brings, and what a person does with it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.adapters.home.opml import FOLDERS_MAX, feed_address, read_opml, write_opml
from monitor.adapters.home.revising import change_list
from monitor.adapters.home.subscribing import add_feeds, pause_feed, remove_feed
from monitor.adapters.store import FeedDays
from monitor.model import Feed, PollState, Subscription
from monitor.pipeline.polling.feed_check import find_feed, looking_tools
from monitor.stages.due import POLL_FLOOR
from monitor.stages.health import Health, health
from monitor.text import clean, clip, link_host
from monitor.web.desk import (
    Desk,
    Response,
    action,
    chosen,
    download,
    page,
    redirect,
    refuse,
    render,
)
from monitor.web.memo import Memo

NAV = ("/feeds", "nav_feeds")
PAGE_COUNT = 40
DAYS = 30
SPAN = timedelta(days=60)
DROP_FROM = 100  # entries without a relevant one, to ask whether the feed is worth it
SPARK_HEIGHT = 20
TITLE_MAX = 200
SHOWN_COUNT = 6  # entries of a feed that is looked at
SORTS = ("health", "share", "list")

_COUNTS = Memo[dict[int, FeedDays]](timedelta(minutes=2), serve=timedelta(minutes=30))


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One feed on the page."""

    subscription: Subscription
    number: int  # 0: it was never polled
    state: PollState
    matter: Health | None
    days: FeedDays

    @property
    def key(self) -> str:
        return _key(self.subscription.url)

    @property
    def spark(self) -> tuple[str, str]:
        """Return the outlines of all entries and of the relevant ones, for SVG."""
        return _spark(self.days)

    @property
    def is_idle(self) -> bool:
        """Tell whether the feed brings much, and nothing that is relevant."""
        return self.days.entries_count >= DROP_FROM and not self.days.relevant_count


def _show(desk: Desk) -> Response:
    rows = _rows(desk)
    sort = chosen(desk.query.text("sort"), SORTS, SORTS[0])
    find = clean(desk.query.text("find"))[:100]
    if find:
        rows = [row for row in rows if _is_like(row.subscription, find)]
    rows.sort(key=lambda row: _place(row, sort, desk.now))
    first = max(int(desk.query.number("from") or 0), 0)
    return render(
        desk,
        "feeds.html",
        title=desk.t["nav_feeds"],
        rows=rows[first : first + PAGE_COUNT],
        count=len(rows),
        polled=any(row.state.polled_at for row in rows),
        failing=sum(1 for row in rows if row.matter and row.matter.is_failing),
        first=first,
        page_count=PAGE_COUNT,
        sort=sort,
        sorts=SORTS,
        find=find,
        muted=desk.home.config.muted,
        days=DAYS,
    )


def _rows(desk: Desk) -> list[FeedRow]:
    known = {feed.url: (feed, state) for feed, state in desk.store.feeds()}
    feeds = [feed for feed, _ in known.values()]
    counts = _COUNTS.get(desk, "all", lambda desk: _counts(desk, feeds))
    taken = {feed.url for feed in desk.home.subscriptions}
    taken |= {state.moved_to for _, state in known.values() if state.moved_to}
    rows = []
    for subscription in desk.home.subscriptions:
        feed, state = known.get(subscription.url, (None, PollState()))
        days = counts.get(feed.number if feed else 0, _NOTHING)
        matter = health(state, desk.now, is_taken=state.moving_to in taken)
        rows.append(FeedRow(subscription, feed.number if feed else 0, state, matter, days))
    return rows


_NOTHING = FeedDays((0,) * DAYS, (0,) * DAYS, 0, 0)


def _counts(desk: Desk, feeds: Sequence[Feed]) -> dict[int, FeedDays]:
    thresholds = {profile.name: profile.threshold for profile in desk.home.profiles}
    numbers = [feed.number for feed in feeds]
    return desk.store.feed_days(numbers, thresholds, desk.now, days=DAYS, span=SPAN)


def _is_like(feed: Subscription, find: str) -> bool:
    return find.casefold() in f"{feed.title} {'/'.join(feed.topics)} {feed.url}".casefold()


def _place(row: FeedRow, sort: str, now: datetime) -> tuple[float, ...]:
    if sort == "share":
        share = row.days.relevant_count / (row.days.entries_count or 1)
        return (share, -float(row.days.entries_count))
    if sort == "list" or row.matter is None:
        return (2.0 if sort != "list" else 0.0,)
    since = row.matter.since or now
    return (0.0 if row.matter.is_failing else 1.0, since.timestamp())


def _spark(days: FeedDays) -> tuple[str, str]:
    """Return two stepped outlines on one scale, three units a day."""
    most = max((*days.entries, 1))
    return _outline(days.entries, most), _outline(days.relevant, most)


def _outline(counts: Sequence[int], most: int) -> str:
    if not any(counts):
        return ""
    steps = "".join(f"V{SPARK_HEIGHT - round(c / most * SPARK_HEIGHT)}h3" for c in counts)
    return f"M0 {SPARK_HEIGHT}{steps}V{SPARK_HEIGHT}Z"


# ---------------------------------------------------------------- deeds


def _key(url: str) -> str:
    """Return what a form calls a feed: its address may hold a password."""
    return hashlib.blake2b(url.encode("utf-8"), digest_size=9).hexdigest()


def _subscription(desk: Desk) -> Subscription | None:
    key = desk.form.text("feed")
    return next((feed for feed in desk.home.subscriptions if _key(feed.url) == key), None)


def _deed(desk: Desk) -> Response:
    """Pause, resume, poll or remove one feed: what its button says."""
    feed = _subscription(desk)
    deed = chosen(desk.form.text("do"), ("pause", "resume", "poll", "remove"), "")
    if feed is None or not deed:
        return refuse(desk, 404, desk.t["feeds_unknown"])
    if deed == "remove":
        remove_feed(desk.home.root, feed.url)
    elif deed == "poll":
        return _poll(desk, feed)
    else:
        pause_feed(desk.home.root, feed.url, paused=deed == "pause")
        changed = [
            replace(each, is_paused=deed == "pause") if each.url == feed.url else each
            for each in desk.home.subscriptions
        ]
        desk.store.sync_feeds(changed, desk.now)
    _COUNTS.forget(desk.office)
    return redirect(desk, "/feeds", said=f"feeds_said_{deed}")


def _poll(desk: Desk, feed: Subscription) -> Response:
    numbers = {each.url: each.number for each, _ in desk.store.feeds()}
    if feed.url not in numbers:
        desk.store.sync_feeds(desk.home.subscriptions, desk.now)
        return redirect(desk, "/feeds", said="feeds_said_poll")
    if not desk.store.poll_soon(numbers[feed.url], desk.now, rested=POLL_FLOOR):
        return refuse(desk, 429, desk.t["feeds_must_rest"])
    return redirect(desk, "/feeds", said="feeds_said_poll")


def _mute(desk: Desk) -> Response:
    outlet = clean(desk.form.text("outlet"))[:TITLE_MAX]
    if not outlet:
        return refuse(desk, 400, desk.t["nothing_changed"])
    wanted = [] if desk.form.text("do") == "unmute" else [outlet]
    change_list(
        desk.home.root, "muted", lambda muted: [each for each in muted if each != outlet] + wanted
    )
    return redirect(desk, "/feeds#muted", said="saved")


def _find(desk: Desk) -> Response:
    """Look for the feed of a site, and show some of its entries before it is added."""
    text = desk.form.text("url").strip()
    url = feed_address(text if "//" in text else f"https://{text}")
    if not url:
        return refuse(desk, 400, desk.t["feeds_no_address"])
    with looking_tools(desk.home) as (poller, workers):
        found, others = find_feed(poller, workers, url, desk.now)
    parsed = found.parsed
    return render(
        desk,
        "feed_found.html",
        title=desk.t["feeds_add"],
        asked=url,
        found=found,
        others=others,
        entries=parsed.entries[:SHOWN_COUNT] if parsed else (),
        name=clip(parsed.title, TITLE_MAX) if parsed and parsed.title else link_host(found.url),
        folders=sorted({"/".join(feed.topics) for feed in desk.home.subscriptions if feed.topics}),
        is_there=any(feed.url == found.url for feed in desk.home.subscriptions),
    )


def _add(desk: Desk) -> Response:
    url = feed_address(desk.form.text("url"))
    if not url:
        return refuse(desk, 400, desk.t["feeds_no_address"])
    topics = tuple(part for each in desk.form.text("folder").split("/") if (part := clean(each)))
    title = clip(clean(desk.form.text("title")), TITLE_MAX) or link_host(url)
    language = chosen(desk.form.text("language"), ("en", "es"), "") or None
    feed = Subscription(url, title, topics[:FOLDERS_MAX], language)
    if add_feeds(desk.home.root, [feed]):
        desk.store.sync_feeds([*desk.home.subscriptions, feed], desk.now)
        return redirect(desk, "/feeds", said="feeds_said_add", find=title)
    return redirect(desk, "/feeds", said="feeds_said_there", find=title)


def _export(desk: Desk) -> Response:
    return download(write_opml(desk.home.subscriptions), "feeds.opml", "text/x-opml; charset=utf-8")


def _import(desk: Desk) -> Response:
    file = desk.form.file("file")
    if file is None:
        return refuse(desk, 400, desk.t["feeds_no_file"])
    reading = read_opml(file.content, clip(clean(file.name), 80) or "OPML")
    added = add_feeds(desk.home.root, reading.subscriptions)
    desk.store.sync_feeds([*desk.home.subscriptions, *added], desk.now)
    return render(
        desk,
        "feeds_imported.html",
        title=desk.t["feeds_import"],
        added=added,
        there=len(reading.subscriptions) - len(added),
        repairs=reading.repairs[:50],
    )


routes = [
    page("/feeds", _show),
    page("/feeds/feeds.opml", _export),
    action("/feeds/one", _deed),
    action("/feeds/find", _find),
    action("/feeds/add", _add),
    action("/feeds/import", _import),
    action("/feeds/mute", _mute),
]
