"""What every app of ours does about theme, hostile text and crashes."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar, Generic, TypeVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.filter import LineFilter, Monochrome, NoColor

from labeler.tui.clipboard import osc_52
from labeler.tui.control_character_filter import ControlCharacterFilter
from labeler.tui.theme import Theme

T = TypeVar("T")

_NO_COLOUR = NoColor()
"""Where NO_COLOR is set Textual writes greys; they are colours too, and those of a dark screen."""

_ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))

_log = logging.getLogger(__name__)


class SafeApp(App[T], Generic[T]):
    """An app in one of our themes. `crash` is the exception that ended it, if one did; it is in the log."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", show=False, priority=True, system=True),
        Binding("ctrl+q", "nothing", show=False, priority=True, system=True),
    ]

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.crash: BaseException | None = None
        self.interrupted = False
        self._signals_before: dict[int, Any] = {}
        self._backstop = ControlCharacterFilter()
        self.wear(theme)

    def wear(self, theme: Theme) -> None:
        """Put a theme on."""
        self.register_theme(theme.textual())
        self.theme = theme.name

    def get_driver_class(self) -> type[Driver]:
        """Ours where Textual would take its driver for terminals: it knows keys from the halves of sequences."""
        usual = super().get_driver_class()
        if sys.platform == "win32":
            return usual
        from textual.drivers.linux_driver import LinuxDriver

        from labeler.tui.keyboard.driver import TerminalDriver

        return TerminalDriver if usual is LinuxDriver else usual

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return the backstop behind the sanitiser: no control character leaves the app, whatever widget held it.

        Always the same filter: strips remember what a filter made of them, and are painted again from that.
        """
        usual = super().get_line_filters()
        return [*(_NO_COLOUR if isinstance(each, Monochrome) else each for each in usual), self._backstop]

    def copy_to_clipboard(self, text: str) -> None:
        """Hand a text to the terminal, in the spelling that a GNU screen between lets through."""
        self._clipboard = text
        if self._driver is not None:
            self._driver.write(osc_52(text, os.environ))

    def on_load(self) -> None:
        """Signals that end a program leave as Ctrl+C does, so that the terminal is given back as it was."""
        for number in _ENDING:
            before = signal.getsignal(number)
            with suppress(RuntimeError, ValueError, NotImplementedError):  # not the main thread, or Windows
                asyncio.get_running_loop().add_signal_handler(number, self.interrupt)
                self._signals_before[number] = before

    def on_unmount(self) -> None:
        """Leave signals to whoever had them before: what follows the screen may not be cut short by them."""
        for number, before in self._signals_before.items():
            asyncio.get_running_loop().remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL if before is None else before)
        self._signals_before.clear()

    async def action_interrupt(self) -> None:
        """Ctrl+C leaves."""
        self.interrupt()

    def interrupt(self) -> None:
        """Leave, as Ctrl+C does."""
        self.interrupted = True
        self.exit()

    def action_nothing(self) -> None:
        """Textual's own way out would pass ours by."""

    def _fatal_error(self) -> None:
        """Leave without a word: Textual would print local variables, traces and tokens among them."""
        _log.error("the screen crashed", exc_info=self._exception)
        self.crash = self._exception
        self._close_messages_no_wait()
