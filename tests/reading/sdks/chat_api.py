"""OpenAI's Chat Completions, with ``reasoning_content`` as DeepSeek and vLLM send it.

Protocol: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.reading.sdks import story

USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def offered(asked: dict[str, Any]) -> list[str]:
    """The names of the tools that may be called; a tool that takes the final answer is none."""
    names = [tool.get("function", {}).get("name", "") for tool in asked.get("tools") or []]
    return [name for name in names if name == story.TOOL]


def whole(scenario: str, asked: dict[str, Any], calls_tool: bool) -> dict[str, Any]:
    message = {"role": "assistant", **_said(scenario, calls_tool)}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls_tool else "stop"}
    return {**_frame(asked, "chat.completion"), "choices": [choice], "usage": USAGE}


def streamed(scenario: str, asked: dict[str, Any], calls_tool: bool) -> Iterator[Any]:
    said = _said(scenario, calls_tool)
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    for call in said.get("tool_calls", []):
        given = call["function"]["arguments"]
        deltas.append({"tool_calls": [{"index": 0, **call, "function": {**call["function"], "arguments": ""}}]})
        deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in story.pieces(given)]
    deltas += [{"reasoning_content": piece} for piece in story.pieces(said.get("reasoning_content", ""))]
    deltas += [{"content": piece} for piece in story.pieces(said["content"] or "")]
    for delta in deltas:
        yield _chunk(asked, delta, None)
    yield _chunk(asked, {}, "tool_calls" if calls_tool else "stop")
    if (asked.get("stream_options") or {}).get("include_usage"):
        yield {**_frame(asked, "chat.completion.chunk"), "choices": [], "usage": USAGE}
    yield "[DONE]"


def _said(scenario: str, calls_tool: bool) -> dict[str, Any]:
    if not calls_tool:
        return {"content": story.answer(scenario), "reasoning_content": story.reasoning(scenario)}
    given = json.dumps({"subject": story.subject(scenario)})
    call = {"id": f"call_{scenario}", "type": "function", "function": {"name": story.TOOL, "arguments": given}}
    return {"content": None, "tool_calls": [call]}


def _chunk(asked: dict[str, Any], delta: dict[str, Any], reason: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {**_frame(asked, "chat.completion.chunk"), "choices": [choice]}


def _frame(asked: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1_760_000_000, "model": asked["model"]}
