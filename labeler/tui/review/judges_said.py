"""What judges said, for the panel: beside each question, and beside each field of a structured one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from labeler.desk.desk import Desk
from labeler.domain.change import Answer
from labeler.domain.question import Question
from labeler.domain.value_words import value_words
from labeler.reading.views.assessments import brief
from labeler.review.judge_values import as_asked
from labeler.review.parts import parts_of
from labeler.review.possible import Verdict, verdict
from labeler.review.state import ReviewState
from labeler.tui.review.question_panel import JudgeSaid


def judges_said(desk: Desk) -> dict[str, JudgeSaid]:
    """Return what judges said about the current subject, by the name of the question or field."""
    state = desk.state
    if state.item is None:
        return {}
    others = desk.known.by_others(*state.subject)
    found = ((question, verdict(state, question, others)) for question in state.questions)
    return {name: said for question, each in found if each is not None for name, said in _said(state, question, each)}


def _said(state: ReviewState, question: Question, found: Verdict) -> Iterator[tuple[str, JudgeSaid]]:
    fits = not found.why_not
    yield question.name, JudgeSaid(brief(found.judge, partial(as_asked, state)), fits)
    verdicts = Answer("", found.value, None, 0, 0)
    for part in parts_of(0, question):
        value = part.value_in(verdicts)
        if part.field is not None and value is not None:
            yield part.name, JudgeSaid(brief(replace(found.judge, value=value_words(value, part.asked))), fits)
