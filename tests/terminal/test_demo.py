"""The demo, as somebody meets it who has just installed labeler."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys

import pytest

from tests.terminal.conftest import Machine

pytestmark = pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")


def switched_on_and_never_off(written: str) -> set[str]:
    """Terminal modes that a program left otherwise than it found them; wrapping (7) and the cursor (25) start on."""
    last = dict(re.findall(r"\x1b\[\?(\d+)([hl])", written))
    return {mode for mode, state in last.items() if state != ("h" if mode in ("7", "25") else "l")}


@pytest.mark.slow
def test_the_demo_labels_at_a_key_and_gives_the_terminal_back_at_q(machine: Machine) -> None:
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "› user_satisfaction", "assistant")
        terminal.press("y")
        terminal.wait_for("› quality_rating")
        terminal.press("4")
        terminal.wait_for("item 2/", "mine 1", "saved")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert switched_on_and_never_off(terminal.written.decode()) == set()
    values = {label["name"]: (label["value"], label["reviewer"]) for label in machine.labels()}
    assert values == {"user_satisfaction": (True, "rhea.k"), "quality_rating": (4, "rhea.k")}


def test_an_answer_shown_as_saved_is_there_after_kill_9(machine: Machine) -> None:
    machine.asks_one_thumb()
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("n")
        terminal.wait_for("saved")
        terminal.kill()
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 2/", "mine 1", "last  Not helpful", "delivered")
        terminal.press("u")
        terminal.wait_for("item 1/", "mine 0", "took back Not helpful")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert [label["value"] for label in machine.labels()] == []


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_that_ends_it_gives_the_terminal_back_and_is_130(machine: Machine, name: str) -> None:
    machine.asks_one_thumb()
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("n")
        terminal.wait_for("saved")
        terminal.signal(signal.Signals[name])
        assert terminal.wait_for_exit() == 130
        assert switched_on_and_never_off(terminal.written.decode()) == set()
    assert [label["value"] for label in machine.labels()] == [False]


@pytest.mark.parametrize(
    ("environment", "says"),
    [({"TERM": "dumb"}, "TERM is dumb"), ({"COLUMNS": "20", "LINES": "5"}, "20x5 characters; labeler needs 40x12")],
)
def test_a_terminal_that_cannot_show_a_review_is_2_and_a_sentence(
    machine: Machine, environment: dict[str, str], says: str
) -> None:
    machine.extra.update(environment)
    with machine.terminal("demo") as terminal:
        assert terminal.wait_for_exit() == 2
        terminal.wait_for(says)


def test_a_redirected_standard_error_is_2_and_a_sentence_instead_of_a_screen_that_nobody_sees(machine: Machine) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "labeler", "demo"]
    ended = subprocess.run(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=machine.environment,
        cwd=machine.home,
        timeout=60,
    )
    os.close(ours)
    os.close(theirs)
    assert ended.returncode == 2
    assert b"standard error, which is redirected" in ended.stderr


def test_a_review_without_any_backend_is_the_demo(machine: Machine) -> None:
    with machine.terminal("review") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


@pytest.mark.slow
def test_what_is_half_typed_is_there_after_kill_9(machine: Machine) -> None:
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("c")
        terminal.wait_for("Enter saves")
        terminal.press("half a thought")
        terminal.wait_for("half a thought", "· ✎")
        terminal.kill()
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "· ✎")
        terminal.press("c")
        terminal.wait_for("half a thought")


@pytest.mark.slow
def test_q_says_what_is_queued(machine: Machine) -> None:
    machine.asks_one_thumb()
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert "to be delivered" not in terminal.written.decode()
    with machine.terminal("review", "--offline") as terminal:
        terminal.wait_for("item 1/", "offline", "assistant")
        terminal.press("y")
        terminal.wait_for("item 2/", "1 queued")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert "1 to be delivered, safe in the journal" in terminal.written.decode()


def test_ctrl_c_leaves_with_130_but_in_a_field_it_is_esc(machine: Machine) -> None:
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("c")
        terminal.wait_for("Enter saves")
        terminal.press("half a thou")
        terminal.press("ctrl+c")
        terminal.wait_for("kept as a draft")
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 130


def test_no_color_writes_no_colour_even_when_it_is_empty(machine: Machine) -> None:
    machine.extra["NO_COLOR"] = ""
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("y")
        terminal.wait_for("[y Helpful]")
        written = terminal.written.decode()
    for codes in re.findall(r"\x1b\[([\d;]*)m", written):
        assert not {int(code or 0) for code in codes.split(";")} - {0, 1, 2, 3, 4, 7, 22, 23, 24, 27, 39, 49}, codes


@pytest.mark.slow
def test_a_comment_is_written_in_the_reviewer_s_own_editor(machine: Machine) -> None:
    machine.asks_one_thumb()
    editor = machine.home / "editor"
    editor.write_text('#!/bin/sh\necho "from the editor" >> "$1"\n')
    editor.chmod(0o755)
    machine.extra["EDITOR"] = str(editor)
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("C")
        terminal.wait_for("it goes with the answer to come")
        terminal.press("y")
        terminal.wait_for("item 2/", "mine 1")
        editor.write_text('#!/bin/sh\necho "half a thought" >> "$1"\nexit 3\n')
        terminal.press("C")
        terminal.wait_for("ended with status 3", "· ✎")
        terminal.press("c")
        terminal.wait_for("half a thought", "Enter saves")
        terminal.press("escape")
        terminal.wait_for("kept as a draft")
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 130
    assert [label["rationale"] for label in machine.labels()] == ["from the editor"]


def test_a_review_of_a_trace_that_is_nowhere_is_1_and_names_it(machine: Machine) -> None:
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    (store,) = (machine.home / "data").glob("**/demo*.db")
    with machine.terminal("review", "tr-nowhere", "-b", f"local:{store}") as terminal:
        assert terminal.wait_for_exit() == 1
        terminal.wait_for("There is no trace tr-nowhere at local:")
