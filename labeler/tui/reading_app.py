"""An app with one screen on which traces are read: what reviewing and adjudicating share."""

from __future__ import annotations

import time
from abc import abstractmethod
from typing import Generic, TypeVar

from textual import events, on
from textual.screen import Screen

from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.keyboard.messages import UnfinishedSequence
from labeler.tui.keyboard.pasting import dropped_paste
from labeler.tui.keymap import shown_key
from labeler.tui.review.reading_screen import ReadingScreen
from labeler.tui.safe_app import SafeApp
from labeler.tui.screens.over_review import OverReview
from labeler.tui.theme import Theme

T = TypeVar("T")

MIN_WIDTH, MIN_HEIGHT = 40, 12
"""Cells below which nothing can be judged fairly."""


class ReadingApp(SafeApp[T], Generic[T]):
    """Covers its screen while the terminal is too small, and tells Ctrl+C, pastes and halves of keys where to go."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._too_small: Screen[None] | None = None

    @property
    @abstractmethod
    def below(self) -> ReadingScreen:
        """The screen that is below everything else."""

    def on_resize(self, event: events.Resize) -> None:
        is_too_small = event.size.width < MIN_WIDTH or event.size.height < MIN_HEIGHT
        if is_too_small and self._too_small is None:
            from labeler.tui.screens.too_small import TooSmallScreen

            self._too_small = TooSmallScreen(MIN_WIDTH, MIN_HEIGHT, self.below.typed_unseen, self.below.pasted)
            self.push_screen(self._too_small)
        elif self._too_small is not None and not is_too_small:
            self._too_small = None
            self.pop_screen()

    def on_paste(self, event: events.Paste) -> None:
        """Text pasted where there is no field."""
        self._say(dropped_paste(event.text))

    @on(UnfinishedSequence)
    def _unfinished(self, message: UnfinishedSequence) -> None:
        escape = shown_key("escape")
        self._say(
            f"{message.character} right after {escape} does nothing: it may be half of another key. Press it again"
        )

    def _say(self, sentence: str) -> None:
        """Say something of the keyboard on the screen in front, or on the one below everything."""
        screen = self.screen
        (screen if isinstance(screen, OverReview) and screen.says else self.below).say(sentence, "warning")

    async def action_interrupt(self) -> None:
        """Ctrl+C: in a field, a search or an overlay it leaves that; else the program."""
        by, below = Pressed("ctrl+c", time.monotonic()), self.below
        if isinstance(self.screen, OverReview) and not self.screen.goes_with_app:
            self.screen.leave(by)
        elif self.screen is below and (field := below.focused) is not None:
            field.post_message(events.Key("ctrl+c", "\x03"))  # behind the letters that are still on their way there
        elif self.screen is not below or not await below.leave():
            await super().action_interrupt()
