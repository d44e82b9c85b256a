"""The review app: one desk, one review screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events

from labeler.desk.desk import Desk
from labeler.tui.appearance import ScreenLook, Signs
from labeler.tui.gc_pauses import Pauses, settle
from labeler.tui.keymap import Keymap
from labeler.tui.media import MediaSettings
from labeler.tui.reading_app import ReadingApp
from labeler.tui.review.screen import ReviewScreen
from labeler.tui.theme import Theme, ThemeError, load_theme
from labeler.tui.theme.sixteen_colours import for_terminal
from labeler.tui.widgets.snippets import Snippets

if TYPE_CHECKING:
    from labeler.tui.screens.worklist_menu import Menu


class LabelerApp(ReadingApp[Any]):
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
        self._pauses = Pauses(time.monotonic())

    @property
    def below(self) -> ReviewScreen:
        return self._review

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

    def choose_theme(self, name: str) -> str:
        """Change the look at once; returns a sentence that says what came of it."""
        try:
            theme = for_terminal(load_theme(name, self._theme_directories))
        except ThemeError as error:
            return str(error)
        self.wear(theme)
        self._review.restyle(ScreenLook(theme.palette, self._signs))
        return f"theme {theme.name}"
