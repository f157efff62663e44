"""A new profile: example articles -> the text of its file, and what it would have found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from monitor.adapters.articles import ArticleFile, article_of
from monitor.adapters.home import parse_profile
from monitor.adapters.home.profile_text import profile_text
from monitor.adapters.knowledge import load_background
from monitor.adapters.poll import Poller
from monitor.adapters.store import PlainEntry, Store
from monitor.adapters.workers import WorkerDied, Workers
from monitor.errors import LearningError, PollError
from monitor.model import Feed, Party, PollRequest, Score, TopicProfile
from monitor.stages.learn import Article, LearnedProfile, learn_profile
from monitor.stages.learn.relation import suggest_parties
from monitor.stages.score import Scorer
from monitor.text import words

NAME_WORDS = 4
NAME_CHARS = 40
FOUND_SHOWN = 20
_HTML = re.compile(rb"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NewProfile:
    """A profile that is not kept yet."""

    learned: LearnedProfile
    sides: tuple[str, ...]  # the parties whose relation the articles seem to be about; two or none
    text: str  # of its file


def new_profile(name: str, articles: Sequence[Article], parties: Sequence[Party]) -> NewProfile:
    """Learn a profile of any subject; raises LearningError, and ConfigError for a bad name."""
    learned = learn_profile(name, articles, load_background())
    sides = suggest_parties([f"{a.title}. {a.text}" for a in articles], parties)
    text = _file_text(learned, sides)
    # What we write must be what we can read; this is also where a name is refused.
    parse_profile(f"seeds/{name}.toml", name, text.encode("utf-8"), parties)
    return NewProfile(learned, sides, text)


def _file_text(learned: LearnedProfile, sides: Sequence[str]) -> str:
    notes = list(learned.warnings)
    if learned.subjects:
        notes.append(f"Subjects recognised: {', '.join(learned.subjects)}.")
    if sides:
        both = ", ".join(f'"{side}"' for side in sides)
        notes.append(
            "The articles seem to be about a relation. To ask for both sides of it, write below:"
        )
        notes.append(f"parties = [{both}]")
    groups = [(group.heading, group.terms) for group in learned.groups]
    return profile_text(learned.profile, groups, notes)


def name_of(title: str) -> str:
    """Return a name for a file made of a title's first words, "" when it has none."""
    plain = (word.translate({ord("ñ"): "n"}) for word in words(title))
    letters = [re.sub(r"[^a-z0-9]", "", word) for word in plain]
    return "-".join([word for word in letters if word][:NAME_WORDS])[:NAME_CHARS].strip("-")


def best_found(
    store: Store,
    profile: TopicProfile,
    parties: Sequence[Party],
    since: datetime,
    *,
    limit: int = FOUND_SHOWN,
) -> list[tuple[PlainEntry, Score]]:
    """Return the stored entries, dated since then, that a profile scores best, best first."""
    scorer = Scorer([profile], parties)
    scored = [(each, scorer.score(each.entry)[0]) for each in store.plain_entries(since)]
    scored.sort(key=lambda pair: -pair[1].value)
    return scored[:limit]


# ---------------------------------------------------------------- an article from outside


def read_page(_: None, job: tuple[bytes, str, str]) -> ArticleFile:
    """Read foreign bytes as an article, in a worker process."""
    body, name, profile = job
    return article_of(body, Path(name), profile)


def article_at(poller: Poller, workers: Workers[None], url: str, profile: str) -> ArticleFile:
    """Fetch a page as feeds are fetched, guarded, and return its article.

    Raises PollError when it cannot be had, LearningError when it holds no article.
    """
    ((_, answer),) = poller.poll([PollRequest(Feed(0, url, url))])
    if isinstance(answer, PollError):
        raise answer
    body = answer.body or b""
    name = Path(urlsplit(answer.url or url).path).name or "page"
    if _HTML.search(body[:2000]):
        name = f"{Path(name).stem}.html"
    return _read(workers, body, name, profile)


def article_in(workers: Workers[None], body: bytes, name: str, profile: str) -> ArticleFile:
    """Return the article of an uploaded file; raises LearningError when it holds none."""
    return _read(workers, body, Path(name).name or "file", profile)


def _read(workers: Workers[None], body: bytes, name: str, profile: str) -> ArticleFile:
    ((_, result),) = workers.map(read_page, [(body, name, profile)])
    if isinstance(result, WorkerDied):
        problem = f"{name} cannot be read: its reader was stopped ({result.reason})"
        raise LearningError(profile, f"{problem}; nothing was written")
    if isinstance(result, Exception):
        raise result
    return result
