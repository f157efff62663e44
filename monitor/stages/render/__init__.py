"""Digest -> the words and looks of one issue, by templates that a person can edit.

Sole user of Jinja and css-inline. Pure: templates come in as text, nothing is read or
loaded. A template can neither reach into the program nor load anything from a network.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from html.parser import HTMLParser
from traceback import walk_tb
from types import TracebackType
from typing import Any

from css_inline import CSSInliner, InlineError
from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.config import DigestSettings
from monitor.errors import RenderError
from monitor.model import Digest, Rendered, Story
from monitor.stages.render.compose import compose_message, header_text
from monitor.stages.render.issue_view import IssueView, Room
from monitor.stages.render.view import fit, view_issue
from monitor.text import clip
from monitor.text.wording import say_count

__all__ = ["compose_message", "render_issue"]

HTML_MAX_BYTES = 90_000  # Gmail clips at 102 kB and hides the footer with the rest
PAGE_MAX_BYTES = 4_000_000
OUTPUT_MAX_CHARS = 4_000_000  # of one template: a loop that never ends must end
STEPS_MAX = 200_000  # rounds of range() in one issue
SUBJECT_MAX_CHARS = 120
TEXT_COLUMNS = 72

# Tried in turn until the mail fits; after them, stories move to the page.
_ROOMS = (Room(), Room(also=4, reasons=4), Room(also=3, reasons=3))
_PAGE_ROOMS = (Room(also=50, misses=60, late=60), Room())

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
) -> Rendered:
    """Render one issue: subject, text, mail of at most 90 kB of HTML, and the whole page.

    `templates` maps file names to their text; "digest.html", "digest.txt" and
    "subject.txt" must be among them. `unconfirmed` are stories of the last issue that may
    not have arrived; they open this one. Raises RenderError.
    """
    environment = _environment(tuple(sorted(templates.items())))

    view = view_issue(digest, settings=settings, zone=zone, unconfirmed=unconfirmed)
    subject = _subject(environment, view)

    def make(room: Room) -> tuple[IssueView, str]:
        shown = fit(view, room)
        return shown, _html(environment, shown, subject)

    story_count = len(unconfirmed) + len(digest.stories)
    _, page_html = _within(PAGE_MAX_BYTES, make, _PAGE_ROOMS, story_count)
    shown, body_html = _within(HTML_MAX_BYTES, make, _ROOMS, story_count)
    for markup in (body_html, page_html):
        _Inspector().inspect(markup)
    text = _tidy(_run(environment, "digest.txt", issue=shown, subject=subject))
    return Rendered(subject, text, body_html, page_html)


def _within(
    limit: int,
    make: Callable[[Room], tuple[IssueView, str]],
    rooms: Sequence[Room],
    story_count: int,
) -> tuple[IssueView, str]:
    """Return the fullest issue of at most `limit` bytes: less of each story, then fewer.

    A template that gives too much even without stories is at fault: RenderError.
    """
    excess = RenderError("digest.html", None, f"over {limit} bytes even without any story")

    def fitting(room: Room) -> tuple[IssueView, str] | None:
        nonlocal excess
        try:
            made = make(room)
        except _TooLongError as error:
            excess = error
            return None
        return made if len(made[1].encode()) <= limit else None

    for room in rooms:
        if made := fitting(room):
            return made
    best, fits, too_many = None, -1, story_count
    # Each round halves what is uncertain, up to a tenth; a mail usually holds about 30.
    middle = min(30, story_count // 2)
    while too_many - fits > 1 + max(0, fits) // 10:
        if made := fitting(replace(rooms[-1], stories=middle)):
            best, fits = made, middle
        else:
            too_many = middle
        middle = min((fits + too_many) // 2, max(2 * fits, 0) or too_many)
    if best is None:
        raise excess
    return best


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
        raise RenderError(where or name, line, str(error) or type(error).__name__) from error
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


# ---------------------------------------------------------------- what came out


class _Inspector(HTMLParser):
    """Refuses HTML that acts or loads; feeds cannot bring it about, an edited template could."""

    forbidden_tags = frozenset(
        "script iframe frame object embed applet link img picture source video audio track svg math"
        " form input button textarea select base".split()
    )
    forbidden_attributes = frozenset("src srcset background poster data action formaction".split())

    def inspect(self, markup: str) -> None:
        """Raise RenderError when the page would load, run or send anything."""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.forbidden_tags:
            self._refuse(f"<{tag}> is not allowed: a digest loads and runs nothing")
        for name, value in attrs:
            if name in self.forbidden_attributes or name.startswith("on"):
                self._refuse(f"the attribute {name} is not allowed: a digest loads nothing")
            if name == "href" and not re.match(r"(https?://|mailto:|#)", value or ""):
                self._refuse("a link must begin with http:, https: or mailto:")
            if name == "style":
                self._check_css(value or "")
            if name == "http-equiv":
                self._refuse("<meta http-equiv> is not allowed")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style":
            self._check_css(data)

    def _check_css(self, css: str) -> None:
        if re.search(r"url\s*\(|@import|image-set|\\", css, re.IGNORECASE):
            self._refuse("CSS may not load anything: no url(), no @import")

    def _refuse(self, problem: str) -> None:
        raise RenderError("digest.html", None, problem)
