"""What was done, in numbers: always what a recount of the answers, written another way, comes to."""

from __future__ import annotations

from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.domain.change import Answer, Change, StateEffect
from labeler.domain.question import FLAG_NAME, Categorical, Numeric, Question, Structured, Text
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.review.action import (
    Action,
    Clear,
    Decline,
    Defer,
    Digit,
    Go,
    GoTo,
    Redo,
    SetAnswer,
    SetFlag,
    Submit,
    Thumb,
    ToggleFlag,
    Undo,
    Where,
)
from labeler.review.progress import NONE_CHOSEN, Progress, Tally, progress_of_changes
from labeler.review.queue_items import QueueItems
from labeler.review.shared_queue import NoWork, learn_item, no_work, take_out
from labeler.review.state import ReviewState, Rules
from labeler.review.worklist import Item
from tests.review.sitting import HELPFUL, Sitting

RATING = Question("rating", Numeric(1, 5))
SCORE = Question("score", Numeric(0, 100, 1), required=False)
MODES = Question("modes", Categorical(("wrong", "slow", "rude"), multiple=True), required=False)
REMARK = Question("remark", Text(), required=False)
QUESTIONS = (HELPFUL, RATING, MODES, SCORE, REMARK)

ACTIONS = st.one_of(
    st.builds(Thumb, st.booleans()),
    st.builds(Digit, st.sampled_from("12345")),
    st.builds(SetAnswer, st.just("score"), st.integers(0, 100)),
    st.builds(SetAnswer, st.just("remark"), st.text("ab", min_size=1, max_size=3)),
    st.builds(GoTo, st.integers(1, 5)),
    st.builds(SetFlag, st.sampled_from(["", "look"])),
    st.builds(Decline, st.just("spam")),
    st.sampled_from([Submit(), Defer(), ToggleFlag(), Undo(), Redo(), Clear(), Go(Where.NEXT_OPEN), Go(Where.BACK)]),
)


def counted(sitting: Sitting) -> Progress:
    tally = Tally(QUESTIONS)
    for item in sitting.state.items:
        tally.add(item, sitting.state.answers_of(item.trace_id))
    return tally.progress(sitting.state.worklist.deferred)


def recounted(states: dict[str, ItemState], answers: dict[str, dict[str, tuple[object, int]]]) -> dict[str, object]:
    """The same figures, slowly and by nothing that the product has."""
    done = [trace for trace, state in states.items() if state is ItemState.LABELLED]
    given = {name: [answers[each][name][0] for each in done if name in answers[each]] for name in ("helpful", "rating")}
    spent = [max((ms for name, (_, ms) in answers[each].items() if name != FLAG_NAME), default=0) for each in done]
    spent = [each for each in spent if each]
    return {
        "labelled": len(done),
        "declined": {trace for trace, state in states.items() if state is ItemState.DECLINED},
        "deferred": {trace for trace, state in states.items() if state is ItemState.DEFERRED},
        "flagged": {trace for trace, of_trace in answers.items() if FLAG_NAME in of_trace},
        "helpful": [sum(value is wanted for value in given["helpful"]) for wanted in (True, False)],
        "rating": [sum(value == wanted for value in given["rating"]) for wanted in (1, 2, 3, 4, 5)],
        "median": median(spent) if spent else None,
        "hourly": len(spent) * 3_600_000 / sum(spent) if spent else None,
    }


def told(progress: Progress) -> dict[str, object]:
    by_name = {each.name: [count for _, count in each.counts] for each in progress.questions}
    return {
        "labelled": progress.labelled,
        "declined": set(progress.declined),
        "deferred": set(progress.deferred),
        "flagged": set(progress.flagged),
        "helpful": by_name["helpful"],
        "rating": by_name["rating"],
        "median": progress.median_ms,
        "hourly": progress.hourly,
    }


