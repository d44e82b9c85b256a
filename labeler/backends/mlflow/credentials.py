"""MLflow's own settings for signing in to a server and for trusting its certificate.

Sources and precedence are MLflow's: a user name with a password (from the address, from the environment, from
``~/.mlflow/credentials``) wins over a bearer token. Nothing here prints a secret.
"""

from __future__ import annotations

import base64
import configparser
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from pydantic import SecretStr

from labeler.dataclass import dataclass
from labeler.domain.http_address import BadAddress, http_address, spellings, without_secrets
from labeler.storage.file_reading import read_small_file
from labeler.storage.home_directory import home_directory

DATABRICKS: Final = "databricks"
SERVER_CERTIFICATE: Final = "MLFLOW_TRACKING_SERVER_CERT_PATH"
CLIENT_CERTIFICATE: Final = "MLFLOW_TRACKING_CLIENT_CERT_PATH"
_AUTHORITIES: Final = (SERVER_CERTIFICATE, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables that name the authorities to trust instead of the usual ones, by precedence: MLflow's own variable, then
those that its client honours because ``requests`` does."""
_USUAL_AUTHORITIES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""OpenSSL's own variables, which say who the usual authorities are."""
_TRUE: Final = {"1", "true", "yes"}
_HEADER_SAFE: Final = re.compile(r"[\x21-\x7e]+")


class UnusableSettings(ValueError):
    """Settings for signing in or for TLS contradict each other or cannot be used. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name with its password, or a bearer token if `username` is None.

    `source` says where they come from (``MLFLOW_TRACKING_TOKEN``). It may be shown; the secret never is.
    """

    source: str
    secret: SecretStr
    username: str | None = None

    @property
    def secrets(self) -> frozenset[str]:
        """What must never be shown, in every spelling: the secret (or the name, without one) and the header's value."""
        alone = self.secret.get_secret_value() or self.username or ""
        return spellings(alone) | {self.authorization.partition(" ")[2]}

    def redacted(self, body: bytes) -> bytes:
        """Return the body of a response without the secret, which a failing server may quote from the request.

        In an error as JSON only the message is changed, because nothing else of it is ever shown. So the error code
        stays legible, whatever the secret is.
        """
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            return without_secrets(body.decode("utf-8", "replace"), self.secrets).encode()
        if not isinstance(said, dict) or not isinstance(message := said.get("message"), str):
            return body
        return json.dumps({**said, "message": without_secrets(message, self.secrets)}).encode()

    @property
    def authorization(self) -> str:
        """The value of the Authorization header. Raises `UnusableSettings` for a token that no header can hold."""
        secret = self.secret.get_secret_value()
        if self.username is not None:
            return "Basic " + base64.b64encode(f"{self.username}:{secret}".encode()).decode()
        if not _HEADER_SAFE.fullmatch(secret):
            raise UnusableSettings(f"The token from {self.source} has a space or a line break in it; copy it again")
        return f"Bearer {secret}"


@dataclass(frozen=True, slots=True)
class Tls:
    """How to trust the server: `ca` is a file or a directory of certificates, `client_certificate` a PEM file.

    `ca_from` is the variable that says whom to trust, or empty. Without a `ca` it is one of OpenSSL's own variables.
    """

    verify: bool = True
    ca: Path | None = None
    client_certificate: Path | None = None
    ca_from: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The server that a backend URI names. `url` is its canonical http(s) address, without userinfo.

    `credentials` are those that the URI itself names, in its userinfo or by a Databricks profile.
    """

    url: str
    credentials: Credentials | None
    databricks: bool = False


def endpoint(uri: str, environ: Mapping[str, str] | None = None, home: Path | None = None) -> Endpoint:
    """Resolve an ``http(s)://…``, ``databricks`` or ``databricks://PROFILE`` URI. Raises `UnusableSettings`.

    `environ` and `home` are those of this process unless they are given.
    """
    if uri == DATABRICKS or uri.startswith(f"{DATABRICKS}://"):
        environ = os.environ if environ is None else environ
        return _databricks(uri.partition("://")[2], environ, home_directory() if home is None else home)
    return Endpoint(*split_userinfo(uri))


def credentials_for(uri: str, environ: Mapping[str, str] | None = None, home: Path | None = None) -> Credentials | None:
    """Return the credentials that the user's settings have for `uri`, or None. Raises `UnusableSettings`.

    The caller decides whether they may be sent to that server (`endpoint` names it), by passing them on or not.
    """
    environ = os.environ if environ is None else environ
    home = home_directory() if home is None else home
    there = endpoint(uri, environ, home)
    return there.credentials if there.credentials or there.databricks else _mlflow(environ, home)


def split_userinfo(uri: str) -> tuple[str, Credentials | None]:
    """Return the canonical address, and the credentials in its userinfo, if any.

    Raises `UnusableSettings` when it is no address.
    """
    try:
        address = http_address(uri)
    except BadAddress as error:
        raise UnusableSettings(f"The backend address {error}") from None
    if address.userinfo is None:
        return address.url, None
    username, _, password = address.userinfo.partition(":")
    return address.url, Credentials("the backend address", SecretStr(unquote(password)), unquote(username))


def tls_settings(environ: Mapping[str, str] | None = None) -> Tls:
    """Return the TLS settings in the environment, as MLflow's client reads them.

    Raises `UnusableSettings` when MLflow's own variables contradict each other.
    """
    environ = os.environ if environ is None else environ
    insecure = environ.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower() in _TRUE
    if insecure and environ.get(SERVER_CERTIFICATE):
        raise UnusableSettings(
            f"MLFLOW_TRACKING_INSECURE_TLS and {SERVER_CERTIFICATE} contradict each other; unset one"
        )
    client = environ.get(CLIENT_CERTIFICATE)
    said_by = next((name for name in (*_AUTHORITIES, *_USUAL_AUTHORITIES) if environ.get(name)), "")
    ca = Path(environ[said_by]) if said_by in _AUTHORITIES and not insecure else None
    return Tls(not insecure, ca, Path(client) if client else None, said_by)


def _mlflow(environ: Mapping[str, str], home: Path | None) -> Credentials | None:
    if environ.get("MLFLOW_TRACKING_AWS_SIGV4", "").lower() in _TRUE:
        raise UnusableSettings("MLFLOW_TRACKING_AWS_SIGV4 asks for signed requests, which labeler cannot make")
    if plugin := environ.get("MLFLOW_TRACKING_AUTH"):
        raise UnusableSettings(
            f"MLFLOW_TRACKING_AUTH={plugin} needs a plugin of the mlflow package; labeler can use a user name and "
            "password or MLFLOW_TRACKING_TOKEN"
        )
    path = home and home / ".mlflow" / "credentials"
    section = _section(path, "mlflow")
    username, username_source = _first(environ, "MLFLOW_TRACKING_USERNAME", section, path)
    password, _ = _first(environ, "MLFLOW_TRACKING_PASSWORD", section, path)
    if username and password:
        return Credentials(username_source, SecretStr(password), username)
    if token := environ.get("MLFLOW_TRACKING_TOKEN", "").strip():
        return Credentials("MLFLOW_TRACKING_TOKEN", SecretStr(token))
    return None


def _first(environ: Mapping[str, str], name: str, section: Mapping[str, str], path: Path | None) -> tuple[str, str]:
    if value := environ.get(name):
        return value, name
    return section.get(name.lower(), ""), str(path)


def _databricks(profile: str, environ: Mapping[str, str], home: Path | None) -> Endpoint:
    if not profile and (host := environ.get("DATABRICKS_HOST")):
        token, source = environ.get("DATABRICKS_TOKEN", "").strip(), "DATABRICKS_TOKEN"
        host_from = "DATABRICKS_HOST"
    else:
        profile = profile or environ.get("DATABRICKS_CONFIG_PROFILE") or "DEFAULT"
        named = environ.get("DATABRICKS_CONFIG_FILE")
        path = Path(named) if named else home and home / ".databrickscfg"
        section = _section(path, profile)
        host, token, source = section.get("host", ""), section.get("token", "").strip(), f"{path} [{profile}]"
        host_from = source
    if not host:
        raise UnusableSettings(f"No Databricks host: set DATABRICKS_HOST, or a host for [{profile}] in .databrickscfg")
    try:
        url, _ = split_userinfo(host if "://" in host else f"https://{host}")
    except UnusableSettings:
        raise UnusableSettings(f"The Databricks host from {host_from} is not one of https://HOST") from None
    if not url.startswith("https://"):
        raise UnusableSettings(f"The Databricks host from {host_from} is not an https address")
    return Endpoint(url, Credentials(source, SecretStr(token)) if token else None, databricks=True)


def _section(path: Path | None, name: str) -> Mapping[str, str]:
    if path is None:
        return {}
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(read_small_file(path).decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return {}
    except OSError as error:
        raise UnusableSettings(f"{path} cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, configparser.Error):
        raise UnusableSettings(f"{path} cannot be read as an INI file") from None
    if name == parser.default_section:
        return parser.defaults()
    return parser[name] if parser.has_section(name) else {}
