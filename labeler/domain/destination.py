"""Destinations: where an answer belongs, in a form that does not depend on how the backend was named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from labeler.domain.http_address import http_address

_HTTP: Final = re.compile(r"https?:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Destination:
    """A backend, workspace and experiment. `backend_uri` is canonical (see `canonical_uri`)."""

    backend_uri: str
    workspace: str
    experiment_id: str


def canonical_uri(uri: str) -> str:
    """Return the one spelling of an http(s) address (see `HttpAddress`). Raises `BadAddress`.

    Other schemes (``local:<store id>``, ``sqlite:``, ``databricks``) come back unchanged: their backends make them
    canonical.
    """
    return http_address(uri).url if _HTTP.match(uri) else uri


def origin(uri: str) -> str:
    """Return scheme, host and port of an http(s) address, which credentials are bound to. Raises `BadAddress`."""
    scheme, _, rest = canonical_uri(uri).partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
