"""Files in, labels out: open a file, label with keys, leave, and read back what was pressed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
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
        terminal.wait_for(f"mine {int(mine[1]) + 1}", "saved")
    terminal.press("q")
    assert terminal.wait_for_exit() == 0


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
