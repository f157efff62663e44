"""The settings of monitor.toml, frozen: name, type, default and meaning stated once.

`adapters/home.py` validates a file against these and `docs/configuration.md` is
written from them. A field's `meaning` metadata is the sentence a person reads.
Durations are written with a unit ("30m", "12h", "2d").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Literal

STRICT: dict[str, Any] = {"extra": "forbid"}  # an unknown key is an error, not a wish


def _says(meaning: str, default: Any = None, **kwargs: Any) -> Any:
    if "default_factory" not in kwargs:
        kwargs["default"] = default
    return field(metadata={"meaning": meaning}, **kwargs)


@dataclass(frozen=True, slots=True)
class PollSettings:
    """[poll]"""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    interval: timedelta = _says(
        "How often a feed is polled when its publisher asks for nothing else; at least 15m.",
        timedelta(minutes=60),
    )
    slowest: timedelta = _says(
        "How rarely a feed is polled whose polls bring little that is new, by what was learned "
        "of it; the interval, if that is longer.",
        timedelta(hours=2),
    )
    connections: int = _says("How many hosts are polled at the same time.", 64)
    processes: int = _says("How many processes parse feeds; 0 means one per core.", 0)


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """[network]"""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    allow: tuple[str, ...] = _says(
        'Private networks that feeds may be read from, as "192.168.1.0/24"; none by default.', ()
    )
    ports: tuple[int, ...] = _says(
        "Ports that feeds may be read from besides 80, 443, 8080 and 8443.", ()
    )
    proxy: str = _says(
        'The proxy that feeds are read through, as "http://proxy.example:3128"; empty means none.',
        "",
    )


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """[feeds."TITLE"]"""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    user: str = _says("The name that this feed is read under; else the one in its address.", "")
    password_file: str = _says(
        "A file that holds the feed's password and nothing else, relative to the home.", ""
    )
    proxy: str = _says(
        'The proxy this feed is read through, as "http://proxy.example:3128"; empty means the '
        'one of [network], "none" means no proxy.',
        "",
    )


@dataclass(frozen=True, slots=True)
class MailSettings:
    """[mail]"""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    host: str = _says("The mail server's name; empty means that no mail is sent.", "")
    port: int = _says("The mail server's port: 587 for starttls, 465 for tls.", 587)
    security: Literal["starttls", "tls", "none"] = _says(
        "How the connection is protected; none is allowed for this machine's own server only.",
        "starttls",
    )
    user: str = _says("The name to log in with; empty means no login.", "")
    password_file: str = _says(
        "A file that holds the password and nothing else, relative to the home; "
        "MONITOR_MAIL_PASSWORD in the environment does instead.",
        "",
    )
    sender: str = _says('The From address, as "News monitor <monitor@example.org>".', "")


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """[digests.NAME]"""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    title: str = _says("The digest's name for its readers; empty means its key.", "")
    extends: str = _says("Another digest whose settings hold where this one says nothing.", "")
    profiles: tuple[str, ...] = _says("The topic profiles it carries; empty means all.", ())
    recipients: tuple[str, ...] = _says("The addresses it goes to, one message each.", ())
    times: tuple[str, ...] = _says('Local times at which it is issued, as "07:00".', ("07:00",))
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = _says(
        "Days of the week on which it is issued.",
        ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    )
    zone: str = _says("The IANA zone of its times and dates; empty means the home's.", "")
    language: Literal["en", "es"] = _says("The language of its labels and dates.", "en")
    length: int = _says("The largest number of stories in one issue.", 20)
    outlet_share: int = _says(
        "The largest number of stories that one outlet leads while others wait for room.", 4
    )
    patience: int = _says(
        "How many issues a story waits for room before it is let go, to be found by search only.",
        2,
    )
    movement: int = _says(
        "How much must be new for a story to come back as an update: each number, name or act "
        "that is new in a headline counts, once for each of up to two outlets; 0 means never.",
        3,
    )
    cooldown: timedelta = _says(
        "A story that was carried does not come back sooner than this.", timedelta(hours=20)
    )
    threshold_shift: float = _says(
        "Added to every profile's threshold: above 0 carries less, below 0 more.", 0.0
    )
    quiet: Literal["skip", "receipt", "weekly"] = _says(
        "When there is nothing to say: send nothing, send a receipt every time, "
        "or send a receipt once a week.",
        "weekly",
    )
    window: timedelta = _says(
        "On a feed's first poll, entries older than this count as old news.", timedelta(hours=48)
    )
    max_lateness: timedelta = _says(
        "A slot missed by more than this is merged into the next, if that comes sooner than this.",
        timedelta(hours=12),
    )


@dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """[embeddings]"""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    model: str = _says(
        "A sentence-transformers model, by name or folder, whose likeness in meaning becomes "
        "one more reason of a score; empty means none, and nothing is loaded.",
        "",
    )
    weight: float = _says("The points that the greatest likeness brings, 0 to 5.", 1.5)


@dataclass(frozen=True, slots=True)
class Config:
    """monitor.toml"""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    zone: str = _says("The IANA zone of digests that name none.", "UTC")
    contact: str = _says(
        "A mail address or page that publishers can turn to; part of the User-Agent.", ""
    )
    poll: PollSettings = _says("How feeds are polled.", default_factory=PollSettings)
    network: NetworkSettings = _says(
        "Where feeds may be read from.", default_factory=NetworkSettings
    )
    feeds: Mapping[str, FeedSettings] = _says(
        "Feeds that take more than their address, by title or address.", default_factory=dict
    )
    mail: MailSettings = _says("How mail goes out.", default_factory=MailSettings)
    embeddings: EmbeddingSettings = _says(
        "A model of meaning, if any.", default_factory=EmbeddingSettings
    )
    digests: Mapping[str, DigestSettings] = _says("The digests, by name.", default_factory=dict)
