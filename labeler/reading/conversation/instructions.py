"""The system prompt that was recorded beside a question: as an argument, or as an attribute of the span."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats.messages import messages_in, system_message
from labeler.reading.formats.plain import is_redacted, is_repr
from labeler.reading.formats.values import decoded, first
from labeler.reading.message import Message, NamedValue, Role

_ARGUMENTS: Final = (
    "system", "system_prompt", "systemPrompt", "system_message", "systemMessage", "system_instruction",
    "systemInstruction", "system_instructions", "instructions", "developer_prompt",
)  # fmt: skip
_ATTRIBUTES: Final = ("gen_ai.system_instructions", "gen_ai.system.instructions", "gen_ai.system_prompt")
_HOLDERS: Final = ("kwargs", "config", "generation_config", "generationConfig", "options", "params", "parameters")
"""Arguments in which the arguments of a model's call are handed on."""


def with_instructions(messages: list[Message], span: Span) -> list[Message]:
    """Return the messages behind the system prompts that the span holds and they do not tell."""
    recorded = list(_recorded(span))
    if not recorded:
        return messages
    told = [_folded(each) for each in messages if each.role is Role.SYSTEM]
    found: list[Message] = []
    for name, value in recorded:
        prompt = system_message(value)
        text = " ".join(map(_folded, prompt))
        if not text:
            continue
        if not any(text in each for each in told):
            told.append(text)
            found.extend(prompt)
        messages = [_without_field(each, name, value) for each in messages]
    return found + messages


def _recorded(span: Span) -> Iterator[tuple[str, JsonValue]]:
    if isinstance(span.inputs, dict):
        inner = (each for name in _HOLDERS if isinstance(each := span.inputs.get(name), dict))
        for holder in (span.inputs, *inner):
            yield from ((name, holder[name]) for name in _ARGUMENTS if name in holder and _is_prompt(holder[name]))
    attribute = decoded(first(span.attributes, *_ATTRIBUTES))
    if _is_prompt(attribute):
        yield "", attribute


def _is_prompt(value: JsonValue) -> bool:
    """Return whether a value is a text, or parts of one; messages under such a name are read as messages."""
    if isinstance(value, str):
        return bool(value.strip()) and not is_repr(value) and not is_redacted(value)
    return isinstance(value, list | dict) and bool(value) and messages_in(value) is None


def _without_field(each: Message, name: str, value: JsonValue) -> Message:
    """Return the message without the field that the system prompt was shown as, unless it is all there is."""
    rest = tuple(
        part for part in each.parts if not (isinstance(part, NamedValue) and (part.name, part.value) == (name, value))
    )
    return replace(each, parts=rest) if rest and len(rest) < len(each.parts) else each


def _folded(message: Message) -> str:
    return " ".join(message.text.split())
