"""What failed beside the conversation and holds nothing of it is one folded line, not a flood of messages."""

from __future__ import annotations

from typing import Any

import pytest

from labeler.reading.read import read_document
from tests.reading.corpus import span, trace_of
from tests.reading.must_texts import shown
from tests.reading.told import told

ASKED = {"messages": [{"role": "user", "content": "Is lock six open?"}]}
SAID = {"choices": [{"message": {"role": "assistant", "content": "It is shut until six."}}]}
STACK = 'Traceback (most recent call last):\n  File "queue.py", line 111, in dequeue\nCancelledError'


def failed(number: int, parent: int | None, message: str = "", **more: Any) -> dict[str, Any]:
    told = {"exception.type": "CancelledError", "exception.message": message, "exception.stacktrace": STACK}
    event = {"name": "exception", "time_unix_nano": 1_000_000_001, "attributes": told}
    return span(number=number, parent=parent, status="STATUS_CODE_ERROR", events=[event], **more)


def chat() -> dict[str, Any]:
    return span(ASKED, SAID, number=2, parent=1, type="CHAT_MODEL", name="chat")


@pytest.mark.parametrize("parent", [1, 2, 999])
def test_a_hundred_cancelled_polls_are_one_line(parent: int) -> None:
    polls = [failed(number, parent, name="dequeue_event") for number in range(10, 110)]
    inner = [failed(number + 200, number, name="wait") for number in range(10, 20)]
    raw = trace_of(span(name="POST /"), chat(), *polls, *inner)
    assert told(raw) == ["user: Is lock six open?", "assistant: It is shut until six."]
    view = shown(raw)
    assert "CancelledError" not in str(view["messages"])
    document = read_document(raw)
    (line,) = (block for block in document.blocks if "without content failed" in block.summary)
    assert line.folded
    assert "dequeue_event: CancelledError (× 90)" in line.text
    assert "wait: CancelledError (× 10)" in line.text
    assert [block.text for block in document.blocks[-2:]] == ["from chat", line.text]
    assert line.message > max(block.message for block in document.blocks[:-1])


@pytest.mark.parametrize(
    "spans",
    [
        [failed(1, None, "lock jammed", name="POST /"), chat(), failed(3, 1, "lock jammed", name="db.query")],
        [span(name="POST /"), chat(), failed(3, 1, "lock jammed", name="read_gate", type="TOOL")],
        [span(name="POST /"), chat(), failed(3, 1, "lock jammed", name="chat", type="LLM")],
        [span(name="POST /"), chat(), failed(3, 1, "lock jammed", name="fetch", inputs={"gate": "east"})],
        [span(name="POST /"), span(number=3, parent=1), failed(2, 3, "lock jammed", name="chat", type="CHAT_MODEL")],
    ],
    ids=["it ended the trace", "a tool", "a model", "something was recorded of it", "in an agent"],
)
def test_a_failure_that_says_something_of_the_answer_is_shown(spans: list[dict[str, Any]]) -> None:
    assert any("lock jammed" in line for line in told(trace_of(*spans)))


def test_arguments_that_were_not_recorded_are_said_to_be_and_are_not_an_empty_object() -> None:
    raw = trace_of(span(name="agent", type="AGENT"), failed(2, 1, "fog", name="gauge", type="TOOL"))
    assert "{}" not in read_document(raw).plain_text
    assert "assistant: (its arguments were not recorded)" in told(raw)
    empty = trace_of(span(name="agent", type="AGENT"), failed(2, 1, "fog", name="gauge", type="TOOL", inputs={}))
    assert "assistant: call gauge {}" in told(empty)
