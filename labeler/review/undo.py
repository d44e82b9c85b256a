"""Undo and redo: the same answers and states going back, and forth again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Act, Answer, AnswerEffect, Change, Effect, StateEffect, says_the_same
from labeler.domain.worklist import ItemState
from labeler.review.action import ActionContext
from labeler.review.answers import make_change
from labeler.review.decision import Decision, Refusal, verbatim
from labeler.review.labelled import is_labelled
from labeler.review.state import ReviewState
from labeler.review.structured import changed_parts


def undo(state: ReviewState, stamp: ActionContext) -> Decision | Refusal:
    """Take back the last change, and go to its item, or to its span while spans are asked about."""
    if not state.history.done:
        return Refusal("Nothing to undo in this review")
    return _reverse(state, state.history.done[-1], Act.UNDO, stamp)


def redo(state: ReviewState, stamp: ActionContext) -> Decision | Refusal:
    """Do again what the last undo took back. New answers get new IDs: the server may have deleted the old ones."""
    if not state.history.undone:
        return Refusal("Nothing to redo")
    return _reverse(state, state.history.undone[-1], Act.REDO, stamp)


def _reverse(state: ReviewState, change: Change, act: Act, stamp: ActionContext) -> Decision | Refusal:
    position = state.index_of.get(change.trace_id)
    if position is None or not all(effect.trace_id in state.index_of for effect in change.effects):
        return Refusal("An item of that is no longer in this worklist; everything stays as it is")
    changed = next((effect for effect in change.effects if not _stands(state, effect)), None)
    if isinstance(changed, AnswerEffect):
        return Refusal(f"{verbatim(changed.question)} was changed since, and not by this worklist; it stays as it is")
    effects = tuple(_reversed(state, effect, stamp) for effect in reversed(change.effects))
    effects += _reopening(state, effects)
    answered = [effect for effect in effects if isinstance(effect, AnswerEffect) and effect.trace_id == change.trace_id]
    aim = next((effect.span_id for effect in answered), None) if state.aim and position == state.position else None
    names = [effect.question for effect in answered if effect.span_id == aim]
    focus, field_index = _focus_of(state, answered, names)
    reversal = make_change(act, change.trace_id, effects, stamp, reverses=change.id)
    return Decision(
        change=reversal, position=position, focus=focus, field_index=field_index, aim=aim or "", choosing=False
    )


def _focus_of(
    state: ReviewState, answered: Sequence[AnswerEffect], names: Sequence[str]
) -> tuple[int | None, int | None]:
    """Return the question of these names to go to, and of a structured one the field that the effect is about."""
    focus = next((index for index, question in enumerate(state.questions) if question.name in names), None)
    if focus is None:
        return None, None
    question = state.questions[focus]
    effect = next(each for each in answered if each.question == question.name)
    changed = changed_parts(focus, question, effect.before, effect.after)
    return focus, changed[0].place[1] if changed else None


def _stands(state: ReviewState, effect: Effect) -> bool:
    """Return whether what an effect made still stands. An answer that was restored since has another ID, and one that
    was edited where it stands has the same.
    """
    if isinstance(effect, StateEffect):
        return True
    now, made = state.answers_of(effect.trace_id, effect.span_id).get(effect.question), effect.after
    if now is None or made is None:
        return now is made
    return says_the_same(now, made)


def _reopening(state: ReviewState, effects: Sequence[Effect]) -> tuple[StateEffect, ...]:
    """Open items again that were labelled by their answers alone, where these effects take a required one away."""
    with_state = {effect.trace_id for effect in effects if isinstance(effect, StateEffect)}
    taken: dict[str, dict[str, Answer | None]] = {}
    for effect in effects:
        if isinstance(effect, AnswerEffect) and effect.span_id is None:
            taken.setdefault(effect.trace_id, {})[effect.question] = effect.after
    return tuple(
        StateEffect(trace_id, ItemState.LABELLED, ItemState.OPEN)
        for trace_id, answers in taken.items()
        if trace_id not in with_state and _is_reopened(state, trace_id, answers)
    )


def _is_reopened(state: ReviewState, trace_id: str, answers: Mapping[str, Answer | None]) -> bool:
    """Return whether a labelled item is none any more with these answers, where None clears one."""
    given = {**state.answers_of(trace_id), **answers}
    left = {name: answer for name, answer in given.items() if answer is not None}
    now = state.items[state.index_of[trace_id]].state
    return now is ItemState.LABELLED and not is_labelled(left, state.questions)


def _reversed(state: ReviewState, effect: Effect, stamp: ActionContext) -> Effect:
    if isinstance(effect, StateEffect):
        now = state.items[state.index_of[effect.trace_id]].state
        return StateEffect(effect.trace_id, now, effect.before)
    now_answer = state.answers_of(effect.trace_id, effect.span_id).get(effect.question)
    again = _content_again(effect, now_answer, stamp)
    return replace(effect, before=now_answer, after=again, retired=effect.restored, restored=effect.retired)


def _content_again(effect: AnswerEffect, now: Answer | None, stamp: ActionContext) -> Answer | None:
    """Return what `effect.before` becomes when it is restored over `now`.

    An answer that `now` overrides becomes valid again by itself once `now` is retracted, one that was changed in place
    is changed back, and one that had fallen stays so: all keep their ID. Everything else becomes a new assessment.
    """
    content = effect.before
    if content is None or content.has_fallen:
        return content
    if now is None:
        return replace(content, assessment_id=stamp.mint(), overrides=None)
    same = now.assessment_id == content.assessment_id
    restored = now.overrides == content.assessment_id and effect.kind is AssessmentKind.FEEDBACK
    if same or restored:
        return content
    return replace(content, assessment_id=stamp.mint(), overrides=now.assessment_id)
