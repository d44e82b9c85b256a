"""The URI of a backend: which kind of backend it names, and what of it may be shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import Enum, auto
from urllib.parse import urlsplit

from labeler.config.mistyped import mistake_in
from labeler.domain import http_address, loopback
from labeler.domain.destination import canonical_uri, origin

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_HOST_AND_PORT = re.compile(r"(?!local:|sqlite:|file:)[\w.-]+:\d+(/.*)?")
_WITHOUT_COLON = re.compile(r"(https?)//+", re.IGNORECASE)
_NO_PATH = re.compile(
    r"""://                                                            # an address, behind a blank or a quote
    |   ^[\s"'<(]*(?=[ht])[htps]{3,7}(?:[^\w/\\]{1,3}[/\\]|[/\\]{2})  # http;//… http//… htp./…
    |   ^//.*@ | :.*@ | @.*:                                           # a name and a password, a host and a port
    |   ^[^/\\]+@[\w-]+(?:\.[\w-]+)+(?:/|$)                           # TOKEN@mlflow.example.org
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
"""What no directory is called: what may be an address with a mistake in it, and so may hold a password."""
_HOST_IN_PATH = re.compile(r"\w+://[^/\\].*@", re.DOTALL)
"""A host with somebody's name before it, in an address of a kind that has no host."""
_ATTACHED = re.compile(r"(-[^-]|--[\w-]+=)(.*)", re.DOTALL)
"""An option and its value in one word."""
_FORMS = "http://…, https://…, databricks, databricks://PROFILE, local:PATH, sqlite:///PATH or a directory"


class BackendKind(Enum):
    """The kinds of backend."""

    MLFLOW = auto()
    DATABRICKS = auto()
    LOCAL = auto()
    """The embedded store, one SQLite file."""
    MLFLOW_FILES = auto()
    """MLflow's own local stores, which need an `mlflow server` in front."""


class BadBackendUri(ValueError):
    """Raised for a URI that names no backend. The message continues the name of the key."""


def backend_kind(uri: str) -> BackendKind:
    """Return the kind of backend that `uri` names. Raises `BadBackendUri`."""
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
        case None if _may_be_path(uri):
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
    """Return the origin (scheme, host and port) of an http(s) address. Raises `BadBackendUri`."""
    if not uri.lower().startswith(("http://", "https://")):
        raise BadBackendUri(f'must be an origin such as "https://mlflow.example.org", not "{without_userinfo(uri)}"')
    _check_address(uri)
    return origin(uri)


def is_loopback(uri: str) -> bool:
    """Return whether requests to an http(s) address stay on this machine."""
    return loopback.is_loopback(urlsplit(canonical_uri(uri)).hostname or "")


def secrets_in(uri: str) -> frozenset[str]:
    """Return the password in a URI in every spelling (the name where there is no password); nothing of a path."""
    return frozenset() if _is_shown_whole(uri) else http_address.secrets_in(uri)


def without_userinfo(uri: str) -> str:
    """Return a backend's URI, or what was given for one, as it may be shown.

    A path is shown whole, and an http(s) address without name and password (see `http_address.without_userinfo`). Of
    anything else with an @ nothing is shown: it may be an address with a mistake in it.
    """
    if _is_shown_whole(uri):
        return uri
    scheme = _SCHEME.match(unicodedata.normalize("NFKC", uri))
    if scheme is not None and scheme[1].lower() in ("http", "https"):
        return http_address.without_userinfo(uri)
    return http_address.MASK if http_address.has_at_sign(uri) else uri


def words_without_userinfo(words: Sequence[str]) -> list[str]:
    """Return the words of a command line as they may be shown.

    An address whose password contains a blank extends over several words: all are masked from the first that may begin
    an address to the last with an @.
    """
    last = max((index for index, word in enumerate(words) if http_address.has_at_sign(word)), default=None)
    if last is None:
        return list(words)
    first = next((index for index, word in enumerate(words[:last]) if _may_begin_address(word)), last)
    option, value = _attached(words[first])
    shown = without_userinfo(value) if first == last else http_address.MASK
    return [*words[:first], f"{option}{shown}", *[http_address.MASK] * (last - first), *words[last + 1 :]]


def _may_begin_address(word: str) -> bool:
    """Return whether an address that goes on in later words may begin with this one."""
    written = unicodedata.normalize("NFKC", _attached(word)[1])
    return ":" in written or "@" in written or not _may_be_path(written)


def _attached(word: str) -> tuple[str, str]:
    """Split a word of a command line into an option, empty where there is none, and its value."""
    attached = _ATTACHED.fullmatch(word)
    return (attached[1], attached[2]) if attached else ("", word)


def _is_shown_whole(uri: str) -> bool:
    """Return whether this is a path, with or without a scheme that takes one."""
    written = unicodedata.normalize("NFKC", uri)
    scheme = _SCHEME.match(written)
    if scheme is None:
        return _may_be_path(uri)
    return scheme[1].lower() in ("local", "sqlite", "file") and not _HOST_IN_PATH.match(written)


def _may_be_path(uri: str) -> bool:
    """Return whether this could be the path of a directory."""
    return _NO_PATH.search(unicodedata.normalize("NFKC", uri)) is None


def _check_address(uri: str) -> None:
    try:
        http_address.http_address(uri)
    except http_address.BadAddress as error:
        raise BadBackendUri(f'{error} in "{without_userinfo(uri)}"') from None


def _check_profile(uri: str) -> None:
    if "@" in uri:
        raise BadBackendUri("must be databricks://PROFILE, the name of a profile alone; the profile has the token")
