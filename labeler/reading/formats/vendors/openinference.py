"""OpenInference: messages and documents flattened into attributes (``llm.input_messages.0.message.role``).

Protocol: https://arize-ai.github.io/openinference/spec/semantic_conventions.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats.documents import document_in
from labeler.reading.formats.messages import Side, joined, role_message
from labeler.reading.formats.values import decoded, first, items, mapping, text_of, unflattened
from labeler.reading.message import Call, Message, Retrieved

_DOCUMENTS = ("retrieval.documents", "reranker.output_documents")


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    """Return the conversation in a span's attributes; inputs and outputs repeat it in the vendor's own form, if
    at all.
    """
    asked = _messages(span, "llm.input_messages")
    answered = _unrepeated(asked, _messages(span, "llm.output_messages"))
    return joined(asked, answered) or None


def _unrepeated(asked: list[Message], answered: list[Message]) -> list[Message]:
    """Return the answer without the calls of earlier turns, which a span that spans several turns leaves in it."""
    known = {call.id for each in asked for call in each.calls if call.id}
    return [
        replace(each, parts=tuple(part for part in each.parts if not (isinstance(part, Call) and part.id in known)))
        for each in answered
        if not (each.calls and all(isinstance(part, Call) and part.id in known for part in each.parts))
    ]


def documents(span: Span) -> list[Retrieved]:
    """Return the documents that a retriever's or reranker's attributes hold."""
    found: list[Retrieved] = []
    for prefix in _DOCUMENTS:
        for entry in items(unflattened(span.attributes, prefix)):
            inner = mapping(mapping(entry).get("document"))
            document = document_in({**inner, "metadata": decoded(inner.get("metadata"))})
            found.extend([document] if document else [])
    return found


def _messages(span: Span, prefix: str) -> list[Message]:
    messages: list[Message] = []
    for entry in items(unflattened(span.attributes, prefix)):
        flat = mapping(mapping(entry).get("message"))
        calls = [mapping(call).get("tool_call") for call in items(flat.get("tool_calls"))]
        legacy = text_of(flat.get("function_call_name"))
        message: dict[str, JsonValue] = {
            **flat,
            "role": text_of(flat.get("role")) or ("user" if prefix.startswith("llm.input") else "assistant"),
            "content": first(flat, "content") if flat.get("contents") is None else _contents(flat, bool(calls)),
            "contents": None,
            "tool_calls": calls,
            "function_call": {"name": legacy, "arguments": flat.get("function_call_arguments_json")}
            if legacy
            else None,
        }
        messages.extend(role_message(message) or [])
    return messages


def _contents(flat: Mapping[str, JsonValue], calls_apart: bool) -> JsonValue:
    """Return the parts of a message.

    A call among them that is told apart from them has neither name nor arguments here.
    """
    parts: list[JsonValue] = []
    for entry in items(flat.get("contents")):
        content = mapping(mapping(entry).get("message_content"))
        if calls_apart and content.keys() <= {"type", "id"}:
            continue
        image = mapping(mapping(content.get("image")).get("image"))
        parts.append({"type": "image_url", "image_url": {"url": image.get("url")}} if image else content)
    text = first(flat, "content")
    return [*([text] if isinstance(text, str) and text else []), *parts]
