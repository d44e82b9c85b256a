"""Calls to Anthropic as MLflow's autologging records them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from labeler.domain.value import JsonValue
from tests.sample.make.openai import Message, usage
from tests.sample.make.spans import Span, digest

Block = Mapping[str, JsonValue]


def text(content: str) -> Block:
    return {"type": "text", "text": content}


def thinking(content: str) -> Block:
    return {"type": "thinking", "thinking": content, "signature": digest("signature", content).hex()[:40]}


def tool_use(name: str, **arguments: JsonValue) -> dict[str, JsonValue]:
    use_id = "toolu_" + digest("use", name, json.dumps(arguments)).hex()[:20]
    return {"type": "tool_use", "id": use_id, "name": name, "input": arguments}


def tool_result(of: Block, content: JsonValue) -> Block:
    written = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return {"type": "tool_result", "tool_use_id": of["id"], "content": written}


def tool_failure(of: Block, content: str) -> Block:
    return {"type": "tool_result", "tool_use_id": of["id"], "content": content, "is_error": True}


def said_by_user(*blocks: Block) -> Message:
    return {"role": "user", "content": list(blocks)}


def said_by_model(*blocks: Block) -> Message:
    return {"role": "assistant", "content": list(blocks)}


def tool(name: str, description: str, **properties: str) -> dict[str, JsonValue]:
    """A tool as it is offered to the model; `properties` maps its parameters to their JSON types."""
    schema: JsonValue = {
        "type": "object",
        "properties": {key: {"type": kind} for key, kind in properties.items()},
        "required": list(properties),
    }
    return {"name": name, "description": description, "input_schema": schema}


def message(
    system: str,
    messages: Sequence[Message],
    *blocks: Block,
    model: str = "claude-haiku-4-5",
    tools: Sequence[Mapping[str, JsonValue]] = (),
    ms: int = 1400,
) -> Span:
    """A call to the Messages API that answers with `blocks`."""
    heard: list[JsonValue] = list(messages)
    answered: list[JsonValue] = list(blocks)
    took = usage(model, [system, heard], answered)
    called = any(block["type"] == "tool_use" for block in blocks)
    inputs: dict[str, JsonValue] = {"model": model, "max_tokens": 1024, "system": system, "messages": heard}
    if tools:
        inputs["tools"] = list(tools)
    return Span(
        name="Messages.create",
        type="CHAT_MODEL",
        inputs=inputs,
        outputs={
            "id": "msg_" + digest("message", json.dumps([heard, answered])).hex()[:24],
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": answered,
            "stop_reason": "tool_use" if called else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": took.tokens_in, "output_tokens": took.tokens_out},
        },
        attributes={"mlflow.message.format": "anthropic", "mlflow.llm.provider": "anthropic"},
        usage=took,
        ms=ms,
    )
