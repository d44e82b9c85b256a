"""Which keys would act if they were pressed now. The key line offers these and no others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from labeler.desk.desk import Desk
from labeler.review.action import Digit
from labeler.review.possible import refusal, verdict
from labeler.tui.actions import Action
from labeler.tui.review.keys import REVIEW_ACTIONS


def keys_that_act(desk: Desk, why_not: Callable[[str], str], action: Action) -> Sequence[str]:
    """Those keys of an action that would not be refused now.

    `why_not` tells why what is on the screen stands against the action of an ID; empty when it does not.
    """
    if why_not(action.id):
        return ()
    if action.id == "answer.option":
        return [key for key in action.keys if not refusal(desk.state, Digit(key))]
    if action.id == "answer.accept":
        return action.keys if _can_be_accepted(desk) else ()
    rule = REVIEW_ACTIONS.get(action.id)
    return () if rule is not None and refusal(desk.state, rule) else action.keys


def _can_be_accepted(desk: Desk) -> bool:
    state = desk.state
    if state.question is None or state.item is None:
        return False
    found = verdict(state, state.question, desk.known.by_others(*state.subject))
    return found is not None and not found.why_not
