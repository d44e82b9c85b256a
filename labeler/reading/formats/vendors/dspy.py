"""DSPy: modules with named fields, ReAct trajectories, and the language model calls under them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from labeler.domain.trace import NotRecorded, Span
from labeler.domain.value import JsonValue
from labeler.reading.formats import chat
from labeler.reading.formats.messages import Side, exchange, role_message
from labeler.reading.formats.parts import arguments, result_parts
from labeler.reading.formats.plain import input_message, output_message
from labeler.reading.formats.values import mapping, text_of
from labeler.reading.message import Call, Message, Part, Reasoning, Role, TextPart, message

_COMPLETION: Final = frozenset(("text", "reasoning_content", "tool_calls", "citations", "logprobs"))


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    if isinstance(mapping(_value(outputs)).get("trajectory"), Mapping):
        return exchange(inputs, outputs, lambda value: [input_message(value)], _agent)
    if isinstance(inputs, NotRecorded) and span.attributes.get("mlflow.message.format") != "dspy":
        return None
    return exchange(inputs, outputs, _prompt, _completions)


def _value(side: Side) -> JsonValue:
    return side if isinstance(side, dict | list) else None


def _agent(value: JsonValue) -> list[Message]:
    holder = mapping(value)
    answer = {key: each for key, each in holder.items() if key != "trajectory"}
    return [*_trajectory(mapping(holder["trajectory"])), output_message(answer)]


def _trajectory(trajectory: Mapping[str, JsonValue]) -> list[Message]:
    messages: list[Message] = []
    for step in range(len(trajectory)):
        thought = text_of(trajectory.get(f"thought_{step}"))
        name = text_of(trajectory.get(f"tool_name_{step}"))
        if not (thought or name):
            break
        parts: list[Part] = [Reasoning(thought)] if thought else []
        if name:
            parts.append(Call(name, arguments(trajectory.get(f"tool_args_{step}"))))
        messages.append(message(Role.ASSISTANT, parts))
        if f"observation_{step}" in trajectory:
            messages.append(Message(Role.TOOL, result_parts(trajectory[f"observation_{step}"]), name))
    return messages


def _prompt(value: JsonValue) -> list[Message] | None:
    if (messages := chat.request(value)) is not None:
        return messages
    prompt = mapping(value).get("prompt")
    return [message(Role.USER, [TextPart(prompt)])] if isinstance(prompt, str) else None


def _completions(value: JsonValue) -> list[Message] | None:
    """Return one message a completion: a text, or an object with the text and what came with it."""
    if not isinstance(value, list) or not value:
        return None
    messages: list[Message] = []
    for completion in value:
        if isinstance(completion, str):
            messages.append(message(Role.ASSISTANT, [TextPart(completion)]))
        elif isinstance((holder := mapping(completion)).get("text"), str) and not holder.keys() - _COMPLETION:
            messages.extend(role_message({**holder, "role": "assistant", "content": holder["text"]}) or [])
        else:
            return None
    return messages
