"""Ending an item: submit, defer, decline; and flags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from labeler.domain.change import Act, Answer, Effect, StateEffect
from labeler.domain.question import DECLINED_NAME, FLAG_NAME, Categorical
from labeler.domain.value import UnusableValue, check_text
from labeler.domain.worklist import ItemState
from labeler.review.action import ActionContext, Decline, SetFlag
from labeler.review.answers import end_choice, make_change, note_effect, submit
from labeler.review.blind import blind_of
from labeler.review.decision import Decision, FieldKind, FieldRequest, Refusal, verbatim
from labeler.review.navigation import came_from, ends_with_this, next_open, nothing_left, nothing_left_after
from labeler.review.parts import Part, parts
from labeler.review.shared_queue import GOES_ON, declines_for, why_no_work
from labeler.review.state import ReviewState
from labeler.review.worklist import Item

NO_REASON: Final = "A decline needs a reason, a word or two; the item stays as it was"

_DEFERRED_AGAIN: Final = "deferred again; {app.progress} lists it, and it does not come back by itself"
_COMES_BACK_AT_ONCE: Final = "deferred, and nothing else is open: {item.defer} again leaves it deferred"
_NOTHING_ANSWERED: Final = "Nothing is answered yet; {item.defer} defers, {item.decline} declines"
_AIMED: Final = "The questions are about a span; {app.leave} ends that, then {item.submit} submits the item"


def press_enter(state: ReviewState, item: Item, stamp: ActionContext) -> Decision | Refusal:
    """Submit; or end the open choice, or go to the question that is still to be answered."""
    if state.aim is not None:
        return end_choice(state, item, stamp) if _has_options_on(state) else Refusal(_AIMED)
    if item.state is ItemState.LABELLED:
        return _return_from_edit(state, item)
    if _has_options_on(state):
        return end_choice(state, item, stamp)
    missing = state.missing(item.trace_id)
    is_untouched = not state.is_partly_answered(item.trace_id)
    if is_untouched and (why := why_no_work(state, item.trace_id)):
        return Refusal(f"{why} · {GOES_ON}")
    if state.part is not None and _wants_choice(state.part, missing):
        return Refusal(f"{verbatim(state.part.name)}: choose, or {{answer.option.minus}} for none")
    if is_untouched:
        if not state.questions:
            return Refusal(_NOTHING_ANSWERED)
        if not missing and state.stopped_at != item.trace_id:
            return Decision(says="submit with nothing? {item.submit} again does", stops=True)
        if missing and missing[0].place == (state.focus, state.field_index):
            return Refusal(f"{_NOTHING_ANSWERED} · {_named(missing)}")
    if missing:
        before = frozenset(part.name for part in parts(state.questions) if part.place < missing[0].place)
        focus, field_index = missing[0].place
        return Decision(focus=focus, field_index=field_index, says=_named(missing), passes=before)
    return submit(state, item, (), stamp, Act.SUBMIT)


def _named(missing: Sequence[Part]) -> str:
    """Say which parts are still to be answered."""
    return f"{len(missing)} still to answer: {', '.join(verbatim(part.name) for part in missing)}"


def defer(state: ReviewState, item: Item, stamp: ActionContext) -> Decision | Refusal:
    """Put the item off until the open ones are done. When it has come back, it is put off for good."""
    if item.state in (ItemState.LABELLED, ItemState.DECLINED):
        return Refusal(f"This item is {item.state}; {{edit.undo}} takes back what you did last")
    target, at_end = next_open(state), ends_with_this(state)
    if why_no_work(state, item.trace_id) or state.worklist.is_aside(item.trace_id):
        says = "" if target is not None or at_end else nothing_left(state)
        return Decision(position=target, says=says, at_end=at_end)
    effect = StateEffect(item.trace_id, item.state, ItemState.DEFERRED)
    change = make_change(Act.DEFER, item.trace_id, (effect,), stamp)
    if item.state is ItemState.DEFERRED:
        left = "" if target is not None or at_end else nothing_left_after(state)
        says = " · ".join(part for part in (_DEFERRED_AGAIN, left) if part)
        return Decision(change=change, position=target, says=says, submits=True, at_end=at_end)
    says = "deferred; it comes back at the end"
    if target is None:
        says = _COMES_BACK_AT_ONCE if at_end else nothing_left(state)
    return Decision(change=change, position=target, says=says, submits=True)


def ask_decline(state: ReviewState, item: Item) -> Decision | Refusal:
    if item.state is ItemState.DECLINED:
        return Refusal("Declined already; {edit.undo} takes back what you did last")
    return Decision(ask=FieldRequest(FieldKind.DECLINE), says=f"declines for {declines_for(state, item.trace_id)}")


def decline(state: ReviewState, item: Item, action: Decline, stamp: ActionContext) -> Decision | Refusal:
    """Decline the item, with a reason, and go to the next open one."""
    note = _note(state, item, action.reason, stamp)
    if isinstance(note, Refusal):
        return note
    if note.comment is None:
        return Refusal(NO_REASON)
    effects: list[Effect] = [
        note_effect(state, item, DECLINED_NAME, note),
        StateEffect(item.trace_id, item.state, ItemState.DECLINED),
    ]
    target, at_end = next_open(state), ends_with_this(state)
    return Decision(
        change=make_change(Act.DECLINE, item.trace_id, effects, stamp),
        position=target,
        says="" if target is not None or at_end else nothing_left_after(state),
        submits=True,
        at_end=at_end,
    )


def toggle_flag(state: ReviewState, item: Item, stamp: ActionContext) -> Decision:
    """Ask for the note of a new flag, or take the flag off."""
    if not state.is_flagged(item.trace_id):
        return Decision(ask=FieldRequest(FieldKind.FLAG))
    effect = note_effect(state, item, FLAG_NAME, None)
    return Decision(change=make_change(Act.UNFLAG, item.trace_id, (effect,), stamp), focus=state.focus)


def flag(state: ReviewState, item: Item, action: SetFlag, stamp: ActionContext) -> Decision | Refusal:
    """Flag the item for discussion."""
    note = _note(state, item, action.note, stamp)
    if isinstance(note, Refusal):
        return note
    effect = note_effect(state, item, FLAG_NAME, note)
    return Decision(change=make_change(Act.FLAG, item.trace_id, (effect,), stamp), focus=state.focus)


def _has_options_on(state: ReviewState) -> bool:
    """Return whether the focused choice of several was begun, and some option of it is on: Enter ends it."""
    part = state.part
    return state.choosing and part is not None and not part.is_open(state.given.get(part.question.name))


def _wants_choice(part: Part, missing: Sequence[Part]) -> bool:
    """Return whether a part is a choice of several that is still to be answered."""
    return part in missing and isinstance(part.asked.input, Categorical) and part.asked.input.multiple


def _return_from_edit(state: ReviewState, item: Item) -> Decision:
    """Return to the work that going back interrupted: without a word where nothing was changed, so nothing is sent.

    Where no work is left, that is the page which says so.
    """
    said = "submitted" if state.is_edited(item.trace_id) else ""
    if state.worklist.is_finished:
        return Decision(submits=True, says=said, at_end=True)
    at = None if state.lingers else came_from(state)
    if at is not None:
        return Decision(position=state.trail.visited[at], trail=at, submits=True, says=said)
    target = next_open(state)
    return Decision(position=target, submits=True, says=said if target is not None else nothing_left(state))


def _note(state: ReviewState, item: Item, text: str, stamp: ActionContext) -> Answer | Refusal:
    """Make the note of a flag or a decline out of what was typed, if it can be kept."""
    try:
        check_text(text.strip(), "The note")
    except UnusableValue as error:
        return Refusal(verbatim(str(error)))
    return note_answer(state, item, text, stamp)


def note_answer(state: ReviewState, item: Item, text: str, stamp: ActionContext) -> Answer:
    """Make the note of a flag or a decline."""
    blind = blind_of(state, item.trace_id, None)
    return Answer(stamp.mint(), True, text.strip() or None, stamp.at_ms, stamp.duration_ms, blind)
