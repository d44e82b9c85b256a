"""A trace's reading view as JSON, for ``labeler show --json``. Text is exact; whoever prints it escapes it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from labeler.domain.trace import RawTrace
from labeler.domain.value import JsonValue
from labeler.reading.conversation.build import Conversation
from labeler.reading.document import Document
from labeler.reading.json.pretty import compact
from labeler.reading.media.inline_bytes import is_recorded
from labeler.reading.message import (
    Data,
    Failure,
    Media,
    Message,
    NamedValue,
    Note,
    Reasoning,
    Result,
    Retrieved,
    TextPart,
)


def as_json(raw: RawTrace, conversation: Conversation, document: Document) -> dict[str, JsonValue]:
    """Return the trace as the interface contract describes it; `text` is the whole reading view, parameters
    included.
    """
    return {
        "trace_id": raw.summary.id,
        "name": raw.summary.name,
        "state": raw.summary.state.value,
        "source": conversation.source,
        "messages": [_message(each) for each in conversation.messages],
        "text": document.whole_text,
    }


def _message(message: Message) -> dict[str, JsonValue]:
    fields: dict[str, JsonValue] = {
        "role": message.role.value,
        "name": message.name,
        "text": message_text(message),
        "reasoning": "\n\n".join(part.text for part in message.each(Reasoning)),
        "tool_calls": [{"name": call.name, "arguments": _standard(call.arguments)} for call in message.calls],
        "media": [_media(part) for part in message.each(Media)],
        "documents": [_document(part) for part in message.each(Retrieved)],
        "error": _error(message),
        "note": "; ".join(part.text for part in message.each(Note)),
    }
    return {key: value for key, value in fields.items() if value or key == "text"}


def message_text(message: Message) -> str:
    """Return what a message says in words: its prose, values and fields, not what is told apart from it."""
    return "\n\n".join(text for text in _texts(message))


def _texts(message: Message) -> Iterator[str]:
    for part in message.parts:
        match part:
            case TextPart(text):
                yield text
            case Data(value, _):
                yield compact(value)
            case NamedValue(name, value):
                yield f"{name}: {compact(value)}"
            case Result(parts):
                yield from _texts(Message(message.role, parts))


def _error(message: Message) -> str:
    failures = [failure.line for failure in message.each(Failure)]
    return "; ".join(failures) or (message_text(message) if message.failed else "")


def _media(media: Media) -> dict[str, JsonValue]:
    fields: dict[str, JsonValue] = {"type": media.type, "size": media.size, "name": media.name, "uri": media.uri}
    if is_recorded(media.uri):
        fields["uri"] = None
    return {key: value for key, value in fields.items() if value not in (None, "")}


def _document(document: Retrieved) -> dict[str, JsonValue]:
    fields: dict[str, JsonValue] = {
        "text": document.text,
        "title": document.title,
        "source": document.source,
        "score": document.score,
        "metadata": _standard(dict(document.metadata)),
    }
    return {key: value for key, value in fields.items() if key == "text" or value not in (None, "", {})}


def _standard(value: JsonValue) -> JsonValue:
    """Return the value as standard JSON has it: what is no finite number there becomes its name."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _standard(each) for key, each in value.items()}
    return [_standard(each) for each in value] if isinstance(value, list) else value
