"""Profiles and alias lists changed by the program: comments kept, the previous version too."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path

from monitor.adapters.home import parse_profile, read_seeds, shipped_root
from monitor.adapters.home.editing import with_entry, with_learned
from monitor.adapters.home.files import copy_files, make_folder, read_file, toml_files, write_file
from monitor.adapters.home.profile_files import read_party
from monitor.adapters.home.tomlfile import TomlFile
from monitor.model import Party, TopicProfile


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
    folder, shipped = root / "seeds", shipped_root() / "seeds"
    if not toml_files(folder):
        # One profile alone would take the place of all the shipped ones.
        copy_files(root, {f"seeds/{path.name}": path for path in toml_files(shipped)}, {})
    path = folder / f"{name}.toml"
    changed = change(read_file(path))
    parse_profile(f"seeds/{path.name}", name, changed, read_seeds(root)[1])
    kept = _replace(path, changed)
    assert kept is not None  # it was just read
    return kept


def _replace(path: Path, content: bytes) -> Path | None:
    """Write a file anew; return where its previous version is kept, None when it is new."""
    kept = None
    if path.exists():
        kept = path.with_name(f"{path.name}.bak")
        write_file(kept, read_file(path))
    write_file(path, content)
    return kept
