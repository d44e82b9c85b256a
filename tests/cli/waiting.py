"""Waiting for what another process brings about."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)
