"""What a report says about a question."""

from __future__ import annotations

import pytest

from labeler.agreement.consensus import How
from labeler.agreement.counted_labels import LeftOut
from labeler.agreement.figure import Figure
from labeler.agreement.krippendorff import krippendorff_alpha
from labeler.agreement.level import Level
from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Numeric, Question, Structured, Text
from tests.agreement.assessments import CORRECT, MODES, QUALITY, Rows, label, labels_of, question_of, report_of
from tests.agreement.tables import KRIPPENDORFF_2011, items_of

T, F = True, False


def test_the_figures_of_a_question_are_those_of_its_table() -> None:
    people = {f"r{row}": values for row, values in enumerate(KRIPPENDORFF_2011)}
    figures = question_of(labels_of(people, "quality"), QUALITY)
    agreement = figures.agreement
    assert figures.level is Level.ORDINAL
    assert (agreement.items, agreement.labels, figures.single_labels) == (11, 40, 1)
    assert agreement.alpha == krippendorff_alpha(items_of(KRIPPENDORFF_2011), Level.ORDINAL)
    assert [(count.key, count.labels) for count in figures.values] == [
        ("1", 9),
        ("2", 13),
        ("3", 10),
        ("4", 5),
        ("5", 3),
    ]
    assert sum(count.share for count in figures.values) == pytest.approx(1)
    assert figures.answers["r1"] == {"1": 2, "2": 4, "3": 3, "4": 1, "5": 1}
    assert agreement.interval is None
    assert agreement.note == "too few items (11)"


def test_an_interval_from_20_items_on() -> None:
    values = [T, F] * 10
    figures = question_of(labels_of({"ana": values, "bo": [*values[:-2], F, T]}), CORRECT)
    assert figures.agreement.interval is not None
    assert figures.agreement.interval.low <= figures.agreement.alpha.value <= figures.agreement.interval.high  # type: ignore[operator]
    assert figures.agreement.note is None


def test_no_variation_is_said_with_the_questions_own_word() -> None:
    agreement = question_of(labels_of({"ana": [T] * 30, "bo": [T] * 30}), CORRECT).agreement
    assert agreement.alpha.value is None
    assert agreement.interval is None
    assert agreement.note == "everybody said Correct"
    assert agreement.percent == Figure(1.0)
    assert agreement.ac1 == Figure(1.0)


@pytest.mark.parametrize(
    ("people", "note"),
    [
        ({}, "no labels"),
        ({"ana": [T, F, T]}, "labels of one person only (3 by ana)"),
        ({"ana": [T, None], "bo": [None, F]}, "no item has labels of two people (2 by 2 people)"),
    ],
)
def test_without_two_people_on_an_item_it_says_how_many_labels_there_are(
    people: dict[str, list[bool | None]], note: str
) -> None:
    agreement = question_of(labels_of(people), CORRECT).agreement
    assert agreement.note == note
    assert [agreement.percent.value, agreement.alpha.value, agreement.ac1.value, agreement.fleiss.value] == [None] * 4


def test_a_value_over_85_percent_is_named_for_alpha_is_low_then_and_ac1_is_not() -> None:
    agreement = question_of(
        labels_of({"ana": [T] * 95 + [F] * 5, "bo": [T] * 90 + [F] * 5 + [T] * 5}), CORRECT
    ).agreement
    assert agreement.one_sided is not None
    assert (agreement.one_sided.word, agreement.one_sided.share) == ("Correct", 0.95)
    assert agreement.alpha.value == pytest.approx(-0.05, abs=0.01)
    assert agreement.ac1.value == pytest.approx(0.89, abs=0.01)


def test_pairs_have_a_kappa_from_20_common_items_on() -> None:
    values = [T, F] * 10
    figures = question_of(labels_of({"ana": values, "bo": [None, *values[:-1]], "cem": values}), CORRECT)
    pairs = {pair.reviewers: pair for pair in figures.pairs}
    assert pairs["ana", "cem"].kappa == Figure(1.0)
    assert pairs["ana", "bo"].items == 19
    assert pairs["ana", "bo"].kappa == Figure(None, "too few items in common (19)")
    assert pairs["ana", "bo"].percent == Figure(0.0)


