"""The feeds that this monitor itself publishes: a digest's issues, a profile's stories."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from monitor.adapters import publish
from monitor.adapters.store import ShownIssue, Store, StoryAbove
from monitor.errors import StoreError
from monitor.pipeline.digests.plans import DigestPlan
from monitor.stages.render.atom import Item, render_atom
from monitor.text import clean, clip

logger = logging.getLogger(__name__)

ISSUES = 40  # in a feed
STORIES = 60
STORIES_REACH = timedelta(days=7)
SUMMARY_MAX_CHARS = 1000


def publish_feeds(store: Store, plan: DigestPlan, now: datetime) -> None:
    """Write the feed of a digest's issues and those of its profiles' stories, and the overview.

    They tell what is committed already: a disk that does not take them is logged, and the
    next issue writes them again.
    """
    try:
        home = store.home_id()
        publish.put(plan.pages / plan.name, "feed.xml", _of_issues(store, plan, home, now))
        for profile in plan.profiles:
            line = plan.lines[profile.name]
            stories = store.stories_above(profile.name, line, now - STORIES_REACH, limit=STORIES)
            content = _of_stories(profile.name, profile.title, stories, home, now)
            publish.put(plan.pages, f"stories-{profile.name}.xml", content)
        publish.write_overview(plan.pages)
    except StoreError as error:
        logger.error("the feeds are not up to date: %s", error)


def _of_issues(store: Store, plan: DigestPlan, home: uuid.UUID, now: datetime) -> bytes:
    return render_atom(
        id=_id(home, "digest", plan.name),
        title=clean(plan.settings.title or plan.name),
        updated=now,
        language=plan.settings.language,
        items=[
            Item(
                id=_id(home, "issue", plan.name, issue.slot_label),
                title=clean(issue.subject),
                link=_page_of(plan, issue.slot_label),
                updated=issue.issued_at,
                summary=_headlines(issue),
            )
            for issue in store.shown_issues(plan.name, limit=ISSUES)
        ],
    )


def _page_of(plan: DigestPlan, slot_label: str) -> str:
    """Return where an issue is read: on the web pages, else beside the feed."""
    if not plan.public_url:
        return f"{slot_label}.html"
    return f"{plan.public_url}/digests/{quote(plan.name)}/issues/{slot_label}"


def _headlines(issue: ShownIssue) -> str:
    told = [f"{clip(clean(s.title), 220)} ({clean(s.outlet)})" for s in issue.stories]
    return clip("; ".join(told), SUMMARY_MAX_CHARS)


def _of_stories(
    name: str, title: str, stories: Sequence[StoryAbove], home: uuid.UUID, now: datetime
) -> bytes:
    return render_atom(
        id=_id(home, "profile", name),
        title=clean(title),
        updated=now,
        items=[
            Item(
                id=_id(home, "story", str(story.number)),
                title=clip(clean(story.lead.title), 300),
                link=story.lead.link,
                updated=story.updated_at,
                published=story.lead.dated_at,
                summary=clip(clean(story.lead.summary), SUMMARY_MAX_CHARS),
                author=", ".join(map(clean, story.outlets)),
                language=story.lead.language or "",
            )
            for story in stories
        ],
    )


def _id(home: uuid.UUID, *of: str) -> str:
    """Return an id that is the same for ever, and no other home's."""
    return f"urn:uuid:{uuid.uuid5(home, '/'.join(of))}"
