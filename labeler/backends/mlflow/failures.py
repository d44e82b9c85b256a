"""What an answer that is no success means: MLflow's and its proxies' statuses as the errors of `backends.base`.

The meanings were measured on MLflow 3.2 to 3.17 (SQLite, PostgreSQL, basic-auth, workspaces) and behind a faulty proxy.
Nothing of a request ever gets into a message, so no credential can.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from labeler.backends.base import (
    AlreadyThere,
    Ambiguous,
    BackendError,
    Forbidden,
    MissingTarget,
    NotABackend,
    Refused,
    Unreachable,
)

MAX_MESSAGE: Final = 1_000
"""Characters kept of what a server says."""

_DATABASE_DOWN: Final = re.compile(
    r"QueuePool limit|InterfaceError\)|InternalError\)|ReadOnlySqlTransaction\)|sqlite3\.DatabaseError\)"
)
"""Failures of the server's database that MLflow answers with 400 BAD_REQUEST, as it does what is wrong with a value.

Source: `mlflow.store.db.utils`, where every SQLAlchemy error but an `OperationalError` (503) becomes one; the text
is SQLAlchemy's, which names the driver's class in parentheses.
"""

_NOT_NOW: Final = {"SERVICE_UNDER_MAINTENANCE", "WORKSPACE_TEMPORARILY_UNAVAILABLE", "COULD_NOT_ACQUIRE_LOCK"}
"""Error codes of MLflow's that come with a 500 and have nothing to do with the request."""

_CONSTRAINT: Final = re.compile(r"constraint violation|unique constraint|duplicate key|duplicate entry", re.IGNORECASE)
"""A key that is taken: MLflow from 3.14 on, before that SQLite, PostgreSQL and SQL Server, MySQL in their own words."""
_LATER_AT_MOST_S: Final = 24 * 3600.0


class MissingRoute(NotABackend):
    """The server knows no such route: the wrong base path, or an MLflow too old for this call."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_html(self) -> bool:
        return "html" in self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True)
class Server:
    """Who answered, for the sentences: `address` without userinfo; `credentials` is where the credentials sent came
    from, or None when none were."""

    address: str
    credentials: str | None


def failure(answer: Answer, server: Server) -> BackendError:
    """The error that an answer with a status of 300 or more stands for."""
    code, message = _mlflow_error(answer)
    at = server.address
    match answer.status:
        case status if 300 <= status < 400:
            return NotABackend(f"{at} redirects to {_target(answer)}: a login page or a moved server, not MLflow")
        case 401:
            return _unauthorized(server)
        case 403 | 407:
            return Forbidden(f"{at} does not allow this: {message or 'permission denied'}")
        case 404 | 405 if code is None or code == "ENDPOINT_NOT_FOUND":
            return MissingRoute(f"{at} has no such route: the wrong path, or an MLflow that is too old")
        case 404:
            return MissingTarget(message)
        case 501:
            return MissingRoute(f"{at} does not implement this: {message or 'not implemented'}")
        case 408:
            return Ambiguous(f"{at} gave up waiting for the request")
        case 429:
            return Unreachable(f"{at} asks to slow down", _retry_after_s(answer))
        case 400 | 409 | 500 if code is not None and _already_there(code, message):
            return AlreadyThere(message)
        case 500 if code == "FEATURE_DISABLED" and "workspace" in message.lower():
            return NotABackend(f"{at} has no workspaces, and the settings name one; unset MLFLOW_WORKSPACE: {message}")
        case 500 if code == "FEATURE_DISABLED":
            return MissingRoute(f"{at} does not offer this: {message}")
        case 400 if _DATABASE_DOWN.search(message):
            return Ambiguous(f"{at} cannot use its database now: {message}")
        case 500 if code in _NOT_NOW:
            return Ambiguous(f"{at} is not available now: {message}", retry_after_s=_retry_after_s(answer))
        case 409 | 499 | 500 if code is not None or answer.status == 500:
            return Ambiguous(f"{at} failed: {message or 'internal error'}", server_answered=True)
        case status if status > 500:
            said = f"{at} is not available now ({status}{': ' + message if message else ''})"
            return Ambiguous(said, retry_after_s=_retry_after_s(answer))
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


def _mlflow_error(answer: Answer) -> tuple[str | None, str]:
    """MLflow's error code and message; the code is None when MLflow did not write the body."""
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


def _target(answer: Answer) -> str:
    """Scheme and host alone: the query of a login page's address may hold a token."""
    try:
        parts = urlsplit(answer.headers.get("location", ""))
    except ValueError:
        return "another address"
    return f"{parts.scheme}://{parts.hostname}" if parts.scheme and parts.hostname else "another path"


def _retry_after_s(answer: Answer) -> float | None:
    """The Retry-After header (RFC 9110, 10.2.3: seconds or a date) as seconds from now."""
    said = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", said):
        return min(float(said), _LATER_AT_MOST_S)
    try:
        when = parsedate_to_datetime(said)
    except ValueError:
        return None
    seconds = (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), _LATER_AT_MOST_S)
