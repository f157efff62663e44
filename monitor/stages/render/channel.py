"""An issue for a chat or a program: its top stories as JSON, with a text that chats show.

Pure. The shape is told in docs/operating.md and only ever grows; "text" is what Slack,
Mattermost and their like take as a message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from monitor.config import DigestSettings
from monitor.model import Digest, Message, Story
from monitor.stages.render.compose import header_text
from monitor.stages.render.issue_view import StoryView
from monitor.stages.render.view import view_issue

VERSION = 1  # of the shape
_CALL = re.compile(r"@(?=\w)")
TOP = 10  # stories; the others are counted


def channel_message(
    digest: Digest,
    *,
    settings: DigestSettings,
    zone: str,
    unconfirmed: Sequence[Story],
    recipient: str,
    message_id: str,
) -> tuple[Message, frozenset[int]]:
    """Return what is posted to a channel, and the numbers of the unconfirmed stories it names.

    These come first, marked; then the digest's, the most important first; `TOP` in all.
    """
    view = view_issue(digest, settings=settings, zone=zone, unconfirmed=unconfirmed)
    again = view.unconfirmed.stories[:TOP] if view.unconfirmed else ()
    fresh = sorted((s for section in view.sections for s in section.stories), key=_place)
    shown = [
        *((story, True) for story in again),
        *((story, False) for story in fresh[: TOP - len(again)]),
    ]
    subject = header_text(f"{view.title}, {view.short_day}")
    body = {
        "version": VERSION,
        "id": message_id,
        "digest": digest.name,
        "slot": digest.slot.label,
        "title": view.title,
        "language": view.language,
        "issued_at": digest.issued_at.isoformat(),
        "story_count": view.story_count,
        "text": "\n".join([f"{_quiet(subject)} ({view.story_count})", *map(_line, shown)]),
        "stories": [_story(story, is_again) for story, is_again in shown],
    }
    content = json.dumps(body, ensure_ascii=False).encode()
    message = Message(message_id, digest.name, recipient, subject, content)
    return message, frozenset(story.number for story in again)


def _place(story: StoryView) -> int:
    return story.rank


def _line(shown: tuple[StoryView, bool]) -> str:
    story, _ = shown
    return f"• {_quiet(story.title)} ({_quiet(story.outlet)}) {story.link}".rstrip()


def _quiet(text: str) -> str:
    """Return text that no chat takes for a command: a headline must not call everybody."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _CALL.sub("@\u200b", text)


def _story(story: StoryView, is_again: bool) -> dict[str, Any]:
    return {
        "title": story.title,
        "link": story.link,
        "outlet": story.outlet,
        "time": story.time,
        "language": story.language,
        "summary": story.summary,
        "score": float(story.score),
        "because": [reason.term for reason in story.reasons],
        "also": [asdict(other) for other in story.also],
        "related": [
            {"title": each.title, "outlet": each.outlet, "link": each.link}
            for each in story.related
        ],
        "is_update": story.update is not None,
        "is_unconfirmed": is_again,
    }
