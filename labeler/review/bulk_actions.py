"""What an action means while items are selected: it is asked about, opens a field, or is held back."""

from __future__ import annotations

from typing import Final

from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.domain.value import JsonValue, UnusableValue, check_text
from labeler.domain.value_words import value_words
from labeler.review import action as act
from labeler.review.answer_values import check_value, option_index, takes_single_digits, toggled
from labeler.review.answers import blank_refused, find_question, is_blank, not_asked
from labeler.review.decision import AskBulk, Decision, FieldKind, FieldRequest, Refusal, verbatim
from labeler.review.digits import digits_for
from labeler.review.item_states import NO_REASON
from labeler.review.selection import selected_words
from labeler.review.state import ReviewState, Selection

_TO_THE_FOCUSED: Final = act.Thumb | act.AskThumbComment | act.Digit | act.AskText
"""Keys that go to the focused question."""


def for_selected(state: ReviewState, action: act.Action) -> Decision | Refusal:
    """Decide what an action that would change the current item does with the selected ones."""
    if state.aim is not None:
        return Refusal(f"{selected_words(state)}, but the questions are about a span; {{view.aim}} ends that")
    focused = state.question
    if focused is not None and isinstance(focused.input, Structured) and isinstance(action, _TO_THE_FOCUSED):
        return Refusal(_item_by_item(focused))
    match action:
        case act.Thumb(positive, comment):
            target = _thumbed(state)
            return target if isinstance(target, Refusal) else _asked(state, target, positive, comment)
        case act.AskThumbComment(positive):
            target = _thumbed(state)
            if isinstance(target, Question) and not target.takes_comment:
                return Refusal(f"{verbatim(target.name)} takes no comment")
            if isinstance(target, Refusal):
                return target
            return Decision(ask=FieldRequest(FieldKind.THUMB_COMMENT, target.name, "", positive, len(state.selection)))
        case act.Digit(char):
            return _digit(state, char)
        case act.SetAnswer(name, value, comment):
            found = find_question(state, name)
            return Refusal(not_asked(name)) if found is None else _asked(state, found[1], value, comment)
        case act.AskText():
            return _text(state)
        case act.Submit():
            return _enter(state)
        case act.ToggleFlag() if not all(map(state.is_flagged, state.selection.trace_ids)):
            return Decision(ask=FieldRequest(FieldKind.FLAG, selected=len(state.selection)))
        case act.AskDecline():
            return Decision(ask=FieldRequest(FieldKind.DECLINE, selected=len(state.selection)))
        case act.Decline(text) if not text.strip():
            return Refusal(NO_REASON)
        case act.SetFlag(text) | act.Decline(text):
            try:
                check_text(text.strip(), "The note")
            except UnusableValue as error:
                return Refusal(verbatim(str(error)))
            return AskBulk("", action)
        case act.ToggleFlag() | act.Defer():
            return AskBulk("", action)
    return Refusal(held_back(state))


def held_back(state: ReviewState) -> str:
    """Say why an action is held back while items are selected: it is about one item."""
    return f"{selected_words(state)} · {{app.leave}} drops the selection"


def _item_by_item(question: Question) -> str:
    return f"{verbatim(question.name)} has fields, which are answered item by item; {{question.next}} goes on"


def _asked(state: ReviewState, question: Question, value: JsonValue, comment: str | None) -> AskBulk | Refusal:
    """Ask about giving all of them a value, unless it is none that the question takes."""
    if isinstance(question.input, Structured):
        return Refusal(_item_by_item(question))
    try:
        checked = check_value(question, value)
        typed = None if comment is None else check_text(comment.strip(), "The comment")
    except UnusableValue as error:
        return Refusal(verbatim(str(error)))
    if is_blank(checked):
        return Refusal(blank_refused(question))
    return AskBulk("", act.SetAnswer(question.name, checked, typed))


def _thumbed(state: ReviewState) -> Question | Refusal:
    """Find the pass/fail question that a thumb answers for all: the focused one, else the only one."""
    thumbs = [question for question in state.questions if isinstance(question.input, PassFail)]
    focused = state.question
    if focused is not None and focused in thumbs:
        return focused
    if len(thumbs) == 1:
        return thumbs[0]
    if not thumbs:
        return Refusal("No pass/fail question here; the digits answer the focused question")
    return Refusal("Several pass/fail questions here; {question.next} goes to the one that is to be answered")


def _digit(state: ReviewState, char: str) -> Decision | Refusal:
    question = state.question
    if question is None:
        return Refusal("This review asks no question")
    match question.input:
        case PassFail() if char in "12":
            return _asked(state, question, char == "1", None)
        case Categorical(options, multiple):
            index = option_index(char)
            if multiple and char == "-":
                return _asked(state, question, [], None)
            if index is not None and index < len(options):
                chosen = options[index]
                return _choose(state, question, chosen) if multiple else _asked(state, question, chosen, None)
        case Numeric() if not takes_single_digits(question.input):
            return Decision(ask=FieldRequest(FieldKind.NUMBER, question.name, char, selected=len(state.selection)))
        case Numeric() if char.isdecimal():
            return _asked(state, question, int(char), None)
        case Text():
            return Refusal(f"{verbatim(question.name)} takes text; {{answer.text}} writes it")
    return Refusal(f"{verbatim(question.name)}: {digits_for(question)}")


def _choose(state: ReviewState, question: Question, option: str) -> Decision:
    """Turn an option on or off, for all of them once the choice is ended."""
    assert isinstance(question.input, Categorical)
    selection = state.selection
    options = tuple(toggled(question.input.options, selection.options or (), option))
    words = verbatim(f"{question.name}: {value_words(list(options), question)}")
    says = f"{words} · for {selected_words(state)}, once {{item.submit}} ends the choice"
    return Decision(selection=Selection(selection.trace_ids, selection.last, options), says=says)


def _enter(state: ReviewState) -> AskBulk | Refusal:
    """End a choice of several that was begun for all of them; else say how to leave."""
    question, options = state.question, state.selection.options
    if question is None or options is None:
        return Refusal(held_back(state))
    return _asked(state, question, list(options), None)


def _text(state: ReviewState) -> Decision | Refusal:
    """Open the focused text or expectation question, else the first, for all of them."""
    texts = [question for question in state.questions if isinstance(question.input, Text)]
    if not texts:
        return Refusal("No question here takes text")
    question = state.question if state.question in texts else texts[0]
    assert question is not None
    asked = FieldRequest(FieldKind.TEXT, question.name, selected=len(state.selection))
    return Decision(focus=state.questions.index(question), ask=asked)
