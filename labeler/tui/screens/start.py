"""Choosing a worklist: who I am, what to review, what will be asked. Each step is skipped when it is known.

It is the start of the program, and stands over a review from which another is wanted.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from labeler.config.identity import BadReviewer, check_reviewer
from labeler.dataclass import dataclass
from labeler.tui.action_table import Action, Consequence, Context, OnScreen, Rule
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.dispatch import dispatch
from labeler.tui.keyboard.key_guard import Allow, KeyGuard
from labeler.tui.keyboard.key_names import Pressed, pressed
from labeler.tui.keyboard.pasting import dropped_paste
from labeler.tui.keymap import Keymap, shown_key
from labeler.tui.safe_app import SafeApp
from labeler.tui.screens.help import HelpPage
from labeler.tui.screens.over_review import OverReview
from labeler.tui.screens.worklist_menu import Begin, Guess, Menu
from labeler.tui.theme import Theme
from labeler.tui.widgets.choice_list import ChoiceList, Offer
from labeler.tui.widgets.forms import FormMessages, LineForm
from labeler.tui.widgets.line_widget import LineWidget
from labeler.tui.widgets.name_field import NameField
from labeler.tui.widgets.styled_text import Run, wrapped

_HINT: Final = (
    "{overlay.down} {overlay.up} move, {overlay.open} chooses, {view.search} searches, {app.help} shows every key, "
    "{overlay.close} leaves"
)
_SEARCH_HINT: Final = "{field.save} takes them · {field.leave} shows all"

_ALSO_HERE: Final = (OnScreen("search"), OnScreen("help"))
"""What keys of the review do here as well."""


class StartScreen(OverReview[Begin | None]):
    """Dismissed with the choice, or None when the reviewer left."""

    says = True

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    StartScreen { align: center middle; background: $background; }
    StartScreen > Vertical { width: 84%; max-width: 96; height: 80%; max-height: 30; }
    StartScreen LineWidget { height: 1fr; }
    StartScreen #start-hint { height: 3; }
    StartScreen ChoiceList { height: 1fr; }
    StartScreen NameField { display: none; border: none; height: 1; padding: 0 2; background: $surface; }
    """

    @dataclass
    class Narrowed(Message):
        """These words are to stay searched for. `pressed` is the key that said so."""

        words: str
        pressed: Pressed

    @dataclass
    class WideAgain(Message):
        """The search was left."""

        words: str

    def __init__(self, guess: Guess, menu: Menu, keymap: Keymap, look: ScreenLook) -> None:
        super().__init__()
        self._keymap = keymap
        self._guess = guess
        self._menu = menu
        self._look = look
        self._reviewer = guess.reviewer
        self._chosen: Offer | None = None
        self._again: Callable[[], object] | None = None
        self._lines: Sequence[Run] = ()
        self._shown = LineWidget(look.palette, look.signs, id="start-lines")
        self._name_field = NameField(compact=True)
        self._searching = FormMessages(keymap, self.Narrowed, self.WideAgain)
        self._search = LineForm(self._searching)
        self._list = ChoiceList(look, id="start-list")
        self._hint = LineWidget(look.palette, look.signs, id="start-hint")
        self._guard = KeyGuard(0)
        self._stands_since_s = math.inf
        self.pressed: Pressed | None = None
        """The key pressed last."""
        self._escaped = False
        self._noted = ""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._shown
            yield self._name_field
            yield self._search
            yield self._list
            yield self._hint

    def on_mount(self) -> None:
        self._list.display = self._hint.display = False
        self.call_after_refresh(self._stands)
        if self._guess.settled:
            self._look_for_work()
        else:
            self._ask_who()

    def _stands(self) -> None:
        self._stands_since_s = time.monotonic()

    async def on_key(self, event: events.Key) -> None:
        """One step a press, and only one that could be read: held down, a key begins no review."""
        self.pressed = press = pressed(event)
        if press.at_s < self._stands_since_s or self._search.display:
            event.stop()
            event.prevent_default()
            if self._search.display:
                await self._hear(press)
            return
        is_naming = self.focused is self._name_field
        action = self._keymap.action(Context.FIELD, press.key) if is_naming else self._action(press.key)
        run = action.run if action is not None and not isinstance(action.run, Rule) else None
        takes_a_step = run in (OnScreen("enter"), OnScreen("save"))
        answers = Consequence.ANSWERS if takes_a_step else Consequence.READS
        is_meant = isinstance(self._guard.press(press.key, press.at_s * 1000, answers), Allow)
        if not is_naming or run is not None or press.key == "enter":
            event.stop()
            event.prevent_default()
        if not is_meant:
            return
        if run not in (OnScreen("close"), OnScreen("leave")):
            self._goes_on()
        if run is not None:
            await dispatch(run, self._list, self)

    @on(NameField.Edited)
    def _goes_on(self) -> None:
        """Forget that leaving was begun."""
        self._escaped = False
        self._note("")

    async def _hear(self, press: Pressed) -> None:
        """Take a key for the words searched for that was pressed before their field could hear it itself."""
        told = self._searching.told_by(press, self._search.text)
        if isinstance(told, self.Narrowed):
            self._narrowed(told)
        elif told is not None:
            self._wide_again()
        elif press.character:
            self._search.type(press.character)
        else:
            await self._search.edit(press.key)

    def _action(self, key: str) -> Action | None:
        """Return what a key does where no name is typed."""
        of_review = self._keymap.action(Context.REVIEW, key)
        return self._keymap.action(Context.OVERLAY, key) or (
            of_review if of_review is not None and of_review.run in _ALSO_HERE else None
        )

    @property
    def _is_listing(self) -> bool:
        """Whether the list is what is shown."""
        return bool(self._list.display)

    # Named in the table of actions

    def enter(self) -> None:
        """Take the next step."""
        if self._again is not None:
            again, self._again = self._again, None
            again()
        elif self._chosen is not None:
            self.dismiss(Begin(self._reviewer, self._chosen))
        elif self._is_listing:
            self._take(self._list.current)

    def close(self) -> None:
        """Leave one thing: the words searched for, else the screen.

        Esc leaves the screen at its second press: the first may be half of an arrow key that a slow line cut in two.
        """
        by_escape = self.pressed is not None and self.pressed.key == "escape"
        if by_escape and self._is_listing and self._list.words:
            self._list.narrow("")
        elif not by_escape or self._escaped:
            self.dismiss(None)
        else:
            self._escaped = True
            self._note(f"{shown_key('escape')} again leaves")

    async def save(self) -> None:
        """Take the name that is typed."""
        await self._name_field.action_submit()

    def leave(self, by: Pressed | None = None) -> None:
        """As the key that closes does where nothing is typed; at once where Ctrl+C asks for it."""
        if by is None:
            self.close()
        else:
            self.dismiss(None)

    def say(self, sentence: str, role: str = "chrome.strong") -> None:
        self._note(sentence)

    def new_line(self) -> None:
        """A name is one line."""

    def complete(self) -> None:
        """No name is known here that could be completed."""

    def search(self) -> None:
        """Search in the list: it shows what has the words, as they are typed."""
        if self._is_listing and self._list.count:
            self._search.open("/", self._list.words, self._keymap.spelled(_SEARCH_HINT))

    def help(self) -> None:
        """Show every key."""
        self.app.push_screen(HelpPage(self._keymap, self._look))

    def on_paste(self, event: events.Paste) -> None:
        """Text pasted where there is no field chooses nothing."""
        event.stop()
        self._note(dropped_paste(event.text))

    # Who reviews

    def _ask_who(self) -> None:
        self._next_step()
        origin = f"proposed by {self._guess.origin}; " if self._guess.reviewer else ""
        self._say(
            "Who reviews?",
            f"{origin}{self._keymap.spelled('{field.save} accepts')}. The name goes with every label you give.",
        )
        self._name_field.value = self._guess.reviewer
        self._name_field.display = True
        self._name_field.focus()

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        try:
            self._reviewer = check_reviewer(name)
        except BadReviewer as error:
            self._say("Who reviews?", f"A reviewer ID {error}. It goes with every label.")
            return
        self._name_field.display = False
        self.set_focus(None)
        self._look_for_work()

    # What to review

    @work(exclusive=True)
    async def _look_for_work(self) -> None:
        self._say(f"Reviewing as {self._reviewer}", "Looking for something to review…")
        try:
            offers = await self._menu.find(self._reviewer)
        except Exception as error:
            self._failed(str(error), self._look_for_work)
            return
        self._list.show(offers)
        if len(offers) == 1 and not offers[0].why_not:
            self._choose(offers[0])
        else:
            self._next_step()
            self._show_list()
            self._count_all(offers)

    @work(group="count", exclusive=True)
    async def _count_all(self, offers: Sequence[Offer]) -> None:
        """Say beside each offer how much there is, one after the other: nobody waits for that."""
        for offer in offers:
            try:
                self._list.put_detail(offer.id, await self._menu.count(offer))
            except Exception:  # what cannot be counted now can be chosen all the same, and says then what is wrong
                return

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._search.display:
            self._list.narrow(event.value)

    @on(Narrowed)
    def _narrowed(self, message: Narrowed) -> None:
        """The words are taken; where they leave one thing, that is what is wanted."""
        self._guard.heard(message.pressed.key, message.pressed.at_s * 1000)
        self._search.close()
        self._list.narrow(message.words)
        if message.words.strip() and self._list.row_count == 1:
            self._take(self._list.current)

    @on(WideAgain)
    def _wide_again(self) -> None:
        self._search.close()
        self._list.narrow("")

    def _take(self, offer: Offer | None) -> None:
        if offer is None:
            return
        if offer.why_not:
            self._note(offer.why_not)
        else:
            self._choose(offer)

    # What will be asked

    @work(exclusive=True)
    async def _choose(self, offer: Offer) -> None:
        self._say(offer.title, "Reading what is asked…")
        try:
            preview = await self._menu.preview(offer)
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

    def _failed(self, sentence: str, again: Callable[[], object]) -> None:
        self._again = again
        self._next_step()
        goes_on = self._keymap.spelled("{overlay.open} tries again, {overlay.close} leaves. Nothing is lost.")
        self._say("That did not work", sentence, "", goes_on)

    # Painting

    def _next_step(self) -> None:
        """Another step is about to be painted: what was pressed before that was for the one before."""
        self._guard.moved()
        self.call_after_refresh(self._step_stands)

    def _step_stands(self) -> None:
        self._name_field.stands_since_s = now_s = time.monotonic()
        self._guard.painted(now_s * 1000)

    def _show_list(self) -> None:
        self._list.display = self._hint.display = True
        self._set(("What is to be reviewed?", "chrome.strong"), ("", "chrome"))

    def _say(self, heading: str, *sentences: str) -> None:
        self._list.display = self._hint.display = False
        self._set((heading, "chrome.strong"), ("", "chrome"), *((sentence, "chrome") for sentence in sentences))

    def _note(self, sentence: str) -> None:
        """Say something until the next key; an empty sentence takes it away."""
        self._noted = sentence
        self._paint()

    def _set(self, *lines: Run) -> None:
        self._lines = lines
        self._noted = ""
        self._paint()

    def on_resize(self) -> None:
        self.call_after_refresh(self._paint)

    def _paint(self) -> None:
        """Show what is said in as many lines as it takes, and close below it the field or the list."""
        width = max(self._shown.size.width, 2)
        lines = [each for text, role in self._lines for each in wrapped(text, width, role)]
        noted = wrapped(self._noted, width, "chrome.dim") if self._noted else []
        if self._is_listing:
            hint = _HINT if self._list.count else "There is nothing to review here. {overlay.close} leaves."
            self._hint.set_lines([[], *(noted or wrapped(self._keymap.spelled(hint), width, "chrome.dim"))])
        elif noted:
            lines += [[], *noted]
        has_more_below = self._is_listing or self._name_field.display
        self._shown.styles.height = len(lines) + (not self._is_listing) if has_more_below else "1fr"
        self._shown.set_lines(lines)


class StartApp(SafeApp[Begin]):
    """Show the start as an app of its own, which ends before the review begins; return what was chosen, or None."""

    def __init__(self, theme: Theme, screen: StartScreen) -> None:
        super().__init__(theme)
        self._start = screen

    def on_mount(self) -> None:
        self.push_screen(self._start, self.exit)
