"""Which labels count, and that everything else is counted and named."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from labeler.agreement.counted_labels import CountedLabels, LabelledItem, LeftOut, WasBlind, count_labels
from labeler.domain.assessment import Assessment, AssessmentKind, SourceType
from labeler.domain.sprint import SprintScope
from tests.agreement.assessments import judgement, label


def values(counted: CountedLabels) -> list[object]:
    return [(one.item.trace_id, one.reviewer, one.assessment.value) for one in counted.labels]


def test_the_newest_valid_answer_of_a_person_counts_whatever_the_order() -> None:
    answers = [
        label("t", "ana@x.io", "first", at=1),
        label("t", "ana@x.io", "newest", at=3),
        label("t", "ana@x.io", "second", at=2),
        label("t", "ana@x.io", "superseded", at=9, valid=False),
    ]
    for shuffled in (answers, answers[::-1], random.Random(1).sample(answers, 4)):
        counted = count_labels(shuffled)
        assert values(counted) == [("t", "ana@x.io", "newest")]
        assert counted.left_out == {LeftOut.INVALID: {"ana@x.io": 1}, LeftOut.SECOND_ANSWERS: {"ana@x.io": 2}}


def test_one_person_is_one_however_the_id_is_written() -> None:
    counted = count_labels(
        [label("t", " Ana@X.io", "a", at=1), label("t", "ana@x.io", "b", at=2), label("t", "ana.b@x.io", "c", at=3)],
        same={"Ana.B@x.io ": "ana@x.io"},
    )
    assert values(counted) == [("t", "ana@x.io", "c")]
    assert counted.left_out == {LeftOut.SECOND_ANSWERS: {"ana@x.io": 2}}


def test_questions_kinds_spans_and_people_do_not_stand_in_each_others_way() -> None:
    counted = count_labels(
        [
            label("t", "ana", 1),
            label("t", "bo", 1),
            label("t", "ana", 1, "quality"),
            label("t", "ana", 1, kind=AssessmentKind.EXPECTATION),
            label("t", "ana", 1, span_id="7f"),
        ]
    )
    assert len(counted.labels) == 5
    assert counted.left_out == {}
    assert LabelledItem("t", "7f") in {one.item for one in counted.labels}


@pytest.mark.parametrize(
    ("assessment", "reason", "source"),
    [
        (label("t", "ana", 1, valid=False), LeftOut.INVALID, "ana"),
        (label("t", "Default ", 1), LeftOut.DEFAULT, "default"),
        (label("t", " ", 1), LeftOut.DEFAULT, ""),
        (label("t", "lead", 1, metadata={"labeler.role": "adjudication"}), LeftOut.ROLES, "lead"),
        (label("t", "lead", 1, metadata={"labeler.role": "consensus"}), LeftOut.ROLES, "lead"),
        (label("t", "lead", 1, metadata={"labeler.role": "something new"}), LeftOut.ROLES, "lead"),
        (label("t", "Gus", 1, metadata={"labeler.blind": "true"}), LeftOut.EXCLUDED, "gus"),
        (label("t", "ana", 1, metadata={"labeler.blind": "revealed"}), LeftOut.NOT_BLIND, "ana"),
        (label("t", "ana", 1), LeftOut.NOT_BLIND, "ana"),
        (label("t", "x", 1, source=SourceType.UNSPECIFIED), LeftOut.UNKNOWN_SOURCE, "x"),
        (label("elsewhere", "ana", 1), LeftOut.OUTSIDE, "ana"),
    ],
)
def test_what_does_not_count_is_counted_by_reason_and_named(
    assessment: Assessment, reason: LeftOut, source: str
) -> None:
    counted = count_labels(
        [assessment], in_scope=lambda one: one.trace_id == "t", without=["GUS "], blind=[WasBlind.TRUE]
    )
    assert counted.labels == ()
    assert counted.left_out == {reason: {source: 1}}


def test_a_newer_answer_that_was_not_blind_does_not_bring_an_older_one_back() -> None:
    """It is not what the person thinks any more."""
    blind = label("t", "ana", "old", at=1, metadata={"labeler.blind": "true"})
    seeing = label("t", "ana", "new", at=2, metadata={"labeler.blind": "revealed"})
    counted = count_labels([blind, seeing], blind=[WasBlind.TRUE])
    assert counted.labels == ()
    assert counted.left_out == {LeftOut.SECOND_ANSWERS: {"ana": 1}, LeftOut.NOT_BLIND: {"ana": 1}}


def test_notes_and_links_to_issues_are_no_labels() -> None:
    counted = count_labels([label("t", "ana", True, "labeler.flag"), label("t", "ana", 1, kind=AssessmentKind.ISSUE)])
    assert (counted.labels, counted.left_out) == ((), {})


def test_a_label_in_two_files_counts_once_and_what_was_superseded_since_stays_so() -> None:
    kept = label("t", "ana", "kept")
    stale = label("u", "ana", "old")
    without_id = label("v", "ana", "no ID", id="")
    # A server that gives IDs of its own: the one that was minted is in the metadata.
    sent = label("w", "ana", "sent", id="a-minted")
    received = replace(sent, id="server-7", metadata={"labeler.id": "a-minted"})
    week_old = [kept, stale, without_id, sent]
    today = [kept, replace(stale, valid=False), without_id, received]
    for files in ([*week_old, *today], [*today, *week_old]):
        counted = count_labels(files)
        assert [one.assessment.value for one in counted.labels] == ["kept", "no ID", "sent"]
        assert counted.copies == 4
        assert counted.left_out == {LeftOut.INVALID: {"ana": 1}}


def test_two_answers_of_one_moment_come_to_the_same_in_any_order() -> None:
    answers = [label("t", "ana", value, at=1, id="") for value in ("a", "b", "c")]
    assert {values(count_labels(order))[0] for order in (answers, answers[::-1])} == {("t", "ana", "c")}


def test_the_newest_decision_and_the_newest_verdict_of_each_judge_count() -> None:
    role = {"labeler.role": "adjudication"}
    counted = count_labels(
        [
            label("t", "lead", "first", at=1, metadata=role),
            label("t", "maria", "second", at=2, metadata=role),
            judgement("t", "v1", "one", at=1),
            judgement("t", "v1 again", "one", at=2),
            judgement("t", "v2", "two", at=1),
            judgement("t", "gone", "two", at=2, valid=False),
        ]
    )
    assert [decision.value for decision in counted.adjudications] == ["second"]
    assert [verdict.value for verdict in counted.judgements] == ["v1 again", "v2"]


def test_blind_is_what_was_written_and_else_unknown() -> None:
    written = [
        label("t", name, 1, metadata={"labeler.blind": name}) for name in ("true", "false", "revealed", "perhaps")
    ]
    counted = count_labels([*written, label("t", "nothing", 1)])
    assert {one.reviewer: one.blind for one in counted.labels} == {
        "true": WasBlind.TRUE,
        "false": WasBlind.FALSE,
        "revealed": WasBlind.REVEALED,
        "perhaps": WasBlind.UNKNOWN,
        "nothing": WasBlind.UNKNOWN,
    }


@pytest.mark.parametrize(
    ("metadata", "at", "trace", "belongs"),
    [
        ({"labeler.sprint": "autumn"}, 1, "t-9", True),
        ({"labeler.sprint": "spring", "labeler.queue": "rq-1"}, 200, "t-1", False),
        ({"labeler.queue": "rq-1"}, 1, "t-9", True),
        ({"labeler.queue": "rq-9"}, 200, "t-1", False),
        ({}, 200, "t-1", True),
        ({}, 99, "t-1", False),
        ({}, 200, "t-9", False),
    ],
)
def test_a_label_is_of_a_sprint_by_its_word_else_its_queue_else_time_and_trace(
    metadata: dict[str, str], at: int, trace: str, belongs: bool
) -> None:
    scope = SprintScope("autumn", {"rq-1"}, opened_at_ms=100, assigned={"ana@x.io": {"t-1"}})
    assert scope(label(trace, "Ana@x.io ", 1, at=at, metadata=metadata)) is belongs
