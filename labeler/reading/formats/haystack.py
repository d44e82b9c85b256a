"""Haystack: generators and prompt builders. Retrievers' documents are read as those of any other."""

from __future__ import annotations

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats import chat
from labeler.reading.formats.messages import Side, exchange, messages_in
from labeler.reading.formats.values import items, mapping
from labeler.reading.message import Message, Role, Text, message


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    return exchange(inputs, outputs, _request, _response)


def _request(value: JsonValue) -> list[Message] | None:
    prompt = mapping(value).get("prompt")
    if isinstance(prompt, str):
        return [message(Role.USER, [Text(prompt)])]
    return chat.request(value)


def _response(value: JsonValue) -> list[Message] | None:
    replies = items(mapping(value).get("replies"))
    texts = [message(Role.ASSISTANT, [Text(reply)]) for reply in replies if isinstance(reply, str)]
    return texts or messages_in(replies)
