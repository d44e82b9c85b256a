"""Repeats: reviewers get items again that they have answered, for their agreement with themselves.

A repeat is a sprint, and so a scope of its own: the second answer neither shows nor replaces the first one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from labeler.agreement.counted_labels import CountedLabels, WasBlind, count_labels
from labeler.domain.assessment import person
from labeler.domain.moment import short_date_and_time
from labeler.domain.sprint import NO_SPRINT
from labeler.sprint.errors import SprintError
from labeler.sprint.plan import Plan, PlannedRepeat
from labeler.sprint.reading import Snapshot
from labeler.sprint.scope import answers_in, is_of_reviewers, same_people
from labeler.sprint.traces import SelectedTrace, draw

DAY_MS: Final = 24 * 60 * 60_000
"""How long ago an item has to have been answered: whoever remembers the first answer only repeats it."""


def drawn_again(
    traces: Sequence[SelectedTrace], reviewers: Iterable[str], names: Collection[str], repeat: PlannedRepeat, seed: int
) -> dict[str, tuple[str, ...]]:
    """Draw for each reviewer the items that they get again, of those whose questions `names` they have answered.

    Raises `SprintError` for reviewers who have not answered enough.
    """
    own = {who: _answered(traces, who, names, repeat.before_ms) for who in reviewers}
    few = [f"{who} {len(items):,}" for who, items in own.items() if len(items) < repeat.items]
    if few:
        raise SprintError(
            f"--repeat {repeat.items}: so many have to be answered a day before, until "
            f"{short_date_and_time(repeat.before_ms)}, and of these traces are so many: {', '.join(few)}. Give a "
            "smaller number, or wait"
        )
    return {who: tuple(sorted(draw(items, repeat.items, seed, f"repeat {person(who)}"))) for who, items in own.items()}


def both_passes(
    snapshot: Snapshot, *, without: Collection[str] = (), blind: Collection[WasBlind] = tuple(WasBlind)
) -> CountedLabels:
    """Return what the reviewers of a repeat said in it and before it; nothing for another sprint.

    `without` has reviewers to leave out beside those whom the sprint leaves out, `blind` the states that count.
    """
    plan, is_second = snapshot.sprint.plan, is_of_reviewers(snapshot)
    before_ms = -1 if plan.repeat is None else plan.repeat.before_ms
    return count_labels(
        (each for each in answers_in(snapshot) if plan.repeat and (is_second(each) or each.created_at_ms <= before_ms)),
        scope_of=lambda each: plan.slug if is_second(each) else NO_SPRINT,
        same=same_people(plan),
        without=(*plan.ignored, *without),
        blind=blind,
    )


def refuse_moves(plan: Plan) -> None:
    """Raise `SprintError` for a repeat, in which nobody can take over items of another."""
    if plan.repeat is not None:
        raise SprintError(
            f"“{plan.name}” gives everybody items of their own again, which nobody else can do for them. Nothing was "
            "changed; close it, or make another with --repeat"
        )


def _answered(traces: Iterable[SelectedTrace], reviewer: str, names: Collection[str], before_ms: int) -> Sequence[str]:
    """Return the traces that a reviewer has answered, and not since `before_ms`."""
    return [trace.id for trace in traces if _answered_last(trace.answered, person(reviewer), names, before_ms)]


def _answered_last(answered: Mapping[tuple[str, str], int], who: str, names: Collection[str], before_ms: int) -> bool:
    times = [at_ms for (name, by), at_ms in answered.items() if by == who and name in names]
    return bool(times) and max(times) <= before_ms
