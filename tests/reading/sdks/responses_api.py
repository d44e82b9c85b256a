"""OpenAI's Responses API.

Protocol: https://platform.openai.com/docs/api-reference/responses
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.reading.sdks import story


def offered(asked: dict[str, Any]) -> list[str]:
    return [tool["name"] for tool in asked.get("tools") or [] if tool.get("name") == story.TOOL]


def whole(scenario: str, asked: dict[str, Any], calls_tool: bool) -> dict[str, Any]:
    return _response(asked, "completed", _output(scenario, calls_tool))


def streamed(scenario: str, asked: dict[str, Any], calls_tool: bool) -> Iterator[Any]:
    output = _output(scenario, calls_tool)
    number = 0

    def event(kind: str, **more: Any) -> dict[str, Any]:
        nonlocal number
        number += 1
        return {"type": kind, "sequence_number": number, **more}

    yield event("response.created", response=_response(asked, "in_progress", []))
    for index, item in enumerate(output):
        place = {"output_index": index, "item_id": item["id"]}
        begun = {**item, "content": []} if item["type"] == "message" else item
        yield event("response.output_item.added", output_index=index, item=begun)
        if item["type"] == "message":
            part = item["content"][0]
            yield event("response.content_part.added", **place, content_index=0, part={**part, "text": ""})
            for piece in story.pieces(part["text"]):
                yield event("response.output_text.delta", **place, content_index=0, delta=piece, logprobs=[])
            yield event("response.output_text.done", **place, content_index=0, text=part["text"], logprobs=[])
            yield event("response.content_part.done", **place, content_index=0, part=part)
        yield event("response.output_item.done", output_index=index, item=item)
    yield event("response.completed", response=_response(asked, "completed", output))


def _output(scenario: str, calls_tool: bool) -> list[dict[str, Any]]:
    thought = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": story.reasoning(scenario)}],
    }
    if calls_tool:
        call = {
            "type": "function_call",
            "id": "fc_1",
            "call_id": f"call_{scenario}",
            "name": story.TOOL,
            "arguments": json.dumps({"subject": story.subject(scenario)}),
            "status": "completed",
        }
        return [call]
    text = {"type": "output_text", "text": story.answer(scenario), "annotations": [], "logprobs": []}
    said = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [text]}
    return [thought, said]


def _response(asked: dict[str, Any], status: str, output: list[dict[str, Any]]) -> dict[str, Any]:
    counts = {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18}
    details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 3}}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_760_000_000,
        "status": status,
        "model": asked["model"],
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": asked.get("tools") or [],
        "error": None,
        "incomplete_details": None,
        "instructions": asked.get("instructions"),
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
        "usage": {**counts, **details},
    }
