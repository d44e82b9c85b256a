"""What is different about the questions of a review after somebody changed them on the server, in words."""

from __future__ import annotations

from collections.abc import Sequence

from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.review.decision import verbatim


def differences(before: Sequence[Question], after: Sequence[Question]) -> list[str]:
    """Say what is different, a few words a question: ``tone has new options``. Each is part of a sentence of the rules.

    An order alone is no difference that anybody has to be told.
    """
    earlier = {question.name: question for question in before}
    names = {question.name for question in after}
    said = [part for question in after if (part := _difference(earlier.get(question.name), question))]
    gone = [question.name for question in before if question.name not in names]
    return [*said, *(f"{verbatim(name)} is not asked any more; answers to it are kept" for name in gone)]


def _difference(before: Question | None, after: Question) -> str:
    name = verbatim(after.name)
    if before is None:
        return f"{name} is asked now"
    if type(before.input) is not type(after.input) or before.kind is not after.kind:
        return f"{name} is asked in another way now"
    if before.input != after.input:
        match after.input:
            case Categorical():
                return f"{name} has new options"
            case Numeric():
                return f"{name} has another range"
            case PassFail():
                return f"{name} has other words for its answers"
            case Text():
                return f"{name} takes another length"
            case Structured():
                return f"{name} has other fields"
    return f"{name} has a new instruction" if before.instruction != after.instruction else ""
