"""Delivers decisions of leads, of which one counts for each question of a trace, whoever else decides at the same time.

The server lets one create the first decision, by its ID. Others can still come to stand beside each other: an undo
takes one away while another lead decides. So the trace is read back after each create and delete, and all that stand
but the lowest are deleted. Whoever comes last sees them all, so that one is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from labeler.backends.base import Backend
from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.adjudication import decision_that_counts, is_adjudication
from labeler.domain.assessment import Assessment, same_reviewer
from labeler.domain.value import same_value
from labeler.domain.value_words import short_json

_MOST_ROUNDS: Final = 5
"""How often the trace is read back: deleting a decision makes the one that it overrides stand again."""

_VALUE_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class LeftStanding:
    """What stands of a question's decisions: the one that counts, if any, and the IDs of those that were deleted."""

    counts: Assessment | None
    deleted: tuple[str, ...]


async def leave_one(backend: Backend, trace_id: str, question: str, sprint: str) -> LeftStanding:
    """Read a trace back, and delete all decisions that stand about a question but the one that counts.

    Raises what the backend raises.
    """
    deleted: list[str] = []
    for _ in range(_MOST_ROUNDS):
        standing = _standing((await backend.summary(trace_id)).assessments, question, sprint)
        counts = decision_that_counts(standing)
        surplus = [each.id for each in standing if each is not counts]
        if not surplus:
            break
        for assessment_id in surplus:
            await backend.retract(trace_id, assessment_id)
        deleted += surplus
    return LeftStanding(counts, tuple(deleted))


def is_same_decision(sent: Assessment, stored: Assessment) -> bool:
    """Return whether what is stored under a decision's ID is that decision: by the same person, and saying the same."""
    return (
        is_adjudication(stored)
        and same_reviewer(sent.source.id, stored.source.id)
        and same_value(sent.value, stored.value)
        and (sent.rationale or "") == (stored.rationale or "")
    )


def decided_by(other: Assessment | None) -> str:
    """Say who decided what, in place of a decision that does not count."""
    if other is None:
        return "Another decision came between, and was taken back"
    said = "no right answer" if other.value is None else short_json(other.value, _VALUE_CHARACTERS)
    return f"{other.source.id} decided: {said}"


def _standing(assessments: Sequence[Assessment], question: str, sprint: str) -> list[Assessment]:
    return [
        each
        for each in assessments
        if each.valid
        and each.name == question
        and each.span_id is None
        and is_adjudication(each)
        and each.metadata.get(answer_metadata.SPRINT) == sprint
    ]
