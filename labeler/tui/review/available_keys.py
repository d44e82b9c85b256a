"""Which keys would act if they were pressed now. The key line offers these and no others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from labeler.desk.desk import Desk
from labeler.review.blind import why_hidden
from labeler.review.decision import verbatim
from labeler.review.possible import Verdict, refusal, verdict
from labeler.tui.action_table import Action, OnScreen, Rule


def keys_that_act(desk: Desk, stands_against: Callable[[Action], bool], action: Action) -> Sequence[str]:
    """Return the keys of an action, or none where it would be refused now.

    `stands_against` tells whether what is on the screen stands against an action.
    """
    if not action.keys or stands_against(action):
        return ()
    match action.run:
        case Rule(rule):
            return () if refusal(desk.state, rule) else action.keys
        case OnScreen("accept"):
            return action.keys if isinstance(acceptable(desk), Verdict) else ()
    return action.keys


def acceptable(desk: Desk) -> Verdict | str:
    """Return the verdict of a judge that can be taken over for the focused question, or why none can, in a sentence."""
    state = desk.state
    if state.question is None or state.item is None:
        return "This review asks no question"
    if hidden := why_hidden(state):
        return hidden
    found = verdict(state, state.question, desk.known.by_others(*state.subject))
    if found is None:
        what = "trace" if state.aim is None else "span"
        return f"No judge has answered {verbatim(state.question.name)} on this {what}"
    return found.why_not or found
