"""Values at entry: which one a key stands for, and whether a question accepts it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.domain.value import JsonValue, UnusableValue, check_expectation_value, check_feedback_value
from labeler.domain.value_words import number_words

_NUMBER = re.compile(r"[+-]?([0-9]{1,300}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


def check_value(question: Question, value: JsonValue) -> JsonValue:
    """Return the value as the question stores it. Raises `UnusableValue` with a sentence that says what is allowed."""
    match question.input:
        case PassFail():
            if not isinstance(value, bool):
                raise UnusableValue(f"{question.name} takes {allowed(question)}")
        case Categorical(options, multiple):
            value = _chosen(question, options, multiple, value)
        case Numeric():
            value = _number(question, question.input, value)
        case Text(max_length):
            if not isinstance(value, str):
                raise UnusableValue(f"{question.name} takes text")
            if max_length is not None and len(value) > max_length:
                raise UnusableValue(f"{len(value)} characters; {question.name} takes at most {max_length}")
        case Structured(fields):
            value = _object(question, fields, value)
    if question.kind is AssessmentKind.EXPECTATION:
        return check_expectation_value(value)
    return check_feedback_value(value)


def parse_number(question: Question, text: str) -> JsonValue:
    """Return the number that a reviewer typed, checked. A comma counts as a point. Raises `UnusableValue`."""
    typed = text.strip().replace(",", ".")
    if not _NUMBER.fullmatch(typed):
        raise UnusableValue(f"“{text.strip()}” is not a number; {allowed(question)}")
    return check_value(question, int(typed) if typed.lstrip("+-").isdecimal() else float(typed))


def allowed(question: Question) -> str:
    """Say in a few words what the question accepts."""
    match question.input:
        case PassFail(positive, negative):
            return f"{positive} or {negative}"
        case Categorical(options, _):
            return f"one of {len(options)} options"
        case Numeric(minimum, maximum, step):
            return _range_sentence(minimum, maximum, step, whole=question.input.whole)
        case Text(max_length):
            return "text" if max_length is None else f"text of at most {max_length} characters"
        case Structured(fields):
            return f"an object with {', '.join(field.name for field in fields)}"


def takes_single_digits(number: Numeric) -> bool:
    """Return whether each possible answer is a single digit key: whole numbers within 0 to 9."""
    if not number.whole or number.minimum is None or number.maximum is None:
        return False
    return number.minimum >= 0 and number.maximum <= 9


def toggled(options: Sequence[str], chosen: Sequence[str], option: str) -> list[str]:
    """Return `chosen` with `option` on if it was off and off if it was on, in the order of `options`.

    Chosen strings that are not among the options (of an older schema) are kept, at the end.
    """
    wanted = {*chosen} ^ {option}
    return [name for name in options if name in wanted] + [name for name in chosen if name not in options]


def option_index(char: str) -> int | None:
    """Return the index that a digit key stands for among choices: 1 is the first, 0 the tenth."""
    return None if not char.isdecimal() else (int(char) - 1) % 10


def _chosen(question: Question, options: Sequence[str], multiple: bool, value: JsonValue) -> JsonValue:
    names = value if multiple else [value]
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise UnusableValue(f"{question.name} takes a list of its options")
    for name in names:
        if name not in options:
            raise UnusableValue(f"“{name}” is no option of {question.name}; there are {', '.join(options)}")
    return [name for name in options if name in names] if multiple else value


def _number(question: Question, numeric: Numeric, value: JsonValue) -> JsonValue:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnusableValue(f"{question.name} takes a number; {allowed(question)}")
    below = numeric.minimum is not None and value < numeric.minimum
    above = numeric.maximum is not None and value > numeric.maximum
    if below or above:
        raise UnusableValue(f"{number_words(value)} is out of range; {allowed(question)}")
    check_expectation_value(value)
    if numeric.whole and isinstance(value, float) and not value.is_integer():
        raise UnusableValue(f"{question.name} takes whole numbers; {allowed(question)}")
    if numeric.step is not None and not _on_step(value, numeric.minimum or 0, numeric.step):
        raise UnusableValue(f"{number_words(value)} is between two steps; {allowed(question)}")
    return int(value) if numeric.whole else value


def _object(question: Question, fields: Sequence[Question], value: JsonValue) -> JsonValue:
    """Return an object with each asked field as it is stored. Fields that are not asked stay as they are."""
    given = [field for field in fields if isinstance(value, Mapping) and value.get(field.name) is not None]
    if not isinstance(value, Mapping) or not given:
        raise UnusableValue(f"{question.name} takes {allowed(question)}")
    return {**value, **{field.name: check_value(field, value[field.name]) for field in given}}


def _on_step(value: float, start: float, step: float) -> bool:
    steps = (Fraction(value) - Fraction(start)) / Fraction(step)
    return abs(steps - round(steps)) < max(Fraction(1), abs(steps)) / 10**9


def _range_sentence(minimum: float | None, maximum: float | None, step: float | None, *, whole: bool) -> str:
    if minimum is not None and maximum is not None:
        bounds = f"{number_words(minimum)} to {number_words(maximum)}"
    elif minimum is not None:
        bounds = f"{number_words(minimum)} or more"
    elif maximum is not None:
        bounds = f"{number_words(maximum)} or less"
    else:
        bounds = "whole numbers" if whole else "any number"
    return bounds if step is None or step == 1 else f"{bounds} in steps of {number_words(step)}"
