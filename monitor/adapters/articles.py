"""Example articles in files: plain text, HTML, and PDF where its extra is installed.

Sole user of trafilatura and pypdf, which are imported when a file needs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.errors import LearningError
from monitor.text import clean, guess_language
from monitor.text.page import page_article

BYTES_MAX: Final = 20 * 1024 * 1024
CHARS_MAX: Final = 400_000  # a long book chapter; more is no article
TITLE_MAX_CHARS: Final = 300
HTML_ENDINGS: Final = frozenset({".html", ".htm", ".xhtml"})
# What foreign readers were seen to raise, beside errors of their own, over what is broken.
_TROUBLE: Final = (
    ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError,
    TypeError, ValueError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """What a file says, as plain text."""

    title: str
    text: str


def read_article(path: Path, profile: str) -> ArticleFile:
    """Read one article; raises LearningError, for that profile, when it cannot be."""
    try:
        if path.stat().st_size > BYTES_MAX:
            raise LearningError(profile, f"{path} is over {BYTES_MAX >> 20} MiB; {_NOTHING}")
        body = path.read_bytes()
    except OSError as error:
        problem = f"{path} cannot be read ({error.strerror or error}); {_NOTHING}"
        raise LearningError(profile, problem) from error
    return article_of(body, path, profile)


def article_of(body: bytes, name: Path, profile: str) -> ArticleFile:
    """Return the article that bytes hold, told by them and the ending of a name.

    Raises LearningError, for that profile, when they hold none.
    """
    if len(body) > BYTES_MAX:
        raise LearningError(profile, f"{name} is over {BYTES_MAX >> 20} MiB; {_NOTHING}")
    if body.startswith(b"%PDF-"):
        article = _from_pdf(body, name, profile)
    elif name.suffix.lower() in HTML_ENDINGS:
        article = _from_html(body, name, profile)
    else:
        article = _from_text(body, name, profile)
    if not article.text and not article.title:
        raise LearningError(profile, f"{name} holds no text that can be read; {_NOTHING}")
    return article


_NOTHING: Final = "nothing was written"


def _from_text(body: bytes, path: Path, profile: str) -> ArticleFile:
    """Take the first line for the title, the rest for the text."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in body:
            problem = f"{path} is not text, HTML or PDF; {_NOTHING}"
            raise LearningError(profile, problem) from None
        text = body.decode("cp1252", "replace")
    return _article(*text.strip()[:CHARS_MAX].partition("\n")[::2])


def _from_html(body: bytes, path: Path, profile: str) -> ArticleFile:
    try:
        import trafilatura
    except ImportError as error:
        title, text = page_article(body)
        if text:
            return _article(title, text[:CHARS_MAX])
        problem = (
            f"{path} is HTML, which needs an extra: pip install 'news-monitor[html]' "
            f"(or save the article as text); {_NOTHING}"
        )
        raise LearningError(profile, problem) from error
    try:
        found = trafilatura.bare_extraction(body, include_comments=False, with_metadata=True)
    except _TROUBLE as error:
        problem = f"{path} cannot be read as HTML ({type(error).__name__}); {_NOTHING}"
        raise LearningError(profile, problem) from error
    if found is None:
        raise LearningError(profile, f"no article was found in {path}; {_NOTHING}")
    return _article(found.title or "", found.text or "")


def _from_pdf(body: bytes, path: Path, profile: str) -> ArticleFile:
    try:
        import pypdf
    except ImportError as error:
        problem = (
            f"{path} is a PDF, which needs an extra: pip install 'news-monitor[pdf]' "
            f"(or save the article as text); {_NOTHING}"
        )
        raise LearningError(profile, problem) from error
    from io import BytesIO

    kinds = [kind for kind in vars(pypdf.errors).values() if isinstance(kind, type)]
    own = tuple(kind for kind in kinds if issubclass(kind, Exception))
    trouble: tuple[type[Exception], ...] = (*_TROUBLE, *own)
    try:
        reader = pypdf.PdfReader(BytesIO(body))
        pages = [page.extract_text() for page in reader.pages]
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except trouble as error:
        problem = f"{path} cannot be read as a PDF ({type(error).__name__}); {_NOTHING}"
        raise LearningError(profile, problem) from error
    text = "\n".join(pages).strip()[:CHARS_MAX]
    # Many programs put a file name there; it is no title when it is not in words.
    if guess_language(title) is None and " " not in title.strip():
        title, _, text = text.partition("\n")
    return _article(title, text)


def _article(title: str, text: str) -> ArticleFile:
    return ArticleFile(clean(title)[:TITLE_MAX_CHARS], clean(text))
