"""A trace that turns up in several worklists: each shows what was said of it in any other, and judges it by its own."""

from __future__ import annotations

from dataclasses import replace

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.change import AnswerEffect
from labeler.domain.question import Categorical, PassFail, Question
from labeler.domain.queue import QueueItemState
from labeler.domain.worklist import ItemState
from labeler.review.action import (
    Clear,
    Comment,
    Decline,
    Defer,
    Digit,
    Go,
    GoTo,
    SetAnswer,
    SetFlag,
    Submit,
    Thumb,
    Undo,
    Where,
)
from labeler.review.decision import Refusal
from tests.desk.room import (
    ERRORS,
    HELPFUL,
    NAMES,
    QUEUE,
    SEARCH,
    TOPIC,
    Room,
    do,
    in_cache,
    listed,
    state,
    trace_ids,
    until_prepared,
    value,
)
from tests.journal.sitting import spec


async def test_an_answer_a_comment_and_a_flag_show_in_a_worklist_that_was_listed_before_and_in_one_listed_after(
    room: Room,
) -> None:
    async with room.desk(ERRORS):
        pass
    async with room.desk(SEARCH) as desk:
        await do(desk, SetFlag("look"), Thumb(True, "clear"))
    for other in (ERRORS, spec(filter="another day")):
        async with room.desk(other) as desk:
            answer = desk.state.answers_of("tr-a")["helpful"]
            assert (answer.value, answer.comment, desk.state.is_flagged("tr-a")) == (True, "clear", True)
            assert state(desk) is ItemState.LABELLED
            assert state(desk, "tr-b") is ItemState.OPEN


async def test_a_new_answer_in_another_worklist_supersedes_the_one_given_first(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True))
        first = desk.state.answers_of("tr-a")["helpful"].assessment_id
    async with room.desk(ERRORS) as desk:
        done = await do(desk, GoTo(1), Thumb(False))
        assert done.decision.change is not None
        (effect,) = (each for each in done.decision.change.effects if isinstance(each, AnswerEffect))
        assert effect.after is not None
        assert effect.after.overrides == first


async def test_undo_leaves_alone_what_another_worklist_has_changed_since(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True))
    async with room.desk(ERRORS) as desk:
        await do(desk, GoTo(1), Thumb(False))
    async with room.desk(SEARCH) as desk:
        refusal = await desk.act(Undo())
        assert isinstance(refusal, Refusal)
        assert "helpful was changed since" in refusal.says
        assert value(desk) is False
    async with room.desk(ERRORS) as desk:
        await do(desk, Undo())
        assert value(desk) is True
    async with room.desk(SEARCH) as desk:
        await do(desk, Undo())
        assert value(desk) is None
        assert state(desk) is ItemState.OPEN


async def test_a_deferral_is_the_traces_and_ends_wherever_the_trace_is_submitted(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Defer())
    async with room.desk(ERRORS) as desk:
        assert state(desk) is ItemState.DEFERRED
        assert desk.state.item is not None
        assert desk.state.item.trace_id == "tr-b"
        await do(desk, GoTo(1), Thumb(True))
    async with room.desk(SEARCH) as desk:
        assert state(desk) is ItemState.LABELLED
        assert not desk.state.worklist.deferred


async def test_a_decline_is_the_queues_or_the_selections(room: Room) -> None:
    pending = listed(*NAMES, queue_state=QueueItemState.PENDING)
    async with room.desk(QUEUE, pending) as desk:
        await do(desk, Decline("not ours"))
    async with room.desk(replace(QUEUE, order_by=("timestamp_ms ASC",)), pending) as desk:
        assert state(desk) is ItemState.DECLINED
    async with room.desk(SEARCH) as desk:
        assert state(desk) is ItemState.OPEN
        assert "labeler.declined" in desk.state.answers_of("tr-a"), "the reason is what was said of the trace"


async def test_a_pending_item_is_work_whoever_answered_it_and_one_enter_completes_it(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True))
    said = Assessment("a-1", "tr-b", "helpful", AssessmentKind.FEEDBACK, "yes", Source(SourceType.HUMAN, "rhea.k"))
    pending = listed("tr-a", queue_state=QueueItemState.PENDING)
    pending += listed("tr-b", queue_state=QueueItemState.PENDING, said=(said,))
    async with room.desk(QUEUE, pending, only_unlabelled=True) as desk:
        assert trace_ids(desk) == ["tr-a", "tr-b"]
        assert (state(desk), value(desk)) == (ItemState.OPEN, True)
        done = await do(desk, GoTo(1), Submit())
        assert done.decision.submits
        assert state(desk) is ItemState.LABELLED
    async with room.desk(QUEUE, pending) as desk:
        assert state(desk) is ItemState.LABELLED


async def test_a_completed_item_that_i_answered_elsewhere_is_labelled_in_its_queue(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True))
    complete = listed("tr-a", queue_state=QueueItemState.COMPLETE)
    async with room.desk(QUEUE, complete) as desk:
        assert state(desk) is ItemState.LABELLED
    async with room.desk(replace(QUEUE, queue_id="rq-2"), complete, only_unlabelled=True) as desk:
        assert not desk.state.items


