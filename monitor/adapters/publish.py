"""Issues as pages: state/digests/NAME/DATE-SLOT.html, with an index of a digest's issues.

A page is written beside its place before the issue is committed, and takes its place
after it: a crash between the two leaves a staged file, which `recover` promotes or removes.
"""

from __future__ import annotations

import errno
import html
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import StoreError
from monitor.model import Rendered

STAGED = ".staged"  # suffix of a file whose issue is not committed yet
INDEX = "index.html"
FOLDER_MODE, FILE_MODE = 0o700, 0o600  # what somebody reads about is nobody else's business
_TITLE_BYTES = 16_384  # a page's title stands within this many bytes

_NAME = re.compile(r"\w[\w-]{0,63}")
_LABEL = re.compile(r"\d{4}-\d\d-\d\d-\d{4}(\d\d)?(-[a-z0-9-]{1,32})?")  # an alert has its second
_PLAIN_WORDS: Mapping[int, str] = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "permission is denied",
    errno.EPERM: "permission is denied",
    errno.ENOTDIR: "a file stands where a folder should be",
    errno.EISDIR: "a folder stands where a file should be",
}


@dataclass(frozen=True, slots=True)
class StagedPage:
    """An issue's files, written and on the disk, but not yet in their place."""

    folder: Path  # of the digest
    digest: str
    slot_label: str
    suffixes: tuple[str, ...]  # ".html" last: when it is there, the others are too

    @property
    def page(self) -> Path:
        return self.folder / f"{self.slot_label}.html"


def stage_page(
    folder: Path, digest: str, slot_label: str, rendered: Rendered, *, eml: bytes | None = None
) -> StagedPage:
    """Write an issue's page and text (and message, if given) beside their place.

    `folder` holds all digests' pages. Staging the same issue again starts afresh.
    Raises StoreError when the disk cannot take it; then nothing is left behind.
    """
    place = _folder_of(folder, digest)
    if not _LABEL.fullmatch(slot_label):
        raise StoreError(f"{slot_label!r} cannot be the name of an issue's page")
    text = rendered.page_text or rendered.text
    files = {".eml": eml, ".txt": text, ".html": rendered.page_html or rendered.body_html}
    kept = {suffix: content for suffix, content in files.items() if content is not None}
    staged = StagedPage(place, digest, slot_label, tuple(kept))
    try:
        with _in_plain_words(f"writing the page of {digest} {slot_label}"):
            place.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            for suffix, content in kept.items():
                raw = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
                _write(_staged_file(staged, suffix), raw)
            _sync_folder(place)
    except StoreError:
        discard(staged)
        raise
    return staged


def promote(staged: StagedPage) -> Path:
    """Put a staged issue in its place, list it in the index, and return its page.

    Promoting twice is promoting once.
    """
    with _in_plain_words(f"publishing {staged.digest} {staged.slot_label}"):
        for suffix in staged.suffixes:
            # Another process may be promoting it too: what one has moved, the other finds gone.
            with suppress(FileNotFoundError):
                _staged_file(staged, suffix).replace(staged.page.with_suffix(suffix))
        _write_index(staged.folder, staged.digest)
        _sync_folder(staged.folder)
    return staged.page


def discard(staged: StagedPage) -> None:
    """Remove a staged issue that was not committed."""
    for suffix in staged.suffixes:
        # What cannot be removed now is removed by `recover`; it is in nobody's way.
        try:
            _staged_file(staged, suffix).unlink(missing_ok=True)
        except OSError:
            continue


def issue_page(folder: Path, digest: str, slot_label: str) -> str | None:
    """Return the page of an issue as it was published, None when there is none of that name."""
    if not _LABEL.fullmatch(slot_label) or not _NAME.fullmatch(digest):
        return None
    path = folder / digest / f"{slot_label}.html"
    with _in_plain_words(f"reading the page of {digest} {slot_label}"):
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


def recover(folder: Path, issued: Callable[[str, str], bool]) -> list[Path]:
    """Finish what a crash left: promote the pages of issued issues, remove the others.

    `issued` tells whether (digest, slot label) was committed. Returns the pages promoted.
    """
    promoted = []
    with _in_plain_words("looking for unfinished pages"):
        left = _left_over(folder)
    for staged in left:
        if issued(staged.digest, staged.slot_label):
            promoted.append(promote(staged))
        else:
            discard(staged)
    return promoted


def put(folder: Path, name: str, content: bytes) -> None:
    """Write a file of the folder whole or not at all. Raises StoreError."""
    with _in_plain_words(f"writing {name}"):
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        temporary = _draft(folder, name)
        _write(temporary, content)
        temporary.replace(folder / name)


