"""What there is to decide in a sprint, in which order, and what decisions change: what is left, and no figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count

import pytest

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.counted_labels import count_labels
from labeler.agreement.question_table import tables_of
from labeler.domain.adjudication import adjudication_id
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Text
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.trace import TraceState, TraceSummary
from labeler.domain.value import JsonValue
from labeler.review.judge_values import judged_value
from labeler.sprint.adjudication import (
    Case,
    Majority,
    cases_of,
    disagreements,
    entropy_of,
    majority_of,
    why_not_adjudicated,
)
from labeler.sprint.counting import reviewers_labels
from labeler.sprint.plan import Plan, PlannedQuestion, SprintSelection, SprintState
from labeler.sprint.plan_tags import Sprint
from labeler.sprint.progress import SprintProgress, progress_of
from labeler.sprint.reading import Snapshot

CORRECT = Question("correct", PassFail("Correct", "Wrong"))
TONE = Question("tone", Categorical(("friendly", "neutral", "rude")))
PEOPLE = ("ana", "bo", "cem", "dee")
PLAN = Plan(
    "Autumn", "autumn", SprintSelection(), 3, (PlannedQuestion("correct"), PlannedQuestion("tone")),
    state=SprintState.OPEN, opened_at_ms=1_000_000, queues={f"rq-{who}": who for who in PEOPLE},
)  # fmt: skip
_numbers = count(1)


def said(trace: str, who: str, value: JsonValue, name: str = "correct", **more: str) -> Assessment:
    """A label of a reviewer's in the sprint, or in the `role` that is named."""
    is_judge = who.startswith("judge/")
    metadata = {"labeler.sprint": "autumn", **{f"labeler.{key}": each for key, each in more.items()}}
    number = next(_numbers)
    return Assessment(
        f"a-{number}", trace, name, AssessmentKind.FEEDBACK, value,
        Source(SourceType.LLM_JUDGE if is_judge else SourceType.HUMAN, who), metadata={} if is_judge else metadata,
        created_at_ms=2_000_000 + number,
    )  # fmt: skip


def decided(trace: str, value: JsonValue, number: int = 1, by: str = "lead") -> Assessment:
    row = said(trace, by, value, role="adjudication", blind="revealed")
    return replace(row, id=adjudication_id("autumn", trace, "correct", number))


def snapshot(rows: Mapping[str, Sequence[Assessment]]) -> Snapshot:
    """A sprint in which everybody has every trace, with what was said about each."""
    items = {
        who: {trace: QueueItem(f"rq-{who}", trace, QueueItemState.COMPLETE, who, 3_000_000) for trace in rows}
        for who in PEOPLE
    }
    traces = {
        trace: TraceSummary(trace, "1", 0, 1, TraceState.OK, "chat", assessments=tuple(each))
        for trace, each in rows.items()
    }
    return Snapshot(Sprint("1", PLAN), 4_000_000, items, traces, (CORRECT, TONE))


def votes(trace: str, *values: JsonValue, name: str = "correct") -> list[Assessment]:
    return [said(trace, who, value, name) for who, value in zip(PEOPLE, values, strict=False)]


def cases(of: Snapshot, gold: Sequence[str] = ()) -> list[Case]:
    return cases_of(of, reviewers_labels(of), judged_value, gold)


def keys(of: Snapshot, gold: Sequence[str] = ()) -> list[tuple[str, str]]:
    return [case.key for case in cases(of, gold)]


def progress(of: Snapshot) -> SprintProgress:
    return progress_of(of, judged_value, {}, (), Bootstrap(resamples=20))


