"""Agents' libraries: what their runs, tasks and tools look like, and what is read of them."""

import json

from tests.reading.corpus import span, trace_of
from tests.reading.told import told, told_of


def test_pydantic_ai() -> None:
    request = {
        "kind": "request",
        "instructions": "Be brief.",
        "parts": [
            {"part_kind": "system-prompt", "content": "Be kind."},
            {"part_kind": "user-prompt", "content": ["Hi?", {"kind": "image-url", "url": "https://x.test/a.png"}]},
        ],
    }
    call = {"part_kind": "tool-call", "tool_name": "f", "args": '{"a": 1}', "tool_call_id": "c1"}
    thinking = {"kind": "response", "parts": [{"part_kind": "thinking", "content": "Hm."}, call]}
    returned = {"part_kind": "tool-return", "tool_name": "f", "content": {"n": 4}, "tool_call_id": "c1"}
    retry = {"part_kind": "retry-prompt", "tool_name": "f", "content": "again", "tool_call_id": "c1"}
    said = {"kind": "response", "parts": [{"part_kind": "text", "content": "Four."}]}
    history = [request, thinking, {"kind": "request", "parts": [returned, retry]}, said]
    expected = [
        "system: Be brief.",
        "system: Be kind.",
        "user: Hi?",
        "user: [image https://x.test/a.png]",
        "assistant: thinks Hm.",
        'assistant: call f {"a": 1}',
        'tool f: {"n": 4}',
        "tool f failed: again",
        "assistant: Four.",
    ]
    assert (
        told_of({"user_prompt": "Hi?"}, {"output": "Four.", "_state": {"message_history": history}})[1:] == expected[1:]
    )
    assert told_of({"messages": history[:1]}, said) == [*expected[:4], "assistant: Four."]


def test_autogen() -> None:
    call = {"id": "c1", "name": "f", "arguments": '{"a": 1}'}
    result = {"content": "four", "name": "f", "call_id": "c1", "is_error": True}
    team = [
        {"source": "user", "type": "TextMessage", "content": "Hi?"},
        {"source": "clerk", "type": "ThoughtEvent", "content": "Hm."},
        {"source": "clerk", "type": "ToolCallRequestEvent", "content": [call]},
        {"source": "clerk", "type": "ToolCallExecutionEvent", "content": [result]},
        {"source": "clerk", "type": "TextMessage", "content": "Four."},
    ]
    assert told_of({"task": "Hi?"}, {"messages": team, "stop_reason": None}) == [
        "user: Hi?",
        "assistant clerk: thinks Hm.",
        'assistant clerk: call f {"a": 1}',
        "tool f failed: four",
        "assistant clerk: Four.",
    ]
    typed = [
        {"type": "SystemMessage", "content": "Be brief."},
        {"type": "UserMessage", "source": "user", "content": "Hi?"},
        {"type": "AssistantMessage", "source": "clerk", "content": [call], "thought": "Hm."},
        {"type": "FunctionExecutionResultMessage", "content": [result]},
    ]
    assert told_of({"messages": typed}, {"content": "Four.", "finish_reason": "stop", "thought": None})[2:] == [
        "assistant clerk: thinks Hm.",
        'assistant clerk: call f {"a": 1}',
        "tool f failed: four",
        "assistant: Four.",
    ]


def test_strands_events_hold_more_than_inputs_and_outputs() -> None:
    def event(name: str, **attributes: object) -> dict[str, object]:
        return {"name": name, "time_unix_nano": 1, "attributes": attributes}

    use = json.dumps([{"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": 1}}}])
    result = json.dumps([{"toolResult": {"toolUseId": "t1", "content": [{"text": "four"}], "status": "success"}}])
    events = [
        event("gen_ai.system.message", content="Be brief."),
        event("gen_ai.user.message", content=json.dumps([{"text": "Hi?"}])),
        event("gen_ai.assistant.message", content=use),
        event("gen_ai.tool.message", content=result, role="tool", id="t1"),
        event("gen_ai.choice", message=json.dumps([{"text": "Four."}]), finish_reason="end_turn"),
    ]
    inputs = [{"role": "user", "content": [{"text": "Hi?"}]}, {"role": "tool", "content": json.loads(result)}]
    told = told_of(inputs, [{"text": "Four."}], type="CHAT_MODEL", events=events)
    assert told == ["system: Be brief.", "user: Hi?", 'assistant: call f {"a": 1}', "tool f: four", "assistant: Four."]
    assert told_of(inputs[:1], [{"toolUse": {"toolUseId": "t", "name": "f", "input": {}}}])[1:] == [
        "assistant: call f {}"
    ]


def test_a_crew_is_its_tasks() -> None:
    task = {"description": "Count the bees.", "expected_output": "A number.", "raw": "Four.", "agent": "clerk"}
    crew = {"raw": "Four.", "tasks_output": [{"description": "Look.", "raw": "Bees.", "agent": "scout"}, task]}
    agents = [{"role": "clerk", "goal": "Count.", "backstory": ""}]
    assert told_of({"inputs": {"place": "hive"}}, crew, attributes={"agents": agents}) == [
        "system clerk: goal = Count.",
        "user: Look.",
        "assistant scout: Bees.",
        "user: Count the bees.",
        "user: expected_output = A number.",
        "user: place = hive",
        "assistant clerk: Four.",
    ]
    written = (
        "[{'role': 'clerk', 'goal': 'Count \\'all\\'.\\n', 'backstory': \"It's long.\", 'func': <function f at 0x7f>}]"
    )
    assert told_of({}, crew, attributes={"agents": written})[:2] == [
        "system clerk: goal = Count 'all'.\n",
        "system clerk: backstory = It's long.",
    ]
    assert told_of({"context": ""}, task)[-1] == "assistant clerk: Four."
    bare = {"raw": "Four.", "tasks_output": [{"raw": "Four.", "agent": "clerk"}]}
    assert told_of({"inputs": {"topic": "bees"}}, bare) == ["input (topic): bees", "assistant clerk: Four."]


def test_a_tool_s_span_that_is_named_for_a_method_has_the_name_it_was_called_by() -> None:
    asked = {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "New task: Hi?"}]}
    call = {"id": "1", "function": {"name": "look_up", "arguments": '{"q": "bees"}'}}
    said = {"choices": [{"message": {"role": "assistant", "content": None, "tool_calls": [call]}}]}
    raw = trace_of(
        span({"task": "Hi?"}, {"_value": "Four."}, type="AGENT"),
        span(asked, said, number=2, parent=1, type="CHAT_MODEL", name="Completions"),
        span({"kwargs": {"q": "bees"}}, "Bees.", number=3, parent=1, type="TOOL", name="SimpleTool.__call__"),
    )
    assert told(raw) == [
        "system: Be brief.",
        "user: Hi?",
        'assistant: call look_up {"q": "bees"}',
        "tool look_up: Bees.",
        "output (_value): Four.",
    ]


def test_smolagents_and_their_like_are_plain_values() -> None:
    assert told_of({"task": "Hi?", "stream": False}, {"_value": "Four."})[-1] == "output (_value): Four."
