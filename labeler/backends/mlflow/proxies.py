"""The forward proxy on the way to a server: which one applies, and how messages name it.

The environment is read as curl, httpx and MLflow's own client read it. Messages name the setting, host and port.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import field
from ipaddress import ip_network
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, getproxies_environment, proxy_bypass

from labeler.dataclass import dataclass
from labeler.domain.loopback import host_address, is_loopback

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_PROXY_PORTS: Final = {**_DEFAULT_PORTS, "socks5": 1080, "socks5h": 1080}
_EXCEPTION: Final = re.compile(r"(\[[^\]]*\]|[^:]*)(?::(\d+))?")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy in effect. `url` may hold its name and password, so it is never shown; the other fields may be.

    `setting` is the environment variable that names the proxy, or ``this system`` if the network settings do. `host` is
    its host and port, without userinfo. `has_login`: a name and password for it are set. `is_encrypted`: the connection
    to the proxy itself uses TLS.
    """

    url: str = field(repr=False)
    setting: str
    host: str
    has_login: bool = False
    is_encrypted: bool = False

    def __str__(self) -> str:
        return f"the proxy of {self.setting} ({self.host})"

    @property
    def subject(self) -> str:
        """How messages name the proxy at the start of a sentence."""
        return f"T{str(self)[1:]}"

    @property
    def perhaps(self) -> str:
        """The end of a sentence about a response that is not recognisably the server's."""
        return f"; the answer came through {self} and may be its own"


def proxy_for(url: str) -> Proxy | None:
    """Return the proxy for requests to `url` (canonical), or None: there is none, or `url` is on this machine.

    Lower-case variables win over upper-case ones. `no_proxy` is a list separated by commas or blanks of: ``*``; names,
    which cover all subdomains, with or without a leading dot; IP addresses; networks such as ``10.0.0.0/8``. A name or
    an address with a port covers that port alone.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    if is_loopback(host):
        return None
    by_environment = getproxies_environment()
    proxies = by_environment or getproxies()
    named = parts.scheme if proxies.get(parts.scheme) else "all"
    proxy = proxies.get(named)
    if not proxy or _is_excepted(host, port, proxies.get("no", "")):
        return None
    if not by_environment and proxy_bypass(host):
        return None
    spellings = (f"{named}_proxy", f"{named}_proxy".upper())
    setting = next((name for name in spellings if os.environ.get(name)), "this system")
    return _as_named(proxy if "://" in proxy else f"http://{proxy}", setting)


def _is_excepted(host: str, port: int, exceptions: str) -> bool:
    return any(
        exception == "*" or _covers(exception, host.removesuffix("."), port)
        for exception in re.split(r"[\s,]+", exceptions.lower())
        if exception
    )


def _covers(exception: str, host: str, port: int) -> bool:
    address = host_address(host)
    if "/" in exception:
        try:
            return address is not None and address in ip_network(exception, strict=False)
        except ValueError:
            return False
    return any(
        only_port in (None, str(port)) and (_same_address(name, host) if address else _is_within(name, host))
        for name, only_port in _names(exception)
    )


def _names(exception: str) -> Iterator[tuple[str, str | None]]:
    """Yield what an exception may mean: a name for any port (None), and a name with a port where it ends in one.

    An IPv6 address without brackets has no port.
    """
    yield exception, None
    if split := _EXCEPTION.fullmatch(exception):
        yield split[1], split[2]


def _same_address(name: str, host: str) -> bool:
    return host_address(name) == host_address(host)


def _is_within(name: str, host: str) -> bool:
    domain = name.removeprefix("*").strip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _as_named(url: str, setting: str) -> Proxy:
    """Return the proxy at `url`. `setting` is the variable that names it."""
    scheme, _, behind = url.partition("://")
    _, at, place = behind.rpartition("@")  # a password that nobody encoded may hold a slash, or another @
    try:
        parts = urlsplit(f"{scheme}://{place}")
        host, port = parts.hostname or "no host", parts.port or _PROXY_PORTS.get(parts.scheme.lower())
    except ValueError:
        return Proxy(url, setting, "not an address")
    shown = f"[{host}]" if ":" in host else host
    return Proxy(
        url,
        setting,
        shown if port is None else f"{shown}:{port}",
        has_login=bool(at),
        is_encrypted=parts.scheme.lower() == "https",
    )
