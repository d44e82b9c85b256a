"""Maps the error responses of MLflow, and of proxies in front of it, to the errors of `backends.base`.

The meanings were measured on MLflow 3.2 to 3.17 (SQLite, PostgreSQL, basic-auth, workspaces) and behind a faulty proxy.
No part of a request ever gets into a message, so no credential can.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from labeler.backends.base import (
    AlreadyThere,
    Ambiguous,
    BackendError,
    Forbidden,
    LacksPermission,
    MissingTarget,
    NotABackend,
    NotAllowed,
    Refused,
    Unreachable,
)
from labeler.backends.mlflow.proxies import Proxy
from labeler.dataclass import dataclass
from labeler.domain.clock import wall_clock_ms
from labeler.domain.moment import exact_time_of_day, time_of_day

MAX_MESSAGE: Final = 1_000
"""The longest text of a server that is kept, in characters."""

_DATABASE_DOWN: Final = re.compile(
    r"QueuePool limit|InterfaceError\)|InternalError\)|ReadOnlySqlTransaction\)|sqlite3\.DatabaseError\)"
)
"""Failures of the server's database to which MLflow responds with 400 BAD_REQUEST, as it does to a wrong value.

Source: `mlflow.store.db.utils` turns every SQLAlchemy error but an `OperationalError` (503) into a BAD_REQUEST. The
text is SQLAlchemy's, which names the driver's exception class in parentheses.
"""

_NOT_NOW: Final = {"SERVICE_UNDER_MAINTENANCE", "WORKSPACE_TEMPORARILY_UNAVAILABLE", "COULD_NOT_ACQUIRE_LOCK"}
"""MLflow's error codes that come with a 500 and have nothing to do with the request."""

_CONSTRAINT: Final = re.compile(r"constraint violation|unique constraint|duplicate key|duplicate entry", re.IGNORECASE)
"""A key that exists already, in the words of MLflow from 3.14 on; before, of SQLite, PostgreSQL, SQL Server, MySQL."""

_LATER_AT_MOST_S: Final = 600.0
"""The longest Retry-After that is honoured, in seconds: the server may be back much earlier than it said."""

_LONGEST_NUMBER: Final = 20
_BY_THE_MINUTE_S: Final = 120.0
"""Waits from this length on, in seconds, have their end given as a time of the day without seconds."""

_OTHER_HOST: Final = b"Invalid Host header"
"""The start of the response of `mlflow.server.security` to a request whose host name it does not allow."""

_DENIED: Final = b"Permission denied"
"""The start of the response of `mlflow.server.auth` to a user who lacks a permission."""

_MLFLOWS_OWN: Final = (_DENIED, b"You are not authenticated", _OTHER_HOST)
"""How MLflow's own error responses begin that are not JSON, those of `mlflow.server.auth` among them."""


class MissingRoute(NotABackend):
    """The server has no such route: the base path is wrong, or its MLflow is too old for this call."""


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    """A complete HTTP response. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_html(self) -> bool:
        return "html" in self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True)
class Server:
    """The server, as messages name it. `address` is without userinfo.

    `credentials` says where the credentials came from that were sent, or is None if none were. `proxy` is a proxy on
    the way that can respond in the server's place.
    """

    address: str
    credentials: str | None
    proxy: Proxy | None = None


def failure(answer: ServerAnswer, server: Server) -> BackendError:
    """Return the error that a response with a status of 300 or more means."""
    code, message = _mlflow_error(answer)
    if server.proxy is None or code is not None or answer.body.lstrip().startswith(_MLFLOWS_OWN):
        return _meaning(answer, server, code, message)
    if answer.status == 407:
        return proxy_wants_login(server.proxy)
    if answer.status == 403:
        return NotABackend(f"{server.address} answered 403 (forbidden) without a word of MLflow{server.proxy.perhaps}")
    error = _meaning(answer, server, code, message)
    error.args = (f"{error}{server.proxy.perhaps}",)
    return error


def proxy_wants_login(proxy: Proxy) -> Forbidden:
    """Return the error that a 407 from a proxy means."""
    if proxy.has_login:
        return Forbidden(f"{proxy.subject} does not accept the name and password that stand there for it")
    return Forbidden(
        f"{proxy.subject} wants a name and password of its own; write them there: http://NAME:PASSWORD@{proxy.host}"
    )


def no_tunnel(said: str, url: str, proxy: Proxy) -> BackendError:
    """Return the error that a proxy's refusal of CONNECT means. `said` is its status line: ``502 Bad Gateway``."""
    status, _, reason = said.partition(" ")
    if status == "407":
        return proxy_wants_login(proxy)
    refusal = f"{proxy.subject} does not connect to {url}: it answered {status}{f' ({reason})' if reason else ''}"
    if status.startswith("5") or status in ("408", "429"):
        return Unreachable(refusal)
    return NotABackend(refusal)


