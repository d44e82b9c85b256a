"""What my answer to a question is: the journal's word and the backend's, merged by one rule. Pure.

The journal's word counts while a delivery of it is on its way, and until the backend was read after that. Then the
backend's does: the newest of my valid assessments there, whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.answer_metadata import answer_of
from labeler.domain.assessment import Assessment, AssessmentKind, SourceType, same_reviewer
from labeler.domain.change import Answer
from labeler.domain.deletion_order import in_deletion_order
from labeler.domain.question import Question
from labeler.domain.value import same_value
from labeler.review.converted_values import fitted


@dataclass(frozen=True, slots=True)
class JournalWord:
    """What the journal holds of a question: an answer, or None for one that was cleared.

    `settled_at_ms` is when the last delivery of it was acknowledged, in milliseconds since the epoch; None while one is
    on its way, or where it never leaves the journal.
    """

    answer: Answer | None
    settled_at_ms: int | None = None

    def is_carried_by(self, assessment: Assessment) -> bool:
        """Return whether an assessment is this answer: by our ID, which it repeats where the backend gave another."""
        if self.answer is None:
            return False
        own = self.answer.assessment_id
        return own in (assessment.id, assessment.metadata.get(answer_metadata.ID))


@dataclass(frozen=True, slots=True)
class Reading:
    """What the backend had about a trace when it was asked, at `at_ms` milliseconds since the epoch."""

    at_ms: int
    assessments: Sequence[Assessment]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, of whom, and which answers count.

    `question` is None for what is no question: a flag or a reason for declining, by its `name`. `is_in_scope` says of
    an assessment whether it belongs to the scope of this review.
    """

    name: str
    question: Question | None
    reviewer: str
    span_id: str | None = None
    is_in_scope: Callable[[Assessment], bool] = lambda assessment: True

    def is_mine(self, assessment: Assessment) -> bool:
        """Return whether an assessment is an answer of mine to this, valid or not."""
        return (
            assessment.name == self.name
            and assessment.span_id == self.span_id
            and assessment.kind is (AssessmentKind.FEEDBACK if self.question is None else self.question.kind)
            and assessment.source.type is SourceType.HUMAN
            and same_reviewer(assessment.source.id, self.reviewer)
            and not assessment.metadata.get(answer_metadata.ROLE)
            and self.is_in_scope(assessment)
        )


@dataclass(frozen=True, slots=True)
class Mine:
    """My answer to a question, and what has to be said of it.

    `answer` has its value as the question takes it or, where `fits` is false, as it was written: it counts all the
    same. `supersedes` is the ID that a new answer overrides, None where nothing of mine stands. `beside` are the other
    valid ones of mine, newest first; `retire` is what has to be deleted once a new answer is acknowledged, in that
    order. `conflicts` are valid ones of mine that I was never shown, while another of mine stands or is on its way.
    `is_gone`: it was there and is not any more. `overridden_by` is who overrode it (empty: unknown).
    """

    answer: Answer | None = None
    fits: bool = True
    supersedes: str | None = None
    beside: tuple[Assessment, ...] = ()
    retire: tuple[Assessment, ...] = ()
    conflicts: tuple[Assessment, ...] = ()
    is_gone: bool = False
    overridden_by: str | None = None


def merge(asked: Asked, word: JournalWord | None, told: Reading | None, shown: Collection[str]) -> Mine:
    """Return my answer by the journal's word, None where it has none, and by the backend's, None where it was not read.

    `shown` are the IDs of assessments of mine that I was shown, or that this journal made.
    """
    rows = [] if told is None else sorted(filter(asked.is_mine, told.assessments), key=_age)
    valid = [each for each in rows if each.valid]
    if word is not None and (told is None or word.settled_at_ms is None or told.at_ms <= word.settled_at_ms):
        return _by_journal(asked, word, rows, valid, shown)
    assert told is not None or not rows
    own = None if word is None else next((each for each in valid if word.is_carried_by(each)), None)
    if own is not None:
        conflicts = tuple(each for each in valid if each is not own and each.id not in shown)
        if conflicts:
            return _standing(asked, word, own, rows, valid, conflicts)
    if valid:
        return _standing(asked, word, valid[-1], rows, valid, ())
    if told is None:
        return Mine()
    return _fallen(asked, word, rows, told.assessments)


