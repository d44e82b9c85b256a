"""What to do about each difference that a verification finds, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

RESEND: Final = (
    "It was delivered, and the server has it no more. labeler verify --resend queues it again; if it was deleted on "
    "purpose, clear it in labeler review (answer.clear)."
)
CHANGE_AGAIN: Final = (
    "The server has it as it was before you changed it. labeler verify --resend queues the change again."
)
TAKE_BACK_AGAIN: Final = (
    "You took this answer back, and the server has it again. labeler verify --resend takes it back again."
)
SUPERSEDE_AGAIN: Final = (
    "You gave another answer in place of this one, and this one counts on the server again. labeler verify --resend "
    "deletes it there."
)
SET_AGAIN: Final = "The queue has another state than you left. labeler verify --resend queues yours again."
AFTER_ITS_ANSWERS: Final = (
    "The queue has another state than you left, and answers of the item are missing: mend those first, then labeler "
    "verify --resend queues the state again."
)

BY_RESENDING: Final = frozenset({RESEND, CHANGE_AGAIN, TAKE_BACK_AGAIN, SUPERSEDE_AGAIN, SET_AGAIN})
"""The advice of problems that sending again solves."""


def trace_gone() -> str:
    return (
        "The trace itself is not on the server, or not for this login and workspace; the answer is kept in the "
        "journal. Once the trace is back: labeler verify --resend."
    )


def given_elsewhere(trace_id: str, other_id: str) -> str:
    return (
        f"The server has it no more, and has another answer of yours to this question: {other_id}. To keep that one, "
        f"clear yours in labeler review {trace_id} (answer.clear). To have yours, delete the other on the server "
        "(MLflow's page does), then labeler verify --resend."
    )


def duplicate(kept: str, surplus: Sequence[str]) -> str:
    return (
        f"The server has copies of it: {', '.join(surplus)}. Delete those on the server (MLflow's page does); {kept} "
        "is the one that labeler keeps to."
    )


def changed(trace_id: str, wrong: Sequence[str]) -> str:
    return (
        f"Somebody changed it on the server: {'; '.join(wrong)}. To have yours, answer otherwise in labeler review "
        f"{trace_id} and, once that is delivered, as before; to keep what the server has, answer that."
    )


def superseded(trace_id: str) -> str:
    return (
        f"To have yours count beside it, answer otherwise in labeler review {trace_id} and, once that is delivered, as "
        "before. To accept it, clear yours there (answer.clear)."
    )


def superseded_by_oneself(trace_id: str, later_id: str) -> str:
    return (
        f"You answered it anew elsewhere: {later_id}. To keep that one, clear this one in labeler review {trace_id} "
        "(answer.clear). To have this one again, delete that one on the server (MLflow's page does)."
    )


def second(trace_id: str, own_id: str, other_id: str) -> str:
    return (
        f"Two answers of yours count: {own_id}, given here, and {other_id}. To keep the first, delete the other on the "
        f"server (MLflow's page does). To keep the other, clear yours in labeler review {trace_id} (answer.clear)."
    )


def held_by(other: str, state: str) -> str:
    return (
        f"The queue has the item as {state} by {other}, and that stands. To have it as you left it, have it opened "
        "again there (PENDING), then labeler verify --resend."
    )
