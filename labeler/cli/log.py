"""The log: for defects and their circumstances, readable by its owner alone, without a secret in it."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

_MAX_BYTES: Final = 1024 * 1024
_OLD_LOGS: Final = 2
_SECRET_VARIABLES: Final = ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "DATABRICKS_TOKEN")
_USERINFO: Final = re.compile(r"(?<=://)[^/\s]+@")
_AUTHORIZATION: Final = re.compile(r"\b(Basic|Bearer) [\w.~+/=-]+")
_FORMAT: Final = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"


class _PrivateFileHandler(RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")


class _RedactingFormatter(logging.Formatter):
    def __init__(self, secrets: list[str]) -> None:
        super().__init__(_FORMAT)
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "•••")
        return _AUTHORIZATION.sub(r"\1 •••", _USERINFO.sub("•••@", text))


def start_log(path: Path, *, verbose: bool, environment: Mapping[str, str] = os.environ) -> None:
    """Send log records to `path`, made at the first one, and nothing to the terminal, not even when that fails.

    `verbose` lets every request and labeler's own details in.
    """
    handler = _PrivateFileHandler(path, maxBytes=_MAX_BYTES, backupCount=_OLD_LOGS, delay=True)
    secrets = [environment[name] for name in _SECRET_VARIABLES if environment.get(name)]
    handler.setFormatter(_RedactingFormatter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if verbose else logging.WARNING)
    logging.getLogger("labeler").setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.captureWarnings(True)
    logging.raiseExceptions = False
