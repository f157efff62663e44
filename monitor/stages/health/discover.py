"""Find the feeds of a web page: what its head names, and where feeds usually lie; pure."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit, urlunsplit

from monitor.text import clean_link
from monitor.text.tags import TagReader

FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
    }
)
# By how often publishers' software uses them: WordPress, static sites, Blogger, Drupal.
COMMON_PATHS = (
    "feed",
    "rss.xml",
    "feed.xml",
    "atom.xml",
    "rss",
    "index.xml",
    "feeds/posts/default",
)
LINKS_MAX = 8
PAGE_MAX_BYTES = 2 * 1024 * 1024  # a head comes first; no more of a page is looked at


def feed_links(page: bytes, url: str) -> tuple[str, ...]:
    """Return the feeds that a page names with link rel="alternate", best first.

    Feeds of comments come last: they are news about the news.
    """
    reader = _Links(url)
    reader.feed(page[:PAGE_MAX_BYTES].decode("utf-8", errors="replace"))
    reader.close()
    found = {address: title for address, title in reader.found if address}
    comments = {a for a, title in found.items() if "comment" in f"{a} {title}".casefold()}
    best_first = sorted(found, key=lambda address: address in comments)
    return tuple(best_first)[:LINKS_MAX]


def usual_addresses(url: str) -> tuple[str, ...]:
    """Return where the feed of a site usually is: below the page, then below its root."""
    parts = urlsplit(url)
    root = urlunsplit((parts.scheme, parts.netloc, "/", "", ""))
    below = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + "/", "", ""))
    # A page below the root has at most one software's feed; the root may have any.
    near = () if below == root else COMMON_PATHS[:2]
    found = [*(urljoin(below, path) for path in near)]
    found += [urljoin(root, path) for path in COMMON_PATHS]
    return tuple(each for each in dict.fromkeys(found) if each != url)[:LINKS_MAX]


class _Links(TagReader):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._base = url
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: (value or "").strip() for key, value in attrs}
        if tag == "base" and values.get("href"):
            self._base = self._joined(values["href"]) or self._base
        if tag not in ("link", "a") or "alternate" not in values.get("rel", "").casefold().split():
            return
        if values.get("type", "").casefold().partition(";")[0].strip() in FEED_TYPES:
            self.found.append((self._joined(values.get("href", "")), values.get("title", "")))

    def _joined(self, href: str) -> str:
        try:
            return clean_link(urljoin(self._base, href)) if href else ""
        except ValueError:
            return ""
