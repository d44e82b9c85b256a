"""Consent to send credentials to an origin: the user has to have named it, and plain http has to be allowed."""

from __future__ import annotations

from collections.abc import Collection

from labeler.config.backend_uri import BackendKind, BadBackendUri, backend_kind, is_loopback
from labeler.config.load import Configuration, Layer
from labeler.config.problems import SettingSource
from labeler.domain.destination import origin


class CredentialsWithheld(Exception):
    """Raised where credentials were found and not sent to `origin`. The message is a sentence that says what to do."""

    def __init__(self, message: str, origin: str) -> None:
        super().__init__(message)
        self.origin = origin


class OriginNotTrusted(CredentialsWithheld):
    """Raised where only a file in the working directory, perhaps somebody else's, names the backend."""


class PlainHttpNotAllowed(CredentialsWithheld):
    """Raised where the credentials would travel readable for everybody on the way."""


def check_consent(configuration: Configuration, url: str, trusted: Collection[str], through: str | None = None) -> None:
    """Raise `CredentialsWithheld` unless credentials may be sent to `url`, an http(s) address.

    `trusted` holds the origins that the user has trusted before; `through` names the proxy on the way, if any.
    """
    target = origin(url)
    if target not in trusted and not named_by_user(configuration, target):
        raise OriginNotTrusted(
            f"{_namer(configuration)} names {target}, and you have not trusted it yet, so your credentials were not "
            f"sent. If it is yours, run: labeler config trust {target}",
            target,
        )
    if (
        target.startswith("http://")
        and not is_loopback(target)
        and not _plain_http_allowed(configuration, target, trusted)
    ):
        raise PlainHttpNotAllowed(
            f"{target} is not encrypted: your credentials would travel readable for everybody on the way"
            f"{f', {through} first of all' if through else ''}, so they "
            f'were not sent. Use https, or put allow_plain_http = ["{target}"] under [backend] in '
            f"{configuration.paths.config_file}",
            target,
        )


def named_by_user(configuration: Configuration, target: str) -> bool:
    """Return whether a flag, the environment or the user's own file names the origin `target`."""
    return any(
        layer.source is not SettingSource.WORKING_DIRECTORY and _origin_in(layer) == target
        for layer in configuration.layers
    )


def _plain_http_allowed(configuration: Configuration, target: str, trusted: Collection[str]) -> bool:
    """Return whether plain http is allowed; the working directory's file counts only for a trusted origin."""
    for layer in configuration.layers:
        counts = layer.source is not SettingSource.WORKING_DIRECTORY or target in trusted
        if counts and target in map(origin, layer.get("backend.allow_plain_http") or ()):
            return True
    return False


def _namer(configuration: Configuration) -> str:
    for layer in configuration.layers:
        if layer.source is SettingSource.WORKING_DIRECTORY and layer.get("backend.uri"):
            return f"Only {layer.origin(('backend', 'uri'))}"
    return "An earlier review"


def _origin_in(layer: Layer) -> str | None:
    uri = layer.get("backend.uri")
    try:
        is_http = isinstance(uri, str) and backend_kind(uri) is BackendKind.MLFLOW
    except BadBackendUri:
        return None
    return origin(uri) if is_http else None
