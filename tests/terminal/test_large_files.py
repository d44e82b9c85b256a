"""Files that take long to read: the screen opens with their first traces, and says what was left out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.terminal.conftest import Machine
from tests.terminal.terminal import Terminal

pytestmark = [
    pytest.mark.slow,  # a program in a terminal for each case
    pytest.mark.timing("a real program in a real terminal, which a busy machine holds up"),
]

ROWS = 3_000


def row(number: int) -> dict[str, Any]:
    return {"id": number, "prompt": f"Which buoy is number {number}?", "response": f"Buoy {number}. " * 200}


def write(path: Path, *more: str) -> None:
    path.write_text("".join([*(json.dumps(row(number)) + "\n" for number in range(ROWS)), *more]))


def items_in(terminal: Terminal) -> list[int]:
    """How many items the worklist was seen to have, each time it changed."""
    seen: list[int] = []
    painted = re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", bytes(terminal.written))
    for match in re.finditer(rb"item 1/([0-9]+)", painted):
        if (count := int(match[1])) not in seen:
            seen.append(count)
    return seen


def test_the_first_trace_is_there_before_the_file_is_read(machine: Machine) -> None:
    machine.asks_one_thumb()
    write(machine.home / "buoys.jsonl")
    with machine.terminal("review", "buoys.jsonl") as terminal:
        terminal.wait_for("Which buoy is number 0?", seconds=60)
        terminal.wait_until(lambda text: f"item 1/{ROWS}" in text, "all rows", 120)
        assert items_in(terminal)[0] < ROWS
        assert terminal.leave() == 0
    painted = re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", bytes(terminal.written))
    assert b"item 1/%d+" % items_in(terminal)[0] in painted, "nothing says that more is coming"
    assert b"item 1/%d " % ROWS in painted


def test_several_files_open_with_the_first_traces_and_are_the_same_work_again(machine: Machine) -> None:
    machine.asks_one_thumb()
    write(machine.home / "buoys.jsonl")
    lights = "".join(json.dumps({"prompt": f"Light {number}?", "response": "White."}) + "\n" for number in range(3))
    (machine.home / "lights.jsonl").write_text(lights)
    with machine.terminal("review", "buoys.jsonl", "lights.jsonl") as terminal:
        terminal.wait_for("Which buoy is number 0?", seconds=60)
        terminal.press("y")
        terminal.wait_until(lambda text: f"item 2/{ROWS + 3} " in text, "all rows of both files", 120)
        assert items_in(terminal)[0] < ROWS
        assert terminal.leave() == 0
    with machine.terminal("review", "buoys.jsonl", "lights.jsonl") as terminal:
        terminal.wait_for("item 2/", "mine 1", seconds=60)
        assert terminal.leave() == 0
    labelled = {
        name: (machine.home / f"{name}.labelled.jsonl").read_text().splitlines() for name in ("buoys", "lights")
    }
    assert [len(json.loads(line)["labels"]) for line in labelled["buoys"]] == [1, *[0] * (ROWS - 1)]
    assert len(labelled["lights"]) == 3


def test_what_is_left_out_is_said_on_the_screen_and_on_leaving(machine: Machine) -> None:
    machine.asks_one_thumb()
    (machine.home / "buoys.jsonl").write_text(json.dumps(row(0)) + '\n{"no": "row"}\n{"nor": "this"}\n')
    with machine.terminal("review", "buoys.jsonl") as terminal:
        terminal.wait_for("buoys.jsonl: line 2 is an object with the keys no", "1 more, named on leaving", seconds=60)
        assert terminal.leave() == 0
    written = terminal.written.decode(errors="replace")
    assert "line 3 is an object with the keys nor" in written


def test_labels_of_a_file_that_was_left_early_stand_in_the_whole_of_it(machine: Machine) -> None:
    machine.asks_one_thumb()
    write(machine.home / "buoys.jsonl")
    with machine.terminal("review", "buoys.jsonl") as terminal:
        terminal.wait_for("Which buoy is number 0?", seconds=60)
        terminal.press("y")
        terminal.wait_for("item 2/", seconds=60)
        assert terminal.leave() == 0
    labelled = [json.loads(line) for line in (machine.home / "buoys.labelled.jsonl").read_text().splitlines()]
    assert [len(each["labels"]) for each in labelled] == [1, *[0] * (ROWS - 1)]
    with machine.terminal("review", "buoys.jsonl") as terminal:
        terminal.wait_until(lambda text: f"/{ROWS}" in text, "all rows", 120)
        terminal.wait_for("mine 1")
        assert terminal.leave() == 0