def test_alpha_without_each_reviewer_names_the_one_who_differs() -> None:
    values = [T, F, F, T] * 6
    people: Rows = {"ana": values, "bo": values, "gus": [not value for value in values], "eve": [None] * 24}
    figures = question_of([*labels_of(people), label("alone", "eve", T)], CORRECT)
    assert [left.reviewer for left in figures.without] == ["ana", "bo", "gus"]
    assert figures.lowest is not None
    assert figures.lowest.reviewer == "gus"
    assert figures.lowest.alpha == Figure(1.0)
    assert figures.lowest.gain == pytest.approx(1 - figures.agreement.alpha.value)  # type: ignore[operator]


def test_a_choice_of_several_is_compared_option_by_option_and_by_equal_sets() -> None:
    people: Rows = {"ana": [["wrong", "rude"], [], ["unsafe"]], "bo": [["rude", "wrong"], [], ["unsafe", "rude"]]}
    figures = question_of(labels_of(people, "modes"), MODES)
    assert figures.agreement.percent == Figure(2 / 3)
    assert figures.agreement.alpha.value is None
    assert figures.agreement.note == "a choice of several is compared option by option"
    assert figures.options is not None
    assert list(figures.options) == ["wrong", "unsafe", "rude"]
    assert figures.options["wrong"].alpha == Figure(1.0)
    assert figures.options["rude"].percent == Figure(2 / 3)
    assert [(count.key, count.labels) for count in figures.values] == [("wrong", 2), ("unsafe", 2), ("rude", 3)]


def test_text_and_expectations_are_counted_and_not_compared() -> None:
    reply = Question("reply", Text(), AssessmentKind.EXPECTATION)
    answers = [
        *labels_of({"ana": ["one", "two"], "bo": ["One", None]}, "remark"),
        label("t-000", "ana", True, "reply", kind=AssessmentKind.EXPECTATION),
        label("t-000", "bo", "yes", "reply", kind=AssessmentKind.EXPECTATION),
    ]
    remark, expected = report_of(answers, Question("remark", Text()), reply).questions
    assert (remark.level, remark.agreement.items, remark.agreement.labels, remark.single_labels) == (None, 1, 2, 1)
    assert remark.agreement.note == "text is counted, not compared"
    assert remark.agreement.percent.value is None
    assert (expected.level, expected.agreement.labels) == (None, 2)
    assert expected.agreement.note == "expectations are counted, not compared"


@pytest.mark.parametrize("asked", [Structured((Question("accuracy", Numeric(1, 5)),)), Text()])
def test_objects_are_counted_and_not_compared(asked: Structured | Text) -> None:
    people: Rows = {"ana": [{"accuracy": 4, "by": "m"}, {"accuracy": 1}, "good"], "bo": [{"accuracy": 4.0}, None, None]}
    report = report_of(labels_of(people, "quality"), Question("quality", asked))
    quality = report.questions[0]
    assert (quality.level, quality.agreement.alpha.value, quality.agreement.percent.value) == (None, None, None)
    assert quality.agreement.note is not None
    assert quality.agreement.note.startswith("objects are counted, not compared")
    labels = sum(each.agreement.labels + each.single_labels for each in report.questions)
    assert labels + report.left_out[LeftOut.UNFITTING] == 4


def test_fleiss_kappa_stands_only_where_each_item_has_the_same_number_of_labels() -> None:
    people = {"ana": [T, F, T, F], "bo": [T, F, F, F]}
    assert question_of(labels_of(people), CORRECT).agreement.fleiss.value == pytest.approx(7 / 15)
    three = question_of(labels_of({**people, "cem": [T, None, None, None]}), CORRECT).agreement.fleiss
    assert three.value is None
    assert "2 to 3 labels" in str(three.reason)


def test_a_value_that_fits_no_option_is_left_out_and_named() -> None:
    report = report_of(
        [*labels_of({"ana": [3, 9], "bo": [3.0, 5]}, "quality"), label("t-001", "cem", None, "quality")], QUALITY
    )
    assert report.questions[0].agreement.items == 1
    assert {reason.value: by for reason, by in report.left_out_by.items()} == {"unfitting": {"ana": 1, "cem": 1}}
    assert {reason.value: count for reason, count in report.left_out.items() if count} == {"unfitting": 2}


