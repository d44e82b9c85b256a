"""What is asked and refused before there is a worklist."""

from __future__ import annotations

import pytest

from tests.cli.embedded_store import filled_store
from tests.cli.program import Program
from tests.servers.mlflow_server import free_port


def test_who_labels_is_asked_in_a_terminal_once_and_needed_without_one(labeler: Program) -> None:
    filled_store(labeler.work / "store.db", "openai_tool_roundtrip")
    pull = ("pull", "-b", "local:store.db", "-e", "1")
    headless = labeler.run(*pull)
    assert headless.code == 2
    assert "It is not known whose labels these are" in headless.err
    asked = labeler.at_terminal(*pull, typed="ana\n")
    assert asked.code == 0, asked.err
    assert "Whose labels are these?" in asked.err
    assert labeler.run(*pull).code == 0


@pytest.mark.parametrize("command", ["pull", "review"])
def test_a_queue_and_traces_by_name_are_not_taken_together(labeler: Program, command: str) -> None:
    ended = labeler.run(command, "-b", f"http://127.0.0.1:{free_port()}", "-q", "Autumn", "tr-1", "tr-2")
    assert ended.code == 2
    assert ended.err == "labeler: Give either --queue Autumn or the traces by name, not both: tr-1, tr-2\n"


def test_a_filter_that_the_backend_does_not_know_is_said_to_be_about_the_search(labeler: Program) -> None:
    filled_store(labeler.work / "store.db", "openai_tool_roundtrip")
    ended = labeler.run("pull", "-b", "local:store.db", "-e", "1", "-r", "ana", "-f", "colour = 'red'")
    assert ended.code == 2
    assert ended.err.startswith("labeler: The backend cannot search like this: ")


def test_who_meets_no_server_is_told_what_is_safe_and_what_to_do(labeler: Program) -> None:
    ended = labeler.run("export", "-b", f"http://127.0.0.1:{free_port()}", "-e", "1")
    assert ended.code == 75
    assert ended.err.splitlines()[1] == (
        "labeler: What is queued is safe. labeler doctor checks the address and the network; then try again."
    )
