"""Search: every stored entry by words, profile, outlet and language, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from monitor.adapters.store import StoredEntry, Wanted
from monitor.model import Score
from monitor.text.asked import Phrase, Piece, asked, marked, snippet
from monitor.web.desk import Desk, Response, chosen, page, render
from monitor.web.today import verdicts_in_short

NAV = ("/search", "nav_search")
ASKED_MAX = 200  # characters
PAGE_COUNT = 40
SNIPPET_CHARS = 220


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry on the page, what was asked for marked."""

    stored: StoredEntry
    title: tuple[Piece, ...]
    summary: tuple[Piece, ...]
    score: Score | None  # for the profile that was asked for, else the best
    said: bool | None


def _show(desk: Desk) -> Response:
    profiles = {profile.name: profile for profile in desk.home.profiles}
    words = desk.query.text("q")[:ASKED_MAX]
    profile = chosen(desk.query.text("profile"), list(profiles), "")
    wanted = Wanted(
        words,
        profile,
        profiles[profile].threshold if profile else 0.0,
        desk.query.text("outlet")[:200],
        chosen(desk.query.text("language"), ("en", "es"), ""),
    )
    found = desk.store.entry_page(wanted, after=desk.query.text("after"), limit=PAGE_COUNT)
    said = verdicts_in_short(desk, [stored.entry.key for stored in found.entries])
    phrases = asked(words)
    pairs = {"q": words, "profile": profile, "outlet": wanted.outlet, "language": wanted.language}
    here = urlencode({name: value for name, value in pairs.items() if value})
    return render(
        desk,
        "search.html",
        title=desk.t["nav_search"],
        wanted=wanted,
        hits=[_hit(each, phrases, profile, said.get(each.entry.key)) for each in found.entries],
        profiles=desk.home.profiles,
        outlets=desk.store.outlets(),
        next=urlencode({**{k: v for k, v in pairs.items() if v}, "after": found.next})
        if found.next
        else "",
        here=f"/search?{here}" if here else "/search",
    )


def _hit(stored: StoredEntry, phrases: tuple[Phrase, ...], profile: str, said: bool | None) -> Hit:
    entry = stored.entry
    of_profile = [score for score in stored.scores if not profile or score.profile == profile]
    return Hit(
        stored,
        marked(entry.title, phrases),
        snippet(entry.summary, phrases, SNIPPET_CHARS),
        of_profile[0] if of_profile else None,
        said,
    )


routes = [page("/search", _show)]
