"""The home: the folder with what a person edits and where the state is kept.

Sole user of tomlkit. monitor.toml, feeds.opml and seeds/*.toml are read by rooms of
its own (settings, opml, profile_files); what a home lacks comes from the package.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from monitor.adapters.home.opml import read_opml, write_opml
from monitor.adapters.home.profile_files import merge_parties, read_party, read_profile
from monitor.adapters.home.tomlfile import NOTHING_STARTED, TomlFile
from monitor.config import Config
from monitor.errors import ConfigError
from monitor.model import Party, Subscription, TopicProfile

SETTINGS_FILE = "monitor.toml"
FEEDS_FILE = "feeds.opml"
PASSWORD_VARIABLE = "MONITOR_MAIL_PASSWORD"
HOME_VARIABLE = "MONITOR_HOME"
_PACKAGE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Home:
    """A home that was read and found in order."""

    root: Path
    config: Config  # digests resolved along `extends`, their zones and titles filled in
    subscriptions: tuple[Subscription, ...]
    profiles: tuple[TopicProfile, ...]
    parties: tuple[Party, ...]
    templates: Mapping[str, str]  # file name -> text, the home's over the shipped
    environment_password: str | None = field(default=None, repr=False)

    @property
    def state(self) -> Path:
        """Return the folder of what the program keeps; `prepare_state` makes it."""
        return self.root / "state"

    def prepare_state(self) -> Path:
        """Return the state folder, made (for its owner only) where missing and writable."""
        try:
            self.state.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _unusable(self.state, "cannot be made", error) from error
        # On a read-only file system even root is told so here, before any run starts.
        if not os.access(self.state, os.W_OK | os.X_OK):
            problem = f"this folder cannot be written to; {NOTHING_STARTED}; make it writable"
            raise ConfigError(str(self.state), problem)
        return self.state

    def mail_password(self) -> str | None:
        """Return the password from environment or file, None when no login is set.

        Raises ConfigError when a login is set and the password is missing, empty,
        unreadable or open to other users.
        """
        mail = self.config.mail
        if not mail.user:
            return None
        if self.environment_password:
            return self.environment_password
        if not mail.password_file:
            problem = (
                f'[mail] user is "{mail.user}" and there is no password; '
                f"name a password_file, or set {PASSWORD_VARIABLE}; {NOTHING_STARTED}"
            )
            raise ConfigError(f"{SETTINGS_FILE}, mail.user", problem)
        return _read_password(self.root / mail.password_file)


def _read_password(path: Path) -> str:
    setting = f"{SETTINGS_FILE}, mail.password_file"
    try:
        mode = path.stat().st_mode
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        problem = f"{path} cannot be read ({reason}); {NOTHING_STARTED}"
        raise ConfigError(setting, problem) from error
    if not password or "\n" in password:
        problem = f"{path} should hold the password in one line and nothing else; {NOTHING_STARTED}"
        raise ConfigError(setting, problem)
    if stat.S_IMODE(mode) & 0o077 and os.name == "posix":
        problem = f"other users may read {path}; run: chmod 600 {path}; {NOTHING_STARTED}"
        raise ConfigError(setting, problem)
    return password


def find_home(option: Path | None, environ: Mapping[str, str], cwd: Path) -> Path:
    """Return the home: the option's, else MONITOR_HOME's, else the current folder.

    Raises ConfigError when none of them holds a monitor.toml.
    """
    named = option or (Path(environ[HOME_VARIABLE]) if environ.get(HOME_VARIABLE) else None)
    path = (cwd / named) if named else cwd
    try:
        if (path / SETTINGS_FILE).is_file():
            return path
    except OSError as error:
        raise _unusable(path, "cannot be read", error) from error
    what = "this folder is" if named else "the current folder is"
    problem = (
        f"{what} no home: it has no {SETTINGS_FILE}; make one with `monitor init DIR`, "
        f"name one with --home DIR or {HOME_VARIABLE}"
    )
    raise ConfigError(str(path), problem)


def shipped_root() -> Path:
    """Return where the shipped templates, seeds and defaults are.

    In an installed wheel that is monitor/_shipped, in a checkout its root.
    """
    packed = _PACKAGE / "_shipped"
    return packed if packed.is_dir() else _PACKAGE.parent


def open_home(path: Path, environ: Mapping[str, str]) -> Home:
    """Read and check everything a person edits; raises ConfigError, and starts nothing."""
    root = path.absolute()
    profiles, parties = read_seeds(root)
    from monitor.adapters.home.settings import read_settings  # pydantic is slow to import

    file = TomlFile.parse(SETTINGS_FILE, _read(root / SETTINGS_FILE))
    return Home(
        root=root,
        config=read_settings(file, [profile.name for profile in profiles]),
        subscriptions=read_subscriptions(root),
        profiles=profiles,
        parties=parties,
        templates=_templates(root),
        environment_password=environ.get(PASSWORD_VARIABLE) or None,
    )


def fingerprint(root: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what changes when a person changes a file of the home; compare, do not read."""
    folders = ("", "seeds", "seeds/parties", "templates")
    paths = [path for folder in folders for path in (root / folder).glob("*")]
    seen = []
    for path in sorted(paths):
        try:
            known = path.stat()
        except OSError:  # gone since it was listed: the next look tells
            continue
        if stat.S_ISREG(known.st_mode) and not path.name.startswith("."):
            seen.append((str(path), known.st_mtime_ns, known.st_size))
    return tuple(seen)


