"""Addresses of web servers: reading them for connecting, and what of them may be shown.

Both use one reading. A password that nobody encoded may hold any character, so a second opinion about where it ends (a
regular expression's, say) would sooner or later show a part of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import field
from typing import Final
from urllib.parse import quote, quote_plus, unquote, urlsplit

from labeler.dataclass import dataclass

MASK: Final = "•••"

_SHORTEST_SECRET: Final = 4
"""Characters. Masking shorter ones would make messages illegible, and the gaps would give them away."""

AT_SIGNS: Final = "@\ufe6b\uff20"
"""The @, and what Unicode's compatibility forms (NFKC) make one of, which some keyboards type in its place."""

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_PARTS: Final = re.compile(r"(https?)://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_ADDRESS_IN_TEXT: Final = re.compile(rf"(?<=://)\S*[{AT_SIGNS}]")
_BEFORE_HOST: Final = re.compile(rf"(?:[^/@]{{0,10}}//+|\./)?(.*)[{AT_SIGNS}]", re.DOTALL)
"""The name and password before a host, behind anything that may be meant for a scheme."""


class BadAddress(ValueError):
    """Raised for what is no http(s) address. The message continues the name of a key and quotes nothing."""


@dataclass(frozen=True, slots=True)
class HttpAddress:
    """Where an http(s) address leads.

    `url` is its canonical spelling: no userinfo, lower-case host, no default port, query or trailing slash; a path
    prefix stays. `userinfo` is what stood before the host, as it was written, or None.
    """

    url: str
    userinfo: str | None = field(default=None, repr=False)


def http_address(uri: str) -> HttpAddress:
    """Read an address for connecting. Raises `BadAddress`.

    An @ behind the host is refused. In nearly all such addresses a password with a raw slash, question mark or number
    sign ended too early, and the rest of it would be sent and shown as a path.
    """
    written = _PARTS.fullmatch(uri)
    if written is None:
        raise BadAddress("must be http(s)://HOST[:PORT][/PATH]")
    scheme, authority, rest = written[1].lower(), written[2], written[3]
    if has_at_sign(rest):
        raise BadAddress(
            "has an @ behind its host (in a password write / as %2F, ? as %3F and # as %23, in a path @ as %40)"
        )
    userinfo, at, place = authority.rpartition("@")
    try:
        parts = urlsplit(f"{scheme}://{place}{rest}")
        host = parts.hostname
    except ValueError:
        raise BadAddress("has an impossible host name") from None
    try:
        port = parts.port
    except ValueError:
        raise BadAddress("has an impossible port") from None
    if not host:
        raise BadAddress("has no host name")
    shown_host = f"[{host}]" if ":" in host else host
    shown_port = "" if port in (None, _DEFAULT_PORTS[scheme]) else f":{port}"
    return HttpAddress(f"{scheme}://{shown_host}{shown_port}{parts.path.rstrip('/')}", userinfo if at else None)


def without_userinfo(address: str) -> str:
    """Return an http(s) address as it may be shown: as it is connected to, with name and password masked.

    Of an address that cannot be connected to, only the scheme is shown, and what follows its last @ where that is a
    host and a port.
    """
    try:
        read = http_address(address)
    except BadAddress:
        written = _PARTS.fullmatch(address)
        if written is None:
            scheme = address.partition(":")[0].lower()
            return f"{scheme}://{MASK}" if scheme in _DEFAULT_PORTS else MASK
        place = written[2].rpartition("@")[2]
        if "@" not in written[2] or has_at_sign(place + written[3]):
            return f"{written[1].lower()}://{MASK}"
        return f"{written[1].lower()}://{MASK}@{place}"
    return read.url if read.userinfo is None else read.url.replace("://", f"://{MASK}@", 1)


def without_addresses_userinfo(text: str) -> str:
    """Return any text with everything masked between a ``://`` and the last @ of the same word."""
    return _ADDRESS_IN_TEXT.sub(f"{MASK}@", text)


def has_at_sign(text: str) -> bool:
    """Return whether `text` has an @ in any of its forms, so that a password may stand before it."""
    return any(each in text for each in AT_SIGNS)


def secrets_in(address: str) -> frozenset[str]:
    """Return the password of an address (the name where there is no password) in every spelling.

    The address may be mistyped. Where it has no ``://``, the password may begin behind the first or the second colon.
    """
    before_host = _BEFORE_HOST.match(address)
    if before_host is None:
        return frozenset()
    userinfo = before_host[1]
    name, _, password = userinfo.partition(":")
    secrets = spellings(password or name)
    if "://" not in address and ":" in password:
        secrets |= spellings(password.partition(":")[2])
    return secrets - {""}


def spellings(secret: str) -> frozenset[str]:
    """Return how a secret may appear in a text: as it is, decoded, percent-encoded, quoted as in JSON and Python."""
    spelled: set[str] = set()
    for plain in (secret, unquote(secret)):
        encoded = plain.encode("utf-8", "surrogatepass")
        spelled |= {plain, quote(encoded, safe=""), quote(encoded), quote_plus(encoded), repr(plain)[1:-1]}
        spelled |= {json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1]}
    return frozenset(spelled)


def without_secrets(text: str, secrets: Collection[str]) -> str:
    """Return a text with every secret masked, except those so short that they occur in ordinary words."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    return text
