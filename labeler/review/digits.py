"""What a digit, or the minus, answers: each kind of question takes it in its own way."""

from __future__ import annotations

from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.domain.value import JsonValue
from labeler.review.action import ActionContext, Digit, SetAnswer
from labeler.review.answer_values import allowed, option_index, takes_single_digits
from labeler.review.answers import choose_none, foreign_kept, give, toggle_option
from labeler.review.decision import Decision, FieldKind, FieldRequest, Refusal, verbatim
from labeler.review.state import ReviewState
from labeler.review.structured import is_foreign
from labeler.review.worklist import Item


def answer_digit(state: ReviewState, item: Item, action: Digit, stamp: ActionContext) -> Decision | Refusal:
    part = state.part
    if part is None:
        return Refusal("This review asks no question")
    if is_foreign(part.question, state.given.get(part.question.name)):
        return Refusal(foreign_kept(part.question))
    match part.asked.input:
        case PassFail():
            value: JsonValue = {"1": True, "2": False}.get(action.char)
        case Categorical(options, multiple):
            if multiple and action.char == "-":
                return choose_none(state, item, part, stamp)
            index = option_index(action.char)
            if index is None or index >= len(options):
                return Refusal(f"{verbatim(part.name)}: {digits_for(part.asked)}")
            if multiple:
                return toggle_option(state, item, part, options[index], stamp)
            value = options[index]
        case Numeric():
            if not takes_single_digits(part.asked.input):
                asked = part.question.name
                return Decision(ask=FieldRequest(FieldKind.NUMBER, asked, action.char, field_name=part.field_name))
            value = int(action.char) if action.char.isdecimal() else None
        case Text():
            return Refusal(f"{verbatim(part.name)} takes text; {{answer.text}} writes it")
        case Structured():
            raise AssertionError("a structured question is answered by its fields")
    if value is None:
        return Refusal(f"{verbatim(part.name)}: {digits_for(part.asked)}")
    return give(state, item, SetAnswer(part.question.name, value, field_name=part.field_name), stamp)


def digits_for(question: Question) -> str:
    """Say in a few words, which name actions, what the digits answer."""
    match question.input:
        case PassFail(positive, negative):
            return f"{{answer.option.1}} {verbatim(positive)} or {{answer.option.2}} {verbatim(negative)}"
        case Categorical(options, multiple):
            last, tenth = (len(options), "") if len(options) < 10 else (9, ", {answer.option.0} for the tenth")
            none = ", {answer.option.minus} for none" if multiple else ""
            return f"{{answer.option.1}} to {{answer.option.{last}}}{tenth}{none}"
        case _:
            return allowed(question)
