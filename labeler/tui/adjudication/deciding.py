"""Deciding on the adjudication screen: by a key, or by what is typed into a field."""

from __future__ import annotations

from abc import abstractmethod
from typing import Final

from textual import on
from textual.message import Message

from labeler.dataclass import dataclass
from labeler.desk.standing_decisions import NO_RIGHT_ANSWER
from labeler.domain.value import JsonValue, UnusableValue
from labeler.domain.value_words import value_words
from labeler.reading.sanitise import one_line
from labeler.review.answer_values import parse_number
from labeler.review.decided_values import typed_hint
from labeler.tui.adjudication.display import AdjudicationDisplay
from labeler.tui.review.answer_field import AnswerField, FieldView
from labeler.tui.widgets.prompt import Prompt

_HINT: Final = "{field.save} saves · {field.new_line} new line · {field.leave} keeps a draft"


@dataclass(frozen=True, slots=True)
class AskedText:
    """What the open field asks for: a comment, which goes with a decision for `value` where that `decides`; else a
    number.
    """

    is_comment: bool
    decides: bool = False
    value: JsonValue = None


class DecisionFields(AdjudicationDisplay):
    """Has the desk decide, and opens the field that is asked for."""

    _asked: AskedText | None = None

    @abstractmethod
    def show_end(self) -> None:
        """Show what was decided, and what is left."""

    async def decide(self, value: JsonValue, comment: str | None = None) -> None:
        """Decide the case in view and go on; None: no answer is right.

        Without a `comment` the one that waits goes along.
        """
        if problem := await self.desk.decide(value, comment):
            self.warn(problem)
        elif not self.desk.go_on():
            self.show_end()

    def ask_comment(self, asked: AskedText) -> None:
        """Open the field for a comment."""
        name = one_line(self.desk.case.question.name, 40)
        words = NO_RIGHT_ANSWER if asked.value is None else value_words(asked.value, self.desk.case.question)
        title = f"comment on {name}{f', with {one_line(words, 40)}' if asked.decides else ''}"
        self._open(asked, FieldView(title, self.desk.comment(), self.keymap.spelled(_HINT), True))
        self.say(self.keymap.spelled(_HINT), "chrome")

    def ask_number(self, digit: str) -> None:
        """Open the field for a number that begins with a digit."""
        question = self.desk.case.question
        hint = self.keymap.spelled("{field.save} decides · {field.leave} leaves")
        title = f"{one_line(question.name, 40)} ({typed_hint(question)})"
        self._open(AskedText(False), FieldView(title, digit, hint, False))

    def _open(self, asked: AskedText, view: FieldView) -> None:
        self._asked = asked
        self._answer_field.open(view)
        self.arrange_bottom()

    @on(AnswerField.Submitted)
    @on(AnswerField.Cancelled)
    @on(Prompt.SearchEntered)
    @on(Prompt.Cancelled)
    async def field_told(self, message: Message) -> None:
        """Act on what became of the open field, told by itself or by a key that came before it could hear it."""
        if isinstance(message, AnswerField.Cancelled | Prompt.Cancelled):
            self.cancel_field(message.text)
        elif isinstance(message, AnswerField.Submitted):
            self.presses.heard(message.pressed)
            await self._take(message.text)
        elif isinstance(message, Prompt.SearchEntered):
            self.presses.heard(message.pressed)
            self._close_field()
            if message.text and not self.views.search(message.text):
                self.warn(f"“{one_line(message.text, 40)}” is not in this trace")
        self.paint()

    @on(AnswerField.DraftChanged)
    def _draft_changed(self, message: AnswerField.DraftChanged) -> None:
        if self._asked is not None and self._asked.is_comment and message.text == self._answer_field.draft:
            self.desk.keep_comment(message.text)

    async def _take(self, text: str) -> None:
        asked = self._asked
        if asked is None:
            return
        if not asked.is_comment:
            try:
                value = parse_number(self.desk.case.question, text)
            except UnusableValue as error:
                self._answer_field.go_on()
                self.warn(one_line(str(error), 200))
                return
            self._close_field()
            await self.decide(value)
            return
        self._close_field()
        if asked.decides:
            await self.decide(asked.value, text)
            return
        self.desk.keep_comment(text)
        if (mine := self.desk.standing.mine(self.desk.case.key)) is not None:
            self.warn(await self.desk.decide(mine.value, text))

    def cancel_field(self, text: str) -> None:
        """Close the open field: a comment that stands in it is kept."""
        asked = self._asked
        self._close_field()
        if asked is not None and asked.is_comment:
            self.desk.keep_comment(text)
            if text:
                self.say("kept: it goes with the decision")

    def _close_field(self) -> None:
        self._asked = None
        self._answer_field.close()
        self._prompt.close()
        self.arrange_bottom()
        self.say("")
