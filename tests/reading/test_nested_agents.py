"""An agent in an agent: the outermost exchange is the one under judgement, what the inner one did is folded in it."""

from __future__ import annotations

from typing import Any

import pytest

from labeler.domain.trace import RawTrace
from labeler.reading.read import read_conversation, read_document
from tests.reading.corpus import span, trace_of
from tests.reading.told import told

ASKED = "Give me a summary of the gates of lock six."
ANSWERED = "The east gate is shut; the west gate is ajar."
OUTER = [{"role": "system", "content": "You supervise the locks."}, {"role": "user", "content": ASKED}]
TURN = [*OUTER, {"role": "assistant", "tool_calls": [{"id": "c1", "function": {"name": "gates", "arguments": "{}"}}]}]
TURNS = [*TURN, {"role": "tool", "tool_call_id": "c1", "content": "east shut, west ajar"}]


def chat(messages: list[Any], answer: str | None, number: int, parent: int, *calls: str, **more: Any) -> dict[str, Any]:
    made = [{"id": f"c{number}", "function": {"name": name, "arguments": "{}"}} for name in calls]
    said = {"role": "assistant", "content": answer, "tool_calls": made or None}
    kind = more.pop("type", "CHAT_MODEL")
    sides = {"messages": messages}, {"choices": [{"message": said}]}
    return span(*sides, number=number, parent=parent, type=kind, name="Completions", **more)


def inner(parent: int, asked: str = "Get the state of every gate.", first: int = 10) -> list[dict[str, Any]]:
    """A nested agent with more to read than the one that runs it."""
    messages: list[Any] = [{"role": "system", "content": "You read gates."}, {"role": "user", "content": asked}]
    spans = []
    for number in range(first, first + 3):
        spans.append(chat(messages, None, number, parent, "read_gate"))
        messages = [*messages, {"role": "assistant", "tool_calls": [{"id": "g", "function": {"name": "read_gate"}}]}]
        messages = [*messages, {"role": "tool", "tool_call_id": "g", "content": f"gate {number} seen"}]
    return [*spans, chat(messages, "east shut, west ajar", first + 3, parent)]


def outer(parent: int, *calls: str) -> list[dict[str, Any]]:
    return [chat(OUTER, None, 2, parent, *calls), chat(TURNS, ANSWERED, 40, parent)]


def typed() -> RawTrace:
    return trace_of(span(type="AGENT"), *outer(1, "gates"), span(number=3, parent=1, type="AGENT"), *inner(3))


def called_by_name_alone() -> RawTrace:
    return trace_of(span(), *outer(1, "gates"), span(number=3, parent=1, name="gates"), *inner(3))


def between_the_turns_alone() -> RawTrace:
    return trace_of(span(), *outer(1, "gates"), span(number=3, parent=1, name="run_helper"), *inner(3))


def behind_a_tool_over_http() -> RawTrace:
    """LangGraph with A2A: the tool's span leads to another server's."""
    return trace_of(
        span(name="POST /"),
        span(number=2, parent=1, name="LangGraph", type="CHAIN"),
        chat(OUTER, None, 3, 2, "gates"),
        span({"q": "state?"}, "east shut, west ajar", number=4, parent=2, name="gates", type="TOOL"),
        span(number=5, parent=4, name="a2a.client.send_message"),
        span(number=6, parent=5, name="POST /rpc"),
        span(number=7, parent=6, name="gate_agent", type="AGENT"),
        *inner(7),
        chat(TURNS, ANSWERED, 40, 2),
    )


def asked_the_same() -> RawTrace:
    agent = span(number=3, parent=1, type="AGENT", name="specialist")
    return trace_of(span(type="AGENT"), *outer(1, "gates"), agent, *inner(3, ASKED))


def under_a_root_that_says_all() -> RawTrace:
    """The nested agent's answer is handed on word for word, so its exchange too says all that the root does."""
    agent = span(number=3, parent=1, type="TOOL", name="gates")
    last = chat(TURNS, "east shut, west ajar", 40, 1)
    root = span(ASKED, "east shut, west ajar", type="AGENT")
    return trace_of(root, chat(OUTER, None, 2, 1, "gates"), agent, *inner(3, ASKED), last)


@pytest.mark.parametrize(
    "made",
    [typed, called_by_name_alone, between_the_turns_alone, behind_a_tool_over_http, asked_the_same,
     under_a_root_that_says_all],
)  # fmt: skip
def test_the_outermost_exchange_is_under_judgement_and_the_nested_agent_folded_in_it(made: Any) -> None:
    raw = made()
    spoken = told(raw)
    answer = "east shut, west ajar" if made is under_a_root_that_says_all else ANSWERED
    assert spoken[:2] == ["system: You supervise the locks.", f"user: {ASKED}"]
    assert spoken[-1] == f"assistant: {answer}"
    document = read_document(raw)
    assert document.title == ASKED
    (nested,) = (block for block in document.blocks if "messages" in block.summary)
    assert nested.folded
    assert nested.message < (document.answer or 0)
    assert all(text in nested.text for text in ("You read gates.", "gate 10 seen", "east shut, west ajar"))
    conversation = read_conversation(raw)
    assert "read_gate" not in [call.name for each in conversation.messages for call in each.calls]


def test_agents_within_agents_are_folded_one_in_the_other() -> None:
    agent = span(number=3, parent=1, type="AGENT", name="gates")
    deepest = span(number=20, parent=3, type="AGENT", name="read_gate")
    spans = [span(type="AGENT"), *outer(1, "gates"), agent, *inner(3, first=14), deepest, *inner(20, "East?", first=21)]
    text = read_document(trace_of(*spans)).plain_text
    assert text.index(ASKED) < text.index("Get the state of every gate.") < text.index("East?") < text.index(ANSWERED)


def test_of_agents_one_after_the_other_the_last_is_under_judgement() -> None:
    first = chat([{"role": "user", "content": "Plan it."}], "Look, then tell.", 3, 2)
    last = chat([{"role": "user", "content": "Tell it."}], "Told.", 5, 4)
    agents = [span(number=number, parent=1, type="AGENT") for number in (2, 4)]
    assert told(trace_of(span(type="AGENT"), agents[0], first, agents[1], last))[-2:] == [
        "user: Tell it.",
        "assistant: Told.",
    ]


def test_an_agent_that_a_router_handed_over_to_is_no_nested_one() -> None:
    route = chat([{"role": "user", "content": "Whose is it?"}], "the worker's", 2, 1)
    raw = trace_of(span(type="AGENT"), route, span(number=3, parent=1, type="AGENT", name="worker"), *inner(3))
    assert told(raw)[-1] == "assistant: east shut, west ajar"
    assert "user: Get the state of every gate." in told(raw)


def test_a_trace_of_a_tool_alone_shows_what_was_said_in_it() -> None:
    raw = trace_of(span(type="TOOL", name="serve"), *inner(1))
    assert told(raw)[-1] == "assistant: east shut, west ajar"
