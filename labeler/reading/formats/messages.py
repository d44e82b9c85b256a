"""Messages with a role, in every vendor's spelling, and the lists and sides they come in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from labeler.domain.trace import NotRecorded
from labeler.domain.value import JsonValue
from labeler.reading.formats.parts import (
    arguments,
    call,
    citations,
    definition_name,
    is_part,
    part_of,
    parts_of,
    result,
    result_parts,
)
from labeler.reading.formats.values import first, items, mapping, text_in, text_of
from labeler.reading.media.detect import inline
from labeler.reading.message import Call, Data, Message, Note, Part, Reasoning, Result, Role, TextPart, message, split

Side: TypeAlias = "JsonValue | NotRecorded"
MessageReader: TypeAlias = Callable[[JsonValue], "list[Message] | None"]
SideReader: TypeAlias = Callable[[JsonValue], "list[Message] | None"]

_ROLES: Final = {
    **dict.fromkeys(("system", "developer", "instruction", "instructions"), Role.SYSTEM),
    **dict.fromkeys(("user", "human", "customer"), Role.USER),
    **dict.fromkeys(("assistant", "ai", "model", "bot", "chatbot", "agent", "tool-call"), Role.ASSISTANT),
    **dict.fromkeys(("tool", "function", "ipython", "tool-response", "tool_result", "tool-result"), Role.TOOL),
}  # fmt: skip

_CONTENT_KEYS: Final = ("content", "contents", "parts", "blocks")
_OTHER_KEYS: Final = ("tool_calls", "toolCalls", "function_call", "refusal", "reasoning_content", "audio", "reasoning")


def role_of(name: str) -> Role | None:
    """Return the role that a vendor's name for it stands for, or None."""
    return _ROLES.get(name.rpartition(".")[2].lower())


def role_message(item: JsonValue) -> list[Message] | None:
    """Return the messages that an object with a ``role`` stands for, or None when it is no such object.

    A role that nobody knows is an agent's name.
    """
    if not isinstance(item, dict) or not isinstance(named := item.get("role"), str) or not named:
        return None
    role = role_of(named)
    if role is None and not any(key in item for key in (*_CONTENT_KEYS, *_OTHER_KEYS)):
        return None
    name = text_of(item.get("name")) or ("" if role else named)
    parts = content_parts(item)
    if role is Role.TOOL:
        return _tool_messages(item, parts, name)
    return split(role or Role.ASSISTANT, parts, name=name)


def content_parts(item: Mapping[str, JsonValue]) -> list[Part]:
    """Reasoning, content and calls of a message object, in that order."""
    parts: list[Part] = []
    if reasoning := text_in(first(item, "reasoning_content", "reasoning", "thinking", "thought", "reasoning_details")):
        parts.append(Reasoning(reasoning))
    content = first(item, *_CONTENT_KEYS)
    if content == "" and (blocks := first(item, "parts", "blocks")):
        content = blocks
    parts.extend(parts_of(content))
    if isinstance(refusal := item.get("refusal"), str) and refusal:
        parts.extend((Note("refused by the model"), TextPart(refusal)))
    parts.extend(_audio(mapping(item.get("audio"))))
    parts.extend(citations(item))
    return with_calls(parts, calls_in(item))


def calls_in(item: Mapping[str, JsonValue]) -> list[Call]:
    """Return the calls beside a message's content."""
    listed = items(first(item, "tool_calls", "toolCalls"))
    if not listed:
        listed = items(mapping(item.get("additional_kwargs")).get("tool_calls"))
    calls = [call(each) for each in map(mapping, listed) if each]
    calls.extend(call(each) for each in map(mapping, items(item.get("invalid_tool_calls"))) if each)
    if legacy := mapping(item.get("function_call")):
        calls.append(Call(text_of(legacy.get("name")), arguments(legacy.get("arguments"))))
    return calls


def with_calls(parts: list[Part], calls: list[Call]) -> list[Part]:
    """Return the parts and those of the calls that are not among them: some SDKs write a call twice."""
    known = [part for part in parts if isinstance(part, Call)]
    ids = {each.id for each in known if each.id}
    return parts + [each for each in calls if each.id not in ids and each not in known]


