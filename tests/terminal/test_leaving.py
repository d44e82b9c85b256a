"""However a review is left, three lines say what was labelled, with which answers, and what is not sent yet."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from tests.terminal.conftest import Machine
from tests.terminal.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")]


def from_my_work(terminal: Terminal) -> None:
    terminal.press("R")
    terminal.wait_for("my work", "1 of ")
    terminal.press("ctrl+c")
    terminal.wait_for("item 2/")
    terminal.press("ctrl+c")


WAYS: dict[str, Callable[[Terminal], None]] = {
    "q": lambda terminal: terminal.press("q"),
    "ctrl+c": lambda terminal: terminal.press("ctrl+c"),
    "from my work": from_my_work,
    "SIGTERM": lambda terminal: terminal.signal(signal.SIGTERM),
}


def lines_said(terminal: Terminal) -> list[str]:
    """What the program said once the screen was gone."""
    after = terminal.written.decode().rpartition("\x1b[?1049l")[2]
    return [line.partition("labeler: ")[2].rstrip() for line in after.splitlines() if "labeler: " in line]


@pytest.mark.parametrize("way", WAYS)
def test_three_lines_are_printed_whichever_way_is_taken(machine: Machine, way: str) -> None:
    machine.asks_one_thumb(comment=False)
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("y")
        terminal.wait_for("item 2/", "mine 1", "line ")
        terminal.press("f")
        terminal.wait_for("note")
        terminal.press("enter")
        terminal.wait_for("⚑")
        WAYS[way](terminal)
        assert terminal.wait_for_exit() in (0, 130)
        labelled, answered, sent = lines_said(terminal)
    assert labelled.startswith("demo: 1 of ")
    assert " · 1 flagged" in labelled
    assert "an item (median) · " in answered
    assert "(1)" in answered
    assert sent == "Nothing is left to deliver"


def test_what_is_not_sent_is_said_in_the_third_line_and_nothing_done_in_the_second(machine: Machine) -> None:
    machine.asks_one_thumb(comment=False)
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert lines_said(terminal)[1:] == ["Nothing is answered yet", "Nothing is left to deliver"]
    with machine.terminal("review", "--offline") as terminal:
        terminal.wait_for("item 1/", "offline", "assistant")
        terminal.press("y")
        terminal.wait_for("item 2/", "1 queued")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert lines_said(terminal)[2].startswith("1 to be delivered, safe in the journal")
