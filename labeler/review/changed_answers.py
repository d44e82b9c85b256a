"""How an answer to an item that was submitted is changed, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from labeler.domain.change import Answer, AnswerEffect, Effect
from labeler.domain.question import Question
from labeler.domain.value import same_value
from labeler.domain.value_words import value_words
from labeler.review.decision import verbatim
from labeler.review.parts import Part
from labeler.review.structured import changed_parts, is_foreign

_LONGEST: Final = 24
"""Characters of a value that are told."""


def change_words(question: Question, before: Answer | None, after: Answer | None) -> str:
    """Return ``stars 4 → 2``, or ``comment on stars`` where only that changed; unsanitised, on one line."""
    if before is not None and after is not None and same_value(before.value, after.value):
        return f"comment on {question.name}"
    parts = changed_parts(0, question, before, after)
    if before is None or after is None or not parts or is_foreign(question, before) or is_foreign(question, after):
        return f"{question.name} {_words(question, before)} → {_words(question, after)}"
    return ", ".join(f"{part.name} {_part_words(part, before)} → {_part_words(part, after)}" for part in parts)


def said_of_changes(questions: Iterable[Question], effects: Sequence[Effect]) -> str:
    """Say in a sentence of the rules what is changed about a submitted item; empty where nothing is."""
    by_name = {question.name: question for question in questions}
    answers = [each for each in effects if isinstance(each, AnswerEffect) and each.question in by_name]
    if not answers:
        return ""
    changed = ", ".join(change_words(by_name[each.question], each.before, each.after) for each in answers)
    return f"changed: {verbatim(changed)} · goes out when you leave this item · {{edit.undo}} takes it back"


def _words(question: Question, answer: Answer | None) -> str:
    return _short("nothing" if answer is None else value_words(answer.value, question))


def _part_words(part: Part, answer: Answer) -> str:
    value = part.value_in(answer)
    return _short("nothing" if value is None else value_words(value, part.asked))


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
