"""The addresses a backend can have."""

from __future__ import annotations

import re
from enum import Enum, auto
from urllib.parse import urlsplit

from labeler.config.mistyped import mistake_in
from labeler.domain import http_address, loopback
from labeler.domain.destination import canonical_uri, origin

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_HOST_AND_PORT = re.compile(r"(?!local:|sqlite:|file:)[\w.-]+:\d+(/.*)?")
_WITHOUT_COLON = re.compile(r"(https?)//+", re.IGNORECASE)
_NO_PATH = re.compile(r"://|^https?//|^[^/\\]*:.*@", re.DOTALL | re.IGNORECASE)
"""What no directory is called: an address behind a blank or a quote, or a name and password without a scheme."""
_FORMS = "http://…, https://…, databricks, databricks://PROFILE, local:PATH, sqlite:///PATH or a directory"


class BackendKind(Enum):
    """What is behind an address."""

    MLFLOW = auto()
    DATABRICKS = auto()
    LOCAL = auto()
    """The embedded store, one SQLite file."""
    MLFLOW_FILES = auto()
    """MLflow's own local stores, which need an `mlflow server` in front."""


class BadBackendUri(ValueError):
    """An address that names no backend. The message continues the name of the key."""


def backend_kind(uri: str) -> BackendKind:
    """What `uri` names. Raises `BadBackendUri`."""
    if _HOST_AND_PORT.fullmatch(uri):
        raise BadBackendUri(f'must begin with http:// or https://: did you mean "{without_userinfo(f"http://{uri}")}"?')
    if slashes := _WITHOUT_COLON.match(uri):
        meant = without_userinfo(f"{slashes[1]}://{uri[slashes.end() :]}")
        raise BadBackendUri(f'must begin with http:// or https://: did you mean "{meant}"?')
    scheme = _SCHEME.match(uri)
    match scheme and scheme[1].lower():
        case "http" | "https":
            _check_address(uri)
            return BackendKind.MLFLOW
        case "databricks":
            _check_profile(uri)
            return BackendKind.DATABRICKS
        case "local":
            if not uri.partition(":")[2]:
                raise BadBackendUri("needs a path after local:")
            return BackendKind.LOCAL
        case "sqlite" | "file":
            return BackendKind.MLFLOW_FILES
        case None if uri == "databricks":
            return BackendKind.DATABRICKS
        case None if not _NO_PATH.search(uri):
            return BackendKind.MLFLOW_FILES
    if re.fullmatch(r"[A-Za-z]:[\\/].*", uri):
        return BackendKind.MLFLOW_FILES
    raise BadBackendUri(f"must be {_FORMS}")


def check_backend_uri(uri: str) -> str:
    """Return `uri`, or raise `BadBackendUri`."""
    if not uri.strip():
        raise BadBackendUri(f"must be {_FORMS}")
    if (mistake := mistake_in(uri)) is not None:
        raise BadBackendUri(mistake)
    backend_kind(uri)
    return uri


def check_origin(uri: str) -> str:
    """The origin (scheme, host and port) of an http(s) address, or raise `BadBackendUri`."""
    if not uri.lower().startswith(("http://", "https://")):
        raise BadBackendUri(f'must be an origin such as "https://mlflow.example.org", not "{without_userinfo(uri)}"')
    _check_address(uri)
    return origin(uri)


def is_loopback(uri: str) -> bool:
    """Whether an http(s) address stays on this machine."""
    return loopback.is_loopback(urlsplit(canonical_uri(uri)).hostname or "")


def without_userinfo(uri: str) -> str:
    """A backend's URI, or what was given for one, as it may be shown: see `http_address.without_userinfo`.

    A path is shown whole. Of anything else that has an @ nothing is: it may be an address with a mistake in it.
    """
    scheme = _SCHEME.match(uri)
    match scheme and scheme[1].lower():
        case "http" | "https":
            return http_address.without_userinfo(uri)
        case "local" | "sqlite" | "file":
            return uri
        case None if not _NO_PATH.search(uri):
            return uri
    return http_address.MASK if "@" in uri else uri


def _check_address(uri: str) -> None:
    try:
        http_address.http_address(uri)
    except http_address.BadAddress as error:
        raise BadBackendUri(f'{error} in "{without_userinfo(uri)}"') from None


def _check_profile(uri: str) -> None:
    if "@" in uri:
        raise BadBackendUri("must be databricks://PROFILE, the name of a profile alone; the profile has the token")
