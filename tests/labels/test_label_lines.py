"""Label files as JSON Lines: nothing is lost on the way, and a bad line says what is wrong with it."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.assessment import AssessmentKind, SourceType
from labeler.labels.label import COLUMNS, Label
from labeler.labels.label_lines import BadLine, read_labels, read_lines, write_labels
from labeler.labels.spreadsheet import read_csv, write_csv
from tests.labels.strategies import labels

GOOD = {"trace_id": "tr-1", "name": "helpful", "value": True}


def read(*lines: object) -> list[Label | BadLine]:
    return list(read_labels(json.dumps(line).encode() if not isinstance(line, bytes) else line for line in lines))


@pytest.mark.slow
@given(st.lists(labels(), max_size=4))
def test_labels_that_are_written_are_read_back_equal(written: list[Label]) -> None:
    out = io.StringIO()
    write_labels(written, out)
    assert list(read_labels(io.BytesIO(out.getvalue().encode()))) == written


def test_a_line_has_exactly_the_documented_fields_in_their_order() -> None:
    out = io.StringIO()
    write_labels(
        [
            Label(
                trace_id="tr-1",
                name="quality_rating",
                value=4,
                rationale="fine",
                reviewer="ana",
                assessment_id="a-1",
                created_at_ms=1_769_853_600_123,
                metadata={"labeler.duration_ms": "5120"},
            )
        ],
        out,
    )
    assert out.getvalue() == (
        '{"trace_id": "tr-1", "name": "quality_rating", "kind": "feedback", "value": 4, "rationale": "fine", '
        '"span_id": null, "reviewer": "ana", "assessment_id": "a-1", "created_at": "2026-01-31T10:00:00.123Z", '
        '"metadata": {"labeler.duration_ms": "5120"}, "valid": true}\n'
    )
    assert tuple(json.loads(out.getvalue())) == COLUMNS


def test_a_judge_or_code_is_told_from_a_person_and_is_nobodys_to_push() -> None:
    judge = Label("tr-1", "helpful", "yes", reviewer="judges/v1", source_type=SourceType.LLM_JUDGE)
    scorer = Label("tr-1", "helpful", 0.5, reviewer="length", source_type=SourceType.CODE)
    person = Label("tr-1", "helpful", True, reviewer="ana")
    out = io.StringIO()
    write_labels([judge, scorer, person], out)
    written = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [tuple(each) for each in written] == [(*COLUMNS, "source_type"), (*COLUMNS, "source_type"), COLUMNS]
    lines, unreadable = read_lines(out.getvalue().encode())
    assert [line.label for line in lines] == [judge, scorer, person]
    assert [line.problem for line in lines] == [
        "It is what a judge said, and labeler pushes what people say.",
        "It is what code said, and labeler pushes what people say.",
        "",
    ]
    assert unreadable == []
    table = io.StringIO(newline="")
    write_csv([judge, scorer, person], table)
    assert [line.label for line in read_csv(table.getvalue().encode())[0]] == [judge, scorer, person]


def test_three_fields_are_enough_and_the_rest_has_defaults() -> None:
    assert read(GOOD) == [Label(trace_id="tr-1", name="helpful", value=True)]
    assert read({**GOOD, "kind": None, "rationale": "", "metadata": None, "valid": None}) == read(GOOD)


def test_bad_lines_are_numbered_as_in_the_file_and_good_ones_survive_beside_them() -> None:
    lines = read(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\r\n", b"\n", b"not json\n", json.dumps(GOOD).encode())
    assert [line.number if isinstance(line, BadLine) else line.name for line in lines] == ["helpful", 3, "helpful"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"trace_id": ""}, '"trace_id" is empty'),
        ({"trace_id": 7}, '"trace_id" has to be text'),
        ({"name": " "}, "needs a name"),
        ({"name": "n" * 251}, "251 characters"),
        ({"value": None}, "no answer"),
        ({"value": [1, {"a": float("nan")}]}, "not a finite number"),
        ({"value": {"deep": [2**53 + 1]}}, "±2^53"),
        ({"value": "a\x00b"}, "NUL"),
        ({"rationale": "half \ud83d"}, "lone surrogate"),
        ({"rationale": ["x"]}, '"rationale" has to be text'),
        ({"kind": "issue"}, '"feedback" or "expectation"'),
        ({"created_at": "yesterday"}, "2026-01-31T10:00:00.123Z"),
        ({"created_at": "2026-01-31T10:00:00"}, "with its zone"),
        ({"metadata": {"a": 1}}, 'something else than text under "a"'),
        ({"metadata": ["a"]}, '"metadata" has to be an object'),
        ({"assessment_id": "a" * 51}, "at most 50"),
        ({"reviewer": "r" * 251}, "at most 250"),
        ({"reviewer": None}, "names nobody"),
        ({"reviewer": ""}, "names nobody"),
        ({"reviewer": " Default"}, "nobody is known"),
        ({"valid": "yes"}, "true or false"),
        ({"source_type": "judge"}, 'it has to be "HUMAN", "LLM_JUDGE" or "CODE", or left out'),
        ({"ratonale": "lost?"}, 'did you mean "rationale"'),
    ],
)
def test_a_bad_line_says_what_is_wrong(change: dict[str, object], said: str) -> None:
    (bad,) = read({**GOOD, **change})
    assert isinstance(bad, BadLine)
    assert said in bad.sentence
    assert bad.sentence.endswith(".")


def test_a_bad_line_says_all_the_same_what_it_says_where_that_can_be_read() -> None:
    (bad, broken) = read({**GOOD, "value": None, "reviewer": None}, {**GOOD, "value": None, "created_at": "yesterday"})
    assert isinstance(bad, BadLine)
    assert bad.label == Label(trace_id="tr-1", name="helpful", value=None)
    assert isinstance(broken, BadLine)
    assert broken.label is None


@pytest.mark.parametrize("missing", ["trace_id", "name", "value"])
def test_what_is_needed_is_named(missing: str) -> None:
    (bad,) = read({key: value for key, value in GOOD.items() if key != missing})
    assert isinstance(bad, BadLine)
    assert bad.sentence == f'"{missing}" is missing.'


@pytest.mark.parametrize(
    "line",
    [
        b"[1]",
        b'{"trace_id": "\xff"}',
        b'{"trace_id":"t","name":"n","value":' + b"[" * 200 + b"]" * 200 + b"}",
        b'{"trace_id":"t","name":"n","value":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"trace_id":"t","name":"n","value":' + b"9" * 5_000 + b"}",
        b'{"trace_id":"t","name":"n","value":1e999}',
    ],
)
def test_no_line_breaks_the_reader(line: bytes) -> None:
    (bad,) = read_labels([line])
    assert isinstance(bad, BadLine)


def test_an_expectation_may_hold_integers_that_feedback_cannot() -> None:
    (label,) = read({**GOOD, "kind": "expectation", "value": [2**60]})
    assert isinstance(label, Label)
    assert (label.kind, label.value) == (AssessmentKind.EXPECTATION, [2**60])


def test_a_bare_integer_that_a_server_would_round_is_refused_as_an_expectation_too() -> None:
    (bad,) = read({**GOOD, "kind": "expectation", "value": 2**60})
    assert isinstance(bad, BadLine)
    assert "rounded" in bad.sentence
