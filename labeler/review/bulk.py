"""Bulk: the same done to every selected item, in one step that one undo takes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.change import Act, Answer, AnswerEffect, Effect, StateEffect
from labeler.domain.question import DECLINED_NAME, FLAG_NAME, NOTE_NAMES
from labeler.domain.value import same_value
from labeler.domain.value_words import value_words
from labeler.domain.worklist import ItemState
from labeler.review import action as act
from labeler.review.answers import answer_effect, find_question, make_change, not_asked, note_effect
from labeler.review.decision import Decision, Refusal, verbatim
from labeler.review.item_states import note_answer
from labeler.review.labelled import is_labelled
from labeler.review.selection import told_counts
from labeler.review.shared_queue import why_no_work
from labeler.review.state import ReviewState
from labeler.review.unfinished_texts import drafts_left_behind
from labeler.review.worklist import Item

_SAMPLES: Final = 3

_NO_STAMP: Final = act.ActionContext(0, 0, lambda: "a-")
"""For effects that are only counted."""

_DONE: Final = {
    act.SetFlag: "flagged",
    act.ToggleFlag: "not flagged any more",
    act.Defer: "deferred",
    act.Decline: "declined",
}


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """What a bulk would come to, counted before anything is done.

    `without` are the traces to which it can be done that have no answer of mine yet (to the question, or to any), and
    `everyone` all to which it can be done, both in the order of the worklist. `not_opened` counts those of `everyone`
    that were not opened in this sitting; `left_out` those to which it cannot be done, by the reason. `drafts` counts
    the half-typed texts about those of `everyone` that it would submit: they would be left behind. `samples` are the
    first traces of those it would be done to at first.
    """

    each: act.OnEach
    without: tuple[str, ...]
    everyone: tuple[str, ...]
    not_opened: int
    left_out: dict[str, int]
    drafts: int

    @property
    def has_two_ways(self) -> bool:
        """Whether it makes a difference to leave out those with an answer of mine."""
        return 0 < len(self.without) < len(self.everyone)

    @property
    def first(self) -> tuple[str, ...]:
        """The traces that are proposed first."""
        return self.without or self.everyone

    @property
    def samples(self) -> tuple[str, ...]:
        return self.first[:_SAMPLES]


def plan(state: ReviewState, each: act.OnEach) -> BulkPlan:
    """Count what a bulk would come to for the selected items."""
    able: list[Item] = []
    left_out: dict[str, int] = {}
    for item in _in_order(state, state.selection.trace_ids):
        if why := _why_left_out(state, item, each):
            left_out[why] = left_out.get(why, 0) + 1
        else:
            able.append(item)
    return BulkPlan(
        each,
        without=tuple(item.trace_id for item in able if not _has_mine(state, item, each)),
        everyone=tuple(item.trace_id for item in able),
        not_opened=sum(state.index_of[item.trace_id] not in state.trail.opened for item in able),
        left_out=left_out,
        drafts=sum(_drafts_left(state, item, each) for item in able),
    )


def _drafts_left(state: ReviewState, item: Item, each: act.OnEach) -> int:
    """Count the drafts about an item that would be left behind, if it would be submitted."""
    trace_id = item.trace_id
    if not state.drafts.get(trace_id) and (trace_id, None) not in state.kept_comments:
        return 0
    effects = list(_effects_on(state, item, each, 1, _NO_STAMP))
    return drafts_left_behind(state, item, effects) if any(map(_submits, effects)) else 0


def do_to_each(state: ReviewState, action: act.Bulk, stamp: act.ActionContext) -> Decision | Refusal:
    """Do the same to each trace, in one change. What cannot be done to one is left out there, whole, and counted."""
    each = action.each
    if state.aim is not None:
        return Refusal("The questions are about a span; {app.leave} ends that")
    if isinstance(each, act.SetAnswer) and find_question(state, each.question) is None:
        return Refusal(not_asked(each.question))
    items: list[Item] = []
    left_out: dict[str, int] = {}
    for item in _in_order(state, action.trace_ids):
        if why := _why_left_out(state, item, each):
            left_out[why] = left_out.get(why, 0) + 1
        else:
            items.append(item)
    if not items:
        return Refusal(f"Nothing was done: {told_counts(left_out)}" if left_out else "Nothing is selected")
    stamp = replace(stamp, duration_ms=0)
    effects: list[Effect] = []
    for item in items:
        effects += _effects_on(state, item, each, len(items), stamp)
    here = state.item.trace_id if state.item is not None else ""
    at = here if any(item.trace_id == here for item in items) else items[0].trace_id
    return Decision(
        change=make_change(Act.BULK, at, effects, stamp),
        focus=_next_question(state, each),
        says=_said(state, items, each, effects, left_out),
    )


def each_words(state: ReviewState, each: act.OnEach) -> str:
    """Say in few words what is done to each item: ``quality: 4``, ``flagged``; unsanitised, on one line."""
    match each:
        case act.SetAnswer(name, value, comment):
            found = find_question(state, name)
            words = value_words(value, None if found is None else found[1])
            return f"{name}: {words} “{comment}”" if comment else f"{name}: {words}"
        case act.SetFlag(text) | act.Decline(text) if text.strip():
            return f"{_DONE[type(each)]} “{text.strip()}”"
    return _DONE[type(each)]


def _in_order(state: ReviewState, trace_ids: Iterable[str]) -> Iterator[Item]:
    """Iterate over the items of these traces in the order of the worklist; what is not in it is left out."""
    for index in sorted(state.index_of[trace_id] for trace_id in trace_ids if trace_id in state.index_of):
        yield state.items[index]


def _has_mine(state: ReviewState, item: Item, each: act.OnEach) -> bool:
    answers = state.answers_of(item.trace_id)
    if isinstance(each, act.SetAnswer):
        return each.question in answers
    return any(name not in NOTE_NAMES for name in answers)


def _why_left_out(state: ReviewState, item: Item, each: act.OnEach) -> str:
    """Say in few words why it cannot be done to an item, or need not; empty where it can."""
    trace_id = item.trace_id
    if why_no_work(state, trace_id):
        return "done by others, or taken out"
    if item.state is ItemState.DECLINED:
        return "declined"
    match each:
        case act.SetAnswer():
            if trace_id in state.absent:
                return "not downloaded"
            return "" if _changes_answer(state, trace_id, each) else "with this answer already"
        case act.SetFlag():
            return "flagged already" if state.is_flagged(trace_id) else ""
        case act.ToggleFlag():
            return "" if state.is_flagged(trace_id) else "without a flag"
        case act.Defer():
            return "" if item.state is ItemState.OPEN else str(item.state)
        case act.Decline():
            return ""


def _changes_answer(state: ReviewState, trace_id: str, each: act.SetAnswer) -> bool:
    before = state.answers_of(trace_id).get(each.question)
    comment = _comment_on(state, trace_id, each, before)
    return before is None or not same_value(before.value, each.value) or before.comment != comment


def _comment_on(state: ReviewState, trace_id: str, each: act.SetAnswer, before: Answer | None) -> str | None:
    """Return the comment that goes with an answer: the one typed for all, else the one that is there or waits there."""
    if each.comment is not None:
        return each.comment or None
    if before is not None and before.comment:
        return before.comment
    found = find_question(state, each.question)
    takes_comment = found is not None and found[1].takes_comment
    return state.kept_comments.get((trace_id, None)) if takes_comment else None


def _effects_on(
    state: ReviewState, item: Item, each: act.OnEach, count: int, stamp: act.ActionContext
) -> Iterator[Effect]:
    """Make the effects of one item, to which it can be done. `count` is how many there are."""
    match each:
        case act.SetAnswer(name, value, _):
            found = find_question(state, name)
            assert found is not None, "a question that is not asked was refused before"
            answers = state.answers_of(item.trace_id)
            before = answers.get(name)
            comment = _comment_on(state, item.trace_id, each, before)
            effect = _marked(answer_effect(state, item, found[1], before, value, comment, stamp), count)
            yield effect
            assert effect.after is not None
            after = {**answers, name: effect.after}
            if item.state is not ItemState.LABELLED and is_labelled(after, state.questions):
                yield StateEffect(item.trace_id, item.state, ItemState.LABELLED)
        case act.ToggleFlag():
            yield note_effect(state, item, FLAG_NAME, None)
        case act.SetFlag(text):
            yield _marked(note_effect(state, item, FLAG_NAME, note_answer(state, item, text, stamp)), count)
        case act.Decline(text):
            yield _marked(note_effect(state, item, DECLINED_NAME, note_answer(state, item, text, stamp)), count)
            yield StateEffect(item.trace_id, item.state, ItemState.DECLINED)
        case act.Defer():
            yield StateEffect(item.trace_id, item.state, ItemState.DEFERRED)


def _marked(effect: AnswerEffect, count: int) -> AnswerEffect:
    """Note in the answer how many were given with it."""
    assert effect.after is not None
    return replace(effect, after=replace(effect.after, bulk=count))


def _next_question(state: ReviewState, each: act.OnEach) -> int | None:
    """Return the question to go on with: the one after the question that was answered; None for the same."""
    found = find_question(state, each.question) if isinstance(each, act.SetAnswer) else None
    return None if found is None or found[0] + 1 >= len(state.questions) else found[0] + 1


def _submits(effect: Effect) -> bool:
    return isinstance(effect, StateEffect) and effect.after is ItemState.LABELLED and effect.before is not effect.after


def _said(
    state: ReviewState, items: list[Item], each: act.OnEach, effects: list[Effect], left_out: dict[str, int]
) -> str:
    submitted = sum(map(_submits, effects))
    parts = [
        f"{verbatim(each_words(state, each))} · {len(items)} done together",
        f"{submitted} submitted" if submitted else "",
        f"left out: {told_counts(left_out)}" if left_out else "",
        "{edit.undo} takes all of it back",
    ]
    return " · ".join(part for part in parts if part)