def read_seeds(root: Path | None) -> tuple[tuple[TopicProfile, ...], tuple[Party, ...]]:
    """Return profiles and parties of a home, or the shipped ones (root None).

    A home without profiles of its own uses the shipped ones.
    """
    shipped = shipped_root() / "seeds"
    own = shipped if root is None else root / "seeds"
    parties = _parties(shipped / "parties", f"{shipped}/parties/")
    if own.resolve() != shipped.resolve():
        parties = merge_parties(parties, _parties(own / "parties", "seeds/parties/"))
        if not _toml_files(own):
            own = shipped
    else:
        parties = merge_parties(parties, ())
    names = [party.name for party in parties if not party.is_bridge]
    profiles = tuple(
        read_profile(TomlFile.parse(f"seeds/{path.name}", _read(path)), path.stem, names)
        for path in _toml_files(own)
    )
    return profiles, parties


def _parties(folder: Path, shown: str) -> tuple[Party, ...]:
    return tuple(
        read_party(TomlFile.parse(f"{shown}{path.name}", _read(path)), path.stem)
        for path in _toml_files(folder)
    )


def _toml_files(folder: Path) -> list[Path]:
    return [path for path in _files(folder) if path.suffix == ".toml"]


def _files(folder: Path) -> list[Path]:
    """Return the files of a folder by name, hidden ones left out; none where it is absent."""
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        # Not passed over: a home that cannot be read is not a home without files.
        raise _unusable(folder, "cannot be read", error) from error
    return [path for path in paths if not path.name.startswith(".") and path.is_file()]


def read_subscriptions(root: Path) -> tuple[Subscription, ...]:
    """Return the feeds of a home's feeds.opml; none when there is no such file."""
    path = root / FEEDS_FILE
    if not path.exists():
        return ()
    return read_opml(_read(path), FEEDS_FILE).subscriptions


def save_subscriptions(root: Path, subscriptions: Iterable[Subscription]) -> None:
    """Write feeds.opml anew, all or nothing; the previous one stays as feeds.opml.bak."""
    path = root / FEEDS_FILE
    if path.exists():
        _write(path.with_name(f"{FEEDS_FILE}.bak"), _read(path))
    _write(path, write_opml(subscriptions))


def _templates(root: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for folder in (shipped_root() / "templates", root / "templates"):
        for path in _files(folder):
            texts[path.name] = _template_text(path)
    return texts


def _template_text(path: Path) -> str:
    try:
        return _read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"expected UTF-8 text, found another encoding; {NOTHING_STARTED}"
        raise ConfigError(f"templates/{path.name}", problem) from error


# ---------------------------------------------------------------- making a home


@dataclass(frozen=True, slots=True)
class Copied:
    """What was written, and what was there before and left alone."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def create_home(path: Path, *, zone: str | None = None) -> Copied:
    """Make a home: settings, feeds, profiles and an empty state folder.

    Never overwrites a file. `zone` goes into monitor.toml when that is written.
    Raises ConfigError when the folder cannot be made or written to.
    """
    if zone:
        from monitor.adapters.home.settings import zone_problem

        if problem := zone_problem(zone):
            raise ConfigError("zone", f"{problem}; {NOTHING_STARTED}")
    shipped = shipped_root()
    sources = {
        SETTINGS_FILE: shipped / SETTINGS_FILE,
        FEEDS_FILE: shipped / FEEDS_FILE,
        **{f"seeds/{seed.name}": seed for seed in _toml_files(shipped / "seeds")},
    }
    change = (lambda raw: _with_zone(raw, zone)) if zone else None
    _make_folder(path)
    copied = _copy(path, sources, {SETTINGS_FILE: change} if change else {})
    _make_folder(path / "state", mode=0o700)
    return copied


def customize(root: Path, what: Literal["parties", "templates"]) -> Copied:
    """Copy the shipped alias lists or templates into a home, overwriting nothing."""
    folder = "seeds/parties" if what == "parties" else "templates"
    files = _files(shipped_root() / folder)
    return _copy(root, {f"{folder}/{path.name}": path for path in files}, {})


def _copy(
    root: Path, sources: Mapping[str, Path], changes: Mapping[str, Callable[[bytes], bytes]]
) -> Copied:
    written, kept = [], []
    for name, source in sources.items():
        target = root / name
        if target.exists():
            kept.append(target)
            continue
        _make_folder(target.parent)
        raw = _read(source)
        _write(target, changes[name](raw) if name in changes else raw)
        written.append(target)
    return Copied(tuple(written), tuple(kept))


def _with_zone(raw: bytes, zone: str) -> bytes:
    import tomlkit  # slow to import, and needed by few commands

    document = tomlkit.parse(raw.decode("utf-8"))
    document["zone"] = zone
    return tomlkit.dumps(document).encode("utf-8")


def _make_folder(path: Path, mode: int = 0o777) -> None:
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(path, "cannot be made", error) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unusable(path, "cannot be read", error) from error


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a crash leaves the old one."""
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise _unusable(path, "cannot be written", error) from error


def _unusable(path: Path, what: str, error: OSError) -> ConfigError:
    return ConfigError(str(path), f"{what} ({error.strerror}); {NOTHING_STARTED}")