def _left_over(folder: Path) -> list[StagedPage]:
    found: dict[tuple[Path, str], list[str]] = {}
    for path in sorted(folder.glob(f"*/*{STAGED}"), reverse=True):
        label, dot, suffix = path.name.removesuffix(STAGED).partition(".")
        if _LABEL.fullmatch(label) and _NAME.fullmatch(path.parent.name):
            found.setdefault((path.parent, label), []).append(dot + suffix)
    # Reversed names put .txt before .html before .eml: the page goes last.
    return [
        StagedPage(place, place.name, label, tuple(sorted(suffixes, key=lambda s: s == ".html")))
        for (place, label), suffixes in sorted(found.items())
    ]


# ---------------------------------------------------------------- the index

_INDEX_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
body {{ max-width: 40rem; margin: 3rem auto; padding: 0 1.2rem; line-height: 1.5;
  font-family: Georgia, "Times New Roman", serif; background: #fffdf9; color: #1d1b18 }}
h1 {{ border-bottom: 3px double; padding-bottom: .5rem }}
ol {{ list-style: none; padding: 0 }}
li {{ padding: .45rem 0; border-bottom: 1px solid #e4ded1 }}
time {{ display: block; font: .8rem/1.4 system-ui, sans-serif; color: #5c574d }}
a {{ color: inherit }}
@media (prefers-color-scheme: dark) {{
  body {{ background: #1a1917; color: #ebe6db }}
  li {{ border-color: #38352f }}
  time {{ color: #aea798 }}
}}
</style>
</head>
<body>
<h1>{title}</h1>
<ol>
{items}
</ol>
{below}</body>
</html>
"""


_FEED_LINK = '<p><a href="feed.xml" type="application/atom+xml">Atom</a></p>\n'


def _write_index(place: Path, digest: str) -> None:
    """List a digest's issues, newest first, by the subjects their pages bear."""
    pages = sorted((p for p in place.glob("*.html") if _LABEL.fullmatch(p.stem)), reverse=True)
    heads = [_head(page) for page in pages]
    items = "\n".join(
        f'<li><time datetime="{page.stem[:10]}">{page.stem[:10]} '
        f"{page.stem[11:13]}:{page.stem[13:15]}</time>"
        f'<a href="{page.name}">{html.escape(subject or page.stem)}</a></li>'
        for page, (_, subject) in zip(pages, heads, strict=True)
    )
    language = heads[0][0] if heads else "en"
    text = _INDEX_PAGE.format(
        language=language, title=html.escape(digest), items=items, below=_FEED_LINK
    )
    temporary = _draft(place, INDEX)
    _write(temporary, text.encode())
    temporary.replace(place / INDEX)


def write_overview(folder: Path) -> None:
    """List the digests' own indexes and the feeds that stand in the folder. Raises StoreError."""
    with _in_plain_words("listing the digests"):
        digests = sorted(path.parent.name for path in folder.glob(f"*/{INDEX}"))
        feeds = sorted(path.name for path in folder.glob("*.xml"))
    items = [f'<li><a href="{name}/{INDEX}">{html.escape(name)}</a></li>' for name in digests]
    items += [f'<li><a href="{name}">{html.escape(name)}</a></li>' for name in feeds]
    text = _INDEX_PAGE.format(
        language="en", title="Digests · Boletines", items="\n".join(items), below=""
    )
    put(folder, INDEX, text.encode())


def _head(page: Path) -> tuple[str, str]:
    """Return the language and the title that a page bears."""
    with page.open("rb") as file:
        head = file.read(_TITLE_BYTES).decode("utf-8", "replace")
    language = re.search(r'<html lang="([a-z-]{2,8})"', head)
    title = re.search(r"<title>([^<]*)</title>", head)
    return language[1] if language else "en", html.unescape(title[1]).strip() if title else ""


# ---------------------------------------------------------------- files


def _folder_of(folder: Path, digest: str) -> Path:
    """Return a digest's folder; its name cannot lead anywhere else."""
    if not _NAME.fullmatch(digest):
        raise StoreError(
            f"{digest!r} cannot be the name of a digest's folder: letters, digits, - and _ only"
        )
    return folder / digest


def _staged_file(staged: StagedPage, suffix: str) -> Path:
    return staged.folder / f"{staged.slot_label}{suffix}{STAGED}"


def _draft(folder: Path, name: str) -> Path:
    """Return a name beside a file's that nobody else writes to at the same time."""
    return folder / f"{name}.{os.getpid()}-{threading.get_ident()}.new"


def _write(path: Path, content: bytes) -> None:
    """Write a file anew, and return when it is on the disk."""
    # A link left at the place is not followed out of the folder.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, FILE_MODE), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Put a folder's names on the disk: a renamed file must be found after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _in_plain_words(doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = _PLAIN_WORDS.get(error.errno or 0, error.strerror or str(error))
        place = f" ({error.filename})" if error.filename else ""
        raise StoreError(f"{doing}: {what}{place}; free or mend it and run again") from error
