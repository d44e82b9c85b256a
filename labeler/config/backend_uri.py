"""The addresses a backend can have."""

from __future__ import annotations

import re
from enum import Enum, auto
from ipaddress import ip_address
from urllib.parse import urlsplit

from labeler.domain.destination import origin

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_HOST_AND_PORT = re.compile(r"(?!local:|sqlite:|file:)[\w.-]+:\d+(/.*)?")
_WITHOUT_COLON = re.compile(r"(https?)//+", re.IGNORECASE)
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
        raise BadBackendUri(f'must begin with http:// or https://: did you mean "http://{uri}"?')
    if slashes := _WITHOUT_COLON.match(uri):
        raise BadBackendUri(
            f'must begin with http:// or https://: did you mean "{slashes[1]}://{uri[slashes.end() :]}"?'
        )
    scheme = _SCHEME.match(uri)
    match scheme and scheme[1].lower():
        case "http" | "https":
            if not urlsplit(uri).hostname:
                raise BadBackendUri(f'has no host name in "{uri}"')
            return BackendKind.MLFLOW
        case "databricks":
            return BackendKind.DATABRICKS
        case "local":
            if not uri.partition(":")[2]:
                raise BadBackendUri("needs a path after local:")
            return BackendKind.LOCAL
        case "sqlite" | "file":
            return BackendKind.MLFLOW_FILES
        case None:
            return BackendKind.DATABRICKS if uri == "databricks" else BackendKind.MLFLOW_FILES
    if re.fullmatch(r"[A-Za-z]:[\\/].*", uri):
        return BackendKind.MLFLOW_FILES
    raise BadBackendUri(f"must be {_FORMS}")


def check_backend_uri(uri: str) -> str:
    """Return `uri`, or raise `BadBackendUri`."""
    if not uri.strip():
        raise BadBackendUri(f"must be {_FORMS}")
    kind = backend_kind(uri)
    if kind is BackendKind.MLFLOW:
        _check_port(uri)
    return uri


def check_origin(uri: str) -> str:
    """The origin (scheme, host and port) of an http(s) address, or raise `BadBackendUri`."""
    try:
        kind = backend_kind(uri)
    except BadBackendUri:
        kind = None
    if kind is not BackendKind.MLFLOW:
        raise BadBackendUri(f'must be an origin such as "https://mlflow.example.org", not "{uri}"')
    _check_port(uri)
    return origin(uri)


def is_loopback(uri: str) -> bool:
    """Whether an http(s) address stays on this machine."""
    host = (urlsplit(uri).hostname or "").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def without_userinfo(uri: str) -> str:
    """`uri` fit to be shown: a name and password before the host become dots."""
    return re.sub(r"(?<=://)[^/@\s]+@", "•••@", uri)


def _check_port(uri: str) -> None:
    try:
        _ = urlsplit(uri).port
    except ValueError:
        raise BadBackendUri(f'has an impossible port in "{without_userinfo(uri)}"') from None
