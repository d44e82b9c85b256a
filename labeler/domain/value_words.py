"""Values in words: answers as their question calls them, numbers as people write them, and JSON in few characters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from labeler.domain.question import PassFail, Question, Structured
from labeler.domain.value import JsonValue

_ONE_LINE: Final = 100
"""Characters that the entries of a list may take side by side."""

_SEPARATORS: Final = frozenset(",:\n")
_OTHER_WORDS: Final = frozenset(("yes", "no", "true", "false", "none", "null"))


def value_words(value: JsonValue, question: Question | None = None) -> str:
    """Return a value as people say it: ``yes``, ``4``, ``wrong, unsafe``; as its question calls it, where one is given.

    The object that answers a structured question is told by field: ``accuracy 4, tone warm``.

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
    if isinstance(value, Mapping) and question is not None and isinstance(question.input, Structured):
        said = labelled_fields(value, question.input)
        return ", ".join(f"{name} {value_words(each)}" for name, each in said.items() if each is not None)
    if isinstance(value, Sequence):
        return ", ".join(value_words(each) for each in value) or "none"
    return json.dumps(value, ensure_ascii=False, default=str)


def labelled_fields(value: Mapping[str, JsonValue], structured: Structured) -> dict[str, JsonValue]:
    """Return the object that answers a structured question, with pass/fail fields in the words of their labels."""
    asked = {field.name: field for field in structured.fields}
    return {
        name: value_words(each, asked[name]) if isinstance(each, bool) and name in asked else each
        for name, each in value.items()
    }


def value_lines(value: JsonValue) -> str:
    """Return a value whole, the entries of a list and the fields of an object apart.

    They stand side by side where that is short and nothing in them could be taken for a separator, else a line each,
    lists with dashes. In a list or an object, text that reads as something else or whose ends could not be seen stands
    in quotes: ``"4", 5, "login "``.
    """
    if isinstance(value, str):
        return value or '""'
    if isinstance(value, Mapping | Sequence):
        return _side_by_side(value) or "\n".join(_members(value))
    return value_words(value)


def is_ambiguous(text: str) -> bool:
    """Return whether a text reads as a value that is no text: ``yes``, ``4``, ``none``, or as nothing at all."""
    word = text.strip().casefold()
    if not word or word in _OTHER_WORDS:
        return True
    try:
        float(word)
    except ValueError:
        return False
    return True


def number_words(number: float) -> str:
    """Return a number as people write it: whole ones without a fraction."""
    return str(int(number)) if isinstance(number, int) or number.is_integer() else repr(number)


def short_json(value: JsonValue, most: int) -> str:
    """Return a value as JSON, in which text and number can be told apart, cut after `most` characters.

    Half a character (a lone surrogate) comes as its escape, so that the text can be kept anywhere.
    """
    text = json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= most else f"{text[:most]}…"


def _side_by_side(value: Mapping[str, JsonValue] | Sequence[JsonValue]) -> str:
    """Return the members on one line: ``wrong, unsafe``; empty where they need more."""
    if not value:
        return "{}" if isinstance(value, Mapping) else "none"
    if len(value) > _ONE_LINE:
        return ""
    is_object = isinstance(value, Mapping)
    members = list(value.items()) if isinstance(value, Mapping) else [("", each) for each in value]
    words = []
    for key, each in members:
        if _is_container(each):
            return ""
        word = _member_words(each)
        if _SEPARATORS & {*key, *word}:
            return ""
        words.append(f"{key}: {word}" if is_object else word)
    line = ", ".join(words)
    return line if len(line) <= _ONE_LINE else ""


def _members(value: Mapping[str, JsonValue] | Sequence[JsonValue]) -> list[str]:
    """Return the members one below the other, each with what is in it."""
    if isinstance(value, Mapping):
        return [_member(f"{key}:", each) for key, each in value.items()]
    return [_member("-", each) for each in value]


def _member(opening: str, value: JsonValue) -> str:
    """Return a member behind its opening; what takes several lines is indented."""
    lines = (value_lines(value) if _is_container(value) else _member_words(value)).split("\n")
    if len(lines) == 1:
        return f"{opening} {lines[0]}"
    first = f"{opening} {lines.pop(0)}" if opening == "-" else opening
    return "\n".join((first, *(f"  {line}" for line in lines)))


def _member_words(value: JsonValue) -> str:
    if isinstance(value, str):
        return f'"{value}"' if is_ambiguous(value) or value != value.strip() else value
    return value_words(value)


def _is_container(value: JsonValue) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str)
