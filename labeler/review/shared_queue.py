"""Items of a shared queue that somebody else finished, or took out of it: what may still be done, and what is said."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Final

from labeler.domain.change import Act, AnswerEffect, Effect, StateEffect
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.worklist import ItemState
from labeler.review.decision import Decision, Refusal, verbatim
from labeler.review.filled_in import fill_in
from labeler.review.state import ReviewState
from labeler.review.worklist import TO_DO, Item

GOES_ON: Final = "{item.next_open} goes on"

_DONE: Final = {QueueItemState.COMPLETE: "completed", QueueItemState.DECLINED: "declined"}
_NAME_CHARACTERS: Final = 24
_SOMEBODY: Final = "another reviewer"


class NoWork(StrEnum):
    """Why nothing is left to do about an open item, in the words that its count has."""

    BY_OTHERS = "done by others"
    TAKEN_OUT = "taken out"
    WITHOUT_ANSWERS = "complete without answers"
    """Complete in the queue under the reviewer's own name, by no answer that is known here."""


def finisher(state: ReviewState, trace_id: str) -> str:
    """Return the name, for people, of whoever else finished an item; empty where nobody did.

    A blind review names nobody. Of an address only the part before the @ is told.
    """
    item = state.queue.finished_by_others(trace_id)
    if item is None:
        return ""
    if state.is_blind or not item.completed_by:
        return _SOMEBODY
    return item.completed_by.strip().partition("@")[0][:_NAME_CHARACTERS] or _SOMEBODY


def why_no_work(state: ReviewState, trace_id: str) -> str:
    """Say in a few words why an item is no work any more, by no doing of the reviewer's; empty where it is.

    It is a part of a sentence of the rules.
    """
    item = state.queue.finished_by_others(trace_id)
    if item is not None:
        return f"{verbatim(finisher(state, trace_id))} {_DONE[item.state]} this"
    return "this was taken out of the queue" if trace_id in state.queue.removed else ""


def no_work(state: ReviewState, item: Item) -> NoWork | None:
    """Return why an open item is no work; None for one that is work, or not open."""
    if item.state is not ItemState.OPEN or not state.worklist.is_passed_over(item.trace_id):
        return None
    if state.queue.finished_by_others(item.trace_id) is not None:
        return NoWork.BY_OTHERS
    return NoWork.TAKEN_OUT if item.trace_id in state.queue.removed else NoWork.WITHOUT_ANSWERS


def declines_for(state: ReviewState, trace_id: str) -> str:
    """Say in a few words for whom the reviewer declines an item."""
    if not state.rules.for_queue or why_no_work(state, trace_id):
        return "this review"
    return "you alone" if state.queue.is_mine_alone else "the whole queue"


def beside_others(state: ReviewState, decision: Decision | Refusal) -> Decision | Refusal:
    """Leave the queue's own state alone where somebody else gave it, and say so."""
    if isinstance(decision, Refusal) or decision.change is None or not state.rules.for_queue:
        return decision
    effects = tuple(_leaving_queue_alone(state, effect) for effect in decision.change.effects)
    change = replace(decision.change, effects=effects)
    decision = replace(decision, change=change)
    why = why_no_work(state, change.trace_id)
    if not why or change.is_about_several:
        return decision
    submits = any(isinstance(each, StateEffect) and each.after is ItemState.LABELLED for each in effects)
    said = ""
    if submits and change.act not in (Act.UNDO, Act.REDO):
        name = finisher(state, change.trace_id)
        said = f"your answer besides {verbatim(_possessive(name))}" if name else f"kept with the trace: {why}"
    elif change.act in (Act.CLEAR, Act.UNDO, Act.REDO, Act.DECLINE):
        said = f"{why} since; the queue's state stays as it is"
    says = " · ".join(part for part in (said, decision.says) if part)
    return replace(decision, says=says)


def _leaving_queue_alone(state: ReviewState, effect: Effect) -> Effect:
    """Have the queue told nothing of an item that is no work any more, by no doing of the reviewer's."""
    if isinstance(effect, AnswerEffect) or not why_no_work(state, effect.trace_id):
        return effect
    return replace(effect, leaves_queue_alone=True)


def learn_item(state: ReviewState, item: QueueItem) -> None:
    """Take over how an item of the queue stands, as it was read: its state, and whether it is work."""
    trace_id = item.trace_id
    state.queue.removed.discard(trace_id)
    state.queue.learn(item)
    index = state.index_of.get(trace_id)
    if index is not None:
        if state.items[index].state in TO_DO and state.queue.finished_by_me(trace_id, QueueItemState.DECLINED):
            state.worklist.set_state(trace_id, ItemState.DECLINED)
        offer(state, trace_id)


def open_again(state: ReviewState, trace_id: str) -> None:
    """Make an item work again that was submitted or declined: its queue says so, and no word to it is on its way."""
    state.worklist.set_state(trace_id, ItemState.OPEN)
    fill_in(state, trace_id, state.answers_of(trace_id))
    offer(state, trace_id)


def take_out(state: ReviewState, trace_id: str) -> None:
    """Note that an item was taken out of its queue: it stays where it is, and is no work."""
    state.queue.removed.add(trace_id)
    offer(state, trace_id)


def offer(state: ReviewState, trace_id: str) -> None:
    """Have the keys that look for work find an item while it is work, and pass it over otherwise."""
    if state.queue.is_work(trace_id):
        state.worklist.offer(trace_id)
    else:
        state.worklist.pass_over(trace_id)


def _possessive(name: str) -> str:
    return f"{name}'s"
