"""When an item counts as labelled."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from labeler.domain.question import Question


def is_labelled(answers: Collection[str], questions: Iterable[Question]) -> bool:
    """Return whether each required question is answered; any one question if none is required."""
    asked = list(questions)
    required = [question for question in asked if question.required]
    if required:
        return all(question.name in answers for question in required)
    return any(question.name in answers for question in asked)
