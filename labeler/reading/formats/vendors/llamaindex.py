"""LlamaIndex: chat and completion models, query engines, chat engines, agent workflows."""

from __future__ import annotations

from dataclasses import replace

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats import chat
from labeler.reading.formats.documents import documents_in
from labeler.reading.formats.messages import Side, exchange, messages_in, role_message
from labeler.reading.formats.parts import call, result_parts
from labeler.reading.formats.values import first, items, mapping, text_of
from labeler.reading.message import Message, NamedValue, Role, TextPart, message


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    return exchange(inputs, outputs, _request, _response)


def _request(value: JsonValue) -> list[Message] | None:
    if (messages := chat.request(value)) is not None:
        return messages
    holder = mapping(value)
    history = messages_in(first(holder, "chat_history", "memory")) or []
    asked = first(holder, "str_or_query_bundle", "query_bundle", "user_msg", "message")
    if (spoken := role_message(asked)) is not None:
        return history + spoken
    if isinstance(text := asked if isinstance(asked, str) else mapping(asked).get("query_str"), str):
        return [*history, message(Role.USER, [TextPart(text)])]
    if history:
        return history
    if isinstance(template := mapping(holder.get("prompt")).get("template"), str):
        given = [NamedValue(name, value) for name, value in mapping(holder.get("prompt_args")).items()]
        return [message(Role.USER, [TextPart(template), *given])]
    texts = items(holder.get("args"))
    if texts and all(isinstance(text, str) for text in texts):
        return [message(Role.USER, [TextPart(text_of(text))]) for text in texts]
    return messages_in(texts[0]) if texts else None


def _response(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    result = mapping(holder.get("result")) or holder
    spoken = role_message(result.get("message")) or role_message(result.get("response"))
    if spoken is not None:
        return [*_tool_calls(result), *spoken]
    if isinstance(text := holder.get("response"), str) and "source_nodes" in holder:
        documents = documents_in(holder.get("source_nodes")) or []
        sources = [Message(Role.TOOL, tuple(documents), title="sources")] if documents else []
        return [*sources, message(Role.ASSISTANT, [TextPart(text)])]
    if (prepared := messages_in(holder.get("messages"))) is not None:
        return prepared
    if isinstance(text := holder.get("text"), str) and ("raw" in holder or "additional_kwargs" in holder):
        return [message(Role.ASSISTANT, [TextPart(text)])]
    return None


def _tool_calls(result: object) -> list[Message]:
    """Return the calls of an agent's whole run, with their answers where they were recorded."""
    messages: list[Message] = []
    for made in map(mapping, items(mapping(result if isinstance(result, dict) else None).get("tool_calls"))):
        called = call(made)
        messages.append(Message(Role.ASSISTANT, (called,)))
        output = mapping(made.get("tool_output"))
        if output:
            answer = Message(Role.TOOL, result_parts(first(output, "blocks", "content", "raw_output")), called.name)
            messages.append(replace(answer, call_id=called.id, failed=output.get("is_error") is True))
    return messages
