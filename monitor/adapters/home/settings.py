"""monitor.toml read against the settings of config.py. Sole user of pydantic.

Shapes and types are pydantic's work, in strict mode; what a value may be (ranges,
zones, addresses) is said here, once, in words an operator can act on.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import ipaddress
import json
import math
import re
import typing
import zoneinfo
from collections.abc import Collection, Mapping
from email.utils import parseaddr
from typing import Any

from pydantic import TypeAdapter, ValidationError

from monitor.adapters.home.access import NO_PROXY
from monitor.adapters.home.tomlfile import KeyPath, TomlFile, listed, nearest
from monitor.config import Config, DigestSettings, FeedSettings, MailSettings, WebSettings

_DURATION = re.compile(r"(\d{1,6})\s*(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
DURATION_RULE = 'expected a number with its unit, as "30m", "12h" or "2d"'
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DIGEST_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")  # names files and Message-IDs
# Loose on purpose: the mail server decides. What it keeps out is what would break a header.
_ADDRESS = re.compile(r"[^\s@<>(),;:\"\\\x00-\x1f\x7f]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_SECRET_KEY = re.compile(r"(^|_)(password|passwd|pass|secret|token|api_?key)$", re.IGNORECASE)
SLOWEST_MAX = dt.timedelta(days=7)
INTERVAL_MIN = dt.timedelta(minutes=15)  # politeness: a publisher's bandwidth is not ours
RETENTION_TEXTS_MIN = dt.timedelta(days=30)  # a digest reaches back further than a week at times
RETENTION_ENTRIES_MIN = dt.timedelta(days=90)  # and never further than 60 days
RETENTION_MAX = dt.timedelta(days=36500)
# Tables of tables, each with a name of the operator's own.
NAMED: dict[str, Any] = {"digests": DigestSettings, "feeds": FeedSettings}
_PROXY = re.compile(
    r"https?://[A-Za-z0-9._-]+(:[0-9]{1,5})?|https?://\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?"
)
_PUBLIC_URL = re.compile(
    r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
    r"(?:/[A-Za-z0-9._~/-]*)?"
)
_SPAN_OF_DAY = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)")
_CLUSTER = re.compile(r"dask(\+tls)?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")
_WEBHOOK = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+(?:[/?][!#-;=?-Z_a-z~%]*)?")
SPAN_MAX = dt.timedelta(days=30)
LENGTH_MAX = 200
PUBLIC_URL_MAX = 200


def read_settings(file: TomlFile, profile_names: Collection[str]) -> Config:
    """Return the settings, digests resolved along `extends`, zones and titles filled in.

    Raises ConfigError with file, line, key, what was expected and what is allowed.
    """
    _refuse_secrets(file, file.data, ())
    config = _validated(file, _prepared(file, file.data, Config, ()))
    _check_home(file, config)
    _check_mail(file, config.mail)
    _check_public_url(file, config.web.public_url)
    _check_web(file, config.web)
    digests = {name: _resolved(file, config, name, ()) for name in config.digests}
    for name, digest in digests.items():
        _check_digest(file, name, digest, profile_names)
    return dataclasses.replace(config, digests=digests)


def parse_duration(text: str) -> dt.timedelta | None:
    """Return what "30m", "12h" or "2d" stands for, None when it is no duration."""
    match = _DURATION.fullmatch(text.strip())
    return dt.timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None


def duration_text(duration: dt.timedelta) -> str:
    """Return the duration as a person writes it, in the largest unit that fits."""
    seconds = int(duration.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        # Two days read better as 48h, the way the defaults are written.
        if seconds and seconds % size == 0 and (unit != "d" or seconds > 2 * size):
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


# ---------------------------------------------------------------- shape


def _refuse_secrets(file: TomlFile, table: Mapping[str, Any], path: KeyPath) -> None:
    for key, value in table.items():
        if isinstance(value, Mapping):
            _refuse_secrets(file, value, (*path, key))
        elif _SECRET_KEY.search(key):
            problem = (
                "a secret has no place in this file; put it alone into a file and name that file "
                "in [mail] password_file, or set MONITOR_MAIL_PASSWORD in the environment"
            )
            raise file.error((*path, key), problem)


@functools.cache
def _hints(settings: type) -> dict[str, Any]:
    return typing.get_type_hints(settings)


def _prepared(
    file: TomlFile, table: Mapping[str, Any], settings: type, path: KeyPath
) -> dict[str, Any]:
    """Return the table as pydantic takes it in: durations as ISO 8601, no TOML dates."""
    prepared: dict[str, Any] = {}
    for key, value in table.items():
        here, hint = (*path, key), _hints(settings).get(key)
        if isinstance(value, Mapping) and dataclasses.is_dataclass(hint):
            prepared[key] = _prepared(file, value, typing.cast(type, hint), here)
        elif isinstance(value, Mapping) and key in NAMED and not path:
            prepared[key] = {
                name: _prepared(file, inner, NAMED[key], (*here, name))
                if isinstance(inner, Mapping)
                else inner
                for name, inner in value.items()
            }
        elif hint is dt.timedelta:
            duration = parse_duration(value) if isinstance(value, str) else None
            if duration is None:
                raise file.error(here, DURATION_RULE)
            prepared[key] = f"PT{int(duration.total_seconds())}S"
        else:
            _refuse_unseen(file, value, here)
            prepared[key] = value
    return prepared


def _refuse_unseen(file: TomlFile, value: object, path: KeyPath) -> None:
    """Refuse what no name, address, file or title holds, and what headers and systems end at."""
    if isinstance(value, str) and any(char < " " or char == "\x7f" for char in value):
        raise file.error(path, "it holds a line break or another character that is not seen")


def _validated(file: TomlFile, prepared: Mapping[str, Any]) -> Config:
    def refuse(value: object) -> str:
        raise TypeError(type(value).__name__)

    try:
        # By way of JSON, because strict mode takes lists for tuples and tables for
        # dataclasses only there; and strict it is: 1 is not true, "20" is not 20.
        return _adapter().validate_json(json.dumps(prepared, default=refuse), strict=True)
    except TypeError as error:
        path = _date_in(prepared, ())
        raise file.error(path, 'expected text in quotes, as "07:00", found a date or time') from (
            error
        )
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        first = min(errors, key=lambda e: file.line_of(e["loc"]) or 0)
        problem = _problem(first["type"], first["loc"], first["msg"], first.get("ctx", {}))
        more = f" ({len(errors) - 1} more after this one)" if len(errors) > 1 else ""
        raise file.error(first["loc"], problem + more) from error


@functools.cache  # to make it takes longer than all else that is done with a home's settings
def _adapter() -> TypeAdapter[Config]:
    return TypeAdapter(Config)


def _date_in(value: object, path: KeyPath) -> KeyPath:
    """Return the path of the first TOML date or time."""
    items: Any = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        if isinstance(inner, (dt.date, dt.time)):
            return (*path, key)
        if found := _date_in(inner, (*path, key)):
            return found
    return ()


_EXPECTED = {
    "string_type": "expected text in quotes",
    "int_type": "expected a whole number without quotes",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number without quotes",
    "finite_number": "expected a finite number",
    "bool_type": "expected true or false",
    "tuple_type": 'expected a list, as ["a", "b"]',
    "dataclass_type": "expected a table of settings",
    "mapping_type": "expected a table of settings",
    "dict_type": "expected a table of settings",
}


def _problem(kind: str, path: KeyPath, message: str, context: Mapping[str, Any]) -> str:
    if kind == "unexpected_keyword_argument":
        known = _keys_at(path)
        meant = nearest(str(path[-1]), known) or "."
        return f"there is no such setting{meant} Allowed: {', '.join(known)}"
    if kind == "literal_error":
        return f"expected one of: {context['expected']}".replace("'", '"').replace(" or ", ", ")
    return _EXPECTED.get(kind, message[:1].lower() + message[1:])


def _keys_at(path: KeyPath) -> list[str]:
    """Return the settings that are allowed beside the one at `path`."""
    settings: Any = Config
    for part in path[:-1]:
        inner = _hints(settings).get(str(part)) if settings is Config else None
        named = NAMED.get(str(part), settings)
        settings = inner if dataclasses.is_dataclass(inner) else named
    return [field.name for field in dataclasses.fields(settings)]


# ---------------------------------------------------------------- meaning


def _resolved(file: TomlFile, config: Config, name: str, chain: tuple[str, ...]) -> DigestSettings:
    """Return a digest's settings with what it inherits; its own words always win."""
    own, here = config.digests[name], ("digests", name, "extends")
    said = file.data["digests"][name].keys()
    if name in chain:
        circle = " -> ".join((*chain[chain.index(name) :], name))
        raise file.error(here, f"these digests extend each other in a circle: {circle}")
    if own.extends:
        if own.extends not in config.digests:
            others = [other for other in config.digests if other != name]
            raise file.error(here, f'there is no digest "{own.extends}"; allowed: {listed(others)}')
        parent = _resolved(file, config, own.extends, (*chain, name))
        # A title is never inherited: two digests of one name would puzzle their readers.
        inherited = dataclasses.replace(parent, title="")
        own = dataclasses.replace(inherited, **{key: getattr(own, key) for key in said})
    return dataclasses.replace(own, title=own.title or name, zone=own.zone or config.zone)


