"""Links that differ from reader to reader: a mark in the rendered issue, a token in the mail.

Pure. An issue is rendered once for all of its readers; then each mark is replaced by the
reader's own token. The mark begins with what no feed can know, so that no feed's text can
become a link of somebody's, and is as long as the longest token: a mail keeps its size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from urllib.parse import quote

from monitor.model import EntryKey, Rendered
from monitor.signing import Grant, GrantKind, token_chars

_KINDS: Mapping[str, GrantKind] = {"u": "unsubscribe", "v": "verdict", "s": "story"}


@dataclass(frozen=True, slots=True)
class Links:
    """Where the links of an issue lead. Without a base there are none but to leave by mail."""

    base: str = ""  # "https://news.example.org", without a slash at its end
    mark: str = ""  # letters and digits that only this home can know
    digest: str = ""
    reader: str = ""  # the longest address of a reader: its tokens are the longest
    numbers: Mapping[EntryKey, int] = field(default_factory=lambda: MappingProxyType({}))
    leave_by_mail: str = ""  # "mailto:..."

    def verdict(self, key: EntryKey, profile: str, *, good: bool) -> str:
        """Return the link by which a reader says what an entry is worth, "" when there is none."""
        number = self.numbers.get(key)
        if number is None:
            return ""
        return self._link("m", "verdict", f"{'good' if good else 'bad'}:{number}:{profile}")

    def story(self, key: EntryKey) -> str:
        """Return the link to the page of an entry's story, "" when there is none."""
        number = self.numbers.get(key)
        return "" if number is None else self._link("m", "story", str(number))

    def issue(self, slot_label: str) -> str:
        """Return the link to the whole page of an issue, "" when there is none."""
        return self._link("m", "story", f"issue:{slot_label}")

    def leave(self) -> str:
        """Return the link to unsubscribe, "" when there is none."""
        return self._link("u", "unsubscribe", "") or self.leave_by_mail

    def _link(self, page: str, kind: GrantKind, subject: str) -> str:
        if not self.base:
            return ""
        width = token_chars(Grant(kind, self.digest, self.reader, subject))
        mark = f"{self.mark}{kind[0]}{subject.encode().hex()}"
        return f"{self.base}/{page}/{mark:_<{width}}"


def personal(rendered: Rendered, mark: str, token: Callable[[GrantKind, str], str]) -> Rendered:
    """Return an issue with each mark replaced by what `token` gives for its kind and subject."""
    made: dict[str, str] = {}

    def signed(found: re.Match[str]) -> str:
        if found[0] not in made:
            made[found[0]] = token(_KINDS[found[1]], bytes.fromhex(found[2]).decode())
        return made[found[0]]

    marks = re.compile(rf"{re.escape(mark)}([{''.join(_KINDS)}])((?:[0-9a-f]{{2}})*)_*")
    return replace(
        rendered,
        text=marks.sub(signed, rendered.text),
        body_html=marks.sub(signed, rendered.body_html),
    )


def leave_address(base: str, token: str) -> str:
    """Return the address by which the holder of a token unsubscribes."""
    return f"{base}/u/{token}"


def leave_by_mail(sender_address: str, digest: str) -> str:
    """Return the mail that asks to be unsubscribed, to whoever keeps the monitor."""
    return f"mailto:{quote(sender_address, safe='@.+-_')}?subject=unsubscribe%20{quote(digest)}"
