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
    processes: int = _says("How many processes parse feeds; 0 means one per core, four at most.", 0)
    workers: str = _says(
        'Who polls: "local", this machine; or "dask://HOST:PORT", the workers of a Dask cluster '
        "(dask+tls:// with TLS).",
        "local",
    )


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
    proxy_user: str = _says("The name that the proxy is asked under, if it wants one.", "")
    proxy_password_file: str = _says(
        "A file that holds the proxy's password and nothing else, relative to the home.", ""
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
    oauth_token_file: str = _says(
        "Instead of a password: a file that holds an OAuth 2 access token, renewed by another "
        "program, relative to the home; the login is XOAUTH2 then.",
        "",
    )
    oauth_token_command: tuple[str, ...] = _says(
        "Instead of such a file: a program and its arguments that print the token, as "
        '["/usr/local/bin/mail-token", "--fresh"]; no shell, 30 seconds, asked at each login.',
        (),
    )
    sender: str = _says('The From address, as "News monitor <monitor@example.org>".', "")
    uncertain: Literal["hold", "resend"] = _says(
        "A message whose connection was lost after its body went out may have arrived: hold does "
        "not send it again, and its stories open the next message; resend sends it once more, "
        "and it may arrive twice.",
        "hold",
    )
    per_hour: int = _says(
        "How many messages go out in an hour, at most; the others wait for the next.", 200
    )
    per_connection: int = _says(
        "How many messages go over one connection before a new one is made.", 50
    )


@dataclass(frozen=True, slots=True)
class WebSettings:
    """[web]"""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    public_url: str = _says(
        'Where readers of the mail reach the web pages, as "https://news.example.org"; empty '
        "means they do not: mail has no links to verdicts, and is unsubscribed from by mail.",
        "",
    )
    serve: bool = _says("Whether `monitor run` serves the web pages, too.", True)
    address: str = _says(
        "The address that the pages are served at; another than this machine's own takes a "
        "password (`monitor passwd`).",
        "127.0.0.1",
    )
    port: int = _says("The port that the pages are served at.", 8765)
    hosts: tuple[str, ...] = _says(
        "Names that the pages are asked for by, besides localhost, the address and the public "
        'one, as "news.lan"; a request for another name is refused.',
        (),
    )
    trusted_proxies: tuple[str, ...] = _says(
        "Networks of proxies that are believed who they ask for (X-Forwarded-For, "
        'X-Forwarded-Proto), as "127.0.0.1/32"; of others nothing is believed.',
        (),
    )
    language: Literal["", "en", "es"] = _says(
        "The language of the pages; empty means what the browser asks for.", ""
    )
    teachers: Literal["owner", "everyone"] = _says(
        "Whose verdicts move the profiles: those given here and on this machine, or readers' "
        "from the mail too.",
        "everyone",
    )


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """[digests.NAME]"""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    title: str = _says("The digest's name for its readers; empty means its key.", "")
    kind: Literal["digest", "alert"] = _says(
        "A digest is issued at its times; an alert as soon as a story passes its threshold, "
        "whatever the time and the day.",
        "digest",
    )
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
    related: int = _says(
        "The largest number of stories of one saga that are told in a line each under the first "
        "of them, besides the issue's length; 0 tells every story by itself.",
        8,
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
        "Added to every profile's threshold: above 0 carries less; below 0 more, down to half of "
        "a threshold: what scores lower is stored, and stands in no story.",
        0.0,
    )
    threshold: float = _says(
        "The threshold of every profile in this digest; 0 means each profile's own.", 0.0
    )
    per_day: int = _says(
        "The largest number of stories that an alert sends on one local day; the others are "
        "left to the digests.",
        3,
    )
    quiet_hours: str = _says(
        'Local times between which an alert waits, as "22:00-07:00"; empty means none.', ""
    )
    quiet: Literal["skip", "receipt", "weekly"] = _says(
        "When there is nothing to say: send nothing, send a receipt every time, "
        "or send a receipt once a week.",
        "weekly",
    )
    window: timedelta = _says(
        "On a feed's first poll, entries older than this count as old news.", timedelta(hours=48)
    )
    webhook: str = _says(
        "An address that its top stories are posted to as JSON, once for each issue; "
        "empty means none.",
        "",
    )
    webhook_file: str = _says(
        "A file that holds the webhook's address instead, where that is as good as a password; "
        "one line, relative to the home.",
        "",
    )
    apprise_file: str = _says(
        "A file that holds addresses of Apprise, one a line, relative to the home; its top "
        "stories go there too. Needs the extra [apprise].",
        "",
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
class RetentionSettings:
    """[retention]"""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    texts: timedelta = _says(
        "How long summaries and the bytes of sent messages are kept; titles, links and scores "
        "stay. At least 30d.",
        timedelta(days=180),
    )
    entries: timedelta = _says(
        "How long entries are kept; that they were seen and sent is remembered for good, so "
        "none comes back. At least 90d.",
        timedelta(days=730),
    )


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """[service]"""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    webhook_file: str = _says(
        "A file that holds the address (https://...) of a chat room or pager and nothing else, "
        "relative to the home: what `monitor status` would tell is posted there once.",
        "",
    )


@dataclass(frozen=True, slots=True)
class Config:
    """monitor.toml"""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    zone: str = _says("The IANA zone of digests that name none.", "UTC")
    contact: str = _says(
        "A mail address or page that publishers can turn to; part of the User-Agent.", ""
    )
    muted: tuple[str, ...] = _says(
        "Outlets whose reports no digest carries; they are stored and can be searched for.",
        (),
    )
    poll: PollSettings = _says("How feeds are polled.", default_factory=PollSettings)
    network: NetworkSettings = _says(
        "Where feeds may be read from.", default_factory=NetworkSettings
    )
    feeds: Mapping[str, FeedSettings] = _says(
        "Feeds that take more than their address, by title or address.", default_factory=dict
    )
    mail: MailSettings = _says("How mail goes out.", default_factory=MailSettings)
    web: WebSettings = _says("The web pages.", default_factory=WebSettings)
    embeddings: EmbeddingSettings = _says(
        "A model of meaning, if any.", default_factory=EmbeddingSettings
    )
    retention: RetentionSettings = _says(
        "What is let go with age.", default_factory=RetentionSettings
    )
    service: ServiceSettings = _says("The service.", default_factory=ServiceSettings)
    digests: Mapping[str, DigestSettings] = _says("The digests, by name.", default_factory=dict)
