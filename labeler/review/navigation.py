"""Moving through the worklist: which question and which item come next, and where a key leads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from labeler.domain.change import Answer
from labeler.review.action import Go, GoTo, Where
from labeler.review.decision import Decision, Refusal
from labeler.review.parts import Part, Place, answered_names, missing_parts, open_parts, parts
from labeler.review.state import Advance, ReviewState
from labeler.review.worklist import TO_DO

SHOW_ALL: Final = "{worklist.filter} {filter.all}"
"""The keys that end a filter."""


def next_open(state: ReviewState) -> int | None:
    """Return the index of the item to work on next, as `Worklist.next_to_do` from here; None if there is no other."""
    return state.worklist.next_to_do(state.position)


def came_from(state: ReviewState) -> int | None:
    """Find the place in the trail to return to after a submitted item was edited.

    It is the last item there that is still to do: the work that the edit interrupted. If there is none, it is the item
    before in the trail or, after going back, the one after. None if the reviewer was nowhere else.
    """
    visited, at = state.trail.visited, state.trail.at
    is_all_done = not any(state.worklist.count_of(each) for each in TO_DO)
    to_do = (place for place in reversed(range(len(visited))) if state.worklist.is_work(visited[place]))
    found = None if is_all_done else next(to_do, None)
    if found is not None:
        return found
    if at + 1 < len(visited):
        return at + 1
    return at - 1 if at > 0 else None


def ends_with_this(state: ReviewState) -> bool:
    """Return whether no work is left, in a filter or out of it, once the current item is done."""
    return state.worklist.work_left == int(state.worklist.is_work(state.position))


def nothing_left(state: ReviewState) -> str:
    """Say in a sentence that there is no open item to go to: in the filter, where there is one."""
    return _nothing_left(state, done=0)


def nothing_left_after(state: ReviewState) -> str:
    """Say in a sentence that there is no open item to go to once the current one is done."""
    return _nothing_left(state, done=int(state.worklist.is_work(state.position)))


def _nothing_left(state: ReviewState, done: int) -> str:
    if state.worklist.has_absent_to_do:
        return "No other item that is downloaded is open; the rest follows when the backend is back"
    if state.filter is None:
        return "No other item is open; {item.back} looks back, {app.quit} leaves"
    work_shown, work_left, shown = state.worklist.work_shown, state.worklist.work_left - done, len(state.filter.shown)
    if state.worklist.shows(state.position):
        work_shown -= done
    elsewhere = work_left - work_shown
    rest = f"{SHOW_ALL} shows {elsewhere} open" if elsewhere else "nothing else is open"
    said = "no other item of the filter is open" if work_shown else f"filter done, {shown} of {shown}"
    return f"{said} · {rest}"


def first_to_work(state: ReviewState) -> int:
    """Return the index of the item at which a review opens first: the first open one, else the first."""
    return state.worklist.first_open() or 0


def focus_after(state: ReviewState, asked: Place, passed: AbstractSet[str], given: Mapping[str, Answer]) -> Place:
    """Choose the part to go to after `asked`: the next that is not passed, else the first such, else the same.

    If the item submits itself and only optional parts are left, it is the first of them.
    """
    left = [part for part in parts(state.questions) if part.name not in passed]
    if not left:
        return asked
    is_any_needed = any(part.is_required for part in left) or bool(missing_parts(state.questions, given))
    if state.rules.advance is Advance.AUTO and not is_any_needed:
        return left[0].place
    return next((part.place for part in left if part.place >= asked), left[0].place)


def opening_focus(state: ReviewState) -> Place:
    """Return the part at which the current item opens: the first not answered or not passed, else the first."""
    if state.item is None:
        return 0, 0
    passed = answered_names(state.questions, state.answers_of(state.item.trace_id)) - state.filled_in
    return first_place(part for part in parts(state.questions) if part.name not in passed)


def first_place(left: Iterable[Part]) -> Place:
    """Return the place of the first of these parts; where there is none, that of the first of all."""
    return next((part.place for part in left), (0, 0))


def focus_by(state: ReviewState, step: int) -> Decision:
    """Move the focus by so many parts; after the last comes the first. Going on passes the part that is left."""
    places = [part.place for part in parts(state.questions)]
    if state.part is None:
        return Decision()
    focus, field_index = places[(places.index(state.part.place) + step) % len(places)]
    passes = frozenset({state.part.name} if step > 0 and state.aim is None else ())
    return Decision(focus=focus, field_index=field_index, passes=passes)


def is_complete(state: ReviewState, passed: AbstractSet[str], given: Mapping[str, Answer]) -> bool:
    """Return whether the current item is submitted without Enter: with these answers, once these parts are passed."""
    is_any_required = any(question.required for question in state.questions)
    if not is_any_required or state.rules.advance is Advance.MANUAL or missing_parts(state.questions, given):
        return False
    if any(part.is_required and part.name not in passed for part in parts(state.questions)):
        return False
    return state.rules.advance is Advance.REQUIRED or not open_parts(state.questions, given)


def go(state: ReviewState, action: Go) -> Decision | Refusal:
    match action.where:
        case Where.NEXT:
            return _to_neighbour(state, 1, "last")
        case Where.PREVIOUS:
            return _to_neighbour(state, -1, "first")
        case Where.FIRST:
            return _to_neighbour(state, 1, "first", after=-1)
        case Where.LAST:
            return _to_neighbour(state, -1, "last", after=len(state.items))
        case Where.BACK:
            return _along_trail(state, -1, "You were nowhere before this item")
        case Where.FORWARD:
            return _along_trail(state, 1, "This is the item you came to last")
        case Where.NEXT_OPEN:
            if state.worklist.is_finished:
                return Decision(at_end=True)
            target = next_open(state)
            return Refusal(nothing_left(state)) if target is None else Decision(position=target)


def go_to(state: ReviewState, action: GoTo) -> Decision | Refusal:
    return _to(state, action.number - 1, f"There are items 1 to {len(state.items)}")


def _to_neighbour(state: ReviewState, step: int, end: str, after: int | None = None) -> Decision | Refusal:
    """Go to the next item shown in a direction, from the current one unless `after` says from where."""
    target = state.worklist.neighbour(state.position if after is None else after, step)
    if target is not None:
        return Decision(position=target)
    if state.filter is None:
        return Refusal(f"This is the {end} item")
    if not state.filter.shown:
        return Refusal(f"The filter shows no item · {SHOW_ALL} shows all {len(state.items)}")
    return Refusal(f"This is the {end} item that the filter shows · {SHOW_ALL} shows all {len(state.items)}")


def _to(state: ReviewState, index: int, otherwise: str) -> Decision | Refusal:
    return Decision(position=index) if 0 <= index < len(state.items) else Refusal(otherwise)


def _along_trail(state: ReviewState, step: int, otherwise: str) -> Decision | Refusal:
    at = state.trail.at + step
    if not 0 <= at < len(state.trail.visited):
        return Refusal(otherwise)
    return Decision(position=state.trail.visited[at], trail=at)
