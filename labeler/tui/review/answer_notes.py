"""What there is to say of an answer on the panel: that it does not fit, does not stand, is not alone, is half typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from labeler.domain.change import Answer
from labeler.domain.question import Categorical, PassFail, Question, Structured
from labeler.domain.value import JsonValue
from labeler.domain.value_words import value_words
from labeler.reading.sanitise import one_line
from labeler.review.answer_values import allowed
from labeler.review.converted_values import fitted
from labeler.review.my_answer import contradictions
from labeler.review.parts import parts_of
from labeler.review.state import ReviewState
from labeler.review.unfinished_texts import names_with_draft


def answer_notes(state: ReviewState, answers: Mapping[str, Answer]) -> dict[str, str]:
    """Return what there is to say of answers to the current item, as display text, by the name of question or field."""
    notes: dict[str, str] = {}
    for question in state.questions:
        answer = answers.get(question.name)
        notes.update(_misfits(question, answer))
        mine = state.mine.get((state.subject, question.name)) if state.items else None
        words = []
        if question.name in notes:
            words.append(notes[question.name])
        if mine is not None and mine.beside:
            words.append(f"+{len(mine.beside)}")
        others = [] if mine is None else contradictions(question, mine)
        if others:
            words.append(f"elsewhere you said {one_line(value_words(others[-1].value, question), 40)}")
        if mine is not None and mine.is_gone:
            words.append("not on the server any more")
        if mine is not None and mine.overridden_by is not None:
            by = "" if state.is_blind else one_line(mine.overridden_by, 24)
            words.append(f"overridden by {by or 'somebody'}")
        if words:
            notes[question.name] = "   ".join(words)
    for name in names_with_draft(state):
        notes[name] = "   ".join(filter(None, (notes.get(name), "✎ draft")))
    return notes


def _misfits(question: Question, answer: Answer | None) -> dict[str, str]:
    """Say what does not fit, and why: the answer by the question's name or, of an object, each field by its own."""
    if answer is None or fitted(question, answer)[1]:
        return {}
    parts = [part for part in parts_of(0, question) if not part.is_open(answer)]
    is_object = isinstance(answer.value, Mapping)
    if isinstance(question.input, Structured) and (not parts or not is_object):
        return {question.name: _misfit(question, answer.value)}
    values = ((part, part.value_in(answer)) for part in parts)
    return {
        part.name: _misfit(part.asked, value)
        for part, value in values
        if not fitted(part.asked, replace(answer, value=value))[1]
    }


def _misfit(question: Question, value: JsonValue) -> str:
    match question.input:
        case PassFail() | Categorical():
            why = "no option any more"
        case Structured():
            why = "has none of these fields"
        case _:
            why = f"this takes {allowed(question)}"
    return f"{one_line(value_words(value, question), 40)} · {why}"
