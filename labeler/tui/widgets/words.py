"""Values in words, as every screen tells them."""

from __future__ import annotations

from collections.abc import Sequence

from labeler.domain.question import PassFail, Question
from labeler.domain.value import JsonValue
from labeler.review.answer_values import number_text


def value_text(question: Question | None, value: JsonValue) -> str:
    """A value in the question's own words, on one line."""
    if question is not None and isinstance(question.input, PassFail) and isinstance(value, bool):
        return question.input.positive if value else question.input.negative
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Sequence):
        return ", ".join(value_text(None, each) for each in value) or "none"
    return "" if value is None else str(value)
