from typing import Any

import pytest

from labeler.reading.conversation.build import converse
from labeler.reading.wire.spans import decode
from tests.reading.corpus import span, trace_of
from tests.reading.told import told, told_of


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (False, "false"),
        (0, "0"),
        (4.5, "4.5"),
        ("", "(empty string)"),
        (None, "(null)"),
        ({}, "(empty object: nothing was passed)"),
        ([], "[]"),
        (["a", "b"], '["a", "b"]'),
        (["Once", " upon", " a time"], "Once upon a time"),
        ("<generator object f at 0x7f1204d473d0>", None),
        ("<REDACTED>", "(redacted by the recorder: <REDACTED>)"),
        ({"a": 1, "b": "x"}, '{"a": 1, "b": "x"}'),
    ],
)
def test_falsy_empty_and_strange_outputs_are_told_apart(value: object, shown: str | None) -> None:
    (line,) = told_of({"q": "Hi?"}, value)[1:]
    assert line == f"output: {shown}" if shown else "not recorded: only the Python object's name was kept" in line


def test_chunks_of_a_generator_are_one_text() -> None:
    events = [{"name": f"mlflow.chunk.item.{n}", "attributes": {}} for n in range(2)]
    assert told_of({"q": "Hi?"}, ["apple", "pear"], events=events)[1:] == ["output: applepear"]


def test_reasoning_and_documents_stand_apart_from_the_answer() -> None:
    output = {"answer": "Shed.", "reasoning": "Hm.", "sources": [{"title": "Oil", "text": "In the shed.", "page": 3}]}
    assert told_of({"question": "Oil?"}, output)[1:] == [
        "output (answer): Shed.",
        "output (answer): thinks Hm.",
        "output (answer): document In the shed. (Oil)",
    ]


def test_a_child_that_tells_more_is_read_instead() -> None:
    asked = {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi?"}]}
    said = {"choices": [{"message": {"role": "assistant", "content": "Four."}}]}
    child = span(asked, said, number=2, parent=1, type="CHAT_MODEL", name="Completions")
    raw = trace_of(span({"q": "Hi?"}, "Four."), child)
    assert told(raw) == ["system: Be brief.", "user: Hi?", "assistant: Four."]
    assert (converse(decode(raw)).source, converse(decode(raw)).origin) == ("Completions", "from Completions")
    more = trace_of(span({"q": "Hi?", "customer": 7}, "Four."), child)
    assert told(more) == ["system: Be brief.", "user: Hi?", "user: customer = 7", "assistant: Four."]
    other = trace_of(span({"q": "Hi?"}, "Quite another answer."), child)
    assert told(other) == ["system: Be brief.", "input (q): Hi?", "output: Quite another answer."]
    assert converse(decode(other)).origin == "system prompt from Completions"


def test_a_child_that_tells_of_tool_calls_is_read_even_where_its_prompt_frames_the_question() -> None:
    calls = [{"id": "c1", "function": {"name": "f", "arguments": "{}"}}]
    messages = [
        {"role": "user", "content": "Answer this: Hi? Be brief."},
        {"role": "assistant", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c1", "content": "four"},
    ]
    said = {"choices": [{"message": {"role": "assistant", "content": "Four."}}]}
    child = span({"messages": messages}, said, number=2, parent=1, type="CHAT_MODEL")
    expected = ["user: Answer this: Hi? Be brief.", "assistant: call f {}", "tool f: four", "assistant: Four."]
    assert told(trace_of(span({"q": "Hi?"}, "Four."), child)) == expected


def test_a_question_or_answer_taken_from_below_is_said_to_be() -> None:
    asked = span({"messages": [{"role": "user", "content": "Hi?"}]}, number=2, parent=1, type="LLM", name="ask")
    raw = trace_of(span({}, "Four."), asked)
    assert told(raw) == ["user: Hi?", "output: Four."]
    assert converse(decode(raw)).origin == "request from ask"


def test_of_several_model_calls_under_a_silent_root_the_richest_and_latest_is_read() -> None:
    def call(number: int, *texts: str) -> dict[str, Any]:
        messages = [{"role": "user" if n % 2 == 0 else "assistant", "content": text} for n, text in enumerate(texts)]
        said = {"choices": [{"message": messages.pop()}]}
        return span({"messages": messages}, said, number=number, parent=1, type="LLM")

    raw = trace_of(
        span(), call(2, "a", "b"), call(3, "a", "b", "c", "d"), call(4, "e", "f", "g", "h"), call(5, "x", "y")
    )
    assert told(raw) == ["user: e", "assistant: f", "user: g", "assistant: h"]


def test_tools_that_ran_are_woven_in_before_the_answer() -> None:
    raw = trace_of(
        span({"q": "Hi?"}, "Four."),
        span({"a": 1}, "four", number=2, name="execute_tool f", parent=1, type="TOOL"),
        span({"a": 2}, number=3, name="g", status="STATUS_CODE_ERROR", message="boom", parent=1, type="TOOL"),
        span({"inner": 1}, "x", number=4, parent=2, type="TOOL", name="inside f"),
    )
    assert told(raw) == [
        "input (q): Hi?",
        'assistant: call f {"a": 1}',
        "tool f: four",
        'assistant: call g {"a": 2}',
        "tool g failed: error boom",
        "output: Four.",
    ]


def test_an_answer_missing_behind_its_call_is_taken_from_the_tool_s_span() -> None:
    calls = [{"id": f"c{n}", "function": {"name": "f", "arguments": f'{{"n": {n}}}'}} for n in (1, 2)]
    said = {"choices": [{"message": {"role": "assistant", "tool_calls": calls}}]}
    raw = trace_of(
        span({"messages": [{"role": "user", "content": "Hi?"}]}, said, type="AGENT"),
        span({"n": 2}, "two", number=2, parent=1, type="TOOL", name="f"),
        span({"n": 1}, "one", number=3, parent=1, type="TOOL", name="f"),
    )
    assert told(raw)[3:] == ["tool f: two", "tool f: one", "output: (not recorded)"]


def test_each_exception_is_shown_once_where_it_was_raised() -> None:
    failed = "STATUS_CODE_ERROR"
    event = {"name": "exception", "attributes": {"exception.type": "ValueError", "exception.message": "boom"}}
    raw = trace_of(
        span({"q": "Hi?"}, status=failed, message="ValueError: boom", events=[event]),
        span({"x": 1}, number=2, parent=1, name="step", status=failed, message="ValueError: boom", events=[event]),
    )
    assert told(raw) == ["input (q): Hi?", "output: error ValueError: boom"]
    handled = trace_of(span({"q": "Hi?"}, "Fine."), span({"x": 1}, number=2, parent=1, name="step", events=[event]))
    assert told(handled) == ["input (q): Hi?", "error in step: error ValueError: boom", "output: Fine."]
