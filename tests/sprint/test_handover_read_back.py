"""What a server stored otherwise than it was told: said row by row when a hand-over is read back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any, cast

from labeler.agreement.consensus import How
from labeler.backends.base import TeamBackend
from labeler.backends.datasets import Dataset, DatasetBackend, DatasetRecord
from labeler.domain.assessment import Assessment, AssessmentKind
from labeler.domain.question import PassFail, Question
from labeler.domain.trace import NOT_RECORDED, TraceState, TraceSummary
from labeler.sprint.agreed import Agreed
from labeler.sprint.handover_dataset import record_changes, records_for, records_read_back
from labeler.sprint.role_rows import CONSENSUS, RoleRow, changes_for, differences_read_back

SLUG = "autumn"
QUESTION = Question("correct", PassFail("Correct", "Wrong"))


def trace(trace_id: str, *said: Assessment) -> TraceSummary:
    return TraceSummary(trace_id, "1", 0, 1, TraceState.OK, "", assessments=said)


def agreed(trace_id: str, value: bool) -> Agreed:
    return Agreed(trace_id, QUESTION, value, How.MAJORITY, 3, 3, (), 0)


class Server:
    """A server that has these traces and records, whatever it is told."""

    def __init__(self, traces: Sequence[TraceSummary] = (), records: Sequence[DatasetRecord] = ()) -> None:
        self._traces, self._records = traces, list(records)

    async def summaries(self, trace_ids: Sequence[str], experiment_ids: Sequence[str]) -> list[TraceSummary]:
        return [each for each in self._traces if each.id in trace_ids]

    async def records(self, dataset_id: str) -> AsyncIterator[list[DatasetRecord]]:
        yield self._records


async def test_each_row_that_is_not_there_as_it_was_written_is_told() -> None:
    rows = [RoleRow(each, "correct", AssessmentKind.EXPECTATION, True) for each in ("tr-1", "tr-2", "tr-3")]
    changes = changes_for(rows, CONSENSUS, SLUG, "lead", 5, {})
    assert (len(changes.new), changes.same) == (3, 0)
    kept, other, _ = changes.wanted
    stale = changes_for([RoleRow("tr-4", "correct", AssessmentKind.EXPECTATION, True)], CONSENSUS, SLUG, "lead", 5, {})
    there = [trace("tr-1", kept), trace("tr-2", replace(other, value=False)), trace("tr-3"), trace("tr-4", *stale.new)]
    again = changes_for(rows, CONSENSUS, SLUG, "another lead", 9, {each.id: each for each in there})
    assert [each.trace_id for each in again.new] == ["tr-3"]
    assert [each.trace_id for each in again.changed] == ["tr-2"]
    assert [each.trace_id for each in again.withdrawn] == ["tr-4"]
    backend = cast(TeamBackend, Server(there))
    said = await differences_read_back(backend, "1", again, lambda done, of: None)
    assert said == [
        "tr-2, “correct”: the server has no instead of yes",
        "tr-3, “correct”: not on the server after it was written",
        "tr-4, “correct”: still on the server after it was withdrawn",
    ]


async def test_each_record_that_is_not_there_as_it_was_written_is_told() -> None:
    inputs: dict[str, Any] = {
        "tr-1": {"q": 1},
        "tr-2": {"q": 2},
        "tr-3": {"q": 1},
        "tr-4": NOT_RECORDED,
        "tr-5": "text",
    }
    rows = [agreed(each, True) for each in inputs]
    planned = records_for(rows, inputs, SLUG)
    assert (planned.same_inputs, planned.contradicting, planned.without_inputs) == (2, (), ("tr-4", "tr-5"))
    first, second = planned.records
    wrong = replace(second, expectations={"correct": False})
    stale = replace(second, inputs={"q": 9}, id="dr-9")
    theirs = replace(stale, inputs={"q": 10}, tags={})
    backend = cast(DatasetBackend, Server(records=[wrong, stale, theirs]))
    changes = await record_changes(backend, Dataset("d-1", "name", {}), planned, SLUG)
    assert (changes.new, changes.changed, changes.removed) == ((first,), (second,), (stale,))
    assert await records_read_back(backend, Dataset("d-1", "name", {}), changes, SLUG) == [
        "tr-1: its record is not in the dataset after it was written",
        "tr-2, “correct”: the dataset has no instead of yes",
        "tr-2: its record is still in the dataset after it was withdrawn",
    ]


def test_equal_inputs_with_different_answers_are_left_out_whole() -> None:
    inputs: dict[str, Any] = {"tr-1": {"q": 1, "k": [1]}, "tr-2": {"k": [1], "q": 1}, "tr-3": {"q": 1}}
    planned = records_for([agreed("tr-1", True), agreed("tr-2", False), agreed("tr-3", True)], inputs, SLUG)
    assert (planned.same_inputs, planned.contradicting) == (2, ("tr-1", "tr-2"))
    assert [each.trace_id for each in planned.records] == ["tr-3"]
