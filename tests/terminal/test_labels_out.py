"""Files in, labels out: open a file, label with keys, leave, and read back what was pressed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas
import pytest

from tests.reading.files.examples import EXAMPLES
from tests.terminal.conftest import Machine
from tests.terminal.terminal import Terminal

pytestmark = [
    pytest.mark.slow,  # a program in a terminal for each case
    pytest.mark.timing("a real program in a real terminal, which a busy machine holds up"),
]

PRESSED: Final = "ynyynnynyn"


def _langfuse(number: int) -> dict[str, Any]:
    text = json.dumps(EXAMPLES["Langfuse download"].rows[0]).replace("lf-7", f"lf-{number}")
    return json.loads(text) | {"scores": []}  # type: ignore[no-any-return]


def _langsmith(number: int) -> list[dict[str, Any]]:
    text = json.dumps(EXAMPLES["LangSmith runs"].rows).replace('"r1"', f'"run-{number}"')
    return json.loads(re.sub(r'"id": "r([0-9])"', rf'"id": "r\1-{number}"', text))  # type: ignore[no-any-return]


def _chats(count: int) -> list[dict[str, Any]]:
    return [
        {"id": n, "messages": [{"role": "user", "content": f"q{n}"}, {"role": "assistant", "content": f"a{n}"}]}
        for n in range(count)
    ]


def _lines(rows: list[Any]) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def _csv(count: int) -> bytes:
    table = io.StringIO(newline="")
    csv.writer(table, delimiter=";").writerows([["prompt", "response"], *([f"q{n}", f"a{n}"] for n in range(count))])
    return table.getvalue().encode()


def _parquet(count: int) -> bytes:
    packed = io.BytesIO()
    pandas.DataFrame(_chats(count)).to_parquet(packed)
    return packed.getvalue()


FILES: Final[dict[str, Callable[[int], bytes]]] = {
    "chat.jsonl": lambda count: _lines(_chats(count)),
    "list.json": lambda count: json.dumps(_chats(count), indent=1).encode(),
    "langfuse.jsonl": lambda count: _lines([_langfuse(n) for n in range(count)]),
    "langsmith.jsonl": lambda count: _lines([run for n in range(count) for run in _langsmith(n)]),
    "rows.csv": _csv,
    "rows.parquet": _parquet,
}
"""A file of each form, of so many traces. LangSmith's runs are rows of which several are one trace."""


def label(terminal: Terminal, keys: str) -> None:
    """Answer the items of a file with these keys, from the first one without an answer, and leave."""
    for key in keys:
        before = terminal.wait_for("› is_helpful", "online")
        mine = re.search(r"mine (\d+)", before)
        assert mine
        terminal.press(key)
        terminal.wait_until(partial(_is_labelled, number=int(mine[1]) + 1), f"answer {int(mine[1]) + 1}")
    terminal.press("q")
    assert terminal.wait_for_exit() == 0


def _is_labelled(screen: str, number: int) -> bool:
    """Return whether the review goes on with one answer more, or says that it was the last."""
    return (f"mine {number}" in screen and "saved" in screen) or "Nothing is open any more" in screen


def values(path: Path) -> list[Any]:
    """What a labelled file says of each row, in order; None for a row without a label."""
    if path.suffix == ".parquet":
        told = pandas.read_parquet(path)["label.is_helpful"]
        return [None if each is None else bool(each) for each in told]
    if path.suffix == ".csv":
        cells = pandas.read_csv(path, sep=";", dtype=str, keep_default_na=False)["label.is_helpful"]
        return [{"": None, "true": True, "false": False}[each] for each in cells]
    if path.name.endswith(".labels.jsonl"):
        by_trace = {row["trace_id"]: row["value"] for row in map(json.loads, path.read_text().splitlines())}
        return [by_trace[key] for key in sorted(by_trace, key=lambda key: int(key.rpartition("-")[2]))]
    text = path.read_text()
    rows = json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in text.splitlines()]
    return [row["labels"][0]["value"] if row["labels"] else None for row in rows]


def places(machine: Machine) -> list[tuple[str, str]]:
    """Where each label's trace stood when the label was given, as the journal has it."""
    told = [each["metadata"] for each in machine.labels()]
    return [(each["labeler.file"], each["labeler.line"]) for each in told]


@pytest.mark.parametrize("name", FILES)
def test_what_is_pressed_is_what_the_labelled_file_says(machine: Machine, name: str) -> None:
    machine.asks_one_thumb(comment=False)
    source = machine.home / name
    source.write_bytes(FILES[name](10))
    with machine.terminal("review", name) as terminal:
        label(terminal, PRESSED)
        (out,) = re.findall(r"10 of 10 labelled → (\S+)", terminal.written.decode())
    pressed = [key == "y" for key in PRESSED]
    assert values(machine.home / out) == pressed
    assert source.read_bytes() == FILES[name](10)
    left = {each.name for each in machine.home.iterdir()} - {"data", "labeler.toml"}
    assert left == {name, out}


