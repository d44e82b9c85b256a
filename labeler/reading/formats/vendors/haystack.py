"""Haystack: generators, prompt builders, pipelines and agents. Retrievers' documents are read as those of any other."""

from __future__ import annotations

from collections.abc import Iterable

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats import chat
from labeler.reading.formats.messages import Side, exchange, messages_in
from labeler.reading.formats.values import items, mapping
from labeler.reading.message import Message, Role, TextPart, message


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    return exchange(inputs, outputs, _request, _response)


def _request(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    prompt = holder.get("prompt")
    if isinstance(prompt, str):
        return [message(Role.USER, [TextPart(prompt)])]
    return chat.request(value) or _last(_request_of(inner) for inner in holder.values())


def _response(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    replies = items(holder.get("replies"))
    texts = [message(Role.ASSISTANT, [TextPart(reply)]) for reply in replies if isinstance(reply, str)]
    if texts or replies:
        return texts or messages_in(replies)
    if "last_message" in holder or "exit_conditions" in holder:
        return chat.response(value)
    return _last(_response(inner) for inner in holder.values() if isinstance(inner, dict) and "replies" in inner)


def _request_of(component: JsonValue) -> list[Message] | None:
    return chat.request(component) if isinstance(component, dict) else None


def _last(found: Iterable[list[Message] | None]) -> list[Message] | None:
    """Return what the last component of a pipeline was given or answered."""
    return next((messages for messages in reversed(list(found)) if messages), None)
