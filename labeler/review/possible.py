"""What an action would lead to, asked without doing it, so that only what would be accepted is offered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.assessment import Assessment
from labeler.domain.question import Question
from labeler.domain.value import JsonValue, UnusableValue
from labeler.review.action import Action, ActionContext, Go, Submit, Undo
from labeler.review.answers import blank_refused, foreign_kept, is_blank
from labeler.review.decide import NOT_DOWNLOADED, decide
from labeler.review.decision import Asks, Decision, Refusal, verbatim
from labeler.review.judge_values import judge_of, judged_value
from labeler.review.state import ReviewState
from labeler.review.structured import is_foreign

_NO_STAMP: Final = ActionContext(0, 0, lambda: "a-")
"""For decisions that are never carried out."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge said to a question: the value in the question's own type, or why it cannot be taken over.

    The reason is a sentence of the rules, which may name actions.
    """

    judge: Assessment
    value: JsonValue
    why_not: str


def refusal(state: ReviewState, action: Action) -> str:
    """Say why an action would lead to nothing now; empty if it would be carried out, as far as the history was read."""
    if isinstance(action, Undo) and not state.history.knows_what_undo_takes_back:
        return ""
    outcome = decide(state, action, _NO_STAMP)
    if isinstance(action, Submit) and isinstance(outcome, Decision) and not _does_something(state, outcome):
        return outcome.says
    if isinstance(action, Go) and isinstance(outcome, Decision) and outcome.at_end:
        return "Nothing is open; {app.progress} shows what was done"
    return outcome.says if isinstance(outcome, Refusal) and not isinstance(outcome, Asks) else ""


def _does_something(state: ReviewState, outcome: Decision) -> bool:
    """Return whether a submission is one, or comes of answers: on an untouched item it only goes to what is missing."""
    is_untouched = state.item is not None and not state.is_partly_answered(state.item.trace_id)
    return outcome.submits or outcome.stops or not is_untouched


def verdict(state: ReviewState, question: Question, said_by_others: Iterable[Assessment]) -> Verdict | None:
    """Return a judge's value for a question about the current subject; None if no judge gave one."""
    judge = judge_of(question, said_by_others, state.aim, state.rules)
    if judge is None:
        return None
    try:
        value = judged_value(question, judge)
    except UnusableValue as error:
        return Verdict(judge, None, verbatim(str(error)))
    if state.item is not None and state.item.trace_id in state.absent:
        return Verdict(judge, value, NOT_DOWNLOADED)
    if state.item is not None and is_foreign(question, state.given.get(question.name)):
        return Verdict(judge, value, foreign_kept(question))
    return Verdict(judge, value, blank_refused(question) if is_blank(value) else "")
