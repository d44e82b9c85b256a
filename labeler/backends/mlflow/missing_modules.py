"""Modules that are not installed, and that something tries to import again and again."""

from __future__ import annotations

import sys
from importlib.util import find_spec


def fail_at_once_if_missing(module: str) -> None:
    """Have an import of a module that is not installed fail without looking for it.

    httpcore tries to import sniffio for each lock that it takes, five times a request, and Python looks through all
    directories each time: a tenth of what a request costs the client.
    """
    if find_spec(module) is None:
        sys.modules[module] = None  # type: ignore[assignment]
