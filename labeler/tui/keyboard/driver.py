"""Textual's driver for terminals, reading by `Sequences`: what is cut never acts, what came together says so.

Textual's own reader gives up a sequence after 0.1 s and takes its bytes for keys. The rest of the driver is
Textual's, and so is the meaning of each whole sequence.
"""

from __future__ import annotations

import os
import selectors
import time
from codecs import getincrementaldecoder
from collections.abc import Iterable
from typing import Final

from textual import constants, events
from textual._xterm_parser import FOCUSIN, XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from labeler.tui.keyboard.messages import UnfinishedSequence
from labeler.tui.keyboard.sequences import InputKind, InputPiece, Sequences

_AT_ONCE: Final = 4096
"""Bytes of one read."""

_LOOKS_UP_S: Final = 0.1
"""Seconds after which the end of the program is noticed."""


class TerminalDriver(LinuxDriver):
    """Every message made of one read carries the `time` of that read, so that keys that came together can be told."""

    def run_input_thread(self) -> None:
        """Read until the program ends; runs in a thread of its own."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        sequences = Sequences(constants.ESCAPE_DELAY * 1000)
        meaning = Meaning(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                due_ms = sequences.due_ms
                wait_s = _LOOKS_UP_S if due_ms is None else min(due_ms / 1000 - time.monotonic(), _LOOKS_UP_S)
                is_there = bool(selector.select(max(wait_s, 0)))
                read = os.read(self.fileno, _AT_ONCE) if is_there else b""
                now_ms = time.monotonic() * 1000
                for piece in sequences.feed(decode(read), now_ms) if read else sequences.tick(now_ms):
                    for message in meaning.of(piece):
                        message.time = piece.at_ms / 1000
                        self.process_message(message)
                if is_there and not read:  # the terminal is gone; the signal that says so is on its way
                    self.exit_event.wait(_LOOKS_UP_S)


class Meaning:
    """What pieces of input mean to Textual. Its parser is only ever given whole sequences."""

    def __init__(self, debug: bool) -> None:
        self._parser = XTermParser(debug)

    def of(self, piece: InputPiece) -> Iterable[Message]:
        """Return the messages that a piece stands for; none for an answer that nobody asked for."""
        match piece.kind:
            case InputKind.CHARACTER:
                return list(self._parser.feed(piece.text))
            case InputKind.ESCAPE:
                return [events.Key("escape", piece.text)]
            case InputKind.SEQUENCE:
                return self._sequence(piece.text)
            case InputKind.REST:
                return [each for each in self._sequence(piece.text) if not isinstance(each, events.InputEvent)]
            case InputKind.PASTED:
                return [events.Paste(piece.text)]
            case InputKind.UNFINISHED:
                return [UnfinishedSequence(piece.text)]

    def _sequence(self, text: str) -> list[Message]:
        if text[1] in "]P_":
            return []
        messages: list[Message] = list(self._parser.feed(text))
        if messages:
            return messages
        for _ in self._parser.feed(FOCUSIN):
            pass  # a sequence that the parser does not know, and would wait for more of, ends where another begins
        if len(text) > len("\x1bx"):
            return []
        return [events.Key(f"alt+{key.key}", None) for key in self._parser.feed(text[1]) if isinstance(key, events.Key)]
