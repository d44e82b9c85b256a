"""A handler that returns null, true or a status hides nothing of the conversation below it."""

from __future__ import annotations

import pytest

from labeler.reading.read import read_conversation
from tests.reading.corpus import span, trace_of
from tests.reading.told import told

ASKED = {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "How deep is it?"}]}
SAID = {"choices": [{"message": {"role": "assistant", "content": "It is ok to sail: 6.2 metres."}}]}
CONVERSATION = ["system: Be brief.", "user: How deep is it?", "assistant: It is ok to sail: 6.2 metres."]


@pytest.mark.parametrize(
    ("inputs", "outputs", "shown"),
    [
        ({"ticket": 812}, True, ["input of handle: ticket = 812", "output of handle: true"]),
        ({"ticket": 812}, None, ["input of handle: ticket = 812", "output of handle: (null)"]),
        ({}, {}, ["input of handle: (empty object: nothing was passed)"]),
        ({"question": "How deep is it?"}, 200, ["output of handle: 200"]),
        ({"id": "abc-1", "kind": "web"}, {"status": "ok"}, ["input of handle: kind = web"]),
        ({"job": "j1"}, {"statusCode": 200, "body": "sent to #pier"}, ["input (job) of handle: j1"]),
        ({"job": "j1"}, {"ok": True, "ts": "1790000000.0001"}, ["input (job) of handle: j1"]),
        ({"job": "j1"}, "done", ["output of handle: done"]),
        ({"job": "j1"}, ["queued", 3], []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["CHAIN", None, "AGENT"])
def test_both_are_shown_the_conversation_first(
    inputs: object, outputs: object, shown: list[str], kind: str | None
) -> None:
    root = span(inputs, outputs, type=kind, name="handle")
    raw = trace_of(root, span(ASKED, SAID, number=2, parent=1, type="CHAT_MODEL", name="Completions"))
    lines = told(raw)
    assert lines[:3] == CONVERSATION
    assert [each for each in shown if each not in lines[3:]] == []
    conversation = read_conversation(raw)
    assert (conversation.request, conversation.answer) == (1, 2)


def test_a_handler_s_conversation_may_lie_in_an_agent_below_it() -> None:
    agent = span({"question": "How deep is it?"}, "6.2 metres.", number=2, parent=1, type="AGENT", name="sound")
    raw = trace_of(span({"ticket": 812}, True, name="handle"), agent)
    assert told(raw)[:2] == ["input (question): How deep is it?", "output: 6.2 metres."]


@pytest.mark.parametrize(
    ("outputs", "said", "last"),
    [
        ({"label": "spam"}, "spam", "output (label): spam"),
        (0.8, "Score: 0.8", "output: 0.8"),
        ("B", "The answer is (B).", "output: B"),
        ({"answer": "At noon."}, "It is said: at noon it opens", "output (answer): At noon."),
    ],
)
def test_a_short_answer_that_the_model_gave_stays_the_answer(outputs: object, said: str, last: str) -> None:
    answered = {"choices": [{"message": {"role": "assistant", "content": said}}]}
    raw = trace_of(
        span({"text": "Buy oil"}, outputs, name="classify"),
        span(ASKED, answered, number=2, parent=1, type="CHAT_MODEL", name="Completions"),
    )
    assert told(raw)[-1] == last
