"""OpenTelemetry's semantic conventions for generative AI, in attributes and in events.

Protocol: https://opentelemetry.io/docs/specs/semconv/gen-ai/ (messages of ``role`` and ``parts``), and the older form
with one event a message (``gen_ai.user.message``, ``gen_ai.choice``), as Strands, Semantic Kernel and others write it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats import chat
from labeler.reading.formats.messages import Side, exchange, joined, messages_in, role_message, system_message
from labeler.reading.formats.values import decoded, first, items, mapping, text_of
from labeler.reading.formats.vendors import gemini
from labeler.reading.message import Message, Reasoning, Role, TextPart, message

_EVENT_ROLES: Final = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
    "gen_ai.choice": "assistant",
}
_DETAILS: Final = "gen_ai.client.inference.operation.details"
_AGENT_HISTORY: Final = ("pydantic_ai.all_messages", "all_messages_events", "logfire.all_messages")


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    if not (_has_parts(inputs) or _has_parts(outputs)):
        return None
    found = [_thought_first(each) for each in exchange(inputs, outputs, chat.request, chat.response) or []] or None
    system = system_message(decoded(span.attributes.get("gen_ai.system_instructions")))
    if found and system and found[0].role is not Role.SYSTEM:
        return system + found
    return found


def _thought_first(each: Message) -> Message:
    """Return a message in which some instrumentations put the reasoning that it began with behind its text or at its
    end.
    """
    spoken = [part for part in each.parts if not isinstance(part, Reasoning)]
    thought = [part for part in each.parts if isinstance(part, Reasoning)]
    texts = [part for part in spoken if isinstance(part, TextPart)]
    if list(each.parts) in ([*spoken, *thought], [*texts, *thought, *spoken[len(texts) :]]):
        return replace(each, parts=(*thought, *spoken))
    return each


def _has_parts(side: Side) -> bool:
    return isinstance(side, list) and bool(side) and isinstance(mapping(side[0]).get("parts"), list)


def recognise_attributes(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    """Return the conversation that a span's attributes and events tell, beside or instead of its inputs and outputs."""
    system = system_message(decoded(span.attributes.get("gen_ai.system_instructions")))
    messages = _history(span) or _from_details(span.attributes) or _from_events(span) or _from_content_events(span)
    if not messages:
        return None
    return system + messages if system and messages[0].role is not Role.SYSTEM else messages


def _history(span: Span) -> list[Message] | None:
    for key in _AGENT_HISTORY:
        if messages := messages_in(decoded(span.attributes.get(key)), _event_or_message):
            final = decoded(span.attributes.get("final_result"))
            if isinstance(final, str) and messages[-1].text != final and messages[-1].role is not Role.ASSISTANT:
                messages.append(message(Role.ASSISTANT, [TextPart(final)]))
            return messages
    return None


def _event_or_message(item: JsonValue) -> list[Message] | None:
    holder = mapping(item)
    name = text_of(holder.get("event.name"))
    return _event(name, holder) if name in _EVENT_ROLES else role_message(item)


def _from_details(attributes: Mapping[str, JsonValue]) -> list[Message] | None:
    asked = messages_in(decoded(attributes.get("gen_ai.input.messages"))) or []
    answered = messages_in(decoded(attributes.get("gen_ai.output.messages"))) or []
    return joined(asked, answered) or None


def _from_events(span: Span) -> list[Message] | None:
    messages: list[Message] = []
    for event in span.events:
        if event.name in _EVENT_ROLES:
            messages.extend(_event(event.name, event.attributes) or [])
        elif event.name == _DETAILS and (told := _from_details(event.attributes)):
            system = system_message(decoded(event.attributes.get("gen_ai.system_instructions")))
            return system + told
    logged = decoded(span.attributes.get("events"))
    for entry in map(mapping, items(logged)):
        if text_of(entry.get("event.name")) in _EVENT_ROLES:
            messages.extend(_event(text_of(entry.get("event.name")), entry) or [])
    return messages or None


def _event(name: str, attributes: Mapping[str, JsonValue]) -> list[Message] | None:
    body = {key: decoded(value) for key, value in {**mapping(decoded(attributes.get("body"))), **attributes}.items()}
    said = body.get("message")
    fields = mapping(said) or {**body, "content": first(body, "content", "message")}
    if (choice := gemini.content_message(first(fields, "content"))) is not None:
        return choice
    role = text_of(first(fields, "role")) if name != "gen_ai.tool.message" else "tool"
    return role_message(
        {**fields, "role": role or _EVENT_ROLES[name], "tool_call_id": first(body, "tool_call_id", "id")}
    )


def _from_content_events(span: Span) -> list[Message] | None:
    """Prompt and completion as Spring AI and the first drafts of the conventions recorded them."""
    messages: list[Message] = []
    for event in span.events:
        if event.name == "gen_ai.content.prompt":
            messages.extend(_content(event.attributes.get("gen_ai.prompt"), Role.USER))
        elif event.name == "gen_ai.content.completion":
            messages.extend(_content(event.attributes.get("gen_ai.completion"), Role.ASSISTANT))
    return messages or None


def _content(value: JsonValue, role: Role) -> list[Message]:
    found = decoded(value)
    if (messages := messages_in(found)) is not None:
        return messages
    text = found if isinstance(found, str) else "\n".join(text_of(each) for each in items(found))
    return [message(role, [TextPart(text)])] if text else []
