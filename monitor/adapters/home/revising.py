"""Profiles and alias lists changed by the program: comments kept, the previous version too."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from monitor.adapters.home import SETTINGS_FILE, parse_profile, read_seeds, shipped_root
from monitor.adapters.home.editing import with_change, with_entry, with_learned, with_settings
from monitor.adapters.home.files import copy_files, make_folder, read_file, toml_files, write_file
from monitor.adapters.home.profile_files import read_party
from monitor.adapters.home.tomlfile import TomlFile
from monitor.errors import ConfigError
from monitor.model import Party, ProfileChange, TopicProfile

# Who changes a file reads it first: two pages that save at once must not lose one's change.
_changing = threading.RLock()


def read_draft(root: Path, path: Path) -> TopicProfile:
    """Return the profile of a file anywhere; its own `name` says which one it is a draft of."""
    _, parties = read_seeds(root)
    raw = read_file(path)
    name = TomlFile.parse(str(path), raw).data.get("name")
    return parse_profile(str(path), name if isinstance(name, str) else path.stem, raw, parties)


def adopt_learned(root: Path, profile: TopicProfile) -> Path:
    """Write what a profile learned into its file; return where the previous version is kept.

    Only [learned] and offset are written; comments and everything else stay.
    """
    return _edit_profile(root, profile.name, lambda raw: with_learned(raw, profile))


def add_term(root: Path, name: str, term: str, weight: float) -> Path:
    """Add a term to a profile's file; return where the previous version is kept.

    Raises ConfigError when it stands there already, or may be no term.
    """
    change = functools.partial(with_entry, table="terms", key=term, value=weight)
    return _edit_profile(root, name, lambda raw: change(raw, f"seeds/{name}.toml"))


def change_profile(root: Path, name: str, change: ProfileChange) -> Path:
    """Write a change into a profile's file; return where the previous version is kept.

    Raises ConfigError, and changes nothing, when the file could not be read afterwards.
    """
    return _edit_profile(root, name, lambda raw: with_change(raw, f"seeds/{name}.toml", change))


def undo_profile(root: Path, name: str) -> Path:
    """Put the previous version of a profile's file in its place; done again, it is taken back.

    Returns where the version that was undone is kept. Raises ConfigError when none is kept.
    """
    path = root / "seeds" / f"{name}.toml"
    previous = path.with_name(f"{path.name}.bak")
    if not path.exists() or not previous.exists():
        raise ConfigError(f"seeds/{name}.toml", "no previous version is kept; nothing was changed")
    content = read_file(previous)
    parse_profile(f"seeds/{previous.name}", name, content, read_seeds(root)[1])
    kept = _replace(path, content)
    assert kept is not None  # it was just seen
    return kept


def has_previous(root: Path, name: str) -> bool:
    """Tell whether a profile's file can be undone."""
    return (root / "seeds" / f"{name}.toml.bak").exists()


def add_profile(root: Path, name: str, text: str) -> Path:
    """Write a new profile's file; raises ConfigError when it is no profile, or is there."""
    profiles, parties = read_seeds(root)
    path, shown = root / "seeds" / f"{name}.toml", f"seeds/{name}.toml"
    if path.exists() or name in {profile.name for profile in profiles}:
        raise ConfigError(shown, "there is such a profile already; choose another name")
    parse_profile(shown, name, text.encode("utf-8"), parties)
    _keep_shipped(root)
    write_file(path, text.encode("utf-8"))
    return path


def change_settings(
    root: Path,
    table: Sequence[str],
    values: Mapping[str, str | float | Sequence[str] | None],
) -> Path:
    """Set keys of a table of monitor.toml; return where the previous version is kept.

    Comments stay. Raises ConfigError, and changes nothing, when the settings would not do.
    """
    from monitor.adapters.home.settings import read_settings  # pydantic is slow to import

    path = root / SETTINGS_FILE
    with _changing:
        raw = read_file(path)
        TomlFile.parse(SETTINGS_FILE, raw)  # a mistake in it is told with its line
        changed = with_settings(raw, SETTINGS_FILE, table, values)
        names = [profile.name for profile in read_seeds(root)[0]]
        read_settings(TomlFile.parse(SETTINGS_FILE, changed), names)
        kept = _replace(path, changed)
    assert kept is not None  # it was just read
    return kept


def change_list(root: Path, key: str, change: Callable[[list[str]], list[str]]) -> bool:
    """Change a list at the top of monitor.toml as it stands there now; False when it stays so.

    Of several who add to it at once, none loses what another added.
    """
    with _changing:
        known = TomlFile.parse(SETTINGS_FILE, read_file(root / SETTINGS_FILE)).data.get(key, [])
        if not isinstance(known, list):
            raise ConfigError(f"{SETTINGS_FILE}, {key}", "expected a list; nothing was changed")
        then = change(list(known))
        if then != known:
            change_settings(root, (), {key: then or None})
    return then != known


def add_alias(root: Path, party: Party, kind: str, alias: str, weight: float) -> Path | None:
    """Add a name to the home's own list of a party; return where the previous version is kept.

    The list is made where there is none yet (None is returned): it adds to the shipped one.
    """
    shown = f"seeds/parties/{party.name}.toml"
    path = root / shown
    raw = read_file(path) if path.exists() else f'name = "{party.name}"\n'.encode()
    if not path.exists():
        raw += f"title = {json.dumps(party.title, ensure_ascii=False)}\n".encode()
        raw += b"bridge = true\n" if party.is_bridge else b""
        make_folder(path.parent)
    changed = with_entry(raw, shown, table=kind, key=alias, value=weight)
    read_party(TomlFile.parse(shown, changed), party.name)
    return _replace(path, changed)


def _edit_profile(root: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    with _changing:
        _keep_shipped(root)
        path = root / "seeds" / f"{name}.toml"
        raw = read_file(path)
        TomlFile.parse(f"seeds/{path.name}", raw)
        changed = change(raw)
        parse_profile(f"seeds/{path.name}", name, changed, read_seeds(root)[1])
        kept = _replace(path, changed)
    assert kept is not None  # it was just read
    return kept


def _keep_shipped(root: Path) -> None:
    """Copy the shipped profiles into a home that has none of its own.

    One profile alone would take the place of all of them.
    """
    if not toml_files(root / "seeds"):
        make_folder(root / "seeds")
        shipped = toml_files(shipped_root() / "seeds")
        copy_files(root, {f"seeds/{path.name}": path for path in shipped}, {})


def _replace(path: Path, content: bytes) -> Path | None:
    """Write a file anew; return where its previous version is kept, None when it is new."""
    kept = None
    if path.exists():
        kept = path.with_name(f"{path.name}.bak")
        write_file(kept, read_file(path))
    write_file(path, content)
    return kept
