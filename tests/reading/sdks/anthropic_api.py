"""Anthropic's Messages API.

Protocol: https://docs.claude.com/en/api/messages
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.reading.sdks import story


def offered(asked: dict[str, Any]) -> list[str]:
    return [tool["name"] for tool in asked.get("tools") or [] if tool["name"] == story.TOOL]


def whole(scenario: str, asked: dict[str, Any], calls_tool: bool) -> dict[str, Any]:
    return _message(asked, _content(scenario, asked, calls_tool), "tool_use" if calls_tool else "end_turn")


def streamed(scenario: str, asked: dict[str, Any], calls_tool: bool) -> Iterator[Any]:
    yield {"type": "message_start", "message": _message(asked, [], None)}
    for index, block in enumerate(_content(scenario, asked, calls_tool)):
        begun, deltas = _begun(block)
        yield {"type": "content_block_start", "index": index, "content_block": begun}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    reason = "tool_use" if calls_tool else "end_turn"
    ended = {"stop_reason": reason, "stop_sequence": None}
    yield {"type": "message_delta", "delta": ended, "usage": {"output_tokens": 7}}
    yield {"type": "message_stop"}


def _content(scenario: str, asked: dict[str, Any], calls_tool: bool) -> list[dict[str, Any]]:
    if calls_tool:
        given = {"subject": story.subject(scenario)}
        return [{"type": "tool_use", "id": f"toolu_{scenario}", "name": story.TOOL, "input": given}]
    said = {"type": "text", "text": story.answer(scenario)}
    if (asked.get("thinking") or {}).get("type") != "enabled":
        return [said]
    return [{"type": "thinking", "thinking": story.reasoning(scenario), "signature": "c2ln"}, said]


def _begun(block: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A block as a stream begins it, and the deltas that complete it."""
    match block["type"]:
        case "tool_use":
            given = story.pieces(json.dumps(block["input"]))
            return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": piece} for piece in given]
        case "thinking":
            thought = story.pieces(block["thinking"])
            deltas = [{"type": "thinking_delta", "thinking": piece} for piece in thought]
            signed = {"type": "signature_delta", "signature": block["signature"]}
            return {**block, "thinking": "", "signature": ""}, [*deltas, signed]
        case _:
            return {**block, "text": ""}, [
                {"type": "text_delta", "text": piece} for piece in story.pieces(block["text"])
            ]


def _message(asked: dict[str, Any], content: list[dict[str, Any]], reason: str | None) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked["model"],
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 11, "output_tokens": 7},
    }
