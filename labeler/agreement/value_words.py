"""Values in words: as the question calls them, and as keys of JSON objects."""

from __future__ import annotations

import json

from labeler.agreement.level import Value
from labeler.domain.question import Categorical, PassFail, Question
from labeler.domain.value import MAX_EXACT_INTEGER


def options_of(question: Question) -> tuple[str, ...] | None:
    """Return the options of a choice of several, None of any other question."""
    several = isinstance(question.input, Categorical) and question.input.multiple
    return question.input.options if several and isinstance(question.input, Categorical) else None


def word_of(question: Question, value: Value) -> str:
    """Return what the question calls a value; of a choice of several its options in a row, or "none"."""
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, bool) and isinstance(question.input, PassFail):
        return question.input.positive if value else question.input.negative
    return key_of(value)


def key_of(value: Value) -> str:
    """Return a value as JSON text, a string as it is, a whole number without a fraction."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) <= MAX_EXACT_INTEGER:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)
