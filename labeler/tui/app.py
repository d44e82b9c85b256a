"""The review app: one desk, one review screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.screen import Screen

from labeler.desk.desk import Desk
from labeler.tui.appearance import ScreenLook, Signs
from labeler.tui.gc_pauses import Pauses, settle
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.keyboard.messages import UnfinishedSequence
from labeler.tui.keyboard.pasting import dropped_paste
from labeler.tui.keymap import Keymap, shown_key
from labeler.tui.media import MediaSettings
from labeler.tui.review.screen import ReviewScreen
from labeler.tui.safe_app import SafeApp
from labeler.tui.screens.over_review import OverReview
from labeler.tui.theme import Theme, ThemeError, load_theme
from labeler.tui.theme.sixteen_colours import for_terminal
from labeler.tui.widgets.snippets import Snippets

if TYPE_CHECKING:
    from labeler.tui.screens.worklist_menu import Menu

MIN_WIDTH, MIN_HEIGHT = 40, 12
"""Cells below which nothing can be judged fairly."""


class LabelerApp(SafeApp[Any]):
    """Shows one review. `on_painted` is called once the first screen stands.

    `menu` is what else there is to review, `snippets` are texts of the reviewer's own by name. Returns what is to be
    reviewed next (`Begin`, `DrawAgain`), or None when the reviewer left.
    """

    def __init__(
        self,
        desk: Desk,
        keymap: Keymap,
        theme: Theme,
        signs: Signs,
        guard_ms: int,
        theme_directories: Sequence[Path],
        on_painted: Callable[[], None],
        media: MediaSettings,
        menu: Menu | None = None,
        snippets: Snippets | None = None,
    ) -> None:
        super().__init__(theme)
        self.desk = desk
        self._signs = signs
        self._theme_directories = theme_directories
        self._on_painted = on_painted
        look = ScreenLook(theme.palette, signs)
        self._review = ReviewScreen(desk, keymap, look, guard_ms, self.choose_theme, media, menu)
        self._review.offer_snippets(snippets or {})
        self._too_small: Screen[None] | None = None
        self._pauses = Pauses(time.monotonic())

    def on_mount(self) -> None:
        self.push_screen(self._review)
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        settle()
        self.set_interval(1.0, lambda: self._pauses.collect_if_due(time.monotonic()))
        self._on_painted()

    def show_end(self) -> None:
        """Show what was done, where no work is left."""
        self._review.show_progress(at_end=True)

    def show_guide(self) -> None:
        """Show the guide of the sprint that is reviewed."""
        self._review.show_guide()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            self._pauses.pressed(time.monotonic())
        await super().on_event(event)

    def on_resize(self, event: events.Resize) -> None:
        is_too_small = event.size.width < MIN_WIDTH or event.size.height < MIN_HEIGHT
        if is_too_small and self._too_small is None:
            from labeler.tui.screens.too_small import TooSmallScreen

            review = self._review
            self._too_small = TooSmallScreen(MIN_WIDTH, MIN_HEIGHT, review.typed_unseen, review.pasted)
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
        """Say something of the keyboard on the screen in front, or on the review below it."""
        screen = self.screen
        (screen if isinstance(screen, OverReview) and screen.says else self._review).say(sentence, "warning")

    def choose_theme(self, name: str) -> str:
        """Change the look at once; returns a sentence that says what came of it."""
        try:
            theme = for_terminal(load_theme(name, self._theme_directories))
        except ThemeError as error:
            return str(error)
        self.wear(theme)
        self._review.restyle(ScreenLook(theme.palette, self._signs))
        return f"theme {theme.name}"

    async def action_interrupt(self) -> None:
        """Ctrl+C: in a field, a search or an overlay it leaves that; else the program."""
        by = Pressed("ctrl+c", time.monotonic())
        if isinstance(self.screen, OverReview) and not self.screen.goes_with_app:
            self.screen.leave(by)
        elif self.screen is self._review and (field := self._review.focused) is not None:
            field.post_message(events.Key("ctrl+c", "\x03"))  # behind the letters that are still on their way there
        elif self.screen is not self._review or not await self._review.leave():
            await super().action_interrupt()