def replayed(changes: list[Change]) -> tuple[dict[str, ItemState], dict[str, dict[str, tuple[object, int]]]]:
    """What the changes, one after another, leave behind."""
    states = {f"t{number}": ItemState.OPEN for number in range(5)}
    answers: dict[str, dict[str, tuple[object, int]]] = {trace: {} for trace in states}
    for change in changes:
        for effect in change.effects:
            if isinstance(effect, StateEffect):
                states[effect.trace_id] = effect.after
                continue
            answers[effect.trace_id].pop(effect.question, None)
            if effect.after is not None:
                answers[effect.trace_id][effect.question] = effect.after.value, effect.after.duration_ms
    return states, answers


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTIONS, max_size=40))
def test_the_figures_are_those_of_a_recount_whatever_was_done(actions: list[Action]) -> None:
    sitting = Sitting(*QUESTIONS, items=5)
    for action in actions:
        sitting.attempt(action)
    expected = recounted(*replayed(sitting.changes))
    progress = counted(sitting)
    assert told(progress) == expected
    assert progress.total == 5 == progress.open + progress.labelled + len(progress.declined) + len(progress.deferred)
    of_today = progress_of_changes([(1, change) for change in sitting.changes], QUESTIONS)
    assert told(of_today) == expected


def test_each_kind_of_question_is_counted_as_it_is_asked() -> None:
    sitting = Sitting(*QUESTIONS, items=2)
    for score, options in ((10, ["wrong", "slow"]), (95, [])):
        sitting.give(HELPFUL, True)
        sitting.give(MODES, options)
        sitting.give(SCORE, score)
        sitting.give(REMARK, "so")
        sitting.give(RATING, 4)
        if sitting.item_state() is ItemState.OPEN:
            sitting.do(Submit())
    by_name = {each.name: each for each in counted(sitting).questions}
    assert by_name["helpful"].counts == ((True, 2), (False, 0))
    assert by_name["modes"].counts == (("wrong", 1), ("slow", 1), ("rude", 0), (NONE_CHOSEN, 1))
    assert (by_name["score"].counts, by_name["score"].low, by_name["score"].middle, by_name["score"].high) == (
        (),
        10,
        52.5,
        95,
    )
    assert (by_name["remark"].answers, by_name["remark"].counts) == (2, ())


def test_an_object_is_counted_field_by_field() -> None:
    tone = Question("tone", Categorical(("warm", "cold")))
    quality = Question("quality", Structured((RATING, tone)))
    tally = Tally((quality,))
    said: list[JsonValue] = [{"rating": 4, "tone": "warm"}, {"rating": 4, "by": "m"}, "good"]
    for number, value in enumerate(said):
        answer = Answer(f"a-{number}", value, None, 0, 0)
        tally.count(f"t{number}", ItemState.LABELLED, {"quality": answer})
    told = {each.name: (each.answers, [pair for pair in each.counts if pair[1]]) for each in tally.progress().questions}
    assert told == {"quality.rating": (2, [(4, 2)]), "quality.tone": (1, [("warm", 1)]), "quality": (1, [])}


def test_the_same_trace_at_two_destinations_is_two_items_of_the_day() -> None:
    sitting = Sitting(HELPFUL, items=1)
    change = sitting.do(Thumb(True)).change
    assert change is not None
    assert progress_of_changes([(1, change), (2, change)], (HELPFUL,)).labelled == 2


def test_items_of_a_queue_that_are_no_work_are_counted_by_why_and_not_as_open() -> None:
    state = ReviewState((HELPFUL,), Rules(for_queue=True), queue=QueueItems({"me"}))
    state.add_items(Item(trace, "1", trace) for trace in ("work", "by-sam", "declined", "gone", "mine"))
    complete, declined = QueueItemState.COMPLETE, QueueItemState.DECLINED
    for trace, queue_state, by in (
        ("by-sam", complete, "sam"),
        ("declined", declined, "sam"),
        ("mine", complete, "me"),
    ):
        learn_item(state, QueueItem("rq-1", trace, queue_state, by))
    take_out(state, "gone")
    tally = Tally((HELPFUL,))
    for item in state.items:
        tally.add(item, {}, no_work(state, item))
    told = tally.progress()
    assert (told.total, told.open) == (5, 1)
    assert told.no_work == ((NoWork.BY_OTHERS, 2), (NoWork.TAKEN_OUT, 1), (NoWork.WITHOUT_ANSWERS, 1))
