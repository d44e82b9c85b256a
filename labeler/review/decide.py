"""`decide(state, action) -> Decision | Refusal`: every rule of a review starts here."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from labeler.domain.change import Act, StateEffect
from labeler.domain.question import Text
from labeler.domain.worklist import ItemState
from labeler.review import action as act
from labeler.review.answers import (
    answer_thumb,
    comment_on,
    foreign_kept,
    give,
    go_on,
    thumb_target,
)
from labeler.review.bulk import do_to_each
from labeler.review.bulk_actions import for_selected
from labeler.review.clearing import clear
from labeler.review.decision import Decision, FieldKind, FieldRequest, Refusal, verbatim
from labeler.review.digits import answer_digit
from labeler.review.filtering import leaving_filter, show_also, show_only
from labeler.review.item_states import ask_decline, decline, defer, flag, press_enter, toggle_flag
from labeler.review.late_comments import offering_the_one_before, on_item
from labeler.review.navigation import focus_by, go, go_to
from labeler.review.parts import parts
from labeler.review.repeat import repeat
from labeler.review.retiring import retiring
from labeler.review.selection import drop, select_all, select_range, toggle
from labeler.review.shared_queue import beside_others
from labeler.review.span_target import aim, end_aim
from labeler.review.state import ReviewState
from labeler.review.structured import is_foreign
from labeler.review.undo import redo, undo
from labeler.review.unfinished_texts import has_comment_draft
from labeler.review.worklist import Item

NOT_DOWNLOADED: Final = "This trace is not downloaded, so it cannot be judged now"


def decide(state: ReviewState, action: act.Action, stamp: act.ActionContext) -> Decision | Refusal:
    """Decide what `action` leads to in `state`. Changes nothing; `apply` does."""
    return leaving_filter(state, beside_others(state, _decide(state, action, stamp)))


def _decide(state: ReviewState, action: act.Action, stamp: act.ActionContext) -> Decision | Refusal:
    item = state.item
    if item is None:
        return Refusal("The worklist is empty")
    match action:
        case act.Undo():
            return undo(state, stamp)
        case act.Redo():
            return redo(state, stamp)
        case act.Go():
            return go(state, action)
        case act.GoTo():
            return go_to(state, action)
        case act.ShowOnly():
            return show_only(state, action)
        case act.ShowAlso():
            return show_also(state, action)
        case act.FocusBy(step):
            return focus_by(state, step)
        case act.EndAim():
            return end_aim(state)
        case act.ToggleSelected():
            return toggle(state)
        case act.SelectRange():
            return select_range(state)
        case act.SelectAll():
            return select_all(state, action)
        case act.DropSelection():
            return drop(state)
        case act.Bulk():
            return retiring(state, _telling_what_is_labelled(state, do_to_each(state, action, stamp)))
        case act.OnItem():
            return retiring(state, _telling_what_is_labelled(state, on_item(state, action, stamp)))
    if state.selection:
        return for_selected(state, action)
    if item.trace_id in state.absent:
        return Refusal(NOT_DOWNLOADED)
    return retiring(state, _telling_what_is_labelled(state, _decide_on_item(state, item, action, stamp)))


def _decide_on_item(state: ReviewState, item: Item, action: act.Action, stamp: act.ActionContext) -> Decision | Refusal:
    match action:
        case act.Thumb():
            return answer_thumb(state, item, action, stamp)
        case act.AskThumbComment():
            return _ask_thumb_comment(state, action)
        case act.Digit():
            return answer_digit(state, item, action, stamp)
        case act.SetAnswer():
            return give(state, item, action, stamp)
        case act.Repeat():
            return repeat(state, item, stamp)
        case act.AskComment():
            return offering_the_one_before(state, _ask_comment(state), stamp)
        case act.Comment():
            return comment_on(state, item, action, stamp)
        case act.AskText():
            return _ask_text(state)
        case act.Proceed():
            return go_on(state, item, (state.focus, state.field_index), (), stamp, Act.ANSWER)
        case act.Clear():
            return clear(state, item, stamp)
        case act.TargetSpan():
            return aim(state, item, action)
        case act.Submit():
            return press_enter(state, item, stamp)
        case act.Defer():
            return defer(state, item, stamp)
        case act.AskDecline():
            return ask_decline(state, item)
        case act.Decline():
            return decline(state, item, action, stamp)
        case act.ToggleFlag():
            return offering_the_one_before(state, toggle_flag(state, item, stamp), stamp)
        case act.SetFlag():
            return flag(state, item, action, stamp)
        case _:
            raise TypeError(f"no rule for {action!r}")


def _telling_what_is_labelled(state: ReviewState, decision: Decision | Refusal) -> Decision | Refusal:
    """Add the state of a labelled item to a change of it: it may have been labelled elsewhere, which no change says."""
    if isinstance(decision, Refusal) or decision.change is None:
        return decision
    change = decision.change
    with_state = {effect.trace_id for effect in change.effects if isinstance(effect, StateEffect)}
    told = tuple(
        StateEffect(trace_id, ItemState.LABELLED, ItemState.LABELLED)
        for trace_id in change.trace_ids
        if trace_id not in with_state and state.items[state.index_of[trace_id]].state is ItemState.LABELLED
    )
    return replace(decision, change=replace(change, effects=(*change.effects, *told))) if told else decision


def _ask_thumb_comment(state: ReviewState, action: act.AskThumbComment) -> Decision | Refusal:
    target = thumb_target(state)
    if isinstance(target, Refusal):
        return target
    question = target.question
    if not question.takes_comment:
        return Refusal(f"{verbatim(question.name)} takes no comment")
    if is_foreign(question, state.given.get(question.name)):
        return Refusal(foreign_kept(question))
    text = state.comment_so_far(question)
    asked = FieldRequest(FieldKind.THUMB_COMMENT, question.name, text, action.positive, field_name=target.field_name)
    return Decision(ask=asked)


def _ask_comment(state: ReviewState) -> Decision | Refusal:
    """Open the comment of the focused question, or of the one answered last if the focused one is unanswered."""
    question = state.question
    if question is None:
        return Refusal("This review asks no question")
    if question.name not in state.given and not has_comment_draft(state, question.name):
        question = state.last_answered or question
    if not question.takes_comment:
        return Refusal(f"{verbatim(question.name)} takes no comment")
    return Decision(ask=FieldRequest(FieldKind.COMMENT, question.name, state.comment_so_far(question)))


def _ask_text(state: ReviewState) -> Decision | Refusal:
    """Open the focused text or expectation question, or text field, else the first."""
    texts = [part for part in parts(state.questions) if isinstance(part.asked.input, Text)]
    if not texts:
        return Refusal("No question here takes text")
    part = state.part if state.part in texts else texts[0]
    assert part is not None
    answer = state.given.get(part.question.name)
    if is_foreign(part.question, answer):
        return Refusal(foreign_kept(part.question))
    value, (focus, field_index) = part.value_in(answer), part.place
    text = "" if value is None else str(value)
    asked = FieldRequest(FieldKind.TEXT, part.question.name, text, field_name=part.field_name)
    return Decision(focus=focus, field_index=field_index, ask=asked)
