"""Which proxy the environment names for a server, as curl, httpx and MLflow's own client read it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, getproxies_environment, proxy_bypass

from labeler.domain.loopback import host_address, is_loopback

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_EXCEPTION: Final = re.compile(r"(\[[^\]]*\]|[^:]*)(?::(\d+))?")


@dataclass(frozen=True, slots=True)
class ChosenProxy:
    """A proxy: its `url` with whatever it takes to sign in there; `setting` is what names it, and may be shown."""

    url: str = field(repr=False)
    setting: str

    @property
    def host(self) -> str:
        """Host and port, to be shown."""
        return self.url.partition("://")[2].rpartition("@")[2].partition("/")[0]

    def __str__(self) -> str:
        return f"the proxy of {self.setting} ({self.host})"


def proxy_for(url: str) -> ChosenProxy | None:
    """The proxy for requests to `url` (canonical); None where there is none, and always for this machine.

    Lower-case variables win over upper-case ones. `no_proxy` lists, between commas or blanks: ``*``, names (all below
    them included, with or without a dot before), IP addresses, networks such as ``10.0.0.0/8``; each but a network
    with a port where only that port is meant.
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
    return ChosenProxy(proxy if "://" in proxy else f"http://{proxy}", setting)


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
    """What an exception names, with the port it is for; an IPv6 address without brackets has no port."""
    yield exception, None
    if split := _EXCEPTION.fullmatch(exception):
        yield split[1], split[2]


def _same_address(name: str, host: str) -> bool:
    return host_address(name) == host_address(host)


def _is_within(name: str, host: str) -> bool:
    domain = name.removeprefix("*").strip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))
