"""A new profile from pasted text, a page or a file, with what it would have found."""

from __future__ import annotations

from datetime import timedelta

from monitor.adapters.articles import CHARS_MAX, ArticleFile
from monitor.adapters.home import parse_profile
from monitor.adapters.home.opml import feed_address
from monitor.adapters.home.revising import add_alias, add_profile, add_term
from monitor.pipeline.polling.feed_check import looking_tools
from monitor.pipeline.tuning.missing import suggestions
from monitor.pipeline.tuning.new_profile import (
    article_at,
    article_in,
    best_found,
    name_of,
    new_profile,
)
from monitor.pipeline.tuning.rescoring import rescore
from monitor.stages.learn import Article
from monitor.stages.learn.suggest import Suggestion
from monitor.text import clean
from monitor.web.desk import Desk, Response, action, page, redirect, refuse, render
from monitor.web.memo import Memo
from monitor.web.profiles_page import forget_verdicts
from monitor.web.today import ISSUES

TRIED_ON = timedelta(days=14)
LOOKED_BACK = timedelta(days=30)
FILE_MAX_CHARS = 100_000  # of a profile's own text, on its way through the form
TERM_WEIGHT = 1.5
ALIAS_WEIGHT = 1.0
SHOWN = 25
TERMS_SHOWN = 30

_FOUND = Memo[tuple[Suggestion, ...]](timedelta(hours=1), limit=1)


def _ask(desk: Desk) -> Response:
    return render(desk, "new_profile.html", title=desk.t["profiles_new"])


def _learn(desk: Desk) -> Response:
    """Learn from what was given, and show it before it is kept."""
    wished = name_of(desk.form.text("name"))
    article = _article(desk, wished or "new")
    if article is None:
        return refuse(desk, 400, desk.t["new_nothing"])
    name = wished or name_of(article.title) or "new-profile"
    new = new_profile(name, [Article(article.title, article.text)], desk.home.parties)
    return _preview(desk, name, new.text, new.learned.warnings)


def _article(desk: Desk, profile: str) -> ArticleFile | None:
    """Return the article that was pasted, uploaded or named; None when there is none."""
    text, url = desk.form.text("text").strip()[:CHARS_MAX], desk.form.text("url").strip()
    if text:
        title, _, rest = text.partition("\n")
        return ArticleFile(clean(title)[:300], clean(rest) or clean(title))
    file = desk.form.file("file")
    address = feed_address(url if "//" in url else f"https://{url}") if url else ""
    if file is None and not address:
        return None
    with looking_tools(desk.home) as (poller, workers):
        if file is not None:
            return article_in(workers, file.content, file.name, profile)
        return article_at(poller, workers, address, profile)


def _preview(desk: Desk, name: str, text: str, warnings: tuple[str, ...] = ()) -> Response:
    profile = parse_profile(f"seeds/{name}.toml", name, text.encode("utf-8"), desk.home.parties)
    found = best_found(desk.store, profile, desk.home.parties, desk.now - TRIED_ON)
    return render(
        desk,
        "new_profile_found.html",
        title=profile.title,
        profile=profile,
        text=text,
        warnings=warnings,
        found=found,
        strongest=list(profile.terms.items())[:TERMS_SHOWN],
    )


def _again(desk: Desk) -> Response:
    """Show what a draft finds after its text was changed."""
    name = name_of(desk.form.text("name"))
    if not name:
        return refuse(desk, 400, desk.t["nothing_changed"])
    return _preview(desk, name, _text(desk))


def _keep(desk: Desk) -> Response:
    name = name_of(desk.form.text("name"))
    if not name:
        return refuse(desk, 400, desk.t["nothing_changed"])
    add_profile(desk.home.root, name, _text(desk))
    desk.home = desk.office.home()
    for profile in desk.home.profiles:
        if profile.name == name:  # a mistake elsewhere in the home keeps it out for now
            rescore(desk.store, desk.home, profile, desk.now - TRIED_ON, desk.now)
    ISSUES.forget(desk.office)
    forget_verdicts(desk.office)
    return redirect(desk, f"/profiles/{name}", said="new_kept")


def _text(desk: Desk) -> str:
    return desk.form.text("profile")[:FILE_MAX_CHARS].replace("\r\n", "\n")


# ---------------------------------------------------------------- what may be missing


def _suggestions(desk: Desk) -> Response:
    return render(
        desk,
        "suggestions.html",
        title=desk.t["profiles_suggestions"],
        found=_open(desk),
        profiles=desk.home.profiles,
        parties=desk.home.parties,
    )


def _open(desk: Desk) -> tuple[Suggestion, ...] | None:
    """Return what was found and is neither declined nor taken up; None: nothing was looked for."""
    found = _FOUND.look(desk, "all")
    if found is None:
        return None
    declined = desk.store.declined()
    return tuple(each for each in found if each.term not in declined)[:SHOWN]


def _look(desk: Desk) -> Response:
    _FOUND.forget(desk.office)
    _FOUND.get(desk, "all", lambda _: suggestions(desk.store, desk.home, desk.now - LOOKED_BACK))
    return redirect(desk, "/suggestions")


def _decide(desk: Desk) -> Response:
    term, deed = " ".join(desk.form.text("term").split()), desk.form.text("do")
    if not term or len(term) > 100:
        return refuse(desk, 400, desk.t["nothing_changed"])
    if deed == "decline":
        desk.store.decline(term, desk.now)
        return redirect(desk, "/suggestions", said="suggestions_declined")
    kind, _, name = desk.form.text("to").partition(":")
    if kind == "profile" and name in {profile.name for profile in desk.home.profiles}:
        add_term(desk.home.root, name, term, TERM_WEIGHT)
    elif kind == "party" and name in {party.name for party in desk.home.parties}:
        party = next(each for each in desk.home.parties if each.name == name)
        add_alias(desk.home.root, party, "person", term, ALIAS_WEIGHT)
    else:
        return refuse(desk, 400, desk.t["nothing_changed"])
    # The list is made by the files as they were: what is left of it still holds.
    rest = tuple(each for each in _open(desk) or () if each.term != term)
    desk.home = desk.office.home()
    _FOUND.forget(desk.office)
    _FOUND.get(desk, "all", lambda _: rest)
    ISSUES.forget(desk.office)
    forget_verdicts(desk.office)
    return redirect(desk, "/suggestions", said="suggestions_accepted")


routes = [
    page("/new-profile", _ask),
    action("/new-profile/learn", _learn),
    action("/new-profile/again", _again),
    action("/new-profile/keep", _keep),
    page("/suggestions", _suggestions),
    action("/suggestions/look", _look),
    action("/suggestions/decide", _decide),
]
