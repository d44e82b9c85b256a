"""The log of defects and their circumstances: readable by its owner alone, without a secret in it."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from labeler.domain.http_address import secrets_in, spellings, without_addresses_userinfo, without_secrets
from labeler.storage.private_file import keep_private, may_be_written, open_private

_MAX_BYTES: Final = 1024 * 1024
_OLD_LOGS: Final = 2
_SECRET_VARIABLES: Final = ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "DATABRICKS_TOKEN")
_ADDRESS_VARIABLES: Final = frozenset(
    {"mlflow_tracking_uri", "databricks_host", "http_proxy", "https_proxy", "all_proxy"}
)
"""In lower case: variables whose addresses may have a password in them."""
_AUTHORIZATION: Final = re.compile(r"\b(Basic|Bearer) [\w.~+/=-]+")
_FORMAT: Final = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"


class _PrivateFileHandler(RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = open_private(path, os.O_WRONLY | os.O_APPEND)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")


class _RedactingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = without_secrets(super().format(record), _secrets)
        return _AUTHORIZATION.sub(r"\1 •••", without_addresses_userinfo(text))


_secrets: Final[set[str]] = set()
"""Secrets that no record may contain; global, as logging is."""


def keep_out_of_log(secrets: Collection[str]) -> None:
    """Mask these secrets in every record from now on."""
    _secrets.update(secrets)


def log_trouble(path: Path) -> str | None:
    """Return why the log at `path` cannot be written; None when it can."""
    try:
        keep_private(path)
    except OSError as error:
        return error.strerror or str(error)
    return "it may only be read" if path.exists() and not may_be_written(path) else None


def start_log(path: Path, *, verbose: bool, environment: Mapping[str, str] = os.environ) -> None:
    """Send log records to the file at `path`, and none to the terminal.

    The file is created at the first record. That it cannot be written is not reported here: `log_trouble` tells.
    `verbose` lets labeler's details and every request in.
    """
    for each in (path, *(path.with_name(f"{path.name}.{number}") for number in range(1, _OLD_LOGS + 1))):
        with suppress(OSError):
            keep_private(each)
    handler = _PrivateFileHandler(path, maxBytes=_MAX_BYTES, backupCount=_OLD_LOGS, delay=True)
    for name, value in environment.items():
        if name in _SECRET_VARIABLES:
            keep_out_of_log(spellings(value))
        elif name.lower() in _ADDRESS_VARIABLES:
            keep_out_of_log(secrets_in(value))
    handler.setFormatter(_RedactingFormatter(_FORMAT))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if verbose else logging.WARNING)
    logging.getLogger("labeler").setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.captureWarnings(True)
    logging.raiseExceptions = False
