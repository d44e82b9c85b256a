"""Levels of measurement: which differences between two answers to a question count, and how much."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Final, TypeAlias

from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Categorical, Numeric, PassFail, Question
from labeler.domain.value_words import value_words

Value: TypeAlias = bool | int | float | str | tuple[str, ...]
"""An answer that can be compared: a choice of several is the tuple of its options, in the question's order.

The answers to one question are of one type.
"""

_MOST_ORDINAL_VALUES: Final = 11
"""Numbers with more possible values than 0 to 10 has are taken as measured, not as ranked."""


class Level(StrEnum):
    """Stevens, "On the theory of scales of measurement", Science 103 (1946)."""

    NOMINAL = "nominal"
    """Two answers are the same or they are not."""

    ORDINAL = "ordinal"
    """Answers are ranked; how far apart two of them are depends on how many were given between them."""

    INTERVAL = "interval"
    """Answers are numbers, and their differences can be compared."""


def level_of(question: Question) -> Level | None:
    """Return the level of a question's answers, None where they are counted and not compared.

    That is free text, every expectation and what is asked field by field. Numbers in steps with at most 11 possible
    values are ordinal, other numbers interval. A choice of several is nominal in each of its options.
    """
    if question.kind is not AssessmentKind.FEEDBACK:
        return None
    if isinstance(question.input, Numeric):
        possible = possible_values(question)
        return Level.ORDINAL if possible is not None and possible <= _MOST_ORDINAL_VALUES else Level.INTERVAL
    return Level.NOMINAL if isinstance(question.input, PassFail | Categorical) else None


def possible_values(question: Question) -> int | None:
    """Return how many answers a question allows, or how many options to tick; None where there is no such number."""
    if isinstance(question.input, PassFail):
        return 2
    if isinstance(question.input, Categorical):
        return len(question.input.options)
    if isinstance(question.input, Numeric):
        return _steps(question.input)
    return None


def options_of(question: Question) -> tuple[str, ...] | None:
    """Return the options of a choice of several, None of any other question."""
    asked = question.input
    return asked.options if isinstance(asked, Categorical) and asked.multiple else None


def key_of(value: Value) -> str:
    """Return a value as the key of a JSON object: `true`, `4`, a string as it is."""
    return str(value).lower() if isinstance(value, bool) else value_words(value)


def _steps(numeric: Numeric) -> int | None:
    step = numeric.step or (1 if numeric.whole else None)
    if step is None or numeric.minimum is None or numeric.maximum is None:
        return None
    # Fractions of the decimals as written: 1 / 0.1 is 10 steps, and must not become 9.
    written = (Fraction(str(number)) for number in (numeric.minimum, numeric.maximum, step))
    minimum, maximum, width = written
    return int((maximum - minimum) / width) + 1
