"""The home: the folder with what a person edits and where the state is kept.

monitor.toml, feeds.opml and seeds/*.toml are read by rooms of its own (settings, opml,
profile_files), and profiles are edited in editing.py; what a home lacks comes from the
package.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from monitor.adapters.home.access import feed_access, read_secret
from monitor.adapters.home.files import (
    Copied,
    copy_files,
    files_in,
    make_folder,
    read_file,
    toml_files,
    unusable,
    write_file,
)
from monitor.adapters.home.mail_token import mail_token
from monitor.adapters.home.opml import read_opml, write_opml
from monitor.adapters.home.profile_files import merge_parties, read_party, read_profile
from monitor.adapters.home.tomlfile import NOTHING_STARTED, TomlFile
from monitor.config import Config
from monitor.errors import ConfigError
from monitor.model import Access, Party, Subscription, TopicProfile

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
            raise unusable(self.state, "cannot be made", error) from error
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
        if not mail.user or mail.oauth_token_file or mail.oauth_token_command:
            return None
        if self.environment_password:
            return self.environment_password
        if not mail.password_file:
            problem = (
                f'[mail] user is "{mail.user}" and there is no password; '
                f"name a password_file, or set {PASSWORD_VARIABLE}; {NOTHING_STARTED}"
            )
            raise ConfigError(f"{SETTINGS_FILE}, mail.user", problem)
        return read_secret(self.root / mail.password_file, "mail.password_file")

    def mail_token(self) -> Callable[[], str] | None:
        """Return what brings the access token of the mail login, None when there is none."""
        return mail_token(self.root, self.config.mail)

    def webhook(self) -> str:
        """Return the address that open matters are posted to, "" for none."""
        name = self.config.service.webhook_file
        return read_secret(self.root / name, "service.webhook_file") if name else ""

    def feed_access(self) -> dict[str, Access]:
        """Return how to reach the feeds that take more than their address, by address."""
        return feed_access(self.root, self.config, self.subscriptions)


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
        raise unusable(path, "cannot be read", error) from error
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

    file = TomlFile.parse(SETTINGS_FILE, read_file(root / SETTINGS_FILE))
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
        if not toml_files(own):
            own = shipped
    else:
        parties = merge_parties(parties, ())
    profiles = tuple(
        parse_profile(f"seeds/{path.name}", path.stem, read_file(path), parties)
        for path in toml_files(own)
    )
    return profiles, parties


def parse_profile(shown: str, stem: str, raw: bytes, parties: Iterable[Party]) -> TopicProfile:
    """Return the profile of a file's bytes; raises ConfigError that names it as `shown`."""
    names = [party.name for party in parties if not party.is_bridge]
    return read_profile(TomlFile.parse(shown, raw), stem, names)


def _parties(folder: Path, shown: str) -> tuple[Party, ...]:
    return tuple(
        _party(f"{shown}{path.name}", path.stem, read_file(path)) for path in toml_files(folder)
    )


@lru_cache(maxsize=16)  # 2,300 shipped names, read anew whenever a page saves a home's file
def _party(shown: str, stem: str, raw: bytes) -> Party:
    return read_party(TomlFile.parse(shown, raw), stem)


def read_subscriptions(root: Path) -> tuple[Subscription, ...]:
    """Return the feeds of a home's feeds.opml; none when there is no such file."""
    path = root / FEEDS_FILE
    if not path.exists():
        return ()
    return read_opml(read_file(path), FEEDS_FILE).subscriptions


def save_subscriptions(root: Path, subscriptions: Iterable[Subscription]) -> None:
    """Write feeds.opml anew, all or nothing; the previous one stays as feeds.opml.bak."""
    path = root / FEEDS_FILE
    if path.exists():
        write_file(path.with_name(f"{FEEDS_FILE}.bak"), read_file(path))
    write_file(path, write_opml(subscriptions))


def _templates(root: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for folder in (shipped_root() / "templates", root / "templates"):
        for path in files_in(folder):
            texts[path.name] = _template_text(path)
    return texts


def _template_text(path: Path) -> str:
    try:
        return read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"expected UTF-8 text, found another encoding; {NOTHING_STARTED}"
        raise ConfigError(f"templates/{path.name}", problem) from error


# ---------------------------------------------------------------- making a home


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
        **{f"seeds/{seed.name}": seed for seed in toml_files(shipped / "seeds")},
    }
    change = (lambda raw: _with_zone(raw, zone)) if zone else None
    make_folder(path)
    copied = copy_files(path, sources, {SETTINGS_FILE: change} if change else {})
    make_folder(path / "state", mode=0o700)
    return copied


def customize(root: Path, what: Literal["parties", "templates"]) -> Copied:
    """Copy the shipped alias lists or templates into a home, overwriting nothing."""
    folder = "seeds/parties" if what == "parties" else "templates"
    files = files_in(shipped_root() / folder)
    return copy_files(root, {f"{folder}/{path.name}": path for path in files}, {})


def _with_zone(raw: bytes, zone: str) -> bytes:
    from monitor.adapters.home.editing import with_value  # tomlkit is slow to import

    return with_value(raw, "zone", zone)
