"""OpenAI's Responses API, and the OpenAI Agents SDK, whose spans hold the same items as bare lists.

Protocol: https://platform.openai.com/docs/api-reference/responses
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from labeler.domain.trace import NotRecorded, Span
from labeler.domain.value import JsonValue
from labeler.reading.formats.documents import documents_in
from labeler.reading.formats.messages import Side, exchange, role_message, system_message
from labeler.reading.formats.parts import arguments, part_of, result_parts
from labeler.reading.formats.values import first, items, mapping, text_of
from labeler.reading.message import (
    Call,
    Data,
    Failure,
    Message,
    NamedValue,
    Note,
    Part,
    Result,
    Role,
    TextPart,
    annotated,
    message,
    split,
)

_READ_AS_PARTS: Final = ("function_call", "custom_tool_call", "reasoning", "image_generation_call")
_EVENT: Final = "response."
_PIECE: Final = "response.output_text.delta"
_ASKS_APPROVAL: Final = "mcp_approval_request"
_APPROVES: Final = "mcp_approval_response"
_OTHER_ITEMS: Final = ("reasoning", "item_reference", "mcp_list_tools", "compaction", _ASKS_APPROVAL, _APPROVES)


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    messages = _repeated(inputs, outputs) or exchange(inputs, outputs, _request, _response)
    if messages and messages[0].role is not Role.SYSTEM and not isinstance(outputs, NotRecorded):
        return system_message(mapping(outputs).get("instructions")) + messages
    return messages


def is_item_list(value: Side) -> bool:
    """Return whether a list holds items that are no messages: calls, their outputs, reasoning."""
    return isinstance(value, list) and any(_is_item(item) and not _speaks(item) for item in value)


def _repeated(inputs: Side, outputs: Side) -> list[Message] | None:
    """Return the messages of items that come out with all that went in among them; None where it is not so."""
    asked = items(
        inputs.get("input") if isinstance(inputs, dict) else None if isinstance(inputs, NotRecorded) else inputs
    )
    if not asked or not isinstance(outputs, list) or not is_item_list(outputs):
        return None
    wanted, said = [_essence(item) for item in asked], [_essence(item) for item in outputs]
    is_repeated = any(said[at : at + len(wanted)] == wanted for at in range(len(said) - len(wanted) + 1))
    return item_messages(outputs) if is_repeated else None


def _essence(item: JsonValue) -> JsonValue:
    """Return an item to compare: without its ID and status, which come with an answer only."""
    if _speaks(item) and (spoken := role_message(item)):
        return [each.role.value for each in spoken] + [each.text for each in spoken]
    return {key: each for key, each in mapping(item).items() if key not in ("id", "status") and each is not None}


def item_messages(value: JsonValue) -> list[Message] | None:
    """Return the messages of a list of items. What an assistant thinks, calls and says in a row is one message."""
    listed = items(value)
    return _items(listed) if listed and _is_item(listed[0]) else None


def _items(listed: Sequence[JsonValue]) -> list[Message]:
    messages: list[Message] = []
    turn: list[Part] = []
    for item in listed:
        spoken = role_message(item) if _speaks(item) else _approval(item)
        if spoken is not None and spoken[0].role is not Role.ASSISTANT:
            messages.extend(_turn(turn))
            messages.extend(spoken)
            turn = []
            continue
        parts = list(_item_parts(item)) if spoken is None else [part for each in spoken for part in each.parts]
        if any(isinstance(part, TextPart) for part in parts) and any(
            isinstance(part, TextPart | Result) for part in turn
        ):
            messages.extend(_turn(turn))
            turn = []
        turn.extend(parts)
    return messages + _turn(turn)


def _request(value: JsonValue) -> list[Message] | None:
    if isinstance(value, list):
        return item_messages(value)
    holder = mapping(value)
    asked = holder.get("input")
    messages = [message(Role.USER, [TextPart(asked)])] if isinstance(asked, str) else item_messages(asked)
    return None if messages is None else system_message(holder.get("instructions")) + messages


def _response(value: JsonValue) -> list[Message] | None:
    if isinstance(value, list):
        return _streamed(value) or item_messages(value)
    holder = mapping(value)
    output = holder.get("output")
    if not isinstance(output, list) or not (holder.get("object") == "response" or (output and _is_item(output[0]))):
        return None
    messages = _items(output) if output else [message(Role.ASSISTANT, [])]
    if reason := text_of(mapping(holder.get("incomplete_details")).get("reason")):
        messages = annotated(messages, f"incomplete: {reason}")
    if error := mapping(holder.get("error")):
        failure = Failure(text_of(error.get("code")), text_of(error.get("message")))
        messages = [*messages, Message(Role.ASSISTANT, (failure,))]
    return messages


def _streamed(events: list[JsonValue]) -> list[Message] | None:
    """Return what the events of a stream say: its whole response at the end, else its whole items, else pieces
    of text.
    """
    if not all(text_of(mapping(event).get("type")).startswith(_EVENT) for event in events):
        return None
    whole = [response for event in events if items((response := mapping(mapping(event).get("response"))).get("output"))]
    if whole:
        return _response(dict(whole[-1]))
    done = [event.get("item") for event in map(mapping, events) if event.get("type") == f"{_EVENT}output_item.done"]
    if done:
        return _items(done)
    pieces = [text_of(event.get("delta")) for event in map(mapping, events) if event.get("type") == _PIECE]
    return [message(Role.ASSISTANT, [TextPart("".join(pieces))])] if pieces else None


def _turn(parts: list[Part]) -> list[Message]:
    return split(Role.ASSISTANT, parts) if parts else []


def _is_item(item: JsonValue) -> bool:
    kind = text_of(mapping(item).get("type"))
    return _speaks(item) or kind.endswith(("_call", "_output")) or kind in _OTHER_ITEMS


def _speaks(item: JsonValue) -> bool:
    holder = mapping(item)
    return isinstance(holder.get("role"), str) and holder.get("content") is not None


def _item_parts(item: JsonValue) -> Iterator[Part]:
    holder = mapping(item)
    kind = text_of(holder.get("type"))
    if kind.endswith("_output"):
        yield from part_of({**holder, "type": "function_call_output"})
    elif kind in _READ_AS_PARTS:
        yield from part_of(holder)
    elif kind == _ASKS_APPROVAL:
        yield from (_run_by_provider(kind, holder), Note("waits for approval"))
    elif kind.endswith("_call"):
        yield from _built_in_call(kind, holder)
    elif isinstance(holder.get("content"), str | list):
        yield from (part for each in role_message({"role": "assistant", **holder}) or [] for part in each.parts)
    else:
        yield Data(item, kind)


def _built_in_call(kind: str, item: Mapping[str, JsonValue]) -> Iterator[Part]:
    """Calls that the provider ran itself (web and file search, code, MCP); results lie in the same item."""
    call = _run_by_provider(kind, item)
    name, identifier = call.name, call.id
    yield call
    found = first(item, "results", "outputs", "output")
    if (documents := documents_in(found)) is not None:
        yield Result(tuple(documents), identifier, name)
    elif found is not None:
        yield Result(result_parts(found), identifier, name)
    if item.get("error") is not None:
        yield Result(result_parts(item["error"]), identifier, name, failed=True)


def _run_by_provider(kind: str, item: Mapping[str, JsonValue]) -> Call:
    name = text_of(item.get("name")) or kind.removesuffix("_call")
    return Call(name, _given(item), text_of(first(item, "call_id", "id")) or None)


def _approval(item: JsonValue) -> list[Message] | None:
    """Return the user's word on a call that waited for approval."""
    holder = mapping(item)
    if holder.get("type") != _APPROVES:
        return None
    told = [NamedValue(key, holder[key]) for key in ("approve", "reason") if holder.get(key) is not None]
    return [Message(Role.USER, tuple(told))]


def _given(item: Mapping[str, JsonValue]) -> JsonValue:
    for key in ("arguments", "action"):
        if item.get(key) is not None:
            given = arguments(item[key])
            return (
                {name: each for name, each in given.items() if each is not None} if isinstance(given, dict) else given
            )
    return {key: item[key] for key in ("queries", "code", "input", "operation") if item.get(key) is not None}
