"""When an item counts as labelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from labeler.domain.change import Answer
from labeler.domain.question import Question
from labeler.review.parts import is_answered


def is_labelled(answers: Mapping[str, Answer], questions: Iterable[Question]) -> bool:
    """Return whether each required question is answered; any one question if none is required."""
    asked = list(questions)
    required = [question for question in asked if question.required]
    if required:
        return all(is_answered(question, answers.get(question.name)) for question in required)
    return any(is_answered(question, answers.get(question.name)) for question in asked)
