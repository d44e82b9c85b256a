"""Signals that end a program, while it finishes what cannot be done later: a second Ctrl+C costs no answer."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

ENDING: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Noted:
    """Takes signals. `came`: one did, which would have ended the program."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.came = True


@contextmanager
def noted_signals() -> Iterator[Noted]:
    """Only note signals that end a program, until the block has come to its end; then they do what they did before.

    For work that is short and has to come to its end. A screen that runs inside takes them while it is open.
    """
    noted = Noted()
    before = {}
    for number in ENDING:
        with suppress(ValueError):  # not the main thread, which nothing interrupts
            before[number] = signal.signal(number, noted)
    try:
        yield noted
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
