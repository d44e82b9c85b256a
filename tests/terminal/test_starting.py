"""What a person sees between the command and the first trace."""

from __future__ import annotations

import pytest

from tests.cli.embedded_store import filled_store
from tests.servers.mlflow_server import free_port
from tests.terminal.conftest import Machine

pytestmark = pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")


def test_a_review_without_a_server_says_that_it_tries_again_and_ends_at_ctrl_c(machine: Machine) -> None:
    with machine.terminal("review", "-b", f"http://127.0.0.1:{free_port()}", "-e", "harbour") as terminal:
        terminal.wait_for("nothing answers there", "Trying again in 1 s, 2")
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 130


def test_a_review_by_somebody_else_for_one_run_is_not_gone_on_with(machine: Machine) -> None:
    filled_store(machine.home / "store.db", "openai_tool_roundtrip", "openai_chat_multiturn")
    del machine.extra["LABELER_REVIEWER"]
    worklist = ("review", "-b", "local:store.db", "-e", "1")
    with machine.terminal(*worklist) as terminal:
        terminal.wait_for("Whose labels are these?")
        terminal.press("ana", "enter")
        terminal.wait_for("item 1/2")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    with machine.terminal(*worklist, "-f", "status = 'OK'", "-r", "bo") as terminal:
        terminal.wait_for("item 1/", "bo")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    with machine.terminal() as terminal:
        terminal.wait_for("item 1/2", "ana")
        assert "as ana." in terminal.written.decode()
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_a_worklist_without_a_trace_is_not_said_to_be_labelled(machine: Machine) -> None:
    filled_store(machine.home / "store.db", "openai_tool_roundtrip")
    with machine.terminal("review", "-b", "local:store.db", "-e", "1", "-f", "name = 'nobody'") as terminal:
        terminal.wait_for("There is no trace in", "with name = 'nobody'")
        assert terminal.wait_for_exit() == 0
        assert "left for you" not in terminal.text