def test_the_most_disputed_come_first_then_gold_then_what_a_judge_sees_otherwise() -> None:
    of = snapshot(
        {
            "three-to-one": votes("three-to-one", True, True, True, False),
            "all-alike": votes("all-alike", True, True, True),
            "gold": votes("gold", True, True, False),
            "judged": [*votes("judged", False, False, True), said("judged", "judge/1", "yes")],
            "as-judged": [*votes("as-judged", True, True, False), said("as-judged", "judge/1", True)],
            "tie": votes("tie", True, False),
            "tones": votes("tones", "friendly", "neutral", "rude", name="tone"),
        }
    )
    found = keys(of, ["gold"])
    assert found == [
        ("tones", "tone"), ("tie", "correct"), ("gold", "correct"), ("judged", "correct"), ("as-judged", "correct"),
        ("three-to-one", "correct"), ("all-alike", "correct"),
    ]  # fmt: skip
    assert [case.key for case in cases(of, ["gold"]) if case.is_disputed] == found[:-1]
    assert keys(of, ["gold"]) == found, "the order is the same for every lead"


def test_the_majority_that_a_key_takes_is_named_with_its_count_and_a_tie_has_none() -> None:
    assert majority_of([False, True, False]) == Majority(False, 2, 3)
    assert majority_of([4]) == Majority(4, 1, 1)
    for none in ([True, False], ["a", "b", "c"], ["a", "a", "b", "c"], []):
        assert majority_of(none) is None
    assert entropy_of([1, 1, 1]) == 0
    assert entropy_of([1, 2]) == 1


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (CORRECT, ""),
        (Question("n", Numeric(1, 100)), ""),
        (Question("several", Categorical(("a", "b"), multiple=True)), "takes several options"),
        (Question("why", Text()), "takes text or an object"),
        (Question("ideal", PassFail(), AssessmentKind.EXPECTATION), "takes an expectation"),
    ],
)
def test_what_one_key_cannot_decide_is_no_case(question: Question, why: str) -> None:
    assert why_not_adjudicated(question) == why


def test_only_labels_of_the_sprints_reviewers_are_counted() -> None:
    other_sprint = replace(said("t", "bo", False), metadata={"labeler.sprint": "winter"})
    rows = [said("t", "ana", True), said("t", "stranger", False), other_sprint, said("t", "default", False)]
    [case] = cases(snapshot({"t": rows}))
    assert [(vote.reviewer, vote.value) for vote in case.votes] == [("ana", True)]


def test_decisions_change_what_is_left_to_decide_and_no_figure_of_anybody() -> None:
    rows = {
        "one": votes("one", True, False),
        "two": votes("two", True, False, False),
        "three": votes("three", True, True),
    }
    before = progress(snapshot(rows))
    assert before.disagreements == {"correct": 2}
    with_decisions = snapshot(
        {
            **rows,
            "one": [*rows["one"], decided("one", False), decided("one", True, 2)],
            "two": [*rows["two"], decided("two", None)],
        }
    )
    after = progress(with_decisions)
    assert after.disagreements == {}
    assert (
        replace(after, snapshot=before.snapshot, counted=before.counted, disagreements=before.disagreements) == before
    )
    assert disagreements(snapshot(rows), cases(snapshot(rows))) == before.disagreements
    by_a_reviewer = snapshot({**rows, "one": [*rows["one"], decided("one", False, by="ana")]})
    assert progress(by_a_reviewer).reviewers == before.reviewers
    agreement = [each.agreement for each in before.questions]
    assert [each.agreement for each in progress(by_a_reviewer).questions] == agreement
    assert progress(by_a_reviewer).outside == before.outside == {}


def test_a_decision_is_the_consensus_and_where_no_answer_is_right_there_is_none() -> None:
    rows = [
        *votes("one", True, True, False),
        decided("one", True, 2),
        decided("one", False),
        *votes("two", True, True, True),
        decided("two", None),
        *votes("three", True, True, False),
    ]
    [table], unfitting = tables_of(count_labels(rows), [CORRECT], judged_value)
    found = {item.trace_id: (agreed.value, agreed.how.value) for item, agreed in table.consensus().items()}
    assert found == {"one": (False, "adjudicated"), "three": (True, "majority")}
    assert [item.trace_id for item in table.unanswerable] == ["two"]
    assert unfitting == {}
