"""The app of an adjudication: one desk of decisions, one screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from textual import events, on
from textual.screen import Screen

from labeler.desk.adjudication import AdjudicationDesk
from labeler.tui.adjudication.screen import AdjudicationScreen
from labeler.tui.app import MIN_HEIGHT, MIN_WIDTH
from labeler.tui.appearance import ScreenLook, Signs
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.keyboard.messages import UnfinishedSequence
from labeler.tui.keyboard.pasting import dropped_paste
from labeler.tui.keymap import Keymap, shown_key
from labeler.tui.safe_app import SafeApp
from labeler.tui.screens.over_review import OverReview
from labeler.tui.theme import Theme


class AdjudicationApp(SafeApp[None]):
    """Shows one adjudication. `on_painted` is called once the first screen stands; `verdict_words` as on the screen."""

    def __init__(
        self,
        desk: AdjudicationDesk,
        keymap: Keymap,
        theme: Theme,
        signs: Signs,
        guard_ms: int,
        verdict_words: Callable[[AdjudicationDesk], Mapping[str, str]],
        on_painted: Callable[[], None],
    ) -> None:
        super().__init__(theme)
        self.desk = desk
        self._on_painted = on_painted
        look = ScreenLook(theme.palette, signs)
        self.adjudication = AdjudicationScreen(desk, keymap, look, guard_ms, verdict_words)
        self._too_small: Screen[None] | None = None

    def on_mount(self) -> None:
        self.push_screen(self.adjudication)
        self.call_after_refresh(self._on_painted)

    def on_resize(self, event: events.Resize) -> None:
        is_too_small = event.size.width < MIN_WIDTH or event.size.height < MIN_HEIGHT
        if is_too_small and self._too_small is None:
            from labeler.tui.screens.too_small import TooSmallScreen

            below = self.adjudication
            self._too_small = TooSmallScreen(MIN_WIDTH, MIN_HEIGHT, below.typed_unseen, below.pasted)
            self.push_screen(self._too_small)
        elif self._too_small is not None and not is_too_small:
            self._too_small = None
            self.pop_screen()

    def on_paste(self, event: events.Paste) -> None:
        """Text pasted where there is no field."""
        self.adjudication.warn(dropped_paste(event.text))

    @on(UnfinishedSequence)
    def _unfinished(self, message: UnfinishedSequence) -> None:
        escape = shown_key("escape")
        self.adjudication.warn(
            f"{message.character} right after {escape} does nothing: it may be half of another key. Press it again"
        )

    async def action_interrupt(self) -> None:
        """Ctrl+C: in a field, a search or an overlay it leaves that; else the program."""
        by = Pressed("ctrl+c", time.monotonic())
        below = self.adjudication
        if isinstance(self.screen, OverReview) and not self.screen.goes_with_app:
            self.screen.leave(by)
        elif self.screen is below and (field := below.focused) is not None:
            field.post_message(events.Key("ctrl+c", "\x03"))  # behind the letters that are still on their way there
        elif self.screen is not below or not await below.leave():
            await super().action_interrupt()
