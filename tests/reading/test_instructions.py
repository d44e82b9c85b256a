"""A system prompt that was recorded beside the question is read as one, whatever it is called and wherever it lies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.reading.corpus import span, trace_of
from tests.reading.told import told, told_of

SYSTEM, ASKED, SAID = "You are the weir keeper.", "Is the weir open tonight?", "It is shut until six."


@pytest.mark.parametrize(
    "inputs",
    [
        {"prompt": ASKED, "system": SYSTEM},
        {"prompt": ASKED, "system_prompt": SYSTEM},
        {"user_prompt": ASKED, "system_prompt": SYSTEM},
        {"question": ASKED, "instructions": SYSTEM, "temperature": 0.2},
        {"input": ASKED, "system_instruction": {"parts": [{"text": SYSTEM}]}},
        {"prompt": ASKED, "system": [{"type": "text", "text": SYSTEM}]},
        {"messages": [{"role": "user", "content": ASKED}], "system_prompt": SYSTEM},
        {"contents": ASKED, "config": {"system_instruction": SYSTEM}},
        {"prompt": ASKED, "options": {"systemPrompt": SYSTEM}},
        {"request": {"prompt": ASKED, "system": SYSTEM}},
    ],
)
@pytest.mark.parametrize("outputs", [SAID, {"content": [{"type": "text", "text": SAID}]}, {"output": SAID}])
@pytest.mark.parametrize("kind", ["LLM", "CHAIN", "AGENT", None])
def test_it_stands_first_and_is_said_once(inputs: Any, outputs: Any, kind: str | None) -> None:
    first, asked, *_, said = told_of(inputs, outputs, type=kind)
    assert first == f"system: {SYSTEM}"
    assert asked.endswith(ASKED)
    assert said.endswith(SAID)


@pytest.mark.parametrize("key", ["gen_ai.system_instructions", "gen_ai.system.instructions"])
@pytest.mark.parametrize("content", [ASKED, [{"type": "text", "text": ASKED}]])
def test_it_may_be_an_attribute_beside_messages_of_any_form(key: str, content: Any) -> None:
    messages = [{"role": "user", "content": content}]
    attribute = json.dumps([{"type": "text", "content": SYSTEM}])
    assert told_of(messages, SAID, attributes={key: attribute})[:2] == [f"system: {SYSTEM}", f"user: {ASKED}"]


def test_messages_that_tell_it_are_left_as_they_are() -> None:
    messages = [{"role": "system", "content": f"{SYSTEM}\nBe brief."}, {"role": "user", "content": ASKED}]
    lines = told_of({"messages": messages, "system": SYSTEM}, SAID)
    assert [line for line in lines if SYSTEM in line] == [f"system: {SYSTEM}\nBe brief."]


def chat(messages: list[Any], said: dict[str, Any], number: int, parent: int) -> dict[str, Any]:
    answered = {"choices": [{"message": {"role": "assistant", "content": None, **said}}]}
    return span({"messages": messages}, answered, number=number, parent=parent, type="CHAT_MODEL")


def test_agents_that_hand_over_keep_their_own_instructions_where_they_spoke() -> None:
    asked = {"role": "user", "content": ASKED}
    call = {"id": "1", "function": {"name": "transfer_to_keeper", "arguments": "{}"}}
    front = chat([{"role": "system", "content": "You are the front."}, asked], {"tool_calls": [call]}, 3, 2)
    quoted = {"role": "user", "content": "For context: front called transfer_to_keeper"}
    keeper = chat([{"role": "system", "content": SYSTEM}, asked, quoted], {"content": SAID}, 6, 5)
    raw = trace_of(
        span(name="invocation"),
        span(number=2, parent=1, type="AGENT", name="front"),
        front,
        span({}, {"result": None}, number=4, parent=2, type="TOOL", name="transfer_to_keeper"),
        span(number=5, parent=1, type="AGENT", name="keeper"),
        keeper,
    )
    assert told(raw) == [
        "system: You are the front.",
        f"user: {ASKED}",
        "assistant: call transfer_to_keeper {}",
        'tool transfer_to_keeper: {"result": null}',
        f"system: {SYSTEM}",
        "user: For context: front called transfer_to_keeper",
        f"assistant: {SAID}",
    ]


def test_instructions_that_change_from_call_to_call_do_not_flood_the_conversation() -> None:
    messages: list[Any] = [{"role": "user", "content": ASKED}]
    spans = [span(type="AGENT")]
    for number in range(2, 14):
        system = {"role": "system", "content": f"It is {number} o'clock."}
        spans.append(chat([system, *messages], {"content": f"Waiting, {number}."}, number, 1))
        messages = [*messages, {"role": "assistant", "content": f"Waiting, {number}."}]
        messages = [*messages, {"role": "user", "content": f"And now, {number}?"}]
    lines = told(trace_of(*spans))
    assert [line for line in lines if line.startswith("system")] == [
        "system: It is 2 o'clock.",
        "system: (changed 11 times before the answer: the span tree has all of them)",
        "system: It is 13 o'clock.",
    ]