def _meaning(answer: ServerAnswer, server: Server, code: str | None, message: str) -> BackendError:
    at = server.address
    match answer.status:
        case status if 300 <= status < 400:
            return NotABackend(f"{at} redirects to {_target(answer)}: a login page or a moved server, not MLflow")
        case 401:
            return _unauthorized(server)
        case 403 if answer.body.lstrip().startswith(_OTHER_HOST):
            name = urlsplit(at).netloc
            return NotABackend(
                f"The MLflow at {at} does not answer under that name: start it with --allowed-hosts {name}"
            )
        case 403 if code == "PERMISSION_DENIED" or answer.body.lstrip().startswith(_DENIED):
            return LacksPermission(f"{at} does not allow this: {message or 'permission denied'}")
        case 403:
            return NotAllowed(f"{at} does not allow this: {message or 'permission denied'}")
        case 407:
            return NotAllowed(f"{at} does not allow this: it answered 407, which proxies do that want a password")
        case 404 | 405 if code is None or code == "ENDPOINT_NOT_FOUND":
            return MissingRoute(f"{at} has no such route: the wrong path, an MLflow that is too old, or no MLflow")
        case 404:
            return MissingTarget(message)
        case 501:
            return MissingRoute(f"{at} does not implement this: {message or 'not implemented'}")
        case 408:
            return Ambiguous(f"{at} gave up waiting for the request")
        case 429:
            later_s = _retry_after_s(answer)
            return Unreachable(f"{at} asks to slow down{_until(later_s)}", later_s)
        case 400 | 409 | 500 if code is not None and _already_there(code, message):
            return AlreadyThere(message)
        case 500 if code == "FEATURE_DISABLED" and "workspace" in message.lower():
            return NotABackend(
                f"{at} has no workspaces, and the settings name one; unset MLFLOW_WORKSPACE or backend.workspace: "
                f"{message}"
            )
        case 500 if code == "FEATURE_DISABLED":
            return MissingRoute(f"{at} does not offer this: {message}")
        case 400 if _DATABASE_DOWN.search(message):
            return Ambiguous(f"{at} cannot use its database now: {message}")
        case 500 if code in _NOT_NOW:
            later_s = _retry_after_s(answer)
            return Ambiguous(f"{at} is not available now{_until(later_s)}: {message}", retry_after_s=later_s)
        case 409 | 499 | 500 if code is not None or answer.status == 500:
            return Ambiguous(f"{at} failed: {message or 'internal error'}", server_answered=True)
        case status if status > 500:
            later_s = _retry_after_s(answer)
            said = f"{at} is not available now ({status}{': ' + message if message else ''}){_until(later_s)}"
            return Ambiguous(said, retry_after_s=later_s)
        case 413:
            return Refused(f"{at} does not take a request this large")
        case status if code is None:
            return NotABackend(f"{at} answered {status} without a word of MLflow: something else answers there")
        case _:
            return Refused(message)


def _unauthorized(server: Server) -> Forbidden:
    if server.credentials is None:
        return Forbidden(
            f"{server.address} wants credentials: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, "
            "or MLFLOW_TRACKING_TOKEN"
        )
    return Forbidden(f"{server.address} does not accept the credentials from {server.credentials}")


def _mlflow_error(answer: ServerAnswer) -> tuple[str | None, str]:
    """Return MLflow's error code and message. The code is None if the body is not MLflow's."""
    if answer.is_html:
        return None, ""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None, ""
    if not isinstance(body, dict) or not isinstance(code := body.get("error_code"), str):
        return None, ""
    message = body.get("message")
    text = message if isinstance(message, str) and message else code
    return code, text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE] + "…"


def _already_there(code: str, message: str) -> bool:
    return code in ("RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS") or _CONSTRAINT.search(message) is not None


def _target(answer: ServerAnswer) -> str:
    """Return the scheme and host of a redirect's target; the rest of a login page's address may hold a token."""
    try:
        parts = urlsplit(answer.headers.get("location", ""))
    except ValueError:
        return "another address"
    return f"{parts.scheme}://{parts.hostname}" if parts.scheme and parts.hostname else "another path"


def _retry_after_s(answer: ServerAnswer) -> float | None:
    """Return the Retry-After header (RFC 9110, 10.2.3: seconds or a date) in seconds from now, capped.

    None if there is none, or one that cannot be read.
    """
    said = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", said):
        return _believed_s(float(said[:_LONGEST_NUMBER]))
    try:
        when = parsedate_to_datetime(said)
        seconds = (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return _believed_s(seconds)


def _believed_s(seconds: float) -> float:
    return min(max(seconds, 0.0), _LATER_AT_MOST_S)


def _until(later_s: float | None) -> str:
    """Return `` until 14:05``, when the next try is by this machine's clock; empty if the server asked for no time."""
    if not later_s:
        return ""
    when_ms = wall_clock_ms() + later_s * 1000
    clock = time_of_day(when_ms) if later_s >= _BY_THE_MINUTE_S else exact_time_of_day(when_ms)
    return f" until {clock}" if later_s < _LATER_AT_MOST_S else f" until {clock} or later (tried again then)"
