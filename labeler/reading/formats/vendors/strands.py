"""Strands Agents, whose answers are bare lists of Bedrock content blocks."""

from __future__ import annotations

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats import chat
from labeler.reading.formats.messages import Side, exchange
from labeler.reading.formats.parts import is_part, parts_of
from labeler.reading.formats.plain import answer_text
from labeler.reading.message import Message, Role, split


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    return exchange(inputs, outputs, chat.request, _response)


def _response(value: JsonValue) -> list[Message] | None:
    if isinstance(value, str):
        return [answer_text(value)]
    if not isinstance(value, list) or not value:
        return None
    if all(isinstance(each, list) and each and all(map(_is_block, each)) for each in value):
        return [found for each in value for found in split(Role.ASSISTANT, parts_of(each))]
    return split(Role.ASSISTANT, parts_of(value)) if all(map(_is_block, value)) else None


def _is_block(item: JsonValue) -> bool:
    """Return whether an object is a content block: one known key with its content."""
    return isinstance(item, dict) and len(item) == 1 and is_part(item)