def test_the_same_file_grown_by_rows_keeps_its_labels_and_labeler_alone_goes_on_with_it(machine: Machine) -> None:
    machine.asks_one_thumb(comment=False)
    source, labelled = machine.home / "chat.jsonl", machine.home / "chat.labelled.jsonl"
    source.write_bytes(_lines(_chats(3)))
    with machine.terminal("review", "chat.jsonl") as terminal:
        label(terminal, "yn")
    assert values(labelled) == [True, False, None]
    source.write_bytes(_lines([*reversed(_chats(3)), {"prompt": "new", "response": "x"}]))
    with machine.terminal() as terminal:
        terminal.wait_for("mine 2", "/4")
        label(terminal, "n")
        told = terminal.written.decode()
    assert "Going on with chat.jsonl" in told
    assert re.search(r"3 of 4 labelled → \S*/chat\.labelled\.jsonl", told)
    assert sorted(map(str, values(labelled))) == ["False", "False", "None", "True"]
    assert values(labelled)[1:3] == [False, True]
    assert sorted(places(machine)) == [("chat.jsonl", "1"), ("chat.jsonl", "1"), ("chat.jsonl", "2")]
    source.unlink()
    with machine.terminal() as terminal:
        label(terminal, "y")
        assert "chat.jsonl is not there any more: its labels go to the journal alone" in terminal.written.decode()
    assert len(machine.labels()) == 4


def test_two_reviewers_label_one_file_at_once_and_see_what_was_said_in_it(machine: Machine) -> None:
    machine.asks_one_thumb(comment=False)
    (machine.home / "chat.jsonl").write_bytes(_lines(_chats(4)))
    bo = Machine(machine.home, {"LABELER_REVIEWER": "bo", "LABELER_DATA_DIR": str(machine.home / "data of bo")})
    with machine.terminal("review", "chat.jsonl") as mine, bo.terminal("review", "chat.jsonl") as theirs:
        label(theirs, "nnn")
        label(mine, "yy")
    rows = [json.loads(line) for line in (machine.home / "chat.labelled.jsonl").read_text().splitlines()]
    told = [sorted((each["reviewer"], each["value"]) for each in row["labels"]) for row in rows]
    both = [("bo", False), ("rhea.k", True)]
    assert told == [both, both, both[:1], []]
    with machine.terminal("review", "chat.labelled.jsonl") as terminal:
        terminal.wait_for("is_helpful", "online", "mine 2", "bo")
        label(terminal, "y")
        assert "3 of 4 labelled → chat.labelled.jsonl" in terminal.written.decode()
    again = [json.loads(line) for line in (machine.home / "chat.labelled.jsonl").read_text().splitlines()]
    assert sum(len(row["labels"]) for row in again) == 6


def test_an_answer_taken_back_is_taken_out_of_the_file(machine: Machine) -> None:
    machine.asks_one_thumb(comment=False)
    (machine.home / "chat.jsonl").write_bytes(_lines(_chats(2)))
    with machine.terminal("review", "chat.jsonl") as terminal:
        label(terminal, "y")
    with machine.terminal("review", "chat.labelled.jsonl", "--out", "other.jsonl") as terminal:
        terminal.wait_for("is_helpful", "online", "mine 1")
        terminal.press("u")
        terminal.wait_for("mine 0", "took back Helpful")
        label(terminal, "n")
    assert values(machine.home / "other.jsonl") == [False, None]
    assert values(machine.home / "chat.labelled.jsonl") == [True, None]


def test_an_out_that_is_something_else_is_refused_before_the_screen_opens(machine: Machine) -> None:
    machine.asks_one_thumb(comment=False)
    (machine.home / "chat.jsonl").write_bytes(_lines(_chats(2)))
    (machine.home / "notes.txt").write_text("notes")
    for out, why in (("notes.txt", "it is no labelled file"), ("chat.jsonl", "is the file itself and no labelled one")):
        with machine.terminal("review", "chat.jsonl", "--out", out) as terminal:
            assert terminal.wait_for_exit() == 2
            assert why in terminal.written.decode()
    with machine.terminal("review", "chat.jsonl", "--out", "-") as terminal:
        label(terminal, "y")
    assert {each.name for each in machine.home.iterdir()} == {"chat.jsonl", "notes.txt", "data", "labeler.toml"}