def _require(ok: bool, file: TomlFile, path: KeyPath, problem: str) -> None:
    if not ok:
        raise file.error(path, problem)


def _check_home(file: TomlFile, config: Config) -> None:
    _check_zone(file, ("zone",), config.zone)
    contact = config.contact
    _require(
        contact.isascii() and contact.isprintable(),
        file,
        ("contact",),
        "expected a mail address or a page's address in plain ASCII: it becomes part of a header",
    )
    poll = config.poll
    _require(
        INTERVAL_MIN <= poll.interval <= SPAN_MAX,
        file,
        ("poll", "interval"),
        f'{duration_text(poll.interval)} is not allowed; expected "15m" to "30d"',
    )
    _require(
        INTERVAL_MIN <= poll.slowest <= SLOWEST_MAX,
        file,
        ("poll", "slowest"),
        f'{duration_text(poll.slowest)} is not allowed; expected "15m" to "7d"',
    )
    _check_proxy(file, ("network", "proxy"), config.network.proxy)
    for name, feed in config.feeds.items():
        if feed.proxy != NO_PROXY:
            _check_proxy(file, ("feeds", name, "proxy"), feed.proxy)
    _between(file, ("poll", "connections"), poll.connections, 1, 1000)
    _between(file, ("poll", "processes"), poll.processes, 0, 256)
    if poll.workers != "local" and not _CLUSTER.fullmatch(poll.workers):
        problem = f'{poll.workers!r}; expected "local", or "dask://HOST:PORT" for a Dask cluster'
        raise file.error(("poll", "workers"), problem)
    _between(file, ("embeddings", "weight"), config.embeddings.weight, 0, 5)
    for key, least in (("texts", RETENTION_TEXTS_MIN), ("entries", RETENTION_ENTRIES_MIN)):
        kept: dt.timedelta = getattr(config.retention, key)
        good = least <= kept <= RETENTION_MAX
        _require(good, file, ("retention", key), f'expected "{least.days}d" to "36500d"')
    for index, port in enumerate(config.network.ports):
        _between(file, ("network", "ports", index), port, 1, 65535)
    for index, network in enumerate(config.network.allow):
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            problem = f'expected a network such as "192.168.1.0/24", found "{network}" ({error})'
            raise file.error(("network", "allow", index), problem) from error


