"""The chat envelope that most vendors share: a list of messages, the system prompt beside or among them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.formats.messages import MessageReader, messages_in, role_message, system_message
from labeler.reading.formats.values import first, mapping
from labeler.reading.message import Field, Message

SYSTEM_KEYS: Final = ("system", "system_prompt", "instructions", "system_instruction", "systemInstruction")


def request(value: JsonValue, read: MessageReader = role_message) -> list[Message] | None:
    """The messages of ``{"messages": […], "system": …}`` or of a bare list of messages."""
    if isinstance(value, list):
        return messages_in(value, read)
    holder = mapping(value)
    messages = messages_in(holder.get("messages"), read)
    return None if messages is None else system_message(first(holder, *SYSTEM_KEYS)) + messages


def response(value: JsonValue, read: MessageReader = role_message) -> list[Message] | None:
    """The messages of an answer that is a message, a list of messages, or holds either under its usual name."""
    if isinstance(value, list):
        return messages_in(value, read)
    if (found := read(value)) is not None:
        return found
    holder = mapping(value)
    if (found := read(holder.get("message"))) is not None:
        return found
    return messages_in(holder.get("messages"), read)


def with_fields(messages: list[Message], value: JsonValue, known: frozenset[str]) -> list[Message]:
    """The messages, the last one with the fields of a state that are no messages."""
    extra = [
        Field(key, each) for key, each in mapping(value).items() if key not in known and each not in (None, [], {})
    ]
    if not extra or not messages:
        return messages
    return [*messages[:-1], replace(messages[-1], parts=(*messages[-1].parts, *extra))]