async def test_so_is_one_that_i_answered_on_the_servers_own_page_once_its_trace_is_read(room: Room) -> None:
    await in_cache(room, "a-page")
    for queue_state, expected in (
        (QueueItemState.COMPLETE, ItemState.LABELLED),
        (QueueItemState.PENDING, ItemState.OPEN),
    ):
        queue = replace(QUEUE, queue_id=f"rq-{queue_state}")
        async with room.desk(queue, listed("tr-b", "tr-a", queue_state=queue_state)) as desk:
            await until_prepared(desk)
            assert (value(desk), state(desk)) == (True, expected)


async def test_labelled_follows_from_this_worklists_required_questions(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True))
    async with room.desk(ERRORS, None, HELPFUL, TOPIC) as desk:
        assert state(desk) is ItemState.OPEN
        await do(desk, GoTo(1), SetAnswer("topic", "billing"))
    async with room.desk(SEARCH) as desk:
        assert state(desk) is ItemState.LABELLED
        await do(desk, GoTo(1), Clear())
        assert state(desk) is ItemState.OPEN
    async with room.desk(ERRORS, None, HELPFUL, TOPIC) as desk:
        assert (state(desk), value(desk, "topic")) == (ItemState.OPEN, "billing")


async def test_what_was_answered_and_not_submitted_is_labelled_when_the_worklist_is_opened_again(room: Room) -> None:
    remark = Question("remark", PassFail(), required=False)
    async with room.desk(SEARCH, None, HELPFUL, remark) as desk:
        await do(desk, Thumb(True), Go(Where.NEXT))
    async with room.desk(SEARCH, None, HELPFUL, remark) as desk:
        assert state(desk) is ItemState.LABELLED
        await do(desk, Undo())
        assert (state(desk), value(desk)) == (ItemState.OPEN, None)


async def test_a_search_leaves_out_what_was_labelled_in_another_worklist_whatever_the_backend_knows_of_it(
    room: Room,
) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True))
    async with room.desk(ERRORS, only_unlabelled=True) as desk:
        assert trace_ids(desk) == ["tr-b"]


async def test_a_comment_that_waits_for_its_answer_waits_in_every_worklist(room: Room) -> None:
    async with room.desk(ERRORS):
        pass
    async with room.desk(SEARCH) as desk:
        await do(desk, Comment("helpful", "tide tables"), Go(Where.NEXT))
    async with room.desk(ERRORS) as desk:
        await do(desk, GoTo(1), Thumb(True))
        assert desk.state.answers_of("tr-a")["helpful"].comment == "tide tables"


async def test_an_option_that_was_renamed_shows_as_it_was_counts_and_is_superseded(room: Room) -> None:
    async with room.desk(SEARCH, None, replace(TOPIC, input=Categorical(("billing", "login")))) as desk:
        await do(desk, Digit("2"))
    async with room.desk(ERRORS, None, TOPIC) as desk:
        assert (state(desk), value(desk, "topic")) == (ItemState.LABELLED, "login")
        await do(desk, GoTo(1), Digit("2"))
        assert value(desk, "topic") == "sign-in"
    async with room.desk(SEARCH, None, TOPIC) as desk:
        assert value(desk, "topic") == "sign-in"


async def test_in_a_sprints_queue_only_what_was_said_there_shows_counts_and_is_superseded(room: Room) -> None:
    pending = listed(*NAMES, queue_state=QueueItemState.PENDING)
    autumn = replace(QUEUE, sprint="autumn")
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True, "before"))
    async with room.desk(autumn, pending) as desk:
        assert value(desk) is None
        done = await do(desk, Thumb(False))
        assert done.decision.change is not None
        (effect,) = (each for each in done.decision.change.effects if isinstance(each, AnswerEffect))
        assert effect.after is not None
        assert effect.after.overrides is None
    async with room.desk(SEARCH) as desk:
        assert value(desk) is True
    sent = await room.journal.run(room.journal.queries.deliveries, desk.destinations)
    metadata = [each.assessment.metadata.get("labeler.sprint") for each in sent if each.assessment is not None]
    assert metadata == [None, "autumn"]


async def test_what_was_deferred_under_the_id_of_an_earlier_version_is_deferred(room: Room) -> None:
    digits = "4bf92f3577b34da6a3ce929d0e0e4736"
    earlier = {f"tr-{digits}": digits}
    async with room.desk(spec(filter="before"), listed(f"tr-{digits}")) as desk:
        await do(desk, Defer())
    for _ in range(2):
        async with room.desk(spec(filter="now"), listed(digits)) as desk:
            assert state(desk, digits) is ItemState.OPEN
            await desk.intake.take_over_deferrals(earlier)
            assert state(desk, digits) is ItemState.DEFERRED
    async with room.desk(spec(filter="now"), listed(digits)) as desk:
        await do(desk, Decline("no question"))
    async with room.desk(spec(filter="now"), listed(digits)) as desk:
        await desk.intake.take_over_deferrals(earlier)
        assert state(desk, digits) is ItemState.DECLINED