def _between(file: TomlFile, path: KeyPath, value: float, low: float, high: float) -> None:
    if math.isnan(value) or not low <= value <= high:
        raise file.error(path, f"{value} is not allowed; expected {low} to {high}")


def _check_proxy(file: TomlFile, path: KeyPath, proxy: str) -> None:
    # A name and password in it would be a secret in this file.
    problem = 'expected a proxy\'s bare address, as "http://proxy.example:3128"'
    _require(not proxy or _PROXY.fullmatch(proxy) is not None, file, path, problem)


def _check_zone(file: TomlFile, path: KeyPath, zone: str) -> None:
    if problem := zone_problem(zone):
        raise file.error(path, problem)


def zone_problem(zone: str) -> str:
    """Return what is wrong with a time zone's name and what was probably meant, "" if nothing."""
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        zones = {name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC"}
        by_city = {name.rpartition("/")[2]: name for name in sorted(zones)}
        near = nearest(zone, zones)
        city = zone.rpartition("/")[2].strip().replace(" ", "_").title()
        if not near and city in by_city:
            near = f', did you mean "{by_city[city]}"?'
        named = 'expected an IANA name, as "America/Mexico_City" or "UTC"'
        return f'"{zone}" is no time zone{near or ";"} {named}'
    return ""


def _check_mail(file: TomlFile, mail: MailSettings) -> None:
    _between(file, ("mail", "port"), mail.port, 1, 65535)
    _between(file, ("mail", "per_hour"), mail.per_hour, 1, 100_000)
    _between(file, ("mail", "per_connection"), mail.per_connection, 1, 10_000)
    _check_token(file, mail)
    _require(
        not mail.host or re.fullmatch(r"[A-Za-z0-9._:\[\]-]+", mail.host) is not None,
        file,
        ("mail", "host"),
        'expected the server\'s bare name, as "mail.example.org", without a scheme or port',
    )
    if mail.security == "none" and mail.host and not is_loopback(mail.host):
        problem = (
            'security "none" is allowed for this machine only ("localhost", "127.0.0.1"); '
            'a mail server elsewhere needs "starttls" or "tls"'
        )
        raise file.error(("mail", "security"), problem)
    if mail.host and not mail.sender:
        problem = 'a mail server is named, so a sender is needed too, as "me@example.org"'
        raise file.error(("mail", "sender"), problem)
    if mail.sender:
        plain = mail.sender.isprintable() and _is_address(parseaddr(mail.sender)[1])
        _require(
            plain,
            file,
            ("mail", "sender"),
            'expected an address, as "News monitor <monitor@example.org>"',
        )


def _check_token(file: TomlFile, mail: MailSettings) -> None:
    """A token comes from one place, with the name it was given to, and never in the clear."""
    ways = ("oauth_token_file", "oauth_token_command", "password_file")
    named = [way for way in ways if getattr(mail, way)]
    if not named or named == ["password_file"]:
        return
    key = ("mail", named[0])
    _require(len(named) == 1, file, key, f"expected one of {' and '.join(named)}, not both")
    _require(bool(mail.user), file, key, "a token is somebody's: set user to whose it is")
    problem = 'a token is never sent in the clear: use "starttls" or "tls"'
    _require(mail.security != "none", file, ("mail", "security"), problem)


def _check_public_url(file: TomlFile, url: str) -> None:
    """It is put into headers and every link: no name, no query, no more than it takes."""
    problem = (
        f'"{url}" is no address of pages; expected it as readers type it, as '
        '"https://news.example.org" or "https://example.org/news"'
    )
    good = not url or (len(url) <= PUBLIC_URL_MAX and _PUBLIC_URL.fullmatch(url) is not None)
    _require(good, file, ("web", "public_url"), problem)


def _check_web(file: TomlFile, web: WebSettings) -> None:
    here = ("web",)
    try:
        ipaddress.ip_address(web.address)
    except ValueError as error:
        problem = f'"{web.address}" is no address of a machine; expected it as "127.0.0.1" or "::1"'
        raise file.error((*here, "address"), problem) from error
    _between(file, (*here, "port"), web.port, 1, 65535)
    for index, host in enumerate(web.hosts):
        problem = f'"{host}" is no bare name; expected it as "news.lan", without scheme or port'
        good = re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", host) is not None
        _require(good, file, (*here, "hosts", index), problem)
    for index, network in enumerate(web.trusted_proxies):
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            problem = f'expected a network such as "127.0.0.1/32", found "{network}" ({error})'
            raise file.error((*here, "trusted_proxies", index), problem) from error


def is_loopback(host: str) -> bool:
    """Tell whether a mail host is this very machine."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_address(text: str) -> bool:
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def _check_digest(
    file: TomlFile, name: str, digest: DigestSettings, profile_names: Collection[str]
) -> None:
    here = ("digests", name)
    _require(
        _DIGEST_NAME.fullmatch(name) is not None,
        file,
        here,
        'a digest\'s name is 1 to 40 small letters, digits, "-" and "_", as "morning"',
    )
    _check_zone(file, (*here, "zone"), digest.zone)
    _check_times(file, here, digest)
    for index, profile in enumerate(digest.profiles):
        if profile not in profile_names:
            problem = (
                f'there is no profile "{profile}"{nearest(profile, profile_names) or ";"} '
                f"allowed: {listed(sorted(profile_names))}"
            )
            raise file.error((*here, "profiles", index), problem)
    _check_recipients(file, here, digest)
    _between(file, (*here, "length"), digest.length, 1, LENGTH_MAX)
    _between(file, (*here, "outlet_share"), digest.outlet_share, 1, LENGTH_MAX)
    for key in ("related", "patience", "movement"):
        _between(file, (*here, key), getattr(digest, key), 0, LENGTH_MAX)
    _between(file, (*here, "threshold_shift"), digest.threshold_shift, -1.0, 1.0)
    _check_alert(file, here, digest)
    good = not digest.webhook or _WEBHOOK.fullmatch(digest.webhook) is not None
    problem = 'expected an address, as "https://chat.example.org/hooks/news"'
    _require(good, file, (*here, "webhook"), problem)
    for key in ("window", "max_lateness"):
        span: dt.timedelta = getattr(digest, key)
        _require(dt.timedelta(0) < span <= SPAN_MAX, file, (*here, key), 'expected "1s" to "30d"')


def _check_alert(file: TomlFile, here: KeyPath, digest: DigestSettings) -> None:
    _between(file, (*here, "threshold"), digest.threshold, 0.0, 1.0)
    _between(file, (*here, "per_day"), digest.per_day, 1, LENGTH_MAX)
    hours = digest.quiet_hours
    span = _SPAN_OF_DAY.fullmatch(hours)
    problem = f'"{hours}" is no span of a day; expected two times that differ, as "22:00-07:00"'
    good = not hours or (span is not None and span[1] != span[2])
    _require(good, file, (*here, "quiet_hours"), problem)
    # Without it every story of the digests would come twice, and at once.
    is_higher = digest.threshold > 0 or digest.threshold_shift > 0
    problem = 'an alert needs a higher threshold: "threshold_shift" above 0, or "threshold"'
    _require(digest.kind != "alert" or is_higher, file, (*here, "kind"), problem)


def _check_times(file: TomlFile, here: KeyPath, digest: DigestSettings) -> None:
    for key in ("times", "days"):
        values = getattr(digest, key)
        _require(bool(values), file, (*here, key), "expected at least one; the list is empty")
        for index, value in enumerate(values):
            again = value in values[:index]
            _require(not again, file, (*here, key, index), f'"{value}" stands here twice')
    for index, time in enumerate(digest.times):
        if not _TIME.fullmatch(time):
            problem = f'"{time}" is no time of day; expected "00:00" to "23:59", as "07:00"'
            raise file.error((*here, "times", index), problem)


def _check_recipients(file: TomlFile, here: KeyPath, digest: DigestSettings) -> None:
    seen: set[str] = set()
    for index, recipient in enumerate(digest.recipients):
        path = (*here, "recipients", index)
        _require(
            _is_address(recipient),
            file,
            path,
            f'"{recipient}" is no mail address; expected one as "ana@example.org"',
        )
        twice = recipient.casefold() in seen
        _require(not twice, file, path, f'"{recipient}" stands here twice and would get two mails')
        seen.add(recipient.casefold())
