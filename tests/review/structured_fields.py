"""Fields of structured questions."""

from __future__ import annotations

from labeler.domain.question import Categorical, Numeric, PassFail, Question, Text


def field(name: str, answered_by: PassFail | Categorical | Numeric | Text, *, required: bool = True) -> Question:
    """Return a field, which takes no comment of its own."""
    return Question(name, answered_by, takes_comment=False, required=required)
