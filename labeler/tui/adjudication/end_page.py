"""The page where no case is open any more: what was decided, what was put off, and what comes next."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.app import ComposeResult

from labeler.dataclass import dataclass
from labeler.desk.adjudication import AdjudicationDesk
from labeler.tui.action_table import Action, Context
from labeler.tui.adjudication.view_models import end_lines
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.key_names import Pressed, pressed
from labeler.tui.keyboard.typed_on import Typed, TypedOn
from labeler.tui.keymap import Keymap, shown_key
from labeler.tui.screens.over_review import OverReview
from labeler.tui.widgets.dividers import Divider, DividerView
from labeler.tui.widgets.key_line import KeyLine, hints_line, message_lines
from labeler.tui.widgets.line_widget import LineWidget
from labeler.tui.widgets.styled_text import Line

_PASSED_ON: Final = frozenset({"edit.undo", "item.next_open", "item.previous", "app.quit"})
"""What keys of the review do once this has closed."""


@dataclass(frozen=True, slots=True)
class EndLeft:
    """The page was left by this press, for an action or just closed."""

    pressed: Pressed
    then: Action | None = None


class EndPage(OverReview[EndLeft]):
    """Stands where there is no work left. Nothing here decides anything."""

    DEFAULT_CSS = """
    EndPage { layout: vertical; overflow: hidden; background: $background; }
    EndPage KeyLine, EndPage Divider { height: 1; }
    EndPage #end-lines { height: 1fr; margin: 1 2; }
    """
    AUTO_FOCUS = ""
    says = True
    goes_with_app = True

    def __init__(self, desk: AdjudicationDesk, keymap: Keymap, look: ScreenLook) -> None:
        super().__init__()
        self._desk, self._keymap, self._look = desk, keymap, look
        self._typed_on = TypedOn(keymap)
        self._title = KeyLine(look, id="end-title")
        self._rules = Divider(look, id="end-rule-top"), Divider(look, id="end-rule-bottom")
        self._lines = LineWidget(look.palette, look.signs, id="end-lines")
        self._keys = KeyLine(look, id="end-keys")

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._rules[0]
        yield self._lines
        yield self._rules[1]
        yield self._keys

    def on_mount(self) -> None:
        self.call_after_refresh(self._paint)

    def on_resize(self) -> None:
        self.call_after_refresh(self._paint)

    def stale(self) -> None:
        self._paint()

    def leave(self, by: Pressed) -> None:
        if self.is_active:
            self.dismiss(EndLeft(by))

    def say(self, sentence: str, role: str = "chrome.strong") -> None:
        self._keys.view = message_lines(sentence, role, self.size.width, 1, self._look.signs)[-1]

    async def on_key(self, event: events.Key) -> None:
        """One key, one action. A key that was on its way here when this closed is dropped."""
        event.stop()
        event.prevent_default()
        if not self.is_active:
            return
        press = pressed(event)
        if (typed := self._typed_on.press(press.key)) is not Typed.NOTHING:
            if typed is Typed.END:
                self._paint()
            return
        action = self._keymap.action(Context.REVIEW, press.key)
        if action is not None and action.id in _PASSED_ON:
            self.dismiss(EndLeft(press, action))
        elif self._keymap.action(Context.OVERLAY, press.key) is not None and press.key == "escape":
            self.dismiss(EndLeft(press))
        else:
            self.say(self._typed_on.means_nothing(shown_key(press.key), action), "warning")

    def _paint(self) -> None:
        if not self.is_attached:
            return
        width, signs = self.size.width, self._look.signs
        title: Line = [(" adjudicate", "chrome.strong"), (f"   {self._desk.title}", "chrome")]
        self._title.view = title
        for rule in self._rules:
            rule.view = DividerView()
        self._lines.set_lines(end_lines(self._desk, self._keymap, max(width - 4, 20)))
        hints = [("item.previous", "back"), ("item.next_open", "go on"), ("edit.undo", "undo"), ("app.quit", "quit")]
        if not self._desk.put_off:
            hints.pop(1)
        self._keys.view = hints_line(self._keymap, hints, width, signs)
