"""Who asks, by which name, and from which page: what a request says of itself, believed or not."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from monitor.config import WebSettings

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)\.?(?::([0-9]{1,5}))?")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, by what may be believed of it."""

    host: str  # as named, without port; one of those we serve
    is_secure: bool  # the browser came by https, as far as a trusted proxy or the settings say
    peer: str  # the browser's address, out of a trusted proxy's header if need be
    was_forwarded: bool  # a proxy brought it, trusted or not
    path: str
    root: str
    cookies: dict[str, str]
    is_from_here: bool  # a page of ours sent it, or no page did


def read_visit(scope: Scope, settings: WebSettings) -> Visit | None:
    """Return what is believed of a request; None when it names a host that is not served."""
    headers = Headers(scope=scope)
    hosts = headers.getlist("host")
    match = _HOST.fullmatch(hosts[0].casefold()) if len(hosts) == 1 else None
    if match is None or match[1] not in served_hosts(settings):
        return None
    public = urlsplit(settings.public_url)
    is_public = bool(settings.public_url) and match[1] == _name(settings.public_url)
    client = scope.get("client") or ("", 0)
    trusted = _is_within(client[0], settings.trusted_proxies)
    forwarded = trusted and headers.get("x-forwarded-proto", "").casefold() == "https"
    root = public.path.rstrip("/") if is_public else ""
    path = scope["path"]
    if root and (path == root or path.startswith(f"{root}/")):
        path = path[len(root) :] or "/"
    return Visit(
        host=match[1],
        is_secure=forwarded or (is_public and public.scheme == "https"),
        was_forwarded=any(name in headers for name in _FORWARDED),
        peer=_peer(client[0], headers, settings) if trusted else client[0],
        path=path,
        root=root,
        cookies=cookie_parser(headers.get("cookie", "")),
        is_from_here=_is_from_here(headers, {hosts[0].casefold(), public.netloc.casefold()}),
    )


def served_hosts(settings: WebSettings) -> frozenset[str]:
    """Return the names that are answered to: others may be a stranger's, pointed at us."""
    own = {_name(settings.public_url)} if settings.public_url else set()
    address = settings.address.casefold()
    own.add(f"[{address}]" if ":" in address else address)
    return _LOCAL | own | {host.casefold().rstrip(".") for host in settings.hosts}


def is_loopback(address: str) -> bool:
    """Tell whether an address is this very machine."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _name(url: str) -> str:
    name = urlsplit(url).hostname or ""
    return f"[{name}]" if ":" in name else name


def _is_from_here(headers: Headers, own: set[str]) -> bool:
    """Tell whether a page of ours sent this, or none did: no browser, or a person by hand.

    A browser says so itself (Sec-Fetch-Site); an older one names the page's origin.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    if origin is None:
        return site is not None or "cookie" not in headers
    if origin == "null":  # hidden by a policy; a page from elsewhere is told by the other header
        return site is not None
    told = urlsplit(origin.casefold()) if _ORIGIN.fullmatch(origin.casefold()) else None
    return told is not None and _port_told(told.netloc) in {_port_told(each) for each in own}


_ORIGIN = re.compile(r"https?://[a-z0-9.:\[\]-]+")


def _port_told(netloc: str) -> str:
    return netloc.removesuffix(":443").removesuffix(":80")


def _is_within(address: str, networks: tuple[str, ...]) -> bool:
    try:
        asked = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(asked in ipaddress.ip_network(network) for network in networks)


def _peer(proxy: str, headers: Headers, settings: WebSettings) -> str:
    """Return the address that the last proxy we trust was asked from."""
    named = ",".join(headers.getlist("x-forwarded-for")).split(",")
    for address in reversed([each.strip() for each in named]):
        if not _is_within(address, settings.trusted_proxies):
            return address[:45] if _is_address(address) else proxy
    return proxy


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
