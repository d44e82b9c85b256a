"""Anthropic's Messages API.

Protocol: https://docs.claude.com/en/api/messages
"""

from __future__ import annotations

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats import chat
from labeler.reading.formats.messages import Side, exchange, role_message
from labeler.reading.formats.values import items, mapping, text_of
from labeler.reading.message import Message, Role, TextPart, annotated, message
from labeler.reading.wire.bounded_json import parse_or_none


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    return exchange(inputs, outputs, chat.request, response)


def response(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    if isinstance(holder.get("completion"), str) and "stop_reason" in holder:
        return [message(Role.ASSISTANT, [TextPart(text_of(holder["completion"]))])]
    if isinstance(value, list):
        return _assembled(value)
    if holder.get("type") != "message" or "content" not in holder:
        return None
    found = role_message({**holder, "role": "assistant"})
    if found and holder.get("stop_reason") == "max_tokens":
        return annotated(found, "cut off: the token limit was reached")
    return found


def _assembled(events: list[JsonValue]) -> list[Message] | None:
    """Return one message from the events of a stream."""
    if not events or mapping(events[0]).get("type") != "message_start":
        return None
    blocks: dict[str, dict[str, JsonValue]] = {}
    for event in map(mapping, items(events)):
        index = str(event.get("index"))
        if event.get("type") == "content_block_start":
            blocks[index] = dict(mapping(event.get("content_block")))
        elif event.get("type") == "content_block_delta":
            _extend(blocks.setdefault(index, {"type": "text"}), mapping(event.get("delta")))
    for block in blocks.values():
        if isinstance(given := block.pop("partial_json", None), str):
            block["input"] = parse_or_none(given) or given
    return role_message({"role": "assistant", "content": list(blocks.values())})


def _extend(block: dict[str, JsonValue], delta: object) -> None:
    for key in ("text", "thinking", "partial_json"):
        if isinstance(delta, dict) and isinstance(piece := delta.get(key), str):
            block[key] = text_of(block.get(key)) + piece
