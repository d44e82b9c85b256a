"""Further valid answers of the reviewer's own, which go when the newest is changed."""

from __future__ import annotations

from dataclasses import replace

from labeler.domain.change import AnswerEffect, Effect, StateEffect
from labeler.review.decision import AskFirst, Decision, Refusal, verbatim
from labeler.review.my_answer import Mine
from labeler.review.state import ReviewState


def retiring(state: ReviewState, decision: Decision | Refusal) -> Decision | Refusal:
    """Have what a decision changes retire the further answers of the reviewer's own that stand there.

    Before the first time it has to be asked whether it may; where it may not they stay.
    """
    if isinstance(decision, Refusal) or decision.change is None or state.retires is False:
        return decision
    beside = [
        (effect.question, mine)
        for effect in decision.change.effects
        if isinstance(effect, AnswerEffect) and (mine := _beside(state, effect)) is not None
    ]
    if not beside:
        return decision
    if state.retires is None:
        return AskFirst(_asked(beside))
    effects = tuple(_with_retired(state, effect) for effect in decision.change.effects)
    return replace(decision, change=replace(decision.change, effects=effects))


def _with_retired(state: ReviewState, effect: Effect) -> Effect:
    mine = _beside(state, effect)
    return effect if mine is None or isinstance(effect, StateEffect) else replace(effect, retired=mine.retire)


def _beside(state: ReviewState, effect: Effect) -> Mine | None:
    """Return what stands beside the answer that an effect changes; None where nothing does."""
    if not isinstance(effect, AnswerEffect):
        return None
    mine = state.mine.get(((effect.trace_id, effect.span_id), effect.question))
    return mine if mine is not None and mine.retire else None


def _asked(beside: list[tuple[str, Mine]]) -> str:
    names = ", ".join(dict.fromkeys(name for name, _ in beside))
    count = sum(len(mine.beside) for _, mine in beside)
    which = f"{count} more answers of yours stand" if count > 1 else "One more answer of yours stands"
    return f"{which} for {verbatim(names)}: delete {'them' if count > 1 else 'it'} once this change has arrived?"
