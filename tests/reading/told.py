"""A conversation in a few words, to compare with what a format should make of a span."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from labeler.domain.trace import RawTrace
from labeler.reading.conversation.build import converse
from labeler.reading.media.detect import label
from labeler.reading.message import (
    Call,
    Data,
    Failure,
    Media,
    Message,
    NamedValue,
    Note,
    Part,
    Reasoning,
    Retrieved,
    TextPart,
    Turns,
)
from labeler.reading.wire.spans import decode
from tests.reading.corpus import span, trace_of


def told(raw: RawTrace) -> list[str]:
    """The messages of a trace, a line a part: ``user: hello``, ``assistant: call f {"a": 1}``, ``tool f: 4``."""
    return [line for message in converse(decode(raw)).messages for line in _lines(message)]


def told_of(inputs: object = ..., outputs: object = ..., **more: Any) -> list[str]:
    """The messages of a trace of one span."""
    return told(trace_of(span(inputs, outputs, **more)))


def _lines(message: Message) -> Iterator[str]:
    speaker = message.title or " ".join(part for part in (message.role.value, message.name) if part)
    failed = " failed" if message.failed and not message.title else ""
    for part in message.parts:
        yield f"{speaker}{failed}: {_said(part)}"


def _said(part: Part) -> str:
    match part:
        case TextPart(text):
            return text
        case Reasoning(text):
            return f"thinks {text}"
        case Call(name, arguments):
            return f"call {name} {_json(arguments)}"
        case Media():
            return label(part)
        case Retrieved(text, title, source, score):
            about = ", ".join(str(each) for each in (title, source, score) if each not in ("", None))
            return f"document {text} ({about})" if about else f"document {text}"
        case Data(value, unknown):
            return f"{unknown} {_json(value)}".strip()
        case NamedValue(name, value):
            return f"{name} = {_json(value)}"
        case Failure():
            return f"error {part.line}"
        case Note(text):
            return f"({text})"
        case Turns(messages):
            return " | ".join(line for each in messages for line in _lines(each))
        case _:
            raise AssertionError(f"{part} is inside no message")


def _json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
