"""PydanticAI: agents, models and their message history.

Source: ``pydantic_ai.messages`` (``ModelRequest`` and ``ModelResponse`` with their parts).
"""

from __future__ import annotations

from collections.abc import Mapping

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats.messages import Side, exchange, messages_in, system_message
from labeler.reading.formats.parts import call, parts_of, result
from labeler.reading.formats.plain import output_message
from labeler.reading.formats.values import decoded, first, items, mapping, text_in, text_of
from labeler.reading.media.detect import inline
from labeler.reading.message import Data, Message, Note, Part, Reasoning, Result, Role, message, split

_ROLES = {"system-prompt": Role.SYSTEM, "user-prompt": Role.USER}


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    messages = exchange(inputs, outputs, _request, _response)
    instructions = span.attributes.get("instructions")
    if messages and isinstance(instructions, str) and instructions and messages[0].role is not Role.SYSTEM:
        return system_message(instructions) + messages
    return messages


def _request(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    if (messages := _history(holder.get("messages"))) is not None:
        return messages
    history = _history(holder.get("message_history"))
    prompt = holder.get("user_prompt")
    if history is None and prompt is None:
        return None
    return (
        system_message(holder.get("instructions"))
        + (history or [])
        + ([message(Role.USER, _content(prompt))] if prompt is not None else [])
    )


def _response(value: JsonValue) -> list[Message] | None:
    if (found := _message(value)) is not None:
        return found
    holder = mapping(value)
    state = mapping(first(holder, "_state", "state"))
    history = first(state, "message_history") or first(
        holder, "_new_messages_serialized", "_all_messages", "all_messages", "new_messages"
    )
    messages = _history(history)
    if messages is None:
        return None
    output = first(holder, "output", "data")
    final = [] if output is None or _says(messages, output) else [output_message(output)]
    return messages + final


def _says(messages: list[Message], output: JsonValue) -> bool:
    return any(output in (each.text, decoded(each.text)) for each in messages[-2:])


def _history(value: JsonValue) -> list[Message] | None:
    """Return the messages of a history; instructions that every request repeats are said once."""
    messages: list[Message] = []
    for each in messages_in(value, _message) or []:
        if each.role is not Role.SYSTEM or each not in messages:
            messages.append(each)
    return messages or None


def _message(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    parts = holder.get("parts")
    if not isinstance(parts, list) or not (
        holder.get("kind") in ("request", "response") or any("part_kind" in mapping(part) for part in parts)
    ):
        return None
    answering = holder.get("kind") == "response"
    messages = system_message(holder.get("instructions"))
    turn: list[Part] = []
    for part in map(mapping, parts):
        role = _ROLES.get(text_of(part.get("part_kind")))
        if role is None:
            turn.extend(_part(part))
            continue
        messages.extend(split(Role.USER, turn) if turn else [])
        messages.append(message(role, _content(part.get("content"))))
        turn = []
    if turn or answering:
        messages.extend(split(Role.ASSISTANT if answering else Role.USER, turn))
    return messages


def _part(part: Mapping[str, JsonValue]) -> list[Part]:
    kind = text_of(part.get("part_kind"))
    match kind:
        case "text":
            return parts_of(part.get("content"))
        case "thinking":
            text = text_in(part.get("content"))
            return [Reasoning(text) if text else Note("reasoning that the provider did not disclose")]
        case "tool-call" | "builtin-tool-call":
            return [call({**part, "id": None})]
        case "tool-return" | "builtin-tool-return":
            return [result({**part, "id": None})]
        case "retry-prompt":
            answer = result({**part, "id": None})
            return [Result(answer.parts, answer.call_id, answer.name, failed=True)]
        case "file":
            return _content(part.get("content"))
        case _:
            return [Data(part, kind)]


def _content(value: JsonValue) -> list[Part]:
    """Return a prompt: text, binary content, an address, or a list of these."""
    if isinstance(value, list):
        return [part for item in value for part in _content(item)]
    holder = mapping(value)
    if isinstance(data := holder.get("data"), str):
        return [inline(data, text_of(holder.get("media_type")) or "file", text_of(holder.get("identifier")))]
    if isinstance(holder.get("content"), str | list) and "type" not in holder:
        return _content(holder["content"])
    if text_of(holder.get("kind")).endswith("-url"):
        return parts_of({**holder, "type": text_of(holder["kind"]).removesuffix("-url")})
    return parts_of(value if not items(value) else None)
