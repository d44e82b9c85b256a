"""OpenLLMetry (Traceloop): messages flattened into attributes (``gen_ai.prompt.0.role``), entities with arguments."""

from __future__ import annotations

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats.messages import Side, joined, role_message
from labeler.reading.formats.values import decoded, items, mapping, text_of, unflattened
from labeler.reading.message import Message

_PREFIXES = (("gen_ai.prompt", "gen_ai.completion"), ("llm.prompts", "llm.completions"))


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    """Return the conversation in a span's attributes, where there is one.

    MLflow takes the first prompt as the span's input, which is often the system's: the attributes know better.
    """
    for prompt, completion in _PREFIXES:
        asked = _messages(span, prompt, "user")
        answered = _messages(span, completion, "assistant")
        if asked or answered:
            return joined(asked, answered)
    return None


def _messages(span: Span, prefix: str, role: str) -> list[Message]:
    messages: list[Message] = []
    for entry in items(unflattened(span.attributes, prefix)):
        flat = mapping(entry)
        message: dict[str, JsonValue] = {
            **flat,
            "role": text_of(flat.get("role")) or role,
            "content": decoded(flat.get("content")),
        }
        messages.extend(role_message(message) or [])
    return messages
