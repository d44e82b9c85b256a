"""Standard output, where results go. A failure to write there is told apart from every other error."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO


class OutputFailed(Exception):
    """Raised when output did not arrive on stdout. The message is a sentence."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"The output could not be written ({error.strerror or error}); part of it may be missing.")
        self.is_closed_by_its_reader = isinstance(error, BrokenPipeError)
        """Whether somebody read as much as they wanted, as in ``labeler show … | head``."""


def write_out(text: str) -> None:
    """Write `text` as it is. Raises `OutputFailed`."""
    try:
        sys.stdout.write(text)
    except OSError as error:
        raise OutputFailed(error) from error


def write_bytes_out(data: bytes) -> None:
    """Write bytes as they are, behind all text that was written before. Raises `OutputFailed`."""
    finish_output()
    try:
        sys.stdout.buffer.write(data)
    except OSError as error:
        raise OutputFailed(error) from error


def finish_output() -> None:
    """Flush, so that everything has arrived. Raises `OutputFailed`."""
    try:
        sys.stdout.flush()
    except OSError as error:
        raise OutputFailed(error) from error


def give_up(stream: TextIO) -> None:
    """Discard whatever is still to be written to a stream, also when the interpreter exits."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
