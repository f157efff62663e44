"""The settings of a digest, changed: what the pages and the commands do alike."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from monitor.adapters.home import Home
from monitor.adapters.home.revising import change_settings
from monitor.config import DigestSettings
from monitor.errors import ConfigError

Value = str | float | Sequence[str] | None

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
ADDRESS_MAX = 254  # characters


def is_name(text: str) -> bool:
    """Tell whether a digest may be called so."""
    return _NAME.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Tell whether a text can be one mail address."""
    return len(text) <= ADDRESS_MAX and _ADDRESS.fullmatch(text) is not None


def new_digest(home: Home, name: str) -> None:
    """Add a digest, issued at seven, to monitor.toml; raises ConfigError for a name that is none.

    Nobody gets it yet: only its pages are kept.
    """
    if not is_name(name) or name in home.config.digests:
        problem = (
            "a name is made of small letters, digits and hyphens, and is not taken;"
            " nothing was changed"
        )
        raise ConfigError(f'digests."{name[:60]}"', problem)
    change_settings(home.root, ("digests", name), {"times": ["07:00"]})


def change_digest(home: Home, name: str, values: Mapping[str, Value]) -> bool:
    """Write what differs into monitor.toml; False when nothing does.

    None takes a setting out, and its default holds. Raises ConfigError, and changes nothing,
    when the settings would not do.
    """
    settings = home.config.digests[name]
    changed = {key: value for key, value in values.items() if value != _known(settings, key)}
    if changed:
        change_settings(home.root, ("digests", name), changed)
    return bool(changed)


def mark_of(settings: DigestSettings) -> str:
    """Return letters that differ when any of the settings does: what a form was filled in on."""
    return hashlib.sha256(repr(sorted(asdict(settings).items())).encode()).hexdigest()[:16]


def _known(settings: DigestSettings, key: str) -> Value:
    value = getattr(settings, key)
    return list(value) if isinstance(value, tuple) else value
