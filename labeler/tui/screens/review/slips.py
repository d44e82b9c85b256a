"""Slips of the hand: a held key, typing that goes nowhere. Pure; times are milliseconds that never go back."""

from __future__ import annotations


class HeldKey:
    """Ignores the same answer key until a new item has been on the screen for `guard_ms`.

    A held key comes again faster than that, so each repeat that is ignored starts the wait anew:
    however long it is held, it labels nothing that was not read.
    """

    def __init__(self, guard_ms: int) -> None:
        self._guard_ms = guard_ms
        self._key = ""
        self._pressed_ms = 0
        self._painted_ms: int | None = 0
        self._moved = False

    def moved(self) -> None:
        """The answer just given brought another item, which is not painted yet."""
        self._moved = True
        self._painted_ms = None

    def painted(self, now_ms: int) -> None:
        """The item is on the screen."""
        if self._painted_ms is None:
            self._painted_ms = now_ms

    def ignores(self, key: str, now_ms: int) -> bool:
        """Whether this press of an answer key is a slip; remembers it either way."""
        since = self._pressed_ms
        same, self._key = key == self._key, key
        self._pressed_ms = now_ms
        if not same or not self._moved or self._guard_ms <= 0:
            self._moved = False
            return False
        if self._painted_ms is None or now_ms - max(self._painted_ms, since) < self._guard_ms:
            return True
        self._moved = False
        return False
