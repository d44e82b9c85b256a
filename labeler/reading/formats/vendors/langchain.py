"""LangChain and LangGraph: their message objects in all serialised forms, graph states, node updates, agents.

Source: ``langchain_core.messages`` and ``langchain_core.load``; states as LangGraph's channels hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats import chat
from labeler.reading.formats.messages import (
    Side,
    calls_in,
    content_parts,
    exchange,
    messages_in,
    role_message,
    role_of,
    system_message,
    with_calls,
)
from labeler.reading.formats.parts import arguments, parts_of, result_parts
from labeler.reading.formats.values import decoded, first, items, mapping, text_of
from labeler.reading.formats.vendors import openai
from labeler.reading.message import Call, Message, NamedValue, Role, TextPart, message, split

_TYPES: Final = {
    "human": Role.USER,
    "ai": Role.ASSISTANT,
    "system": Role.SYSTEM,
    "tool": Role.TOOL,
    "function": Role.TOOL,
    "chat": Role.USER,
}
_PLUMBING: Final = frozenset(("messages", "remaining_steps", "is_last_step", "ui", "jump_to"))
_RAW_AND_PARSED: Final = frozenset(("raw", "parsed", "parsing_error"))


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    return exchange(inputs, outputs, _request, _response)


def langchain_message(item: JsonValue) -> list[Message] | None:
    """Return the messages that one entry of a message list stands for, or None when it is no message."""
    if isinstance(item, list):
        return _pair(item)
    if not isinstance(item, Mapping):
        return None
    fields, role = _unwrapped(item)
    if role is None:
        return role_message(item)
    name = text_of(fields.get("name"))
    if role is Role.TOOL:
        content = fields.get("content")
        parts = parts_of(content) if isinstance(content, str | list) else list(result_parts(content))
        failed = fields.get("status") == "error"
        return [Message(Role.TOOL, tuple(parts), name, text_of(fields.get("tool_call_id")) or None, failed)]
    return split(role, with_calls(content_parts(fields), calls_in(fields)), name=name)


def _unwrapped(item: Mapping[str, JsonValue]) -> tuple[Mapping[str, JsonValue], Role | None]:
    """Return a message's own fields and role, out of ``{"lc", "id", "kwargs"}``, ``{"type", "data"}`` or no
    wrapping.
    """
    if item.get("lc") is not None and item.get("type") == "constructor":
        path = items(item.get("id"))
        fields = mapping(item.get("kwargs"))
        return fields, _role(text_of(fields.get("type"))) or _role(text_of(path[-1]) if path else "")
    fields = mapping(item.get("data")) if isinstance(item.get("data"), Mapping) and "content" not in item else item
    if "content" not in fields and "tool_calls" not in fields:
        return fields, None
    role = _role(text_of(item.get("type")))
    if role and item.get("type") == "chat":
        role = role_of(text_of(fields.get("role"))) or role
    return fields, role


def _role(name: str) -> Role | None:
    return _TYPES.get(name.removesuffix("Chunk").removesuffix("Message").lower())


def _pair(item: list[JsonValue]) -> list[Message] | None:
    """Return a message as ``["human", "text"]``."""
    if len(item) != 2 or not isinstance(item[0], str) or not isinstance(item[1], str | list):
        return None
    role = role_of(item[0])
    return None if role is None else split(role, parts_of(item[1]))


def _request(value: JsonValue) -> list[Message] | None:
    if isinstance(value, Mapping):
        held = value.get("messages")
        found = _batches(held) or _messages(held)
        if found is not None:
            return system_message(first(value, *chat.SYSTEM_KEYS)) + found
    return _batches(value) or _messages(value) or _one(value)


def _response(value: JsonValue) -> list[Message] | None:
    if isinstance(value, list):
        return _batches(value) or _messages(value) or _updates(value)
    holder = mapping(value)
    if "generations" in holder:
        return _generations(holder)
    if (found := _messages(holder.get("messages"))) is not None:
        return chat.with_fields(found, value, _PLUMBING)
    if holder.keys() == _RAW_AND_PARSED and (found := langchain_message(holder["raw"])) is not None:
        return _with_parsed(found, holder)
    if (found := _one(value) or _updates([value]) or _agent_run(holder)) is not None:
        return found
    return openai.response(value) if "choices" in holder else _branches(holder)


def _with_parsed(found: list[Message], holder: Mapping[str, JsonValue]) -> list[Message]:
    """Return the model's answer, with what a parser made of it where that is something else, or could not."""
    recorded = [decoded(found[-1].text), *(call.arguments for call in found[-1].calls)]
    parsed, error = holder["parsed"], holder["parsing_error"]
    told = [NamedValue("parsed", parsed)] if parsed is not None and parsed not in recorded else []
    told += [NamedValue("parsing_error", error)] if error is not None else []
    return [*found[:-1], replace(found[-1], parts=(*found[-1].parts, *told))]


def _branches(holder: Mapping[str, JsonValue]) -> list[Message] | None:
    """Return what several branches of a chain answered, each under its name, beside the chain's other values."""
    said = {name: langchain_message(each) for name, each in holder.items() if mapping(each).get("type") == "ai"}
    messages = [replace(each, name=name) for name, found in said.items() for each in found or []]
    return chat.with_fields(messages, dict(holder), frozenset(said)) if messages else None


def _messages(value: JsonValue) -> list[Message] | None:
    return messages_in(value, langchain_message)


def _one(value: JsonValue) -> list[Message] | None:
    return langchain_message(value) if isinstance(value, Mapping) else None


def _batches(value: JsonValue) -> list[Message] | None:
    """Lists of lists of messages: a chat model takes several conversations at once."""
    batches = [_messages(batch) for batch in items(value) if isinstance(batch, list) and _pair(batch) is None]
    if not batches or len(batches) != len(items(value)):
        return None
    return [each for batch in batches for each in batch or []] or None


def _generations(holder: Mapping[str, JsonValue]) -> list[Message] | None:
    messages: list[Message] = []
    for batch in items(holder["generations"]):
        for generation in map(mapping, items(batch) or [batch]):
            found = langchain_message(generation.get("message"))
            messages.extend(found or [message(Role.ASSISTANT, [TextPart(text_of(generation.get("text")))])])
    return messages or None


def _updates(value: list[JsonValue]) -> list[Message] | None:
    """Return what graph nodes wrote: ``{"update": {"messages"}}``, or ``{"<node>": {"messages"}}`` a step."""
    messages: list[Message] = []
    for item in map(mapping, value):
        inner = [item.get("update")] if "update" in item else list(item.values())
        found = [_messages(mapping(state).get("messages")) for state in inner]
        if not any(found):
            return None
        for each in found:
            messages.extend(each or [])
    return messages or None


def _agent_run(holder: Mapping[str, JsonValue]) -> list[Message] | None:
    """Return the result of the older agent executor: an answer and the steps that led to it."""
    steps = items(holder.get("intermediate_steps"))
    answer = first(holder, "output", "result")
    if not isinstance(answer, str) or not steps:
        return None
    messages: list[Message] = []
    for step in map(items, steps):
        if not step:
            continue
        action = mapping(step[0])
        name = text_of(action.get("tool"))
        messages.append(Message(Role.ASSISTANT, (Call(name, arguments(action.get("tool_input"))),)))
        messages.append(Message(Role.TOOL, result_parts(step[1] if len(step) > 1 else None), name))
    return [*messages, message(Role.ASSISTANT, [TextPart(answer)])]
