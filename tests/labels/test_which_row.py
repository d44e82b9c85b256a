"""Which label belongs to which row: that of its content, and of as many equal rows before it, whoever writes."""

from __future__ import annotations

import json
import os
import random
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.labels.labelled_path import labelled_path
from labeler.labels.row_labels import Said
from labeler.storage.replacing import own_turn
from tests.labels.files import known, labelled_file, thumb, trace_ids, write

Key = tuple[str, int]
"""A row as the model knows it: its content, and how many equal ones stand before it."""

VALUES: Final = (
    *(
        "1.50",
        "1e400",
        "-0.0",
        "12345678901234567890123",
        "null",
        '"\\u00e9"',
        '"é"',
        '"}"',
        '"]},"',
        '"\\"labels\\": []"',
    ),
    *("[]", "{}", '[1, {"a": 2.50}]', '{"labels": [{"name": "x"}], "b": "}"}', '["labels", "}"]'),
)
BLANKS: Final = ("", " ", "\t", "  ")


@st.composite
def row_texts(draw: st.DrawFn) -> str:
    """A row in some spelling, with content of any kind beside what is asked and answered."""
    members = {
        '"prompt"': draw(st.sampled_from(('"q"', '"what {else}?"'))),
        '"response"': draw(st.sampled_from(('"a"', '"b"'))),
    }
    members |= draw(
        st.dictionaries(st.sampled_from(('"x"', '"y"', '"née"', '"labels"')), st.sampled_from(VALUES), max_size=3)
    )
    blank = draw(st.sampled_from(BLANKS))
    told = [f"{key}{blank}:{blank}{value}" for key, value in draw(st.permutations(list(members.items())))]
    return f"{{{blank}{f'{blank},{blank}'.join(told)}{blank}}}"


def keys_of(rows: Sequence[str]) -> list[Key]:
    seen: Counter[str] = Counter()
    keys = []
    for row in rows:
        content = json.loads(row)
        content.pop("labels", None)
        spelled = json.dumps(content, sort_keys=True)
        keys.append((spelled, seen[spelled]))
        seen[spelled] += 1
    return keys


def file_of(rows: Sequence[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_label_stays_with_its_row_whoever_writes_and_however_the_file_is_turned(data: st.DataObject) -> None:
    pool = data.draw(st.lists(row_texts(), min_size=1, max_size=4))
    rows = data.draw(st.lists(st.sampled_from(pool), min_size=1, max_size=7))
    said: dict[str, dict[Key, int]] = {"ana": {}, "bo": {}}
    number = 0
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "data.jsonl"
        for _ in range(data.draw(st.integers(1, 4))):
            rows = [*data.draw(st.permutations(rows)), *data.draw(st.lists(st.sampled_from(pool), max_size=2))]
            source.write_bytes(file_of(rows))
            keys = keys_of(rows)
            ids = dict(zip(keys, trace_ids(source.read_bytes()), strict=True))
            assert len(set(ids.values())) == len(rows)
            reviewer = data.draw(st.sampled_from(("ana", "bo")))
            for key in data.draw(st.lists(st.sampled_from(keys), unique=True)):
                number += 1
                said[reviewer][key] = number
            mine = {
                ids[key]: Said(
                    (thumb(ids[key], n, value=n, reviewer=reviewer),), replaced=_all_ids(number, said, reviewer)
                )
                for key, n in said[reviewer].items()
            }
            write(source, mine)
            given_now = {key: {who: at[key] for who, at in said.items() if key in at} for key in keys}
            # what the other has said since the file was last written by them is not in it yet
            _check_rows(labelled_path(source), rows, [given_now[key] for key in keys], reviewer)


def _all_ids(until: int, said: dict[str, dict[Key, int]], reviewer: str) -> frozenset[str]:
    """The IDs of everything that this reviewer's journal has ever had, but for what stands."""
    theirs = {n for who, at in said.items() if who != reviewer for n in at.values()}
    return frozenset(f"a-{n:032}" for n in range(1, until + 1) if n not in theirs)


def _check_rows(path: Path, rows: Sequence[str], said: Sequence[dict[str, int]], reviewer: str) -> None:
    lines = path.read_bytes().decode().splitlines()
    assert len(lines) == len(rows)
    for line, row, about in zip(lines, rows, said, strict=True):
        key = "labeler_labels" if "labels" in json.loads(row) else "labels"
        before, found, behind = line.rpartition(f', "{key}": [')
        labels, _, end = behind.rpartition("]")
        assert (found, before + end) == (f', "{key}": [', row), "the row is as it was"
        told = {label["reviewer"]: label["value"] for label in json.loads(f"[{labels}]")}
        assert told == about


def numbered(ids: Sequence[str], number: int) -> dict[str, Said]:
    """Every row labelled with the same number, which says of which writing a file is."""
    return {
        each: Said((thumb(each, at, value=number),), replaced=frozenset([f"a-{at:032}"]))
        for at, each in enumerate(ids, 1)
    }


@pytest.mark.slow  # forks two hundred writers, each of which is killed
@pytest.mark.timing("the kills are to fall before, within and behind a writing that is timed once")
def test_a_writer_that_is_killed_leaves_the_file_whole_old_or_new(tmp_path: Path) -> None:
    rows = [json.dumps({"prompt": f"{number} " + "q" * 500, "response": "a"}) for number in range(30)]
    source = tmp_path / "data.jsonl"
    source.write_bytes(file_of(rows))
    ids = trace_ids(source.read_bytes())
    file = labelled_file(source)
    file.write(known(numbered(ids, 0)))
    began = time.monotonic()
    write(source, numbered(ids, 0))
    takes_s = time.monotonic() - began
    chance, seen = random.Random(7), set()
    for attempt in range(1, 201):
        child = os.fork()
        if child == 0:
            try:
                for step in range(100):
                    file.write(known(numbered(ids, attempt * 100 + step)))
            finally:
                os._exit(0)
        time.sleep(chance.random() * 3 * takes_s)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        read: list[dict[str, Any]] = [json.loads(line) for line in labelled_path(source).read_text().splitlines()]
        assert [{**row, "labels": None} for row in read] == [{**json.loads(row), "labels": None} for row in rows]
        values = {row["labels"][0]["value"] for row in read}
        assert len(values) == 1, "one writing, whole"
        seen |= values
    assert len(seen) > 20, "some were killed only after they had written"
    write(source, numbered(ids, 1))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["data.jsonl", "data.labelled.jsonl"]


def test_two_writers_take_turns_and_neither_loses_a_label(tmp_path: Path) -> None:
    source = tmp_path / "data.jsonl"
    source.write_bytes(file_of([f'{{"prompt": "{number}", "response": "a"}}' for number in range(20)]))
    ids = trace_ids(source.read_bytes())

    def label(reviewer: str, first: int) -> None:
        said: dict[str, Said] = {}
        for number, trace_id in enumerate(ids):
            said[trace_id] = Said((thumb(trace_id, first + number, reviewer=reviewer),))
            write(source, said)

    writers = [threading.Thread(target=label, args=arguments) for arguments in (("ana", 1), ("bo", 100))]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for line in labelled_path(source).read_text().splitlines():
        assert sorted(label["reviewer"] for label in json.loads(line)["labels"]) == ["ana", "bo"]


def test_a_turn_that_does_not_come_is_told(tmp_path: Path) -> None:
    path = tmp_path / "data.labelled.jsonl"
    with own_turn(path), pytest.raises(OSError, match="another labeler is writing it"), own_turn(path, wait_s=0.1):
        pass
    with own_turn(path, wait_s=0.1):
        pass