def test_a_decision_that_fits_no_option_decides_nothing_and_is_named() -> None:
    decided = label("t-000", "Lead", "as good as 4", "quality", metadata={"labeler.role": "adjudication"})
    report = report_of([*labels_of({"ana": [3], "bo": [5]}, "quality"), decided], QUALITY)
    agreed = report.questions[0].items[0].consensus
    assert agreed is not None
    assert (agreed.value, agreed.how) == (4, How.MEDIAN)
    assert {reason.value: by for reason, by in report.left_out_by.items()} == {
        "roles": {"lead": 1},
        "unfitting": {"lead": 1},
    }


def test_answers_of_another_type_than_the_question_takes_stand_apart_and_it_says_so() -> None:
    """The question was made anew as a scale: what was said before about it is a question of its own."""
    before = labels_of({"ana": [T, F], "bo": [T, None]}, "quality")
    after = labels_of({"cem": [4, 5], "dee": [4, None]}, "quality")
    scale, thumbs = report_of([*before, *after], QUALITY).questions
    assert (scale.name, scale.level, scale.agreement.labels, scale.single_labels) == ("quality", Level.ORDINAL, 2, 1)
    assert (thumbs.name, thumbs.level, thumbs.agreement.labels, thumbs.single_labels) == (
        "quality",
        Level.NOMINAL,
        2,
        1,
    )
    told = "answers of this name are numbers and true or false, each a question of its own here"
    assert told in str(scale.agreement.note)
    assert told in str(thumbs.agreement.note)


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ([T, F], Level.NOMINAL),
        ([1, 5], Level.ORDINAL),
        ([1.0, 5.0], Level.ORDINAL),
        ([0.25, 1], Level.INTERVAL),
        ([0, 100], Level.INTERVAL),
        (["warm", "cold"], Level.NOMINAL),
        ([["a"], []], Level.NOMINAL),
        ([{"accuracy": 4}, {}], None),
        (["x" * 65, "x" * 65], None),
    ],
)
def test_a_question_that_nobody_defined_is_guessed_from_its_values(values: list[object], level: Level | None) -> None:
    [figures] = report_of(labels_of({"ana": values, "bo": values}, "unknown")).questions  # type: ignore[dict-item]
    assert figures.level is level
    assert (figures.agreement.items, figures.agreement.labels) == (2, 4)


def test_many_different_strings_are_text() -> None:
    texts = [f"remark {number}" for number in range(6)]
    [figures] = report_of(labels_of({"ana": texts[:3], "bo": texts[3:]}, "remark")).questions
    assert figures.level is None


def test_disputed_items_come_most_disputed_first_with_what_each_said_and_why() -> None:
    answers = [
        *labels_of({"ana": [1, 3, 2], "bo": [5, 4, 2]}, "quality"),
        label("t-000", "cem", 1, "quality", rationale="invents a price"),
        label("t-000", "lead", 2, "quality", metadata={"labeler.role": "adjudication"}),
    ]
    figures = question_of(answers, QUALITY)
    assert [item.item.trace_id for item in figures.disputed] == ["t-000", "t-001"]
    worst = figures.disputed[0]
    assert [(vote.reviewer, vote.value, vote.rationale) for vote in worst.votes] == [
        ("ana", 1, None),
        ("bo", 5, None),
        ("cem", 1, "invents a price"),
    ]
    assert worst.disagreement == pytest.approx(2 / 3)
    assert worst.consensus is not None
    assert (worst.consensus.value, worst.consensus.how) == (2, How.ADJUDICATED)
    # What a lead decides changes nothing of how far people agree.
    assert figures.agreement == question_of(answers[:-1], QUALITY).agreement


def test_numbers_that_are_measured_have_neither_ac1_nor_fleiss_kappa() -> None:
    agreement = question_of(
        labels_of({"ana": [1, 30], "bo": [1, 31]}, "score"), Question("score", Numeric(0, 100))
    ).agreement
    assert agreement.alpha.value is not None
    assert (agreement.ac1.value, agreement.fleiss.value) == (None, None)
    assert agreement.ac1.reason == "numbers that are measured have no categories"
