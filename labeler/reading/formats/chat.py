"""The chat envelope that most vendors share: a list of messages, the system prompt beside or among them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats.documents import documents_in
from labeler.reading.formats.messages import MessageReader, messages_in, role_message, system_message
from labeler.reading.formats.values import first, mapping
from labeler.reading.message import Message, NamedValue, Part, Role

_MODELS: Final = ("LLM", "CHAT_MODEL")
_CONVERSATION: Final = frozenset(
    (
        "messages", "system", "system_prompt", "instructions", "system_instruction", "systemInstruction", "prompt",
        "input", "contents", "message", "new_message", "task", "user_prompt", "message_history", "chat_history",
        "str_or_query_bundle", "query_bundle", "user_msg", "args", "items", "body", "memory",
    )
)  # fmt: skip
_PARAMETERS: Final = frozenset(
    (
        "model", "modelId", "model_name", "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens",
        "max_output_tokens", "stream", "stream_options", "stop", "n", "seed", "tools", "tool_choice", "toolChoice",
        "response_format", "presence_penalty", "frequency_penalty", "logprobs", "user", "timeout", "config",
        "generation_config", "inferenceConfig", "extra_headers", "extra_body", "kwargs", "output_type", "deps", "usage",
        "usage_limits", "model_settings", "model_request_parameters", "infer_name", "cancellation_token", "json_output",
        "remaining_steps", "is_last_step", "verbose", "reset", "additional_args", "streaming_callback",
        "generation_kwargs", "parallel_tool_calls", "reasoning", "reasoning_effort", "store", "metadata",
    )
)  # fmt: skip

SYSTEM_KEYS: Final = ("system", "system_prompt", "instructions", "system_instruction", "systemInstruction")


def request(value: JsonValue, read: MessageReader = role_message) -> list[Message] | None:
    """Return the messages of ``{"messages": […], "system": …}`` or of a bare list of messages."""
    if isinstance(value, list):
        return messages_in(value, read)
    holder = mapping(value)
    messages = messages_in(holder.get("messages"), read)
    if messages is None:
        return None
    told = [each.text for each in messages if each.role is Role.SYSTEM]
    beside = system_message(first(holder, *SYSTEM_KEYS))
    return [each for each in beside if not any(each.text in text for text in told)] + messages


def response(value: JsonValue, read: MessageReader = role_message) -> list[Message] | None:
    """Return the messages of an answer that is a message, a list of messages, or holds either under its usual name."""
    if isinstance(value, list):
        return messages_in(value, read)
    if (found := read(value)) is not None:
        return found
    holder = mapping(value)
    if (found := read(holder.get("message"))) is not None:
        return found
    return messages_in(holder.get("messages"), read)


def with_other_arguments(messages: list[Message], span: Span) -> list[Message]:
    """Return the messages, the request with the span's other arguments as fields.

    The model's parameters are no content; nor is any argument of a model's own span, which has no others, nor what a
    pipeline hands to its components.
    """
    if span.type in _MODELS or not isinstance(span.inputs, dict) or any(each.title for each in messages[:1]):
        return messages
    if all(isinstance(value, dict) for value in span.inputs.values()):
        return messages
    given = {**mapping(span.inputs.get("kwargs")), **span.inputs}
    others = [
        NamedValue(name, value)
        for name, value in given.items()
        if name not in _CONVERSATION and name not in _PARAMETERS and value not in (None, [], {})
    ]
    place = max((place for place, each in enumerate(messages) if each.role is Role.USER), default=None)
    if not others or place is None:
        return messages
    asked = replace(messages[place], parts=(*messages[place].parts, *others))
    return [*messages[:place], asked, *messages[place + 1 :]]


def with_fields(messages: list[Message], value: JsonValue, known: frozenset[str]) -> list[Message]:
    """Return the messages, the last one with the fields of a state that are no messages.

    Behind a tool's answer they are the result of the run.
    """
    extra: list[Part] = []
    for key, each in mapping(value).items():
        if key not in known and each not in (None, [], {}):
            extra.extend(documents_in(each) or [NamedValue(key, each)])
    if not extra or not messages:
        return messages
    if messages[-1].role is Role.TOOL:
        return [*messages, Message(Role.ASSISTANT, tuple(extra))]
    return [*messages[:-1], replace(messages[-1], parts=(*messages[-1].parts, *extra))]
