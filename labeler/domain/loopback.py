"""This machine's own addresses, for everything that depends on them: consent to plain http, and proxies.

Connections are made to the addresses given here, and nobody else is asked. So what is said to stay on this machine
does, whatever a name server says about ``app.localhost``.
"""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

_LOCALHOST: Final = ("127.0.0.1", "::1")
_NUMBERS: Final = re.compile(r"[0-9a-fx]+(\.[0-9a-fx]+){0,3}")


def loopback_addresses(host: str) -> tuple[str, ...]:
    """Return the addresses of this machine that `host` stands for, in the order to try them; none for other machines.

    `host` is a name (``localhost`` and all below it: RFC 6761, 6.3) or an IP address as `inet_aton` takes it, which
    includes ``127.1``, ``0x7f.1`` and ``2130706433``; IPv6 with or without brackets. The unspecified address, which
    servers print that listen everywhere, connects to this machine.
    """
    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return _LOCALHOST
    address = host_address(name)
    if address is None:
        return ()
    if address.is_unspecified:
        return (_LOCALHOST[0] if address.version == 4 else _LOCALHOST[1],)
    return (str(address),) if address.is_loopback else ()


def is_loopback(host: str) -> bool:
    """Return whether a connection to `host` stays on this machine."""
    return bool(loopback_addresses(host))


def host_address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address that a host name is, in any spelling; None for a name. IPv4 within IPv6 is IPv4."""
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return _ipv4(host)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _ipv4(host: str) -> IPv4Address | None:
    if not _NUMBERS.fullmatch(host.lower()):
        return None
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
