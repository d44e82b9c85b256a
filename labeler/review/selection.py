"""Selecting rows of the worklist, which are then answered or marked together."""

from __future__ import annotations

from collections.abc import Iterable

from labeler.domain.worklist import ItemState
from labeler.review.action import Go, SelectAll, Where
from labeler.review.decision import AskBack, Decision, Refusal
from labeler.review.navigation import go
from labeler.review.shared_queue import why_no_work
from labeler.review.state import NOTHING_SELECTED, ReviewState, Selection
from labeler.review.worklist import TO_DO


def selected_words(state: ReviewState) -> str:
    """Return ``60 selected``; empty where nothing is."""
    return f"{len(state.selection)} selected" if state.selection else ""


def toggle(state: ReviewState) -> Decision | Refusal:
    """Select the current item, or no longer, and go to the next one."""
    assert state.item is not None, "an empty worklist was refused before"
    here, trace_ids = state.item.trace_id, state.selection.trace_ids
    if here not in trace_ids and len(trace_ids) >= state.rules.bulk_max:
        return _too_many(state)
    selection = Selection(trace_ids ^ {here}, last=here)
    onward = go(state, Go(Where.NEXT))
    position = onward.position if isinstance(onward, Decision) else None
    said = "" if here in selection.trace_ids else f"item {state.position + 1} is not selected any more"
    return Decision(selection=selection, position=position, says=said)


def select_range(state: ReviewState) -> Decision | Refusal:
    """Select every shown row from the one selected last up to the current one, both included."""
    assert state.item is not None, "an empty worklist was refused before"
    start = state.index_of.get(state.selection.last or "")
    if start is None:
        return Refusal("Nothing is selected to go on from; {select.toggle} selects the first, then {select.range}")
    first, last = sorted((start, state.position))
    between = [state.items[index].trace_id for index in _shown(state) if first <= index <= last]
    trace_ids = state.selection.trace_ids.union(between)
    if len(trace_ids) > state.rules.bulk_max:
        return _too_many(state)
    return Decision(selection=Selection(trace_ids, last=state.item.trace_id))


def select_all(state: ReviewState, action: SelectAll) -> Decision | Refusal:
    """Select every shown row that is still to do and is here; the others are counted."""
    assert state.item is not None, "an empty worklist was refused before"
    wanted: list[str] = []
    left_out: dict[str, int] = {}
    for index in _shown(state):
        item = state.items[index]
        if why := _why_left_out(state, item.trace_id, item.state):
            left_out[why] = left_out.get(why, 0) + 1
        else:
            wanted.append(item.trace_id)
    if over := max(len(wanted) - state.rules.bulk_max, 0):
        left_out[f"beyond the {state.rules.bulk_max} that are taken at once"] = over
        del wanted[state.rules.bulk_max :]
    rest = f" · left out: {told_counts(left_out)}" if left_out else ""
    if not wanted:
        return Refusal(f"Nothing to select{rest}")
    if not action.is_agreed and state.filter is None:
        return AskBack(f"Select {len(wanted)} open items, since no filter is set?{rest}", SelectAll(is_agreed=True))
    selection = Selection(frozenset(wanted), last=state.item.trace_id)
    return Decision(selection=selection, says=f"{len(wanted)} selected{rest}")


def drop(state: ReviewState) -> Decision | Refusal:
    """Select nothing any more."""
    if not state.selection:
        return Refusal("Nothing is selected")
    return Decision(selection=NOTHING_SELECTED)


def told_counts(counts: dict[str, int]) -> str:
    """Return ``2 labelled, 1 not downloaded``."""
    return ", ".join(f"{count} {why}" for why, count in counts.items())


def _shown(state: ReviewState) -> Iterable[int]:
    """Return the indexes of the rows that the filter shows, all of them where there is none, in order."""
    return range(len(state.items)) if state.filter is None else state.filter.shown


def _why_left_out(state: ReviewState, trace_id: str, now: ItemState) -> str:
    if now not in TO_DO:
        return str(now)
    if why_no_work(state, trace_id):
        return "done by others, or taken out"
    return "not downloaded" if trace_id in state.absent else ""


def _too_many(state: ReviewState) -> Refusal:
    return Refusal(f"At most {state.rules.bulk_max} items can be selected at once (review.bulk_max)")
