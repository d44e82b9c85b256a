"""The line that says what happened last, and whether it arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from labeler.dataclass import dataclass
from labeler.desk.delivery_status import AnswerDelivery, DeliveryState
from labeler.domain.change import Act, Answer, AnswerEffect, Change, StateEffect
from labeler.domain.question import DECLINED_NAME, FLAG_NAME, NOTE_NAMES, PassFail, Question, Structured
from labeler.domain.value import same_value
from labeler.domain.value_words import value_words
from labeler.domain.worklist import ItemState
from labeler.reading.sanitise import one_line
from labeler.review.changed_answers import change_words
from labeler.review.structured import changed_parts
from labeler.tui.appearance import Signs
from labeler.tui.widgets.styled_text import Line, Run, cut, spread

_STATES = {
    ItemState.OPEN: "opened again",
    ItemState.LABELLED: "submitted",
    ItemState.DEFERRED: "deferred",
    ItemState.DECLINED: "declined",
}


@dataclass(frozen=True, slots=True)
class LastItemView:
    """What happened last, None when nothing did yet, on a trace of a `title`.

    `span_name` is the span that the change was about, empty for the trace: ``last  Misses about span fare``.
    `fate` is how far the answers of the change got, None while nothing is known but that they are saved; `hints` are
    keys with their words.
    """

    change: Change | None
    title: str = ""
    span_name: str = ""
    fate: AnswerDelivery | None = None
    hints: Sequence[tuple[str, str]] = ()
    is_edit: bool = False
    """Whether the item had been submitted before: what it was changed from is told as well."""


def last_line(view: LastItemView, questions: Sequence[Question], width: int, signs: Signs) -> Line:
    """``last  Misses “no channel”   Is the ferry to…   saved   u undo  p back``."""
    change = view.change
    if change is None:
        return [(" last", "chrome.dim"), ("  nothing yet", "chrome.dim")]
    fate, role = _fate(view.fate)
    right: list[Run] = [(f"  {fate}  ", role)]
    for key, word in view.hints:
        right += [(f" {key}", "key"), (f" {word} ", "chrome.dim")]
    room = width // 2 if view.span_name else width // 3
    said = cut(one_line(_told_of(view, change, questions), 120), max(room, 20), signs.ellipsis)
    left: list[Run] = [
        (" last  ", "chrome.dim"),
        (said, "chrome.strong"),
        ("   ", "chrome"),
        (view.title, "chrome.dim"),
    ]
    return spread(left, right, width, "chrome", signs.ellipsis)


def _fate(delivery: AnswerDelivery | None) -> Run:
    state = None if delivery is None else delivery.state
    if delivery is not None and state is DeliveryState.REFUSED:
        return f"refused: {one_line(delivery.reason or '', 60)}", "error"
    return ("delivered", "ok") if state is DeliveryState.DELIVERED else ("saved", "chrome.dim")


def _told_of(view: LastItemView, change: Change, questions: Sequence[Question]) -> str:
    """Return what the change did; of an answer to a submitted item also what it was before."""
    by_name = {question.name: question for question in questions}
    effect = next((each for each in change.effects if isinstance(each, AnswerEffect)), None)
    if view.is_edit and change.act is Act.ANSWER and effect is not None and effect.before is not None:
        comment = f" “{effect.after.comment}”" if effect.after is not None and effect.after.comment else ""
        is_other = effect.after is None or not same_value(effect.before.value, effect.after.value)
        if is_other and effect.question in by_name:
            return f"{change_words(by_name[effect.question], effect.before, effect.after)}{comment}"
    return tell(change, questions, view.span_name)


def tell(change: Change, questions: Sequence[Question], span_name: str) -> str:
    """Return what a change did, in a few words. Text from the reviewer comes back as it was typed."""
    if change.is_about_several:
        return _tell_of_several(change, questions)
    if change.act is Act.UNDO:
        return f"took back {_what(change, questions, span_name, taken_back=True)}"
    if change.act is Act.REDO:
        return f"again {_what(change, questions, span_name, taken_back=False)}"
    return _what(change, questions, span_name, taken_back=False)


def _tell_of_several(change: Change, questions: Sequence[Question]) -> str:
    """``Misses on 60 items``: what was done to one of several is what was done to all."""
    of_one = replace(change, effects=tuple(each for each in change.effects if each.trace_id == change.trace_id))
    return f"{tell(of_one, questions, '')} on {len(change.trace_ids)} items"


def _what(change: Change, questions: Sequence[Question], span_name: str, *, taken_back: bool) -> str:
    by_name: Mapping[str, Question] = {question.name: question for question in questions}
    told = {
        effect.question: _told(effect, by_name.get(effect.question), span_name, taken_back=taken_back)
        for effect in change.effects
        if isinstance(effect, AnswerEffect)
    }
    if told:
        return " · ".join([each for name, each in told.items() if name not in NOTE_NAMES] or told.values())
    states = [
        effect.before if taken_back else effect.after for effect in change.effects if isinstance(effect, StateEffect)
    ]
    return _STATES[states[0]] if states else ""


def _told(effect: AnswerEffect, question: Question | None, span_name: str, *, taken_back: bool) -> str:
    name, answer = effect.question, effect.before if taken_back else effect.after
    about = f" about span {span_name}" if span_name else ""
    comment = f" “{answer.comment}”" if answer is not None and answer.comment else ""
    if name == FLAG_NAME:
        return f"flagged{comment}" if answer is not None else "flag off"
    if name == DECLINED_NAME:
        return f"declined{comment}" if answer is not None else "not declined"
    if answer is None:
        return f"cleared {name}{about}"
    if question is not None and isinstance(question.input, Structured):
        return f"{_fields_told(effect, question, answer)}{about}{comment}"
    prefix = "" if question is not None and isinstance(question.input, PassFail) else f"{name} "
    return f"{prefix}{value_words(answer.value, question)}{about}{comment}"


def _fields_told(effect: AnswerEffect, question: Question, answer: Answer) -> str:
    """Return the fields that were answered or cleared; where none was, as after a comment, the question."""
    changed = changed_parts(0, question, effect.before, effect.after)
    said = [(part, part.value_in(answer)) for part in changed]
    words = [
        f"cleared {part.name}" if value is None else f"{part.name} {value_words(value, part.asked)}"
        for part, value in said
    ]
    return ", ".join(words) or question.name