def messages_in(value: JsonValue, read: MessageReader = role_message) -> list[Message] | None:
    """Return the messages of a list, or None when it does not begin with one.

    A call, its result or a thought that lies among them is the model's; what else is no message becomes a placeholder.
    """
    messages: list[Message] = []
    for item in items(value):
        found = read(item)
        if found is None and not messages:
            return None
        messages.extend(_loose(item) if found is None else found)
    return messages or None


def _loose(item: JsonValue) -> list[Message]:
    parts = part_of(item) if isinstance(item, dict) and is_part(item) else []
    if parts and all(isinstance(part, Call | Result | Reasoning) for part in parts):
        return split(Role.ASSISTANT, parts)
    return [Message(Role.ASSISTANT, (Data(item, "message"),))]


def exchange(inputs: Side, outputs: Side, request: SideReader, response: SideReader) -> list[Message] | None:
    """Return the conversation of a span whose sides these readers know; None when a recorded side is not known to its
    reader.

    A side that is null or not recorded says nothing; both together are no conversation.
    """
    answered = _read_side(outputs, response)
    asked = None if answered is None else _read_side(inputs, request)
    if asked is None or answered is None or not (asked or answered):
        return None
    return joined(asked, answered)


def joined(asked: list[Message], answered: list[Message]) -> list[Message]:
    """Return both sides as one conversation: inputs that recur as a run of the outputs are not said twice."""
    if not asked or not answered:
        return asked + answered
    wanted = [_essence(each) for each in asked]
    said = [_essence(each) for each in answered]
    for start in range(len(said) - len(wanted) + 1):
        if said[start : start + len(wanted)] == wanted:
            return answered
    spoken = [essence for essence in wanted if essence[0] is not Role.SYSTEM]
    systems = len(wanted) - len(spoken)
    if spoken and systems and wanted[:systems] == [e for e in wanted if e[0] is Role.SYSTEM]:
        for start in range(len(said) - len(spoken) + 1):
            if said[start : start + len(spoken)] == spoken:
                return asked[:systems] + answered
    return asked + answered


def system_message(content: JsonValue) -> list[Message]:
    """Return the system prompt that lies beside the messages, as text, parts or an object with parts; none for null."""
    if isinstance(content, Mapping) and not isinstance(content.get("text"), str):
        content = first(content, "parts", "content")
    parts = parts_of(content)
    return [message(Role.SYSTEM, parts)] if parts else []


def _tool_messages(item: Mapping[str, JsonValue], parts: list[Part], name: str) -> list[Message]:
    if any(isinstance(part, Result) for part in parts):
        named = [replace(part, name=part.name or name) if isinstance(part, Result) else part for part in parts]
        return split(Role.TOOL, named, name=name)
    if defined := definition_name(mapping(first(item, *_CONTENT_KEYS))):
        return [Message(Role.TOOL, tuple(parts), f"definition of {defined}")]
    told = {**mapping(item.get("additional_kwargs")), **{key: each for key, each in item.items() if each is not None}}
    own = result({**told, "content": None, "output": None, "result": None, "response": None, "id": None})
    failed = own.failed or item.get("tool_call_error") is True
    content = first(item, *_CONTENT_KEYS)
    if not isinstance(content, str | list):
        parts = list(result_parts(content))
    return [Message(Role.TOOL, tuple(parts), own.name or name, own.call_id, failed)]


def _audio(audio: Mapping[str, JsonValue]) -> list[Part]:
    parts: list[Part] = []
    if isinstance(transcript := audio.get("transcript"), str) and transcript:
        parts.append(TextPart(transcript))
    if isinstance(data := audio.get("data"), str) and data:
        parts.append(inline(data, f"audio/{text_of(audio.get('format')) or 'wav'}"))
    return parts


def _read_side(side: Side, read: SideReader) -> list[Message] | None:
    return [] if side is None or isinstance(side, NotRecorded) else read(side)


def _essence(each: Message) -> tuple[Role, str, tuple[str, ...]]:
    return each.role, each.text, tuple(f"{part.name} {part.arguments}" for part in each.calls)
