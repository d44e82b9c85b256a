"""Which value a key stands for when a lead decides about a question: the keys mean what they do in a review."""

from __future__ import annotations

from labeler.domain.question import Categorical, Numeric, PassFail, Question
from labeler.domain.value import JsonValue, UnusableValue
from labeler.review.answer_values import allowed, check_value, option_index, takes_single_digits
from labeler.review.decision import verbatim
from labeler.review.digits import digits_for


def thumb_value(question: Question, *, positive: bool) -> JsonValue:
    """Return what a thumb decides. Raises `UnusableValue` with a sentence that may name actions."""
    if not isinstance(question.input, PassFail):
        raise UnusableValue(f"{verbatim(question.name)} is not pass/fail: {digits_for(question)}")
    return positive


def digit_value(question: Question, digit: str) -> JsonValue:
    """Return what a digit decides. Raises `UnusableValue` with a sentence that may name actions.

    A number that takes more than one digit is typed: see `is_typed`.
    """
    value: JsonValue = None
    match question.input:
        case PassFail():
            value = {"1": True, "2": False}.get(digit)
        case Categorical(options, _):
            index = option_index(digit)
            value = options[index] if index is not None and index < len(options) else None
        case Numeric() if digit.isdecimal():
            return check_value(question, int(digit))
    if value is None:
        raise UnusableValue(f"{verbatim(question.name)}: {digits_for(question)}")
    return value


def is_typed(question: Question) -> bool:
    """Return whether what is decided is typed into a field, since digits alone do not give every number."""
    return isinstance(question.input, Numeric) and not takes_single_digits(question.input)


def typed_hint(question: Question) -> str:
    """Return what may be typed, in a few words."""
    return allowed(question)
