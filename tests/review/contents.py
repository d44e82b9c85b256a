"""What a reviewer has said and done in a review, to compare two reviews by."""

from __future__ import annotations

from typing import TypeAlias

from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.review.state import ReviewState, Subject

Content: TypeAlias = tuple[
    dict[str, ItemState], dict[tuple[Subject, str], tuple[JsonValue, str | None]], int, frozenset[str]
]


def content(state: ReviewState) -> Content:
    """What the reviewer said and where the items stand, whatever the IDs."""
    return (
        {item.trace_id: item.state for item in state.items},
        {
            (subject, name): (answer.value, answer.comment)
            for subject, answers in state.answers.items()
            for name, answer in answers.items()
        },
        state.labelled,
        frozenset(state.worklist.deferred),
    )


def without_empty(state: ReviewState) -> dict[Subject, object]:
    """All answers, without subjects that have none."""
    return {subject: answers for subject, answers in state.answers.items() if answers}


def about_traces(state: ReviewState) -> dict[Subject, object]:
    """All answers about traces, none about spans."""
    return {subject: answers for subject, answers in without_empty(state).items() if subject[1] is None}
