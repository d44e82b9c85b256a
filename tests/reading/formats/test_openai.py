import json
from typing import Any

import pytest

from labeler.reading.read import read_conversation
from tests.reading.corpus import span, trace_of
from tests.reading.told import told, told_of

ASKED = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi?"}]}


def answer(**message: object) -> dict[str, object]:
    return {"choices": [{"message": {"role": "assistant", "content": None, **message}, "finish_reason": "stop"}]}


def test_parts_calls_and_results() -> None:
    messages = [
        {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look and listen."},
                {"type": "image_url", "image_url": {"url": "https://x.test/a.png", "detail": "low"}},
                {"type": "input_audio", "input_audio": {"data": "UklGRgAA", "format": "wav"}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}},
                {"type": "hologram", "beam": 7},
            ],
        },
        {
            "role": "assistant",
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": [1]}'}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "four"}]},
    ]
    assert told_of({"messages": messages}, answer(content="Done."), type="CHAT_MODEL") == [
        "system: Be kind.",
        "user: Look and listen.",
        "user: [image https://x.test/a.png]",
        "user: [audio/wav 6 B]",
        "user: [application/pdf 3 B a.pdf]",
        'user: hologram {"type": "hologram", "beam": 7}',
        'assistant: call f {"a": [1]}',
        "tool f: four",
        "assistant: Done.",
    ]


def test_what_the_model_says_beside_its_content() -> None:
    assert told_of(ASKED, answer(refusal="No."))[1:] == ["assistant: (refused by the model)", "assistant: No."]
    assert told_of(ASKED, answer(audio={"data": "UklGRgAA", "transcript": "Hello!"}))[1:] == [
        "assistant: Hello!",
        "assistant: [audio/wav 6 B]",
    ]
    assert told_of(ASKED, answer(reasoning_content="Hm.", content="Yes."))[1:] == [
        "assistant: thinks Hm.",
        "assistant: Yes.",
    ]
    thinking = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, {"type": "text", "text": "Yes."}]
    assert told_of(ASKED, answer(content=thinking))[1:] == ["assistant: thinks Hm.", "assistant: Yes."]


def test_arguments_that_are_no_json_stay_as_they_are() -> None:
    calls = [{"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": oops'}}]
    assert told_of(ASKED, answer(tool_calls=calls))[1:] == ['assistant: call f {"a": oops']


def test_empty_null_and_cut_answers_are_told_apart() -> None:
    assert told_of(ASKED, answer(content=""))[1:] == ["assistant: "]
    assert told_of(ASKED, answer())[1:] == ["assistant: (null)"]
    cut = {"choices": [{"message": {"role": "assistant", "content": "Once upon"}, "finish_reason": "length"}]}
    assert told_of(ASKED, cut)[1:] == ["assistant: Once upon", "assistant: (cut off: the token limit was reached)"]
    assert told_of(ASKED, None)[1:] == ["output: (null)"]
    assert told_of(ASKED)[1:] == ["output: (not recorded)"]
    assert told_of(ASKED, "<openai.Stream object at 0x7f1204d473d0>")[1:][0].startswith("assistant: (not recorded")


def test_chunks_of_a_stream_are_put_together() -> None:
    def chunk(**delta: object) -> dict[str, object]:
        return {"choices": [{"index": 0, "delta": delta}], "object": "chat.completion.chunk"}

    piece = {"index": 0, "id": "c", "function": {"name": "f", "arguments": '{"a'}}
    rest = {"index": 0, "function": {"arguments": '": 1}'}}
    chunks = [chunk(role="assistant", content="He"), chunk(content="llo"), chunk(tool_calls=[piece])]
    assert told_of(ASKED, [*chunks, chunk(tool_calls=[rest])])[1:] == ["assistant: Hello", 'assistant: call f {"a": 1}']


def test_other_apis_made_like_it() -> None:
    ollama = {"model": "m", "message": {"role": "assistant", "content": "Here."}, "done": True}
    assert told_of(ASKED, ollama) == ["user: Hi?", "assistant: Here."]
    assert told_of(ASKED, [{"role": "assistant", "content": "Here."}])[1:] == ["assistant: Here."]
    assert told_of(ASKED, {"messages": [{"role": "assistant", "content": "Here."}]})[1:] == ["assistant: Here."]
    old = {"model": "m", "prompt": "Once"}
    assert told_of(old, {"choices": [{"text": " upon", "index": 0}]}) == ["user: Once", "assistant:  upon"]


def test_a_role_nobody_knows_is_an_agent() -> None:
    asked = {"messages": [{"role": "user", "content": "Go."}, {"role": "planner", "content": "A plan."}]}
    assert told_of(asked, answer(content="Done."))[1:] == ["assistant planner: A plan.", "assistant: Done."]


def test_inputs_that_recur_in_outputs_are_said_once() -> None:
    history = [{"role": "user", "content": "One"}, {"role": "assistant", "content": "1"}]
    asked = [{"role": "user", "content": "Two"}]
    told = told_of({"messages": asked}, {"messages": [*history, *asked, {"role": "assistant", "content": "2"}]})
    assert told == ["user: One", "assistant: 1", "user: Two", "assistant: 2"]


def test_other_arguments_of_a_function_that_takes_messages_are_shown() -> None:
    told = told_of({**ASKED, "customer": "Mira", "temperature": 0.5}, answer(content="Hello."), type="CHAIN")
    assert told == ["user: Hi?", "user: customer = Mira", "assistant: Hello."]


def test_what_mlflow_leaves_out_of_a_streamed_answer_is_read_from_its_chunks() -> None:
    deltas = [{"reasoning_content": "Hm"}, {"reasoning_content": "."}, {"content": "Yes"}, {"content": "."}]
    events = [
        {
            "name": f"mlflow.chunk.item.{number}",
            "attributes": {"mlflow.chunk.value": json.dumps({"choices": [{"delta": delta}]})},
        }
        for number, delta in enumerate(deltas)
    ]
    thought = ["user: Hi?", "assistant: thinks Hm.", "assistant: Yes."]
    assert told_of(ASKED, answer(content="Yes."), events=events) == thought
    assert told_of(ASKED, answer(content="Something else."), events=events)[1:] == ["assistant: Something else."]


SCHEMA = {"type": "object", "properties": {"mill": {"type": "string"}}, "required": ["mill"]}


@pytest.mark.parametrize(
    "definition",
    [
        {"type": "function", "function": {"name": "mill_state", "description": "Tells it.", "parameters": SCHEMA}},
        {"type": "function", "name": "mill_state", "parameters": SCHEMA},
        {"name": "mill_state", "description": "Tells it.", "input_schema": SCHEMA},
    ],
)
@pytest.mark.parametrize("wrap", [lambda each: each, lambda each: [each]])
def test_a_tool_s_definition_among_the_messages_is_no_call_of_it(definition: Any, wrap: Any) -> None:
    messages = [{"role": "user", "content": "Open?"}, {"role": "tool", "content": wrap(definition)}]
    raw = trace_of(span({"messages": messages}, {"role": "assistant", "content": "No."}))
    assert not any(each.calls for each in read_conversation(raw).messages)
    assert any("tool definition" in line and "mill_state" in line for line in told(raw))
