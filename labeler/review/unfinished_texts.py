"""Drafts that a submission would leave behind: texts and comments half typed, a comment that waits for its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from labeler.dataclass import dataclass
from labeler.domain.change import AnswerEffect, Effect
from labeler.domain.question import Text
from labeler.review.decision import Decision, FieldKind, FieldRequest, verbatim
from labeler.review.field_input import draft_slot
from labeler.review.parts import Part, Place, parts
from labeler.review.state import ReviewState
from labeler.review.worklist import Item


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A draft: what it is about, where that stands, and the action that opens it."""

    name: str
    place: Place
    action: str


def stopped(state: ReviewState, item: Item, effects: Sequence[Effect], otherwise: Decision) -> Decision:
    """Return `otherwise`, which submits the item, or the decision to stop once because a draft would be left behind.

    What was answered counts all the same: only the submission waits.
    """
    found = next(_left_behind(state, item, effects), None)
    if found is None or state.stopped_at == item.trace_id:
        return otherwise
    says = f"✎ draft of {verbatim(found.name)}: {{{found.action}}} opens it, {{item.submit}} submits without it"
    change = otherwise.change
    if change is not None:
        change = replace(change, effects=tuple(effects)) if effects else None
    focus, field_index = found.place
    return Decision(change=change, focus=focus, field_index=field_index, says=says, stops=True)


def drafts_left_behind(state: ReviewState, item: Item, effects: Sequence[Effect]) -> int:
    """Count the drafts about an item that are not what these effects, which submit it, were typed from."""
    return sum(1 for _ in _left_behind(state, item, effects))


def _left_behind(state: ReviewState, item: Item, effects: Sequence[Effect]) -> Iterator[Unfinished]:
    """Iterate over the drafts about the item that are not what these effects were typed from."""
    slots = state.drafts.get(item.trace_id)
    if slots:
        slots = slots - set(_typed(state, effects))
        for part in parts(state.questions):
            if isinstance(part.asked.input, Text) and _text_slot(part) in slots:
                yield Unfinished(part.name, part.place, "answer.text")
            if _comment_slot(part.question.name) in slots:
                yield Unfinished(f"the comment on {part.question.name}", part.place, "answer.comment")
    kept = state.kept_comments.get((item.trace_id, None))
    if kept and not any(map(_has_new_comment, effects)):
        yield Unfinished("a comment", (state.focus, state.field_index), "answer.comment")


def names_with_draft(state: ReviewState) -> set[str]:
    """Return the names of the questions and fields to which something about the current subject is half typed."""
    slots = state.drafts.get(state.item.trace_id, ()) if state.item is not None else ()
    found = set[str]()
    for part in parts(state.questions) if slots else ():
        if isinstance(part.asked.input, Text) and _text_slot(part, state.aim) in slots:
            found.add(part.name)
        if _comment_slot(part.question.name, state.aim) in slots:
            found.add(part.question.name)
    return found


def has_comment_draft(state: ReviewState, question: str) -> bool:
    """Return whether a comment on the question about the current subject was begun and not saved."""
    if state.item is None:
        return False
    return _comment_slot(question, state.aim) in state.drafts.get(state.item.trace_id, ())


def _typed(state: ReviewState, effects: Iterable[Effect]) -> Iterator[str]:
    """Iterate over the slots of the fields that these effects were typed in: their drafts end with them."""
    for effect in effects:
        if not isinstance(effect, AnswerEffect) or effect.after is None:
            continue
        if _has_new_comment(effect):
            yield _comment_slot(effect.question)
        for part in parts(state.questions):
            if part.question.name == effect.question and part.value_in(effect.after) != part.value_in(effect.before):
                yield _text_slot(part)


def _has_new_comment(effect: Effect) -> bool:
    if not isinstance(effect, AnswerEffect) or effect.after is None:
        return False
    return effect.after.comment != (None if effect.before is None else effect.before.comment)


def _comment_slot(question: str, span_id: str | None = None) -> str:
    return draft_slot(FieldRequest(FieldKind.COMMENT, question), span_id)


def _text_slot(part: Part, span_id: str | None = None) -> str:
    return draft_slot(FieldRequest(FieldKind.TEXT, part.question.name, field_name=part.field_name), span_id)
