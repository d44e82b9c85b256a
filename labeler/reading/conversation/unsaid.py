"""What a trace's inputs and outputs hold and its messages do not tell: parameters, bookkeeping, unknown fields.

None of it is dropped: it stands behind the conversation, folded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from labeler.domain.trace import NotRecorded, Span
from labeler.domain.value import JsonValue
from labeler.reading.media.detect import described, encoded
from labeler.reading.message import (
    Aside,
    Call,
    Data,
    Failure,
    Media,
    Message,
    NamedValue,
    Note,
    Part,
    Reasoning,
    Result,
    Retrieved,
    Text,
    Turns,
)
from labeler.reading.wire.bounded_json import container_in

LEAST_CHARACTERS: Final = 8
"""Shorter texts are looked for nowhere; they come along with longer ones."""

_MOST_SEARCHED: Final = 20_000_000
"""Characters that are searched for texts that lie within others. What is not looked for counts as not told."""

_KEYS_SHOWN: Final = 6


def unsaid(spans: Iterable[Span], messages: Sequence[Message]) -> Iterator[Aside]:
    """What of the spans' inputs and outputs the messages do not tell, an aside for each span that holds such."""
    said = _Said(messages)
    for span in spans:
        sides = (("input", span.inputs), ("output", span.outputs))
        rest = {name: left for name, side in sides if (left := _left(side, said)) is not None}
        if rest:
            keys = dict.fromkeys(key for left in rest.values() for key in (left if isinstance(left, dict) else ()))
            named = ", ".join([*list(keys)[:_KEYS_SHOWN], *(["…"] if len(keys) > _KEYS_SHOWN else [])])
            yield Aside(f"also recorded of {span.name}" + (f": {named}" if named else ""), rest)


class _Said:
    """The texts that messages tell, whole and within each other."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._whole = {text for text in _texts_of(messages) if text}
        self._joined = ""
        self._searched = 0

    def __contains__(self, text: str) -> bool:
        if text in self._whole or text.strip() in self._whole:
            return True
        self._joined = self._joined or "\n".join(self._whole)
        self._searched += len(self._joined)
        return self._searched <= _MOST_SEARCHED and text.strip() in self._joined


def _left(value: JsonValue | NotRecorded, said: _Said) -> JsonValue:
    """A value with those of its texts alone that are not told, and what stands beside them; None where all are."""
    match value:
        case str():
            return value if _is_unsaid(value, said) else None
        case Mapping():
            left = {key: each for key, inner in value.items() if (each := _left(inner, said)) is not None}
            if not left:
                return None
            return {key: left.get(key, each) for key, each in value.items() if key in left or _is_short(each)}
        case list():
            return [each for inner in value if (each := _left(inner, said)) is not None] or None
        case _:
            return None


def _is_unsaid(text: str, said: _Said) -> bool:
    if len(text.strip()) < LEAST_CHARACTERS or text in said:
        return False
    if (inner := container_in(text)) is not None:
        return _left(inner, said) is not None
    return described(text) is None and encoded(text) is None


def _is_short(value: JsonValue) -> bool:
    return isinstance(value, bool | int | float) or (isinstance(value, str) and 0 < len(value) < LEAST_CHARACTERS)


def _texts_of(messages: Iterable[Message]) -> Iterator[str]:
    for message in messages:
        yield from (message.name, message.role.value)
        for part in message.parts:
            yield from _texts_in(part)


def _texts_in(part: Part) -> Iterator[str]:
    match part:
        case Text(text) | Reasoning(text) | Note(text):
            yield text
        case Call(name, arguments):
            yield name
            yield from _leaves(arguments)
        case Data(value):
            yield from _leaves(value)
        case NamedValue(name, value):
            yield name
            yield from _leaves(value)
        case Retrieved():
            yield from (part.text, part.title, part.source)
            yield from _leaves(dict(part.metadata))
        case Media():
            yield from (part.uri, part.name, part.type)
        case Failure():
            yield from (part.type, part.message, part.line, part.stacktrace)
        case Result():
            yield part.name
            yield from (text for inner in part.parts for text in _texts_in(inner))
        case Turns(messages):
            yield from _texts_of(messages)


def _leaves(value: JsonValue) -> Iterator[str]:
    match value:
        case str():
            yield value
            if (inner := container_in(value)) is not None:
                yield from _leaves(inner)
        case Mapping():
            for key, each in value.items():
                yield key
                yield from _leaves(each)
        case list():
            for each in value:
                yield from _leaves(each)
