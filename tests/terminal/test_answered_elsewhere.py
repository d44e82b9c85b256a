"""Items answered before they came into a queue, worked off by keys in a real terminal until nothing is left.

A script's answers without metadata, as MLflow's own client writes them; the queue is made, or changed, afterwards.
"""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.desk.at_a_queue import ServedQueue, served_queue
from tests.terminal.conftest import Machine
from tests.terminal.terminal import Terminal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timing("a real program in a real terminal, which a busy machine holds up"),
]


def review(machine: Machine, queue: ServedQueue) -> Terminal:
    return machine.terminal("review", "-b", queue.server.url, "-q", queue.id, "-r", "ana")


def press_later(terminal: Terminal, key: str) -> None:
    """Press a key so long after the one before that it is not taken for held down."""
    time.sleep(0.5)
    terminal.press(key)


def run(machine: Machine, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "labeler", *arguments]
    return subprocess.run(
        command, env=machine.environment, cwd=machine.home, capture_output=True, text=True, timeout=60, check=False
    )


def is_finished(machine: Machine, queue: ServedQueue) -> bool:
    """Deliver what is left; see that no work is left there; whether every item is complete by the reviewer."""
    assert run(machine, "sync", "-b", queue.server.url).returncode == 0
    verified = run(machine, "verify", "-b", queue.server.url)
    assert verified.returncode == 0, verified.stderr
    items = [(item["status"], item["completed_by"]) for item in queue.items().values()]
    with review(machine, queue) as terminal:
        terminal.wait_for("Nothing is open any more", f"{len(items)} of {len(items)} labelled")
        assert terminal.leave() == 0
    return items == [("COMPLETE", "ana")] * len(items)


@pytest.mark.parametrize("items", [1, 3])
def test_items_that_were_answered_before_they_were_queued_are_completed_by_one_enter_each(
    machine: Machine, items: int
) -> None:
    asks = {"ok": {"pass_fail": {"positive_label": "Good", "negative_label": "Bad"}}}
    queue = served_queue(0, ["ana"], more=items, asks=asks)
    given = {trace_id: queue.answer(trace_id, "ok", True, "ana") for trace_id in queue.trace_ids}
    queue.add(*queue.trace_ids)
    with review(machine, queue) as terminal:
        for number in range(1, items + 1):
            terminal.wait_for(f"item {number}/{items}", "● online", "filled in: ok Good", "[y Good]")
            press_later(terminal, "enter")
        terminal.wait_for("Nothing is open any more", f"{items} of {items} labelled")
        assert terminal.leave() == 0
    assert is_finished(machine, queue)
    for trace_id, assessment_id in given.items():
        assert [each["assessment_id"] for each in queue.said(trace_id)] == [assessment_id], "nothing was sent again"


def test_an_answer_whose_option_was_renamed_is_shown_as_it_is_and_superseded_by_the_new_one(machine: Machine) -> None:
    queue = served_queue(1, ["ana"], asks={"topic": {"categorical": {"options": ["billing", "login"]}}})
    (trace_id,) = queue.trace_ids
    before = queue.answer(trace_id, "topic", "login", "ana")
    queue.change_schema("topic", input={"categorical": {"options": ["billing", "sign-in"]}})
    with review(machine, queue) as terminal:
        terminal.wait_for("item 1/1", "● online", "login · no option any more")
        press_later(terminal, "2")
        terminal.wait_for("Nothing is open any more", "1 of 1 labelled")
        assert terminal.leave() == 0
    assert is_finished(machine, queue)
    said = {each["assessment_id"]: each for each in queue.said(trace_id)}
    assert said.pop(before)["valid"] is False
    ((value, overrides),) = [(each["feedback"]["value"], each["overrides"]) for each in said.values()]
    assert (value, overrides) == ("sign-in", before)
