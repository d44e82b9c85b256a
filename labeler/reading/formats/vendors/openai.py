"""OpenAI chat completions and the many APIs made like them (Mistral, Groq, Ollama, LiteLLM, gateways, Agno).

Protocol: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats import chat
from labeler.reading.formats.messages import Side, exchange, role_message
from labeler.reading.formats.values import decoded, first, items, mapping, text_of
from labeler.reading.message import Call, Message, Reasoning, Role, TextPart, annotated, message


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    messages = exchange(inputs, outputs, request, response)
    if messages and messages[-1].role is Role.ASSISTANT and _says_more(streamed := _streamed(span), messages[-1]):
        return [*messages[:-1], *streamed]
    return messages


def request(value: JsonValue) -> list[Message] | None:
    messages = chat.request(value)
    return _prompts(value) if messages is None else messages


def response(value: JsonValue) -> list[Message] | None:
    if isinstance(value, list) and (chunks := _chunks(value)):
        return _assembled(chunks) or [message(Role.ASSISTANT, [])]
    if isinstance(value, list) and value and all(mapping(mapping(each).get("delta")) for each in value):
        return _deltas(value)
    choices = mapping(value).get("choices")
    if not isinstance(choices, list):
        return chat.response(value)
    messages: list[Message] = []
    for choice in map(mapping, choices):
        messages.extend(_choice(choice))
    return messages or None


def _chunks(value: list[JsonValue]) -> list[JsonValue]:
    """Return the chunks of a stream that say something; none where a member is no chunk.

    The last may hold only the usage.
    """
    if not all(isinstance(mapping(each).get("choices"), list) for each in value):
        return []
    chunks = [each for each in value if items(mapping(each).get("choices"))]
    return chunks if all("delta" in _first_choice(each) for each in chunks) else []


def _deltas(value: list[JsonValue]) -> list[Message] | None:
    """Return the messages of MLflow's streaming agents: a message each, or pieces of one under the same ID."""
    whole: list[dict[str, JsonValue]] = []
    for delta in (mapping(mapping(each).get("delta")) for each in value):
        known = whole[-1] if whole and delta.get("id") and whole[-1].get("id") == delta["id"] else None
        if known is None:
            whole.append({"role": "assistant", **delta})
        elif isinstance(piece := delta.get("content"), str):
            known["content"] = text_of(known.get("content")) + piece
    return chat.response(list(whole))


def _says_more(streamed: list[Message], recorded: Message) -> bool:
    """Return whether a stream's one message says what was recorded of it, and reasoning or calls besides."""
    if len(streamed) != 1 or recorded.text not in ("", streamed[0].text):
        return False
    return _extras(streamed[0]) > _extras(recorded) or (not recorded.text and bool(streamed[0].text))


def _extras(said: Message) -> int:
    return sum(isinstance(part, Call | Reasoning) for part in said.parts)


def _streamed(span: Span) -> list[Message]:
    """Return what the chunks of a stream say: MLflow leaves tool calls and reasoning out of the answer it puts
    together.
    """
    values = (event.attributes.get(CHUNK) for event in span.events if event.name.startswith("mlflow.chunk."))
    chunks = [chunk for chunk in map(decoded, values) if "delta" in _first_choice(chunk)]
    return _assembled(chunks)


def _choice(choice: Mapping[str, JsonValue]) -> list[Message]:
    said = first(choice, "message", "delta")
    if said is None and isinstance(text := choice.get("text"), str):
        return [message(Role.ASSISTANT, [TextPart(text)])]
    found = role_message({"role": "assistant", **_present(mapping(said))}) or []
    note = _NOTES.get(text_of(choice.get("finish_reason")))
    return annotated(found, note) if note else found


def _assembled(chunks: list[JsonValue]) -> list[Message]:
    """Return one message from the chunks of a stream."""
    text = ""
    reasoning = ""
    refusal = ""
    calls: dict[JsonValue, dict[str, JsonValue]] = {}
    for chunk in chunks:
        delta = mapping(_first_choice(chunk)["delta"])
        text += text_of(delta.get("content"))
        refusal += text_of(delta.get("refusal"))
        reasoning += text_of(first(delta, "reasoning_content", "reasoning"))
        for piece in map(mapping, items(delta.get("tool_calls"))):
            function = mapping(piece.get("function"))
            known = calls.setdefault(str(piece.get("index", 0)), {"name": "", "arguments": "", "id": None})
            known["id"] = piece.get("id") or known["id"]
            known["name"] = text_of(known["name"]) + text_of(function.get("name"))
            known["arguments"] = text_of(known["arguments"]) + text_of(function.get("arguments"))
    if not (text or reasoning or refusal or calls):
        return []
    whole: dict[str, JsonValue] = {
        "content": text,
        "reasoning": reasoning,
        "refusal": refusal,
        "tool_calls": list(calls.values()),
    }
    return role_message({"role": "assistant", **whole}) or []


def _prompts(value: JsonValue) -> list[Message] | None:
    """Return the prompt of the older completions API."""
    prompt = mapping(value).get("prompt")
    if isinstance(prompt, str):
        return [message(Role.USER, [TextPart(prompt)])]
    texts = [TextPart(text) for text in items(prompt) if isinstance(text, str)]
    return [message(Role.USER, [text]) for text in texts] or None


def _first_choice(chunk: JsonValue) -> Mapping[str, JsonValue]:
    choices = items(mapping(chunk).get("choices"))
    return mapping(choices[0]) if choices else {}


def _present(said: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {key: value for key, value in said.items() if value is not None}


CHUNK: Final = "mlflow.chunk.value"
_NOTES: Final = {"length": "cut off: the token limit was reached", "content_filter": "stopped by the content filter"}
