"""Vercel's AI SDK (``ai.generateText``, ``ai.streamText``, ``ai.generateObject`` and their model calls)."""

from __future__ import annotations

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats import chat
from labeler.reading.formats.messages import Side, exchange, system_message
from labeler.reading.formats.parts import call
from labeler.reading.formats.plain import answer_text, output_message
from labeler.reading.formats.values import first, items, mapping, text_in
from labeler.reading.message import Message, Part, Reasoning, Role, TextPart, message
from labeler.reading.wire.bounded_json import container_in


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    response = _result if str(span.attributes.get("ai.operationId", "")).startswith("ai.") else _response
    return exchange(inputs, outputs, _request, response)


def _request(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    prompt = holder.get("prompt")
    if isinstance(prompt, str) and not holder.keys() - {"prompt", "system", "messages"}:
        return [*system_message(holder.get("system")), message(Role.USER, [TextPart(prompt)])]
    if isinstance(prompt, list):
        return chat.request({**holder, "messages": prompt})
    return chat.request(value)


def _result(value: JsonValue) -> list[Message]:
    if isinstance(value, str):
        return [answer_text(value)]
    return _response(value) or [output_message(value)]


def _response(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    if "finishReason" not in holder and "toolCalls" not in holder:
        return None
    parts: list[Part] = []
    if reasoning := text_in(first(holder, "reasoning", "reasoningText")):
        parts.append(Reasoning(reasoning))
    text = holder.get("text")
    if isinstance(text, str):
        parts.append(TextPart(text))
    calls = holder.get("toolCalls")
    listed = items(container_in(calls) if isinstance(calls, str) else calls)
    parts.extend(call(each) for each in map(mapping, listed) if each)
    if (made := holder.get("object")) is not None:
        return [output_message(container_in(made) or made if isinstance(made, str) else made)]
    return [message(Role.ASSISTANT, parts)]
