"""Bodies of Amazon Bedrock's InvokeModel: each model vendor's own JSON, whole and in the events of a stream.

Protocol: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.formats.messages import messages_in, role_message, system_message
from labeler.reading.formats.values import first, items, mapping, text_of
from labeler.reading.formats.vendors import anthropic, openai
from labeler.reading.message import Message, Reasoning, Role, TextPart, message
from labeler.reading.wire.bounded_json import parse_or_none

_ENDED: Final = ("finish_reason", "generation_id", "stop_reason", "completionReason")


def request(body: JsonValue) -> list[Message] | None:
    """Return what was asked: messages, a prompt, Titan's text, or Cohere's message behind its history."""
    if (messages := openai.request(body)) is not None:
        return messages
    holder = mapping(body)
    if isinstance(text := holder.get("inputText"), str):
        return [message(Role.USER, [TextPart(text)])]
    if not isinstance(text := holder.get("message"), str):
        return None
    history = messages_in(holder.get("chat_history"), _cohere_message) or []
    return [*system_message(holder.get("preamble")), *history, message(Role.USER, [TextPart(text)])]


def response(body: JsonValue) -> list[Message] | None:
    """Return what was answered, in the vendor's own form."""
    if (found := anthropic.response(body) or openai.response(body)) is not None:
        return found
    holder = mapping(body)
    if isinstance(text := holder.get("generation"), str):
        return [message(Role.ASSISTANT, [TextPart(text)])]
    listed = items(first(holder, "results", "outputs", "generations", "completions"))
    if not listed and isinstance(holder.get("text"), str) and any(key in holder for key in _ENDED):
        listed = [body]
    texts = [_text(mapping(each)) for each in listed]
    said = [message(Role.ASSISTANT, [TextPart(text)]) for text in texts if text is not None]
    return said if said and len(said) == len(texts) else None


def streamed(events: Sequence[JsonValue]) -> list[Message]:
    """Return the one message that the events of a stream say: the vendors', or those of ConverseStream."""
    chunks = list(events)
    if any(mapping(chunk).get("type") == "message_start" for chunk in chunks):
        return anthropic.response(chunks) or []
    if any("choices" in mapping(chunk) for chunk in chunks):
        return openai.response([chunk for chunk in chunks if items(mapping(chunk).get("choices"))]) or []
    return _converse(chunks) or _pieces(chunks)


def _converse(chunks: Sequence[JsonValue]) -> list[Message]:
    blocks: dict[str, dict[str, JsonValue]] = {}
    for chunk in map(mapping, chunks):
        event = mapping(first(chunk, "contentBlockDelta", "contentBlockStart")) or chunk
        index = str(event.get("contentBlockIndex"))
        if start := mapping(event.get("start")):
            blocks[index] = dict(start)
        elif delta := mapping(event.get("delta")):
            _extend(blocks.setdefault(index, {}), delta)
    for block in blocks.values():
        if isinstance(given := mapping(used := block.get("toolUse")).get("input"), str):
            block["toolUse"] = {**mapping(used), "input": parse_or_none(given) or given}
    return (role_message({"role": "assistant", "content": list(blocks.values())}) or []) if blocks else []


def _extend(block: dict[str, JsonValue], delta: Mapping[str, JsonValue]) -> None:
    """Adds a piece of a block: of its text, of its reasoning, or of the JSON of a call's input."""
    if isinstance(text := delta.get("text"), str):
        block["text"] = text_of(block.get("text")) + text
    elif isinstance(piece := mapping(delta.get("toolUse")).get("input"), str):
        used = mapping(block.get("toolUse"))
        block["toolUse"] = {**used, "input": text_of(used.get("input")) + piece}
    elif isinstance(thought := mapping(delta.get("reasoningContent")).get("text"), str):
        known = text_of(mapping(mapping(block.get("reasoningContent")).get("reasoningText")).get("text"))
        block["reasoningContent"] = {"reasoningText": {"text": known + thought}}


def _pieces(chunks: Sequence[JsonValue]) -> list[Message]:
    texts = [text_of(first(chunk, "generation", "outputText", "text")) for chunk in map(mapping, chunks)]
    return [message(Role.ASSISTANT, [TextPart("".join(texts))])] if any(texts) else []


def says_more(said: list[Message], recorded: list[Message] | None) -> bool:
    """Return whether a stream thought what was not recorded of it, or was not recorded at all."""
    if len(said) != 1:
        return False
    if not recorded:
        return True
    thinks = any(True for _ in said[0].each(Reasoning)) and not any(True for _ in recorded[-1].each(Reasoning))
    return thinks and said[0].text == recorded[-1].text


def _text(item: Mapping[str, JsonValue]) -> str | None:
    found = first(item, "outputText", "text")
    if found is None:
        found = mapping(item.get("data")).get("text")
    return found if isinstance(found, str) else None


def _cohere_message(item: JsonValue) -> list[Message] | None:
    holder = mapping(item)
    return role_message({**holder, "content": first(holder, "message", "content")})
