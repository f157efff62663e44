"""Where a feed may be read from: addresses, networks, ports; pure, for poll/ only.

An address is taken apart strictly, because where two parsers can read it in two ways
secrets go to the wrong host. Whether it may be connected is asked of the numeric
address about to be connected, on every hop: so it does not matter how it was written
(decimal, octal, full-width) or what a name resolves to this time.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

Network = IPv4Network | IPv6Network

WEB_PORTS = frozenset({80, 443, 8080, 8443})

LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


def _ranges(named: Iterable[tuple[Network, str]]) -> tuple[tuple[int, int, str], ...]:
    return tuple(
        (int(network.network_address), int(network.broadcast_address), name)
        for network, name in named
    )


# Written out, not asked of ipaddress.is_global: that calls 64:ff9b::a9fe:a9fe,
# ::127.0.0.1, fec0::1 and multicast global, and its answers differ between Pythons.
# Kept as numbers: a connection is checked in a microsecond instead of twenty.
_CLOSED_V4 = _ranges(
    (IPv4Network(network), name)
    for network, name in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),  # cloud metadata services live here
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved for protocols"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "AMT relay"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),  # and the broadcast address
    )
)

# Only 2000::/3 is given out to sites; what is closed inside it is listed.
_SITES_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = _ranges(
    (IPv6Network(network), name)
    for network, name in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::/96", "IPv4-compatible"),
        ("::ffff:0:0:0/96", "translated IPv4"),
        ("64:ff9b:1::/48", "local NAT64"),
        ("100::/64", "discard"),
        ("2001::/32", "Teredo"),  # tunnels to an IPv4 address: nobody publishes there
        ("2001::/23", "reserved for protocols"),  # benchmarking, ORCHID
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "AS112"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)

# Ranges that carry an IPv4 address at their right end and are in real use: a
# dual-stack socket shows the first, a network of IPv6 alone reaches all of IPv4
# through the second. They are as closed as the address inside.
_CARRIERS = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))


@dataclass(frozen=True, slots=True)
class Doorman:
    """Decides on each connection; one for a poller's whole life."""

    networks: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset()
    allow_loopback: bool = False  # this machine's own servers, on any port: demo and tests

    def refuse(self, address: str, port: int) -> str | None:
        """Say why this connection must not be made, or None when it may."""
        if self.allow_loopback and is_loopback(address):
            return None
        return refuse_address(address, self.networks) or refuse_port(port, self.ports)


def refuse_address(address: str, allow: Sequence[Network] = ()) -> str | None:
    """Say why this numeric address must not be connected, or None when it may be.

    `allow` are the networks the operator opened; an IPv4 network there also opens
    its mapped form (::ffff:a.b.c.d), which is the same host.
    """
    try:
        numeric = ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address} is no numeric address"
    numeric = _unmapped(numeric)
    if any(numeric.version == network.version and numeric in network for network in allow):
        return None
    kind = _closed(numeric)
    return None if kind is None else f"{address} is a {kind} address"


def refuse_port(port: int, allow: Collection[int] = ()) -> str | None:
    """Say why this port must not be connected, or None when it may be."""
    if port in WEB_PORTS or port in allow:
        return None
    return f"port {port} is not a port of the web"


def is_loopback(address: str) -> bool:
    """Tell whether a numeric address is this machine's own."""
    try:
        numeric = _unmapped(ip_address(address))
    except ValueError:
        return False
    return any(numeric.version == network.version and numeric in network for network in LOOPBACK)


