"""Destinations: where an answer belongs, in a form that stays the same however the backend was named."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, order=True)
class Destination:
    """A backend, workspace and experiment. `backend_uri` is canonical (see `canonical_uri`)."""

    backend_uri: str
    workspace: str
    experiment_id: str


def canonical_uri(uri: str) -> str:
    """The one spelling of an http(s) address: no userinfo, lower-case host, no default port or trailing slash.

    The path prefix is kept. Other schemes (``local:<store id>``, ``sqlite:``, ``databricks``) come back unchanged:
    their backends make them canonical.
    """
    parts = urlsplit(uri)
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        return uri
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    port = "" if parts.port in (None, _DEFAULT_PORTS[scheme]) else f":{parts.port}"
    return f"{scheme}://{host}{port}{parts.path.rstrip('/')}"


def origin(uri: str) -> str:
    """Scheme, host and port of an http(s) address: what credentials are bound to."""
    scheme, _, rest = canonical_uri(uri).partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
