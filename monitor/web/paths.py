"""Where a person may be sent on to: paths of ours only."""

from __future__ import annotations

import re

# Plain characters only: no backslash, no control character, no encoded slash, and no second
# slash at the start, which browsers take for another host.
_PATH = re.compile(
    r"/(?![/\\])(?:[A-Za-z0-9._~/?=&+,:;@-]|%(?!2[fF]|5[cC]|0|1|25|7[fF])[0-9A-Fa-f]{2})*"
)


def safe_path(text: str) -> str:
    """Return a path that a person brought, else "/" when it may lead away from here."""
    return text if len(text) <= 2000 and _PATH.fullmatch(text) else "/"
