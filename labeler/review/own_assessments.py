"""Which of a trace's assessments are the reviewer's own answers, and which are what others said."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from labeler.domain.assessment import Assessment, SourceType, same_reviewer
from labeler.domain.change import Answer
from labeler.domain.question import NOTE_NAMES, Question
from labeler.domain.sprint import in_no_sprint
from labeler.review.my_answer import Asked, Reading, merge


def own_answers(
    assessments: Iterable[Assessment],
    reviewer: str,
    questions: Iterable[Question],
    taken_back: Collection[str] = (),
    is_in_scope: Callable[[Assessment], bool] = in_no_sprint,
) -> dict[str, Answer]:
    """Return the reviewer's answers about the trace, by question name. See `own_answers_by_span`."""
    about_trace = (assessment for assessment in assessments if assessment.span_id is None)
    return own_answers_by_span(about_trace, reviewer, questions, taken_back, is_in_scope).get(None, {})


def own_answers_by_span(
    assessments: Iterable[Assessment],
    reviewer: str,
    questions: Iterable[Question],
    taken_back: Collection[str] = (),
    is_in_scope: Callable[[Assessment], bool] = in_no_sprint,
) -> dict[str | None, dict[str, Answer]]:
    """Return the reviewer's answers by span ID (None: about the trace) and question name, as the backend has them.

    The rule is that of `mine.merge`. `taken_back` are the IDs of assessments that the journal knows to be superseded or
    retracted, although an older listing still shows them. Flags and reasons for declining are among them.
    """
    told = [each for each in assessments if each.id not in taken_back]
    by_name = {question.name: question for question in questions}
    places = dict.fromkeys(
        (each.span_id, each.name) for each in told if each.name in by_name or each.name in NOTE_NAMES
    )
    found: dict[str | None, dict[str, Answer]] = {}
    for span_id, name in places:
        asked = Asked(name, by_name.get(name), reviewer, span_id, is_in_scope)
        mine = merge(asked, None, Reading(0, told), ())
        if mine.answer is not None:
            found.setdefault(span_id, {})[name] = mine.answer
    return found


def by_others(assessments: Iterable[Assessment], reviewer: str) -> list[Assessment]:
    """Pick what judges, code and other reviewers said and has not been superseded, labeler's own notes included."""
    return [a for a in assessments if a.valid and not _is_mine(a, reviewer)]


def _is_mine(assessment: Assessment, reviewer: str) -> bool:
    return (
        assessment.valid
        and assessment.source.type is SourceType.HUMAN
        and same_reviewer(assessment.source.id, reviewer)
    )
