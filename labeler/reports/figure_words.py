"""Words for what a report says beside its plain figures: intervals, notes, levels, counts and times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from labeler.agreement.counted_labels import LeftOut, WasBlind
from labeler.agreement.figure import Figure, Interval
from labeler.agreement.level import Level
from labeler.agreement.report_model import AgreementFigures, JudgeExample, QuestionFigures, ReviewerFigures
from labeler.domain.rounded_words import NO_FIGURE, coefficient_words, percent_words

RULE_OF_THUMB: Final = "0.80 to rely on, 0.67 for tentative conclusions (Krippendorff)"

LEFT_OUT_WORDS: Final = {
    LeftOut.OUTSIDE: "outside the scope",
    LeftOut.INVALID: "superseded",
    LeftOut.DEFAULT: "by “default” or nobody",
    LeftOut.UNKNOWN_SOURCE: "by neither a person nor a judge",
    LeftOut.ROLES: "in another role than a reviewer's",
    LeftOut.EXCLUDED: "of reviewers left out",
    LeftOut.SECOND_ANSWERS: "second answers of one person",
    LeftOut.NOT_BLIND: "not known to be blind",
    LeftOut.UNFITTING: "that fit no question",
}


def with_interval(figure: Figure, interval: Interval | None) -> str:
    """Return ``0.38 [0.31, 0.45]``."""
    said = coefficient_words(figure.value)
    if interval is None:
        return said
    return f"{said} [{coefficient_words(interval.low)}, {coefficient_words(interval.high)}]"


def question_notes(
    question: QuestionFigures, *, text: Callable[[str], str] = str, name: Callable[[str], str] = str
) -> list[str]:
    """Return what is to be said of a question beside its figures, a phrase each.

    `text` and `name` write words and reviewer IDs from outside as the view does.
    """
    notes = [text(note) for note in agreement_notes(question.agreement)]
    if question.lowest is not None:
        notes.append(f"α {coefficient_words(question.lowest.alpha.value)} without {name(question.lowest.reviewer)}")
    if (common := question.agreement.one_sided) is not None:
        notes.append(f"{percent_words(common.share)} of the labels are {text(common.word)}: read AC1 beside α")
    if question.single_labels:
        notes.append(f"{counted(question.single_labels, 'label')} more on items with no other")
    return notes


def agreement_notes(figures: AgreementFigures) -> list[str]:
    """Return why figures are not there, a phrase each."""
    return figures.note.split("; ") if figures.note else []


def example_words(example: JudgeExample, text: Callable[[str], str] = str) -> str:
    """Return ``people Wrong (3 of 3), judge Correct: “invented a price”``; `text` writes words as the view does."""
    share = f" ({example.agreeing:,} of {example.labels:,})" if example.labels else ""
    why = f": “{text(example.rationale)}”" if example.rationale else ""
    return f"people {text(example.people)}{share}, judge {text(example.judge)}{why}"


def level_words(level: Level | None, *, is_by_option: bool) -> str:
    """Return the level of a question in a word."""
    if level is None:
        return "counted"
    return "by option" if is_by_option else level.value


def blind_words(reviewer: ReviewerFigures) -> str:
    """Return which share of a reviewer's labels is known to be blind; nothing where nobody wrote it down of any."""
    if reviewer.blind[WasBlind.UNKNOWN] == reviewer.labels:
        return NO_FIGURE
    return percent_words(reviewer.blind[WasBlind.TRUE] / reviewer.labels)


def counted(number: int, one: str, several: str | None = None) -> str:
    """Return ``1 label`` or ``1,730 labels``."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def seconds_words(milliseconds: float | None) -> str:
    """Return ``21 s``, ``4.3 s`` below ten, ``3 min 5 s``."""
    if milliseconds is None:
        return NO_FIGURE
    seconds = milliseconds / 1000
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
