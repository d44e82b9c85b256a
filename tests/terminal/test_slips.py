"""Slips of the hand at a real keyboard: nothing is labelled that was not read and meant."""

from __future__ import annotations

import time

import pytest

from tests.terminal.conftest import Machine
from tests.terminal.terminal import Terminal

pytestmark = pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")

REPEAT_S = 0.033
HELD_S = 2.0

STARS = """
[review]
questions = "config"

[[questions]]
name = "clarity"
input = "numeric"
min = 1
max = 5

[[questions]]
name = "tone"
input = "numeric"
min = 1
max = 5

[[questions]]
name = "modes"
input = "categorical"
options = ["wrong", "incomplete"]
multiple = true
"""


def hold(terminal: Terminal, key: str, delay_s: float, seconds: float = HELD_S) -> None:
    """Hold a key as keyboards do: a press, a pause, repeats."""
    began = time.monotonic()
    terminal.press(key)
    time.sleep(delay_s)
    while time.monotonic() < began + seconds:
        terminal.press(key)
        time.sleep(REPEAT_S)


@pytest.mark.slow
@pytest.mark.parametrize("delay_s", [REPEAT_S, 0.25, 0.5, 0.66], ids=["at once", "0.25 s", "0.5 s", "0.66 s"])
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


@pytest.mark.slow
@pytest.mark.parametrize("delay_s", [REPEAT_S, 0.5], ids=["at once", "after a delay"])
def test_a_held_digit_answers_one_question(machine: Machine, delay_s: float) -> None:
    machine.asks(STARS)
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        hold(terminal, "1", delay_s, seconds=delay_s + 12 * REPEAT_S)
        terminal.press("X")
        terminal.wait_for("X does nothing here", "item 1/")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert [(label["name"], label["value"]) for label in machine.labels()] == [("clarity", 1)]


@pytest.mark.slow
@pytest.mark.parametrize("delay_s", [REPEAT_S, 0.5], ids=["at once", "after a delay"])
def test_a_held_enter_ends_what_is_open_and_answers_nothing(machine: Machine, delay_s: float) -> None:
    machine.asks(STARS)
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("2")
        terminal.wait_for("clarity 2")
        terminal.press("3")
        terminal.wait_for("tone 3")
        terminal.press("c")
        terminal.wait_for("comment on tone")
        terminal.press("plain")
        hold(terminal, "enter", delay_s)
        terminal.press("X")
        terminal.wait_for("X does nothing here", "item 1/", "mine 0")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert {label["name"]: (label["value"], label["rationale"]) for label in machine.labels()} == {
        "clarity": (2, None),
        "tone": (3, "plain"),
    }


@pytest.mark.slow
def test_one_write_of_answers_labels_one_item_and_says_what_was_ignored(machine: Machine) -> None:
    machine.asks_one_thumb()
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("ynynyn")
        terminal.wait_for("item 2/", "mine 1", "too early: ignored")
        terminal.press("yes\nno, neither of these: s D 1 2 q")
        terminal.wait_for("item 3/", "mine 2", "too early: ignored · Esc or Enter goes on")
        terminal.press("enter", "q")
        assert terminal.wait_for_exit() == 0
    assert len(machine.labels()) == 2


CUT_KEYS = {
    "Delete": ("\x1b", "[3~"),
    "left": ("\x1b", "[D"),
    "left of an application's keypad": ("\x1b", "OD"),
    "left, one byte at a time": ("\x1b", "[", "D"),
    "9 of the keypad": ("\x1b", "Oy"),
    "a mouse report": ("\x1b", "[<0;5;5M"),
    "in the middle": ("\x1b[", "3~"),
}


@pytest.mark.slow
@pytest.mark.parametrize("parts", CUT_KEYS.values(), ids=CUT_KEYS)
def test_a_key_that_a_slow_line_cuts_in_two_labels_and_opens_nothing(machine: Machine, parts: tuple[str, ...]) -> None:
    machine.asks(STARS)
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        for part in parts:
            terminal.press(part)
            time.sleep(0.3)
        terminal.press("X")
        screen = terminal.wait_for("X does nothing here", "item 1/", "mine 0")
        assert "declines" not in screen
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert machine.labels() == []


@pytest.mark.slow
def test_text_pasted_with_an_end_of_paste_in_it_labels_nothing_and_is_said(machine: Machine) -> None:
    machine.asks_one_thumb()
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.paste("yes\x1b[201~ynq is it")
        terminal.wait_for("pasted text dropped, 12 characters", "item 1/", "mine 0")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert machine.labels() == []


@pytest.mark.slow
def test_nothing_typed_at_a_terminal_that_is_too_small_acts(machine: Machine) -> None:
    machine.asks_one_thumb()
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("N")
        terminal.wait_for("Enter saves")
        terminal.press("half")
        terminal.wait_for("half")
        terminal.resize(20, 6)
        terminal.wait_for("labeler needs")
        terminal.press(" a quay", "enter")
        time.sleep(0.5)
        terminal.resize(120, 40)
        terminal.wait_for("half a quay", "Enter saves")
        terminal.press("enter")
        terminal.wait_for("item 2/", "mine 1")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert [(label["value"], label["rationale"]) for label in machine.labels()] == [(False, "half a quay")]


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("burst", "meant"),
    [
        ("abc\x7f\r", "ab"),
        ("abd\x7fc\r", "abc"),
        ("bc\x1b[Ha\x1b[Fd\x1b[D\x1b[3~\r", "abc"),
        ("ab\x7f\x7f\x7fx\r", "x"),
    ],
    ids=["the end", "the middle", "moved about", "more than there is"],
)
@pytest.mark.parametrize("is_open", [True, False], ids=["in the open field", "with the key that opens it"])
def test_a_comment_with_keys_that_edit_it_read_at_once_is_what_was_meant_and_submitted_once(
    machine: Machine, burst: str, meant: str, is_open: bool
) -> None:
    machine.asks_one_thumb()
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        if is_open:
            terminal.press("N")
            terminal.wait_for("Enter saves")
            terminal.press(burst)
        else:
            terminal.press(f"N{burst}")
        terminal.wait_for("item 2/", "mine 1")
        terminal.press("X")
        terminal.wait_for("X does nothing here", "item 2/", "mine 1")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert [(label["value"], label["rationale"]) for label in machine.labels()] == [(False, meant)]


@pytest.mark.slow
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
