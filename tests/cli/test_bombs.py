"""Files made to break who reads them: an error on that trace alone, in bounded time and memory."""

from __future__ import annotations

import gzip

import pytest

from tests.cli.bombs import DEEP, GOOD, MOST_KB, bomb, nested, run, text, trace
from tests.cli.program import Program

pytestmark = pytest.mark.slow

BESIDE = {
    "nested 10,000 levels in the envelope": (trace(1, nested(5_000)), "line 2 is not JSON (nested too deeply)"),
    "nested 10,000 levels and no trace": (DEEP, "line 2 is not JSON (nested too deeply)"),
    "nested 10,000 levels in objects": (
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        "line 2 is not JSON (nested too deeply)",
    ),
    "cut": (trace(1, text("half"))[:-30], "line 2 is not JSON"),
}
READ = {
    "nested 10,000 levels in a text": (trace(1, text(DEEP)), "[" * 1000),
    "a number of a million digits in a text": (trace(1, text('{"n": ' + "9" * 1_000_000 + "}")), "9" * 1000),
    "a number of a million digits": (trace(1, '{"int_value":' + "9" * 1_000_000 + "}"), "9" * 1000),
    "an exponent of nine digits": (trace(1, text('{"e": 1e999999999, "m": -1E-999999999}')), "1e999999999"),
    "an infinite number": (trace(1, '{"double_value":1e999999}'), "Infinity"),
    "duplicate keys": (trace(1, '{"string_value":"first","string_value":"second"}'), "second"),
    "duplicate keys in a text": (trace(1, text('{"k": "first", "k": "second"}')), '"k": "first", "k": "second"'),
    "half characters": (trace(1, '{"string_value":"half \\ud800 more"}'), "half ⟨U+D800⟩ more"),
    "bytes that are no text": (trace(1, text("x")).replace('"x"', '"\udcff\udcfe"'), "�"),
}

TOLD = {
    "bytes that are no text": "labeler: odd.jsonl holds bytes that are no text in its encoding; each stands as �.\n",
}


@pytest.mark.parametrize("what", BESIDE)
def test_a_trace_that_cannot_be_read_costs_no_other(labeler: Program, what: str) -> None:
    line, told = BESIDE[what]
    (labeler.work / "mixed.jsonl").write_text("\n".join([trace(8, text(GOOD)), line, trace(9, text("the last"))]))
    ran = run(labeler, "show", "mixed.jsonl")
    assert GOOD in ran.out
    assert "the last" in ran.out
    assert f"mixed.jsonl: {told}" in ran.err
    assert "Traceback" not in ran.err
    assert ran.code == 1
    assert ran.max_kb < MOST_KB


@pytest.mark.parametrize("what", READ)
def test_strange_values_are_shown_as_they_are(labeler: Program, what: str) -> None:
    line, shown = READ[what]
    (labeler.work / "odd.jsonl").write_bytes("\n".join([trace(8, text(GOOD)), line]).encode("utf-8", "surrogateescape"))
    for arguments in (("show", "odd.jsonl"), ("show", "--json", "odd.jsonl"), ("show", "--spans", "odd.jsonl")):
        ran = run(labeler, *arguments)
        assert (ran.code, ran.err) == (0, TOLD.get(what, ""))
        assert GOOD in ran.out
        assert ran.max_kb < MOST_KB
    assert shown in run(labeler, "show", "odd.jsonl").out


@pytest.mark.parametrize("levels", [95, 105, 200, 240, 320, 330, 480, 490])
@pytest.mark.parametrize("whole", ["%s", "[%s]", '{"traces":[%s]}'])
def test_no_depth_of_nesting_ends_the_program(labeler: Program, levels: int, whole: str) -> None:
    (labeler.work / "deep.json").write_text(whole % trace(1, nested(levels)))
    for raw in ((), ("--json",), ("--raw",), ("--spans",)):
        ran = run(labeler, "show", *raw, "deep.json")
        assert "Traceback" not in ran.err
        assert ran.code in (0, 1, 2)
        assert ran.out if ran.code == 0 else ran.err.startswith("labeler: ")


@pytest.mark.parametrize(
    ("piece", "count", "head"),
    [
        (b" ", 600, b'{"trace":'),
        (b"[],", 100, b"["),
        (b"{},", 60, b"["),
        (b"\n", 60, b"1"),
        (b"0\n", 60, b"1\n"),
        (b"[", 60, b""),
        (b'"a":[],', 60, b'{"spans":[{'),
    ],
)
def test_a_file_that_unpacks_without_end_is_refused(labeler: Program, piece: bytes, count: int, head: bytes) -> None:
    bomb(labeler.work / "bomb.json.gz", piece, count, head)
    ran = run(labeler, "show", "bomb.json.gz")
    assert ran.code == 2
    assert ran.err.startswith("labeler: ")
    assert "Traceback" not in ran.err
    assert ran.max_kb < MOST_KB


def test_traces_that_pack_well_are_still_read(labeler: Program) -> None:
    lines = "\n".join(trace(number, text("the same long answer again. " * 400)) for number in range(100))
    (labeler.work / "alike.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    ran = run(labeler, "show", "--json", "alike.jsonl.gz")
    assert (ran.code, len(ran.out.splitlines())) == (0, 100)
