"""Calls to OpenAI as MLflow's autologging records them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from labeler.domain.value import JsonValue
from tests.sample.make.spans import Span, Usage, digest

Message = Mapping[str, JsonValue]

_PRICES: Final = {
    "gpt-4o-mini": (0.15, 0.60),
    "gpt-4.1-mini": (0.40, 1.60),
    "gpt-5-mini": (0.25, 2.00),
    "claude-haiku-4-5": (1.00, 5.00),
    "claude-sonnet-4-5": (3.00, 15.00),
}
"""Dollars for a million tokens in and out."""

_CREATED: Final = 1788764400


def usage(model: str, heard: JsonValue, answered: JsonValue) -> Usage:
    """What a call took, by the length of what went in and came out."""
    tokens_in = len(json.dumps(heard, ensure_ascii=False)) // 4 + 9
    tokens_out = len(json.dumps(answered, ensure_ascii=False)) // 4 + 3
    price_in, price_out = _PRICES[model]
    return Usage(model, tokens_in, tokens_out, round((tokens_in * price_in + tokens_out * price_out) / 1e6, 8))


def system(text: str) -> Message:
    return {"role": "system", "content": text}


def user(text: str) -> Message:
    return {"role": "user", "content": text}


def assistant(text: str) -> Message:
    return {"role": "assistant", "content": text}


def call(name: str, **arguments: JsonValue) -> dict[str, JsonValue]:
    """A tool call. Its ID follows from its content."""
    written = json.dumps(arguments, ensure_ascii=False)
    call_id = "call_" + digest("call", name, written).hex()[:16]
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": written}}


def calling(*calls: Mapping[str, JsonValue]) -> Message:
    """The assistant message that asks for tools."""
    return {"role": "assistant", "content": None, "tool_calls": list(calls)}


def result(of: Mapping[str, JsonValue], content: JsonValue) -> Message:
    """The tool message that answers a call."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return {"role": "tool", "tool_call_id": of["id"], "content": text}


def function(name: str, description: str, **properties: str) -> dict[str, JsonValue]:
    """A tool as it is offered to the model; `properties` maps its parameters to their JSON types."""
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": description,
            "parameters": {
                "type": "object",
                "properties": {key: {"type": kind} for key, kind in properties.items()},
                "required": list(properties),
            },
        },
    }


def chat(
    messages: Sequence[Message],
    answer: Message | str | None,
    *,
    model: str = "gpt-4o-mini",
    tools: Sequence[Mapping[str, JsonValue]] = (),
    finish: str = "stop",
    settings: Mapping[str, JsonValue] | None = None,
    ms: int = 900,
) -> Span:
    """A chat completion. `answer` is its text, or the whole assistant message."""
    message = answer if isinstance(answer, Mapping) else {"role": "assistant", "content": answer}
    calls = message.get("tool_calls")
    recorded: dict[str, JsonValue] = {
        "role": "assistant",
        "content": message.get("content"),
        "refusal": message.get("refusal"),
        "annotations": [],
        "audio": None,
        "function_call": None,
        "tool_calls": calls,
    }
    took = usage(model, list(messages), recorded)
    inputs: dict[str, JsonValue] = {"model": model, "messages": list(messages), **(settings or {})}
    attributes: dict[str, JsonValue] = {"mlflow.message.format": "openai", "mlflow.llm.provider": "openai"}
    if tools:
        inputs["tools"] = list(tools)
        attributes["mlflow.chat.tools"] = list(tools)
    return Span(
        name="Completions",
        type="CHAT_MODEL",
        inputs=inputs,
        outputs={
            "id": "chatcmpl-" + digest("completion", json.dumps([inputs, recorded])).hex()[:24],
            "choices": [
                {
                    "finish_reason": "tool_calls" if calls else finish,
                    "index": 0,
                    "logprobs": None,
                    "message": recorded,
                }
            ],
            "created": _CREATED,
            "model": model,
            "object": "chat.completion",
            "service_tier": "default",
            "usage": {
                "completion_tokens": took.tokens_out,
                "prompt_tokens": took.tokens_in,
                "total_tokens": took.tokens_in + took.tokens_out,
            },
        },
        attributes=attributes,
        usage=took,
        ms=ms,
    )


def response(
    instructions: str,
    heard: JsonValue,
    items: Sequence[Mapping[str, JsonValue]],
    *,
    tools: Sequence[Mapping[str, JsonValue]] = (),
    model: str = "gpt-5-mini",
    ms: int = 1600,
) -> Span:
    """A call to the Responses API. `heard` is its input, `items` its output."""
    return Span(
        name="Responses",
        type="CHAT_MODEL",
        inputs={"model": model, "instructions": instructions, "input": heard, "tools": list(tools)},
        outputs={
            "id": "resp_" + digest("response", json.dumps([heard, list(items)])).hex()[:32],
            "created_at": _CREATED,
            "model": model,
            "object": "response",
            "output": list(items),
            "status": "completed",
        },
        attributes={"mlflow.message.format": "openai", "mlflow.llm.provider": "openai"},
        usage=usage(model, [instructions, heard], list(items)),
        ms=ms,
    )


def spoken(text: str) -> dict[str, JsonValue]:
    """The item of a Responses output that holds the answer."""
    return {
        "type": "message",
        "id": "msg_" + digest("message", text).hex()[:24],
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []}],
    }
