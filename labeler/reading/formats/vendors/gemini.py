"""Google's Gemini API (google-genai, Vertex AI, the Agent Development Kit).

Protocol: https://ai.google.dev/api/generate-content
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats.messages import Side, exchange, joined, role_message, system_message
from labeler.reading.formats.parts import is_part, parts_of
from labeler.reading.formats.values import first, items, mapping, text_of
from labeler.reading.message import Message, Part, Role, annotated, message, split

_STOPPED = {"MAX_TOKENS": "cut off: the token limit was reached", "SAFETY": "stopped by the safety filter"}


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    return exchange(inputs, outputs, _request, _response)


def _request(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    asked = _contents(first(holder, "contents", "message", "new_message"))
    if asked is None:
        return None
    config = mapping(first(holder, "config", "generation_config", "generationConfig"))
    system = first(config, "system_instruction", "systemInstruction") or first(
        holder, "system_instruction", "systemInstruction"
    )
    return system_message(system) + asked


def _contents(value: JsonValue) -> list[Message] | None:
    """Contents: a text, a content, a list of contents, or the parts of one content. Without a role it is the user."""
    if isinstance(value, str):
        return [message(Role.USER, parts_of(value))]
    if isinstance(value, Mapping):
        return _content(value)
    messages: list[Message] = []
    loose: list[Part] = []
    for item in items(value):
        found = _content(item) if isinstance(item, Mapping) else None
        if found is not None:
            messages.extend(split(Role.USER, loose) if loose else [])
            messages.extend(found)
            loose = []
        elif isinstance(item, str) or is_part(item):
            loose.extend(parts_of(item))
        else:
            return None
    return (messages + (split(Role.USER, loose) if loose else [])) or None


def content_message(value: JsonValue) -> list[Message] | None:
    """Return the messages of an object that holds nothing but a role and parts, or None when it is no such object."""
    holder = mapping(value)
    return _content(holder) if holder.keys() == {"role", "parts"} else None


def _content(value: Mapping[str, JsonValue]) -> list[Message] | None:
    if isinstance(value.get("parts"), list):
        return role_message({"content": value["parts"], "role": text_of(value.get("role")) or "user"})
    return split(Role.USER, parts_of(value)) if is_part(value) and "role" not in value else None


def _response(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    if isinstance(value, list) and value and all("candidates" in mapping(chunk) for chunk in value):
        return _assembled(value)
    candidates = holder.get("candidates")
    if candidates is None and (blocked := _blocked(holder)):
        return annotated([], blocked)
    if not isinstance(candidates, list):
        content = mapping(holder.get("content"))
        return _candidate(holder) if isinstance(content.get("parts"), list) else None
    answered = [each for candidate in map(mapping, candidates) for each in _candidate(candidate)]
    if blocked := _blocked(holder):
        answered = annotated(answered, blocked)
    history = _contents(holder.get("automatic_function_calling_history")) or []
    return joined(history, answered) or [message(Role.ASSISTANT, [])]


def _candidate(candidate: Mapping[str, JsonValue]) -> list[Message]:
    content = mapping(candidate.get("content"))
    found = role_message({"content": content.get("parts"), "role": text_of(content.get("role")) or "model"}) or []
    note = _STOPPED.get(text_of(first(candidate, "finish_reason", "finishReason")))
    for told in (*_grounds(candidate), *([note] if note else [])):
        found = annotated(found, told)
    return found


def _grounds(candidate: Mapping[str, JsonValue]) -> Iterator[str]:
    """Yield what was searched for before the answer, and the sources that it rests on."""
    grounds = mapping(first(candidate, "grounding_metadata", "groundingMetadata"))
    yield from (f"searched for {text_of(q)}" for q in items(first(grounds, "web_search_queries", "webSearchQueries")))
    for chunk in map(mapping, items(first(grounds, "grounding_chunks", "groundingChunks"))):
        source = mapping(first(chunk, "web", "retrieved_context", "retrievedContext", "maps"))
        cited = (text_of(source.get("title")), text_of(source.get("uri")), text_of(source.get("text")))
        if any(cited):
            yield f"cites {': '.join(filter(None, cited))}"


def _blocked(holder: Mapping[str, JsonValue]) -> str:
    feedback = mapping(first(holder, "prompt_feedback", "promptFeedback"))
    reason = text_of(first(feedback, "block_reason", "blockReason"))
    return f"blocked: {reason}" if reason else ""


def _assembled(chunks: list[JsonValue]) -> list[Message]:
    """Return one message from the chunks of a stream."""
    parts: list[JsonValue] = []
    for chunk in map(mapping, chunks):
        for candidate in map(mapping, items(chunk.get("candidates"))[:1]):
            parts.extend(items(mapping(candidate.get("content")).get("parts")))
    merged: list[JsonValue] = []
    for part in parts:
        last = mapping(merged[-1]) if merged else {}
        piece = mapping(part)
        if (
            isinstance(last.get("text"), str)
            and isinstance(piece.get("text"), str)
            and last.get("thought") == piece.get("thought")
        ):
            merged[-1] = {**last, "text": text_of(last["text"]) + text_of(piece["text"])}
        else:
            merged.append(part)
    return role_message({"role": "model", "content": merged}) or []
