"""Pictures in the terminal itself, by the protocol of kitty or as sixels; made by textual-image from decoded pixels.

The terminal is asked once what it can do, and only when a first picture is wanted: textual-image asks while it is
imported, and answers would be taken for keys while the screen listens. So the screen steps aside for that moment, and
comes back only when the terminal has said its last word.
"""

from __future__ import annotations

import importlib
import io
import os
import select
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.segment import Segment
from textual.app import App, SuspendNotSupported

from labeler.dataclass import dataclass

if TYPE_CHECKING:
    from PIL.Image import Image

_STATUS_QUERY: Final = b"\x1b[5n"
_STATUS_ANSWER: Final = b"\x1b[0n"
"""Every terminal answers its status, and answers in order: whatever was asked before has been answered then."""

_LAST_WORD_S: Final = 2.0
_QUICK_S: Final = 0.06
"""Terminals farther away answer too late for textual-image, which waits 0.1 s."""

_SMALLEST_WIDTH: Final = 20
"""Cells to which tiny pictures are enlarged."""

_WITHOUT_PICTURES: Final = frozenset({"", "dumb", "linux", "cons25", "vt100", "vt220"})
_PROGRAMS_WITHOUT: Final = frozenset({"Apple_Terminal"})


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture as a terminal is told it: rows of `width` cells, and what is written over them once they stand.

    `forget` frees what the terminal keeps of it.
    """

    width: int
    rows: tuple[tuple[Segment, ...], ...]
    above: str
    forget: Callable[[], None]


class Pictures:
    """Whether this terminal draws pictures, and how."""

    def __init__(self, wanted: bool, environment: Mapping[str, str]) -> None:
        self._renderable: Any = None
        self._unasked = (
            wanted
            and sys.platform != "win32"
            and "NO_COLOR" not in environment
            and environment.get("TERM", "") not in _WITHOUT_PICTURES
            and environment.get("TERM_PROGRAM") not in _PROGRAMS_WITHOUT
        )

    def are_possible(self, app: App[Any]) -> bool:
        """Return whether pictures can be drawn. The first time the screen gives way for the terminal to be asked."""
        if self._unasked:
            from importlib.util import find_spec

            self._unasked = False
            if find_spec("textual_image") and sys.__stdin__ and sys.__stdin__.isatty():
                try:
                    with app.suspend():
                        self._renderable = _renderable_for(sys.__stdin__.fileno(), app.console.color_system)
                except SuspendNotSupported:
                    return False
                app.screen.refresh()
        return self._renderable is not None

    def draw(self, picture: Image, width: int, height: int) -> Drawing:
        """Return a picture for at most `width` times `height` cells.

        Takes a while. Raises `ValueError` where none can be.
        """
        console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True)
        natural = console.measure(self._renderable(picture, None, None)).maximum
        options = console.options.update(width=min(width, max(natural, _SMALLEST_WIDTH)), height=height)
        renderable = self._renderable(picture, "auto", "auto")
        segments = list(renderable.__rich_console__(console, options))
        rows = [(Segment(text.rstrip("\n"), style),) for text, style, control in _plain(segments) if not control]
        above = "".join(text for text, _, control in _plain(segments) if control and text.startswith("\x1bP"))
        if not rows or not rows[0][0].text:
            raise ValueError("a picture without a cell")
        return Drawing(rows[0][0].cell_length, tuple(rows[:height]), above, renderable.cleanup)


def _plain(rendered: list[Any]) -> list[Segment]:
    return [each for each in rendered if isinstance(each, Segment)]


def _renderable_for(terminal: int, colours: str | None) -> Any:
    """Return what draws pictures in the terminal whose answers come in at a file descriptor, or None when nothing does.

    `colours` is the screen's colour system, by Rich's name: kitty knows a picture by a colour in all its 24 bits.
    """
    import termios
    import tty

    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal, termios.TCSANOW)
    try:
        took_s = _until_last_word(terminal)
        if took_s > _QUICK_S:
            return None
        from textual_image.renderable import Image, SixelImage, TGPImage

        importlib.import_module("textual_image.widget")  # which asks for the size of a cell
        _until_last_word(terminal)
        usable = (SixelImage, TGPImage) if colours == "truecolor" else (SixelImage,)
        return Image if Image in usable else None
    except OSError:
        return None
    finally:
        termios.tcflush(terminal, termios.TCIFLUSH)
        termios.tcsetattr(terminal, termios.TCSANOW, before)


def _until_last_word(terminal: int) -> float:
    """Wait until the terminal has answered all it was asked; the seconds that took."""
    assert sys.__stdout__ is not None
    sys.__stdout__.flush()
    os.write(sys.__stdout__.fileno(), _STATUS_QUERY)
    asked, answered = time.monotonic(), b""
    while _STATUS_ANSWER not in answered and (left := asked + _LAST_WORD_S - time.monotonic()) > 0:
        if select.select([terminal], [], [], left)[0]:
            answered += os.read(terminal, 4096)
    return time.monotonic() - asked
