"""The app of an adjudication: one desk of decisions, one screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from labeler.desk.adjudication import AdjudicationDesk
from labeler.tui.adjudication.screen import AdjudicationScreen
from labeler.tui.appearance import ScreenLook, Signs
from labeler.tui.keymap import Keymap
from labeler.tui.reading_app import ReadingApp
from labeler.tui.theme import Theme


class AdjudicationApp(ReadingApp[None]):
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

    @property
    def below(self) -> AdjudicationScreen:
        return self.adjudication

    def on_mount(self) -> None:
        self.push_screen(self.adjudication)
        self.call_after_refresh(self._on_painted)
