"""Which keys would act if they were pressed now. The key line offers these and no others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from labeler.desk.desk import Desk
from labeler.review.possible import refusal, verdict
from labeler.tui.action_table import Action, OnScreen, Rule


def keys_that_act(desk: Desk, stands_against: Callable[[Action], bool], action: Action) -> Sequence[str]:
    """The keys of an action, or none where it would be refused now.

    `stands_against` tells whether what is on the screen stands against an action.
    """
    if not action.keys or stands_against(action):
        return ()
    match action.run:
        case Rule(rule):
            return () if refusal(desk.state, rule) else action.keys
        case OnScreen("accept"):
            return action.keys if _can_be_accepted(desk) else ()
    return action.keys


def _can_be_accepted(desk: Desk) -> bool:
    state = desk.state
    if state.question is None or state.item is None:
        return False
    found = verdict(state, state.question, desk.known.by_others(*state.subject))
    return found is not None and not found.why_not
