"""Digest -> the words and looks of one issue, by templates that a person can edit.

Sole user of Jinja and css-inline. Pure: templates come in as text, nothing is read or
loaded. A template can neither reach into the program nor load anything from a network.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass, replace
from functools import lru_cache, partial
from traceback import walk_tb
from types import TracebackType
from typing import Any

from css_inline import CSSInliner, InlineError
from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.config import DigestSettings
from monitor.errors import RenderError
from monitor.model import Digest, Rendered, Story
from monitor.stages.render import issue_view
from monitor.stages.render.allowed import inspect_markup
from monitor.stages.render.compose import compose_message, header_text
from monitor.stages.render.issue_view import IssueView, Room
from monitor.stages.render.links import Links, personal
from monitor.stages.render.view import fit, view_issue
from monitor.text import clip
from monitor.text.wording import say_count

__all__ = ["Links", "compose_message", "personal", "render_issue"]

HTML_MAX_BYTES = 90_000  # Gmail clips at 102 kB and hides the footer with the rest
PAGE_MAX_BYTES = 4_000_000
OUTPUT_MAX_CHARS = 4_000_000  # of one template: a loop that never ends must end
STEPS_MAX = 200_000  # rounds of range() in one issue
SUBJECT_MAX_CHARS = 120
TEXT_COLUMNS = 72

NEARLY = 1.25  # times its limit: an issue so much too large fits with less of each story
GUESSES_MAX = 6  # then halving goes on: stories may be as unlike as they want
LONG = 1.5  # times the mail's limit: a page so long hardly fits into a mail
LAST_WEIGH = 0.6  # times the average story: they have fewer reports and less related to them
AROUND_BYTES = 14_000  # head, receipt and foot of an issue, about

# Tried in turn until the mail fits; after them, stories move to the page.
_ROOMS = (Room(), Room(also=4, reasons=4), Room(also=3, reasons=3))
_PAGE_ROOMS = (Room(also=50, misses=60, late=60), Room())
_NO_LINKS = Links()
_NOTHING: frozenset[str] = frozenset()
# What a template may ask of our own views, and of a loop: all but Python's own names.
_VIEWS: Mapping[type, frozenset[str]] = {
    kind: frozenset(name for name in dir(kind) if not name.startswith("_"))
    for kind in (*vars(issue_view).values(), LoopContext)
    if isinstance(kind, type) and (is_dataclass(kind) or kind is LoopContext)
}
_OF_DICTS = frozenset(dir(dict))  # asked of a dict, these come before its keys

# What a template may raise besides Jinja's own errors: it computes like any program.
_FAULTS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RuntimeError)

_INLINER = CSSInliner(
    load_remote_stylesheets=False,
    keep_at_rules=True,  # dark mode and small screens
    minify_css=True,
    remove_inlined_selectors=True,
)


def render_issue(
    digest: Digest,
    *,
    settings: DigestSettings,
    zone: str,
    templates: Mapping[str, str],
    unconfirmed: Sequence[Story] = (),
    links: Links = _NO_LINKS,
    is_test: bool = False,
) -> Rendered:
    """Render one issue: subject, text, mail of at most 90 kB of HTML, and the whole page.

    `templates` maps file names to their text; "digest.html", "digest.txt" and
    "subject.txt" must be among them. `unconfirmed` are stories of the last issue that may
    not have arrived; they open this one. `links` are for the mail, not for the page, and
    hold marks that `personal` replaces for each reader. Raises RenderError.
    """
    environment = _environment(tuple(sorted(templates.items())))

    def view_with(links: Links) -> IssueView:
        view = view_issue(
            digest, settings=settings, zone=zone, unconfirmed=unconfirmed, links=links
        )
        return replace(view, is_test=is_test)

    mail = view_with(links)
    page = view_with(_NO_LINKS) if links != _NO_LINKS else mail
    subject = _subject(environment, mail)

    def make(view: IssueView, room: Room) -> tuple[IssueView, str]:
        shown = fit(view, room)
        return shown, _html(environment, shown, subject)

    # Those told under another go with it.
    story_count = len(unconfirmed) + sum(story.under is None for story in digest.stories)
    _, page_html = _within(PAGE_MAX_BYTES, partial(make, page), _PAGE_ROOMS, story_count)
    is_long = len(page_html) > LONG * HTML_MAX_BYTES
    shown, body_html = _within(
        HTML_MAX_BYTES, partial(make, mail), _ROOMS, story_count, is_long=is_long
    )
    inspect_markup(body_html, page_html)
    text = _tidy(_run(environment, "digest.txt", issue=shown, subject=subject))
    again = shown.unconfirmed.stories if shown.unconfirmed else ()
    page_text = "" if page is mail else _plain(environment, page, shown, subject)
    return Rendered(
        subject, text, body_html, page_html, frozenset(s.number for s in again), page_text
    )


def _plain(environment: _Sandbox, page: IssueView, shown: IssueView, subject: str) -> str:
    """Return the text of the mail without anybody's links, to be kept beside the page."""
    sections = zip(page.sections, shown.sections, strict=True)
    kept = tuple(
        replace(whole, stories=whole.stories[: len(part.stories)]) for whole, part in sections
    )
    view = replace(fit(page, Room()), sections=kept)
    return _tidy(_run(environment, "digest.txt", issue=view, subject=subject))


