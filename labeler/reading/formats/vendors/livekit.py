"""LiveKit's voice agents: a chat context of items, answers as text or function calls."""

from __future__ import annotations

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats.messages import Side, exchange
from labeler.reading.formats.plain import answer_text
from labeler.reading.formats.values import mapping
from labeler.reading.formats.vendors.openai_responses import item_messages
from labeler.reading.message import Message


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    return exchange(inputs, outputs, _request, _response)


def _request(value: JsonValue) -> list[Message] | None:
    return item_messages(mapping(value).get("items"))


def _response(value: JsonValue) -> list[Message] | None:
    return [answer_text(value)] if isinstance(value, str) else _request(value)
