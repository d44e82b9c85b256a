"""The start: who I am, what to review, what will be asked. Each step is skipped when it is known."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input

from labeler.tui.action_table import Consequence, Context, OnScreen, Rule
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.dispatch import dispatch
from labeler.tui.keyboard.key_guard import Act, KeyGuard
from labeler.tui.keyboard.key_names import Pressed, pressed
from labeler.tui.keyboard.pasting import dropped_paste
from labeler.tui.keymap import Keymap, shown_key
from labeler.tui.safe_app import SafeApp
from labeler.tui.theme import Theme
from labeler.tui.widgets.line_widget import LineWidget
from labeler.tui.widgets.styled_text import Line, cut, fit, wrapped

_ROWS_AROUND = 8
_HINT = "{overlay.down} {overlay.up} move, {overlay.open} chooses, {overlay.close} leaves"


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be reviewed. Texts are display text; `detail` tells how much there is."""

    id: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Guess:
    """A reviewer ID proposed, and where it comes from. `settled`: it need not be asked for."""

    reviewer: str
    origin: str
    settled: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What will be asked: a line a question, and where the questions come from."""

    lines: Sequence[str]
    origin: str


@dataclass(frozen=True, slots=True)
class Begin:
    """What the reviewer chose."""

    reviewer: str
    offer: Offer


class StartScreen(Screen[Begin | None]):
    """Dismissed with the choice, or None when the reviewer left.

    `find` lists what the named reviewer can review, `preview` what an offer asks. Both may raise; the
    message of the exception is shown and the step can be tried again.
    """

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    StartScreen { align: center middle; background: $background; }
    StartScreen > Vertical { width: 84%; max-width: 96; height: 80%; max-height: 30; }
    StartScreen LineWidget { height: 1fr; }
    StartScreen Input { display: none; border: none; height: 1; padding: 0 2; background: $surface; }
    """

    def __init__(
        self,
        guess: Guess,
        find: Callable[[str], Awaitable[Sequence[Offer]]],
        preview: Callable[[Offer], Awaitable[Preview]],
        keymap: Keymap,
        look: ScreenLook,
    ) -> None:
        super().__init__()
        self._keymap = keymap
        self._guess = guess
        self._find = find
        self._preview = preview
        self._look = look
        self._reviewer = guess.reviewer
        self._offers: Sequence[Offer] = ()
        self._at = 0
        self._chosen: Offer | None = None
        self._again: Callable[[], object] | None = None
        self._lines: Sequence[Line] = ()
        self._shown = LineWidget(look.palette, look.signs, id="start-lines")
        self._guard = KeyGuard(0)
        self._pressed: Pressed | None = None
        self._escaped = False
        self._noted: Line = []

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._shown
            yield Input(self._guess.reviewer, compact=True, select_on_focus=False)

    def on_mount(self) -> None:
        if self._guess.settled:
            self._look_for_work()
        else:
            self._ask_who()

    async def on_key(self, event: events.Key) -> None:
        """One step a press, and only one that could be read: held down, a key begins no review."""
        self._pressed = press = pressed(event)
        field = self.focused if isinstance(self.focused, Input) else None
        action = self._keymap.action(Context.OVERLAY if field is None else Context.FIELD, press.key)
        run = action.run if action is not None and not isinstance(action.run, Rule) else None
        takes_a_step = run in (OnScreen("enter"), OnScreen("save"))
        answers = Consequence.ANSWERS if takes_a_step else Consequence.READS
        is_meant = isinstance(self._guard.press(press.key, press.at_s * 1000, answers), Act)
        if field is None or run is not None or press.key == "enter":
            event.stop()
            event.prevent_default()
        if not is_meant:
            return
        if run not in (OnScreen("close"), OnScreen("leave")):
            self._escaped = False
            self._note("")
        if run is not None:
            await dispatch(run, self, self)

    # Named in the table of actions

    def scroll_line(self, count: int) -> None:
        """Move in the list, if it is what is shown."""
        if self._offers and self._chosen is None and self._again is None:
            self._at = max(0, min(self._at + count, len(self._offers) - 1))
            self._show_offers()

    def scroll_page(self, count: int) -> None:
        self.scroll_line(count * 2 * _ROWS_AROUND)

    def go_home(self) -> None:
        self.scroll_line(-len(self._offers))

    def go_end(self) -> None:
        self.scroll_line(len(self._offers))

    def enter(self) -> None:
        """Take the next step."""
        if self._again is not None:
            again, self._again = self._again, None
            again()
        elif self._chosen is not None:
            self.dismiss(Begin(self._reviewer, self._chosen))
        elif self._offers:
            self._choose(self._offers[self._at])

    def close(self) -> None:
        """Leave. Esc does so at its second press: the first may be half of an arrow key that a slow line cut in two."""
        if self._pressed is None or self._pressed.key != "escape" or self._escaped:
            self.dismiss(None)
            return
        self._escaped = True
        self._note(f"{shown_key('escape')} again leaves")

    async def save(self) -> None:
        """Take the name that is typed."""
        await self.query_one(Input).action_submit()

    def leave(self) -> None:
        """As the key that closes does where nothing is typed."""
        self.close()

    def new_line(self) -> None:
        """A name is one line."""

    def complete(self) -> None:
        """No name is known here that could be completed."""

    def on_paste(self, event: events.Paste) -> None:
        """Text pasted where there is no field chooses nothing."""
        event.stop()
        self._note(dropped_paste(event.text))

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if not name or name.lower() == "default":
            self._say("Who reviews?", "A name of your own is needed; it goes with every label.")
            return
        self._reviewer = name
        event.input.display = False
        self.set_focus(None)
        self._look_for_work()

    def _next_step(self) -> None:
        """Another step is about to be painted: what was pressed before that was for the one before."""
        self._guard.moved()
        self.call_after_refresh(lambda: self._guard.painted(time.monotonic() * 1000))

    def _ask_who(self) -> None:
        self._next_step()
        origin = f"proposed by {self._guess.origin}; " if self._guess.reviewer else ""
        self._say(
            "Who reviews?",
            f"{origin}{self._keymap.spelled('{field.save} accepts')}. The name goes with every label you give.",
        )
        field = self.query_one(Input)
        field.display = True
        field.cursor_position = len(field.value)
        field.focus()

    @work(exclusive=True)
    async def _look_for_work(self) -> None:
        self._say(f"Reviewing as {self._reviewer}", "Looking for something to review…")
        try:
            self._offers = await self._find(self._reviewer)
        except Exception as error:
            self._failed(str(error), self._look_for_work)
            return
        if len(self._offers) == 1:
            self._choose(self._offers[0])
        else:
            self._next_step()
            self._show_offers()

    @work(exclusive=True)
    async def _choose(self, offer: Offer) -> None:
        self._say(offer.title, "Reading what is asked…")
        try:
            preview = await self._preview(offer)
        except Exception as error:
            self._failed(str(error), lambda: self._choose(offer))
            return
        self._chosen = offer
        self._next_step()
        questions = [f"  {line}" for line in preview.lines]
        self._say(
            f"{offer.title}   {offer.detail}",
            f"Reviewing as {self._reviewer}. Asked, from {preview.origin}:",
            *questions,
            "",
            self._keymap.spelled("{overlay.open} begins, {overlay.close} leaves. Nothing is sent before you answer."),
        )

    def _show_offers(self) -> None:
        first = max(0, self._at - _ROWS_AROUND)
        lines: list[Line] = [[("What is to be reviewed?", "chrome.strong")], []]
        for index, offer in enumerate(self._offers[first : first + 2 * _ROWS_AROUND + 1], first):
            here = index == self._at
            mark = self._look.signs.cursor if here else " "
            title = cut(offer.title, 52, self._look.signs.ellipsis).ljust(54)
            role = "option.focused" if here else "chrome"
            lines.append([(f" {mark} ", "cursor"), (title, role), (offer.detail, "chrome.dim")])
        hint = _HINT if self._offers else "There is nothing to review here. {overlay.close} leaves."
        self._set([*lines, [], [(self._keymap.spelled(hint), "chrome.dim")]])

    def _failed(self, sentence: str, again: Callable[[], object]) -> None:
        self._again = again
        self._next_step()
        goes_on = self._keymap.spelled("{overlay.open} tries again, {overlay.close} leaves. Nothing is lost.")
        self._say("That did not work", sentence, "", goes_on)

    def _say(self, heading: str, *sentences: str) -> None:
        self._set([[(heading, "chrome.strong")], [], *([(sentence, "chrome")] for sentence in sentences)])

    def _note(self, sentence: str) -> None:
        """Add a sentence below what is said, in place of the one noted before; an empty one takes that away."""
        lines = [line for line in self._lines if line is not self._noted]
        self._noted = [(sentence, "chrome.dim")] if sentence else []
        self._set([*lines, self._noted] if sentence else lines)

    def _set(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._paint()

    def on_resize(self) -> None:
        self.call_after_refresh(self._paint)

    def _paint(self) -> None:
        """Sentences go on in the next line where they are too long; rows of the list are cut."""
        width = max(self._shown.size.width, 2)
        painted: list[Line] = []
        for line in self._lines:
            if len(line) == 1:
                text, role = line[0]
                painted += wrapped(text, width, role)
            else:
                painted.append(fit(line, width))
        self._shown.set_lines(painted)


class StartApp(SafeApp[Begin]):
    """Show the start as an app of its own, which ends before the review begins; return what was chosen, or None."""

    def __init__(self, theme: Theme, screen: StartScreen) -> None:
        super().__init__(theme)
        self._start = screen

    def on_mount(self) -> None:
        self.push_screen(self._start, self.exit)
