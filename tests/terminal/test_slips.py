"""Slips of the hand at a real keyboard: nothing is labelled that was not read and meant."""

from __future__ import annotations

import time

import pytest

from tests.terminal.conftest import Machine
from tests.terminal.terminal import Terminal

REPEAT_S = 0.033
HELD_S = 2.0


def hold(terminal: Terminal, key: str, delay_s: float) -> None:
    """Hold a key as keyboards do: a press, a pause, repeats."""
    began = time.monotonic()
    terminal.press(key)
    time.sleep(delay_s)
    while time.monotonic() < began + HELD_S:
        terminal.press(key)
        time.sleep(REPEAT_S)


@pytest.mark.parametrize("delay_s", [REPEAT_S, 0.5], ids=["at once", "after a delay"])
def test_a_held_key_labels_the_item_that_was_read_and_no_other(machine: Machine, delay_s: float) -> None:
    machine.asks_one_thumb()
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        hold(terminal, "y", delay_s)
        terminal.wait_for("item 2/", "mine 1")
        terminal.press("n")
        terminal.wait_for("item 3/", "mine 2")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert sorted(label["value"] for label in machine.labels()) == [False, True]


def test_a_sentence_typed_after_a_refused_comment_labels_nothing(machine: Machine) -> None:
    machine.asks_one_thumb(comment=False)
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("c", *"yes, not bad: 1 of 2 quays is named, so n")
        terminal.wait_for("takes no comment", "Esc or Enter goes on")
        terminal.press("enter")
        terminal.wait_until_gone("takes no comment")
        terminal.wait_for("item 1/", "mine 0")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert machine.labels() == []


def test_a_comment_that_arrives_in_one_piece_is_a_comment(machine: Machine) -> None:
    machine.asks_one_thumb()
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("cno, yes: 1 of 2\rX")
        terminal.wait_for("X does nothing here", "item 1/", "mine 0")
        terminal.press("n")
        terminal.wait_for("item 2/", "mine 1")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert [(label["value"], label["rationale"]) for label in machine.labels()] == [(False, "no, yes: 1 of 2")]


def test_a_pasted_sentence_labels_nothing(machine: Machine) -> None:
    machine.asks_one_thumb()
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.paste("yes\nno, nothing of this: 1 2 3 s\nqq")
        terminal.press("X")
        terminal.wait_for("X does nothing here", "item 1/", "mine 0")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert machine.labels() == []


def test_keys_pressed_before_the_screen_stands_label_nothing(machine: Machine) -> None:
    machine.asks_one_thumb()
    with machine.terminal("demo") as terminal:
        terminal.press(*"yyyy")
        terminal.wait_for("item", "● online")
        terminal.press("X")
        terminal.wait_for("X does nothing here", "mine 0")
