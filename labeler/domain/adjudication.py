"""Adjudications: a lead's decisions about items of a sprint, as assessments that everybody can tell from labels.

What makes an assessment one is its `labeler.role` alone. Its ID follows from the sprint, the trace, the question and
which decision about these it is: of several leads who decide at once, the server lets one create it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from typing import Final

from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment, SourceType

ADJUDICATION: Final = "adjudication"
"""The role of a lead's decision about an item that people disagree on."""

_NAMESPACE: Final = uuid.UUID("5b3f0f52-6a0e-4e58-9d0d-0c6f4f1f3a11")

_MOST_DECISIONS: Final = 200
"""Decisions about one question of one trace that are recognised by their IDs: each takes a key of a person."""


def adjudication_id(sprint: str, trace_id: str, question: str, number: int) -> str:
    """Return the ID of the `number`-th decision (from 1) about a question of a trace, in the sprint of this slug."""
    return f"a-{uuid.uuid5(_NAMESPACE, json.dumps([sprint, trace_id, question, number])).hex}"


def is_adjudication(assessment: Assessment) -> bool:
    """Return whether an assessment is a person's decision, not a label; whether it stands does not matter."""
    return assessment.source.type is SourceType.HUMAN and assessment.metadata.get(answer_metadata.ROLE) == ADJUDICATION


def says_no_right_answer(adjudication: Assessment) -> bool:
    """Return whether a decision is that the question has no right answer for this trace: it has no value then."""
    return adjudication.value is None


def decision_number(adjudication: Assessment) -> int | None:
    """Return which decision about its question and trace this is, by its ID; None where nobody gave it such an ID."""
    sprint = adjudication.metadata.get(answer_metadata.SPRINT, "")
    ids = {adjudication.id, adjudication.metadata.get(answer_metadata.ID)}
    about = sprint, adjudication.trace_id, adjudication.name
    return next((each for each in range(1, _MOST_DECISIONS + 1) if adjudication_id(*about, each) in ids), None)


def decision_that_counts(adjudications: Iterable[Assessment]) -> Assessment | None:
    """Return which of several decisions about one question of one trace counts; None where none stands.

    It is the lowest that stands: whoever reads them comes to the same one. Those without a number come last, the
    newest of them first.
    """
    standing = [each for each in adjudications if each.valid]
    return min(standing, key=_precedence, default=None)


def next_decision(sprint: str, trace_id: str, question: str, is_taken: Callable[[str], bool]) -> str:
    """Return the first ID of a decision that is not taken yet."""
    number = 1
    while is_taken(found := adjudication_id(sprint, trace_id, question, number)):
        number += 1
    return found


def _precedence(adjudication: Assessment) -> tuple[int, int, str]:
    number = decision_number(adjudication)
    return _MOST_DECISIONS + 1 if number is None else number, -adjudication.created_at_ms, adjudication.id
