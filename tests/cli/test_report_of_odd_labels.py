"""`labeler report` of labels that say little, or not what their question asks: a sentence for each, no number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labeler.domain.value import JsonValue
from labeler.labels.label import Label
from tests.cli.labels_of_a_team import write_team_labels
from tests.cli.program import Program

ANA, BO = "ana@x.io", "bo@x.io"

TONE = """
[[questions]]
name = "tone"
input = "categorical"
options = ["warm", "cold"]
"""


def said(name: str, *given: tuple[str, int, JsonValue]) -> Iterator[Label]:
    """Labels of a question: who, on which trace, what."""
    for who, trace, value in given:
        yield Label(f"tr-{trace:03}", name, value, reviewer=who, created_at_ms=1_790_000_000_000)


def both(count: int, first: JsonValue, second: JsonValue) -> list[tuple[str, int, JsonValue]]:
    """Say the same by both people on so many traces, on every third of them the second value."""
    return [(who, trace, first if trace % 3 else second) for trace in range(count) for who in (ANA, BO)]


ODD = [
    *said("alone", (ANA, 1, True), (ANA, 2, False), (ANA, 3, True)),
    *said("apart", (ANA, 1, True), (BO, 2, True)),
    *said("few", *both(12, True, False)),
    *said("remade", *both(24, True, False), *((who, 100 + trace, value) for who, trace, value in both(24, 4, 2))),
    *said("tone", *both(24, "warm", "cold"), (BO, 50, "loud"), (ANA, 50, "warm")),
    *said("unanimous", *both(30, True, True)),
    *said("written", *((who, trace, f"{who} on {trace}") for who, trace, _ in both(24, 1, 1))),
]


@pytest.mark.slow
def test_where_a_figure_is_not_defined_it_is_null_and_a_note_says_why(labeler: Program) -> None:
    labeler.config.write_text(TONE)
    write_team_labels(labeler.work / "odd.jsonl", ODD)
    ended = labeler.run("report", "odd.jsonl", "--json")
    assert ended.code == 0
    assert "NaN" not in ended.out
    [told] = ended.lines
    remade = "answers of this name are true or false and numbers, each a question of its own here"
    notes = [(each["name"], each["level"], each["note"]) for each in told["questions"]]
    assert sorted(notes, key=lambda note: note[0]) == [
        ("alone", "nominal", "labels of one person only (3 by ana@x.io)"),
        ("apart", "nominal", "no item has labels of two people (2 by 2 people)"),
        ("few", "nominal", "too few items (12)"),
        ("remade", "nominal", remade),
        ("remade", "ordinal", remade),
        ("tone", "nominal", None),
        ("unanimous", "nominal", "everybody said true"),
        ("written", None, "text is counted, not compared"),
    ]
    by_name = {each["name"]: each for each in told["questions"]}
    assert (by_name["few"]["alpha"], by_name["few"]["ci"]) == (1.0, None)
    assert (by_name["unanimous"]["alpha"], by_name["unanimous"]["percent"]) == (None, 1.0)
    assert (by_name["tone"]["items"], told["left_out"]["unfitting"]) == (24, 1)

    shown = labeler.run("report", "odd.jsonl").out
    assert "left out: 1 that fit no question" in shown
    for _, _, note in notes:
        assert note is None or note.split("; ")[0] in shown
    low = labeler.run("report", "odd.jsonl", "--fail-under", "alpha.unanimous=0.5")
    assert low.code == 1
    assert "alpha.unanimous is not defined (everybody said true), and 0.5 was asked for." in low.err


@pytest.mark.slow
def test_five_thousand_questions_come_to_a_report(labeler: Program) -> None:
    labels = [
        label
        for number in range(5000)
        for label in said(f"q{number:04}", (ANA, 1, True), (BO, 1, number % 2 == 0), (ANA, 2, False), (BO, 2, False))
    ]
    write_team_labels(labeler.work / "many.jsonl", labels)
    ended = labeler.run("report", "many.jsonl", "--json")
    assert ended.code == 0
    [told] = ended.lines
    assert [each["name"] for each in told["questions"]] == [f"q{number:04}" for number in range(5000)]
    assert {each["percent"] for each in told["questions"]} == {1.0, 0.5}
    page = labeler.run("report", "many.jsonl", "--format", "html", "-o", "many.html")
    assert page.code == 0
    assert (labeler.work / "many.html").read_text().count("<svg") < 100  # charts of the first questions alone
