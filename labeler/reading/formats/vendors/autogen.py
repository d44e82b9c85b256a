"""AutoGen: agents and teams, and the clients' typed messages.

Source: ``autogen_core.models`` and ``autogen_agentchat.messages``.
"""

from __future__ import annotations

from typing import Final

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats.messages import Side, exchange, messages_in
from labeler.reading.formats.parts import call, parts_of, result
from labeler.reading.formats.plain import side_parts
from labeler.reading.formats.values import items, mapping, text_of
from labeler.reading.message import Message, Part, Reasoning, Result, Role, TextPart, message, split

_ROLES: Final = {"SystemMessage": Role.SYSTEM, "UserMessage": Role.USER, "AssistantMessage": Role.ASSISTANT}
_RESULTS: Final = ("FunctionExecutionResultMessage", "ToolCallExecutionEvent")


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    return exchange(inputs, outputs, _request, _response)


def _request(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    task = holder.get("task")
    if isinstance(task, str):
        return [message(Role.USER, [TextPart(task)])]
    return messages_in(holder.get("messages"), _message) or messages_in(task, _message) or _message(task)


def _response(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    if (messages := messages_in(holder.get("messages"), _message)) is not None:
        return messages
    if (answer := _message(holder.get("chat_message"))) is not None:
        return (messages_in(holder.get("inner_messages"), _message) or []) + answer
    if "finish_reason" in holder and "content" in holder:
        return split(Role.ASSISTANT, _parts(value))
    if isinstance(value, list):
        return messages_in(value, _message)
    return _message(value)


def _message(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    kind = text_of(holder.get("type"))
    source = text_of(holder.get("source"))
    if "content" not in holder or not (source or kind in _ROLES or kind in _RESULTS):
        return None
    role = _ROLES.get(kind) or (Role.USER if source.lower() == "user" else Role.ASSISTANT)
    name = source if role is Role.ASSISTANT and source.lower() != "assistant" else ""
    return split(role, _parts(value), name=name)


def _parts(value: JsonValue) -> list[Part]:
    holder = mapping(value)
    kind = text_of(holder.get("type"))
    thought = text_of(holder.get("thought"))
    parts: list[Part] = [Reasoning(thought)] if thought else []
    if kind == "ThoughtEvent":
        return [Reasoning(text_of(holder.get("content")))]
    content = holder.get("content")
    if not isinstance(content, list):
        return parts + parts_of(content)
    for item in content:
        each = mapping(item)
        if kind in _RESULTS or "call_id" in each:
            answer = result(each)
            parts.append(Result(answer.parts, answer.call_id, answer.name, answer.failed))
        elif "arguments" in each and "name" in each:
            parts.append(call(each))
        elif isinstance(each.get("data"), str) and "type" not in each:
            parts.extend(parts_of({"type": "image", "data": each["data"]}))
        else:
            parts.extend(side_parts(item) if isinstance(item, str) else parts_of(item))
    return parts if items(content) else [*parts, TextPart("")]