def _within(
    limit: int,
    make: Callable[[Room], tuple[IssueView, str]],
    rooms: Sequence[Room],
    story_count: int,
    *,
    is_long: bool = False,
) -> tuple[IssueView, str]:
    """Return the fullest issue of at most `limit` bytes: less of each story, then fewer.

    Of an issue that `is_long` the least of each story is tried first: when that is too much,
    all else is, and each try takes its time. A template that gives too much even without
    stories is at fault: RenderError.
    """
    excess = RenderError("digest.html", None, f"over {limit} bytes even without any story")
    sizes: dict[int, int] = {}  # by stories shown

    def fitting(room: Room) -> tuple[IssueView, str] | None:
        nonlocal excess
        shown_count = story_count if room.stories is None else room.stories
        try:
            made = make(room)
        except _TooLongError as error:
            excess, sizes[shown_count] = error, OUTPUT_MAX_CHARS
            return None
        sizes[shown_count] = len(made[1].encode())
        return made if sizes[shown_count] <= limit else None

    tightest = fitting(rooms[-1]) if is_long else None
    for room in rooms if tightest or not is_long else ():
        if room == rooms[-1] and tightest:
            return tightest
        # Far too much: less of each story will not do, and each try takes its time.
        is_far = sizes.get(story_count, 0) > limit * (4 if room == rooms[-1] else NEARLY)
        if not is_far and (made := fitting(room)):
            return made
    best, fits, too_many = None, -1, story_count
    while too_many - fits > 1 + max(0, fits) // 10:
        count = _guess(sizes, limit, fits, too_many)
        if made := fitting(replace(rooms[-1], stories=count)):
            best, fits = made, count
        else:
            too_many = count
    if best is None:
        raise excess
    return best


def _guess(sizes: dict[int, int], limit: int, fits: int, too_many: int) -> int:
    """Return how many stories to try, between what fits and what does not.

    By what one story weighs in the two issues nearest to the limit; what stands around the
    stories weighs `AROUND_BYTES` as long as one only is known.
    """
    known = sorted(({0: AROUND_BYTES} | sizes).items(), key=lambda each: abs(each[1] - limit))
    (one, size), (other, other_size) = known[:2]
    weight = (size - other_size) / (one - other) if one != other else 0.0
    guess = (fits + too_many) // 2
    if weight > 0 and len(sizes) < GUESSES_MAX:
        # The last stories weigh less than the first: as many more go when one is too many.
        if limit < size < limit * NEARLY:
            weight *= LAST_WEIGH
        guess = one + math.floor((limit - size) / weight)
    return min(max(guess, fits + 1), too_many - 1)


def _subject(environment: _Sandbox, view: IssueView) -> str:
    """Return the subject; only the headline in it is cut to fit."""
    bare = header_text(_run(environment, "subject.txt", issue=view, headline=""))
    room = max(20, SUBJECT_MAX_CHARS - len(bare))
    headline = clip(header_text(view.headline), room)
    subject = header_text(_run(environment, "subject.txt", issue=view, headline=headline))
    return clip(subject, SUBJECT_MAX_CHARS)