def read_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Read networks as "192.168.1.0/24" or single addresses; ValueError on anything else."""
    return tuple(ip_network(text.strip(), strict=False) for text in texts)


def _unmapped(numeric: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(numeric, IPv6Address) and numeric.ipv4_mapped is not None:
        return numeric.ipv4_mapped
    return numeric


def _closed(numeric: IPv4Address | IPv6Address) -> str | None:
    value = int(numeric)
    if isinstance(numeric, IPv4Address):
        return _named(value, _CLOSED_V4)
    if any(numeric in network for network in _CARRIERS):
        kind = _named(value & 0xFFFFFFFF, _CLOSED_V4)
        return None if kind is None else f"{kind} ({IPv4Address(value & 0xFFFFFFFF)} inside it)"
    return _named(value, _CLOSED_V6) or (None if numeric in _SITES_V6 else "reserved")


def _named(value: int, ranges: tuple[tuple[int, int, str], ...]) -> str | None:
    return next((name for first, last, name in ranges if first <= value <= last), None)


# ---------------------------------------------------------------- addresses as written

MAX_URL_CHARS = 2048
DEFAULT_PORTS = {"http": 80, "https": 443}

_HOST = re.compile(r"[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\]")
# What may stand in a path or query as it is: "%" too, so that nothing is quoted twice.
_KEPT = "!#$%&'()*+,/:;=?@[]~-._"
# What nearly every address looks like: nothing in it to quote or to doubt.
_PLAIN = re.compile(
    r"(https?)://([a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::([1-9][0-9]{3,4}))?(?:/[a-zA-Z0-9._~/%=&;,+:?-]*)"
)
# 2130706433, 0x7f.1, 0177.0.0.1: what a resolver takes for a number in one of its ways.
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}\.?")
_EDGES = " \t\r\n\x00"

Origin = tuple[str, str, int]  # scheme, host, port


@dataclass(frozen=True, slots=True)
class Target:
    """Where one hop goes."""

    url: str  # plain ASCII, without credentials and fragment
    origin: Origin
    credentials: str | None  # the address's "user:password", as a Basic token

    @property
    def lane(self) -> str:
        """Return the server it burdens: the host, and the port where it is an odd one."""
        _, host, port = self.origin
        host = host.rstrip(".")
        return host if port in DEFAULT_PORTS.values() else f"{host}:{port}"


def read_target(url: str) -> Target:
    """Take an address apart; ValueError, with plain words, when it cannot be polled."""
    if (plain := _PLAIN.fullmatch(url)) and len(url) <= MAX_URL_CHARS and url[-1] != "?":
        scheme, host, digits = plain.groups()
        number = int(digits) if digits else DEFAULT_PORTS[scheme]
        if number < 65536 and len(host) <= 253:
            return Target(url, (scheme, host, number), None)
    return _read_odd_target(url)


def _read_odd_target(url: str) -> Target:
    url = url.strip(_EDGES)
    if len(url) > MAX_URL_CHARS:
        raise ValueError(f"the address is longer than {MAX_URL_CHARS:,} characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"the address cannot be read: {error}") from error
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise ValueError(f"only http and https are polled, not {scheme[:20] or 'this'}")
    if "\\" in parts.netloc:  # browsers read it as "/": then the host is another
        raise ValueError("the address names no host that can exist")
    userinfo, _, _ = parts.netloc.rpartition("@")
    host = _ascii_host(parts.netloc[len(userinfo) :].lstrip("@"))
    number = DEFAULT_PORTS[scheme] if port is None else port
    place = host if number == DEFAULT_PORTS[scheme] else f"{host}:{number}"
    path = quote(parts.path, safe=_KEPT) or "/"
    query = quote(parts.query, safe=_KEPT)
    return Target(
        url=urlunsplit((scheme, place, path, query, "")),
        origin=(scheme, host, number),
        credentials=_basic(userinfo) if userinfo else None,
    )


def read_location(location: str, base: Target) -> Target:
    """Follow a Location header (Latin-1 text) from `base`; ValueError as in read_target.

    Credentials in it are dropped: they are the server's words, not the subscriber's.
    """
    # The bytes as sent: mostly ASCII, at times bare UTF-8.
    plain = quote(location.strip(_EDGES).encode("latin-1", "replace"), safe=_KEPT + "\\")
    try:
        joined = urljoin(base.url, plain)
    except ValueError as error:
        raise ValueError(f"the address cannot be read: {error}") from error
    target = read_target(joined)
    return Target(target.url, target.origin, None)


def lane_of(url: str) -> str:
    """Return the server that polling an address burdens, "" when it cannot be polled."""
    try:
        return read_target(url).lane
    except ValueError:
        return ""


def refuse_behind_proxy(doorman: Doorman, target: Target) -> str | None:
    """Say why a proxy must not be asked for this address, or None when it may.

    The proxy looks names up and connects by itself; what can be judged here is the port
    and an address that is written as a number.
    """
    host, port = target.origin[1].strip("[]"), target.origin[2]
    if _NUMBER.fullmatch(host) or ":" in host:
        return doorman.refuse(host, port) if _is_numeric(host) else f"{host} is no server's name"
    if doorman.allow_loopback:
        return None
    if host in ("localhost", "") or host.endswith(".localhost"):
        return f"{host} is this machine"
    return refuse_port(port, doorman.ports)


def _is_numeric(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def read_proxy(text: str) -> str:
    """Check the address of a proxy and return it; ValueError, in plain words, when it is none."""
    target = read_target(text)
    if target.credentials or urlsplit(target.url).path != "/" or urlsplit(target.url).query:
        raise ValueError('expected a proxy\'s bare address, as "http://proxy.example:3128"')
    return target.url.rstrip("/")


def basic(user: str, password: str) -> str:
    """Return the token of HTTP's Basic login."""
    return b64encode(f"{user}:{password}".encode()).decode("ascii")


def user_of(url: str) -> str:
    """Return the user name in an address, "" when it holds none."""
    try:
        return unquote(urlsplit(url).username or "")
    except ValueError:
        return ""


def without_credentials(url: str) -> str:
    """Return an address fit for messages: no user name, no password."""
    return url if "@" not in url else re.sub(r"^(\s*[^/?#]*//)[^/?#]*@", r"\1", url)


def _ascii_host(place: str) -> str:
    host = place if place.endswith("]") else re.sub(r":[0-9]*$", "", place)
    try:
        host = host.lower() if host.isascii() else host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise ValueError("the address names no host that can exist") from error
    if not _HOST.fullmatch(host):
        raise ValueError("the address names no host that can exist")
    return host


def _basic(userinfo: str) -> str:
    user, _, password = userinfo.partition(":")
    return basic(unquote(user), unquote(password))