def contradictions(question: Question, mine: Mine) -> list[Assessment]:
    """Return those that I was never shown and that say otherwise than my answer to the question, which stands too."""
    if mine.answer is None or mine.answer.has_fallen:
        return []
    answers = ((each, fitted(question, answer_of(each, each.value))[0]) for each in mine.conflicts)
    return [each for each, answer in answers if not same_value(answer.value, mine.answer.value)]


def _age(assessment: Assessment) -> tuple[int, str]:
    return assessment.created_at_ms, assessment.id


def _by_journal(
    asked: Asked, word: JournalWord, rows: Sequence[Assessment], valid: Sequence[Assessment], shown: Collection[str]
) -> Mine:
    """Return the journal's word, with what else of mine stands on the backend."""
    below = word.answer.overrides if word.answer is not None else None
    others = [each for each in valid if not word.is_carried_by(each) and each.id != below]
    conflicts = tuple(each for each in others if each.id not in shown)
    beside = [each for each in others if each.id in shown]
    if word.answer is None:
        return Mine(conflicts=conflicts)
    answer, fits = _fitting(asked, word.answer)
    return Mine(
        answer=answer,
        fits=fits,
        supersedes=word.answer.assessment_id,
        beside=tuple(reversed(beside)),
        retire=tuple(in_deletion_order(beside, rows)),
        conflicts=conflicts,
    )


def _standing(
    asked: Asked,
    word: JournalWord | None,
    shown: Assessment,
    rows: Sequence[Assessment],
    valid: Sequence[Assessment],
    conflicts: tuple[Assessment, ...],
) -> Mine:
    """Return a valid assessment as my answer, under the ID that the journal gave it where it was given there."""
    beside = [each for each in valid if each is not shown and each not in conflicts]
    answer, fits = _fitting(asked, answer_of(shown, shown.value))
    if word is not None and word.answer is not None and word.is_carried_by(shown):
        answer = replace(answer, assessment_id=word.answer.assessment_id)
    return Mine(
        answer=answer,
        fits=fits,
        supersedes=shown.id,
        beside=tuple(reversed(beside)),
        retire=tuple(in_deletion_order(beside, rows)),
        conflicts=conflicts,
    )


def _fallen(
    asked: Asked, word: JournalWord | None, rows: Sequence[Assessment], everything: Sequence[Assessment]
) -> Mine:
    """Return my last answer where none of mine is valid: overridden by somebody, or gone. Neither opens the item."""
    own = None if word is None else next((each for each in rows if word.is_carried_by(each)), None)
    if word is not None and word.answer is not None and own is None:
        answer, fits = _fitting(asked, replace(word.answer, has_fallen=True))
        return Mine(answer=answer, fits=fits, is_gone=True)
    last = own or next((each for each in reversed(rows) if _overrider(each, everything) is not None), None)
    if last is None:
        return Mine()
    answer, fits = _fitting(asked, replace(answer_of(last, last.value), has_fallen=True))
    return Mine(answer=answer, fits=fits, overridden_by=_overrider(_top_of(last, rows), everything) or "")


def _top_of(assessment: Assessment, rows: Sequence[Assessment]) -> Assessment:
    """Return the last of mine in the chain of those that override this one."""
    seen: set[str] = set()
    while assessment.id not in seen:
        seen.add(assessment.id)
        assessment = next((each for each in reversed(rows) if each.overrides == assessment.id), assessment)
    return assessment


def _overrider(assessment: Assessment, everything: Iterable[Assessment]) -> str | None:
    """Return who overrode an assessment: the newest that does; None where nobody does."""
    above = [each for each in everything if each.overrides == assessment.id]
    return max(above, key=_age).source.id if above else None


def _fitting(asked: Asked, answer: Answer) -> tuple[Answer, bool]:
    """Return the answer as the question takes it, and whether it does."""
    return (answer, True) if asked.question is None else fitted(asked.question, answer)