def _html(environment: _Sandbox, view: IssueView, subject: str) -> str:
    raw = _run(environment, "digest.html", issue=view, subject=subject)
    # Template indentation is a fifth of the bytes; no text of ours depends on it.
    raw = re.sub(r"\s*\n\s*", "\n", raw)
    try:
        return _INLINER.inline(raw)
    except InlineError as error:
        raise RenderError("digest.css", None, str(error)) from error


def _tidy(text: str) -> str:
    """Return text without trailing blanks and with one empty line at most in a row."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


# ---------------------------------------------------------------- templates


class _TooLongError(RenderError):
    """A template gave more than any issue needs: too many stories, or a loop without end."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja without a way out: no attributes of Python's own, no endless loops, no markup."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, templates: Mapping[str, str]) -> None:
        super().__init__(
            loader=_Loader(templates),
            undefined=StrictUndefined,
            autoescape=lambda name: name is not None and name.endswith(".html"),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates = templates
        self.steps = 0
        self.globals = {"range": self._range}
        for name in ("safe", "urlize", "xmlattr", "tojson", "random"):  # make markup, or chance
            del self.filters[name]
        self.filters |= {"counted": _counted, "filled": _filled, "number": say_count}

    def getattr(self, obj: Any, attribute: str) -> Any:
        # Our own views are frozen and hold text and numbers: they are most of what is asked.
        kind = type(obj)
        if attribute in _VIEWS.get(kind, _NOTHING):
            return getattr(obj, attribute)
        if kind is dict and attribute not in _OF_DICTS and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def _range(self, *bounds: int) -> range:
        steps = range(*bounds)
        self.steps += len(steps)
        if self.steps > STEPS_MAX:
            raise SecurityError(f"more than {STEPS_MAX} rounds of range()")
        return steps

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" and (abs(left) > 1000 or abs(right) > 100):
            raise SecurityError("a power too large for a template")
        for text, times in ((left, right), (right, left)):
            if isinstance(text, (str, list, tuple)) and times * len(text) > OUTPUT_MAX_CHARS:
                raise SecurityError("a repetition too long for a template")
        return super().call_binop(context, operator, left, right)


class _Loader(BaseLoader):
    """Gives each template its name as file name, so that errors can tell where."""

    def __init__(self, templates: Mapping[str, str]) -> None:
        self.templates = templates

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        if template not in self.templates:
            raise TemplateNotFound(template)
        return self.templates[template], template, lambda: True


@lru_cache(maxsize=8)
def _environment(templates: tuple[tuple[str, str], ...]) -> _Sandbox:
    return _Sandbox(dict(templates))


def _run(environment: _Sandbox, name: str, **values: object) -> str:
    """Render one template. Raises RenderError with the template and line at fault."""
    environment.steps = 0
    pieces, size = [], 0
    try:
        for piece in environment.get_template(name).generate(values):
            size += len(piece)
            if size > OUTPUT_MAX_CHARS:
                raise _TooLongError(name, None, f"more than {OUTPUT_MAX_CHARS} characters came out")
            pieces.append(piece)
    except TemplateSyntaxError as error:
        raise RenderError(error.name or name, error.lineno, error.message or "") from error
    except TemplateNotFound as error:
        raise RenderError(str(error.name or name), None, "there is no such template") from error
    except (TemplateError, *_FAULTS) as error:
        where, line = _place(error.__traceback__, environment)
        problem = str(error).rstrip(".") or type(error).__name__
        raise RenderError(where or name, line, problem) from error
    return "".join(pieces)


def _place(traceback: TracebackType | None, environment: _Sandbox) -> tuple[str, int | None]:
    """Return the template and line where an exception arose; Jinja rewrites frames so."""
    found: tuple[str, int | None] = "", None
    for frame, line in walk_tb(traceback):
        if frame.f_code.co_filename in environment.templates:
            found = frame.f_code.co_filename, line
    return found


# ---------------------------------------------------------------- filters


def _counted(number: int, forms: Sequence[str]) -> str:
    """Return "1 story", "12 stories": `forms` are the singular and the plural."""
    return f"{say_count(number)} {forms[0] if number == 1 else forms[1]}"


def _filled(text: str, first: str = "", rest: str | None = None) -> str:
    """Return text in lines of 72 columns; links and long words stay whole."""
    return textwrap.fill(
        text,
        TEXT_COLUMNS,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
