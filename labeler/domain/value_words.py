"""Values in words: answers as their question calls them, numbers as people write them, and JSON in few characters."""

from __future__ import annotations

import json
from collections.abc import Sequence

from labeler.domain.question import PassFail, Question
from labeler.domain.value import JsonValue


def value_words(value: JsonValue, question: Question | None = None) -> str:
    """Return a value as people say it: ``yes``, ``4``, ``wrong, unsafe``; as its question calls it, where one is given.

    Text comes as it is: unsanitised, with its line breaks.
    """
    if question is not None and isinstance(question.input, PassFail) and isinstance(value, bool):
        return question.input.positive if value else question.input.negative
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_words(value)
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return ", ".join(value_words(each) for each in value) or "none"
    return json.dumps(value, ensure_ascii=False, default=str)


def number_words(number: float) -> str:
    """Return a number as people write it: whole ones without a fraction."""
    return str(int(number)) if isinstance(number, int) or number.is_integer() else repr(number)


def short_json(value: JsonValue, most: int) -> str:
    """Return a value as JSON, in which text and number can be told apart, cut after `most` characters.

    Half a character (a lone surrogate) comes as its escape, so that the text can be kept anywhere.
    """
    text = json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= most else f"{text[:most]}…"
