"""Answers of the reviewer's own that were given elsewhere: said at the question, asked about once, and both shown."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.domain.trace import RawTrace
from labeler.domain.value import JsonValue
from tests.tui.outbox.faults import open_outbox, shown
from tests.tui.review.asked import RATING, THUMB, traces
from tests.tui.review.own_answers import said
from tests.tui.review.table import Table, open_table


def answered(raw: RawTrace, *values: bool) -> RawTrace:
    """The trace with answers of mine from a script, one after the other."""
    own = tuple(said(raw.summary.id, f"a-{number}", value, number) for number, value in enumerate(values))
    return replace(raw, summary=replace(raw.summary, assessments=own))


async def valid(table: Table, index: int) -> list[JsonValue]:
    summary = await table.store.summary(table.desk.state.items[index].trace_id)
    return [each.value for each in summary.assessments if each.valid and each.name == THUMB.name]


async def nothing_waits_for_a_word(table: Table) -> None:
    """Wait until no answer is held back by a conflict, and all are delivered."""
    await table.wait_for(lambda: not table.desk.deliveries.counts.conflicts, "the end of the conflict")
    await table.delivered()
    assert not (await table.desk.deliveries.counts_now()).parked


async def find_another_after_delivery(table: Table) -> None:
    """Answer the first item and, once that is delivered, have it answered otherwise elsewhere; then read anew."""
    trace_id = table.desk.state.items[0].trace_id
    await table.press("y", "3")
    await table.delivered()
    await table.store.create(said(trace_id, "a-page", False, time.time_ns() // 1_000_000))
    await table.command("refresh")


@pytest.mark.parametrize(("key", "left"), [("enter", 1), ("escape", 3)])
async def test_several_answers_are_counted_and_a_change_asks_once_before_it_retires_them(
    tmp_path: Path, key: str, left: int
) -> None:
    everything = [answered(raw, True, True, False) for raw in traces(2)]
    async with open_table(tmp_path, everything, (THUMB,), grace_s=0) as table:
        await shown(table, "+2")
        await table.press("y")
        await shown(table, "2 more answers of yours stand for user_satisfaction")
        await table.press(key)
        await table.wait_for(lambda: "+2" not in table.screen, "the answer")
        await table.press("j", "y")
        assert "more answers" not in table.screen, "it is asked once a worklist"
        await table.press("k")
        await table.delivered()
        for index in (0, 1):
            assert len(await valid(table, index)) == left


@pytest.mark.parametrize(("key", "kept"), [("1", False), ("2", True)])
async def test_a_conflict_is_told_and_the_outbox_has_both(tmp_path: Path, key: str, kept: bool) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING), grace_s=0) as table:
        trace_id = table.desk.state.items[0].trace_id
        await table.store.create(said(trace_id, "a-machine", False, 1))
        await table.press("y", "3")
        await shown(table, "≠ 1 conflict", "≠")
        assert await valid(table, 0) == [False]
        await open_outbox(table, "the other: Not helpful", "yours here: Helpful", "by a-machine", "keep the other")
        await table.press_at_once("R")
        await shown(table, "1 in conflict: 1 keeps the other, 2 sends yours")
        await table.press_at_once(key)
        await table.wait_for(lambda: not table.desk.deliveries.counts.conflicts, "the choice")
        await table.press_at_once("q")
        await table.delivered()
        assert await valid(table, 0) == [kept]
        answer = table.desk.state.answers_of(trace_id)[THUMB.name]
        assert answer.value is kept
        assert "≠" not in table.screen


async def test_an_answer_from_elsewhere_that_is_edited_there_while_in_view_is_painted_anew(
    tmp_path: Path,
) -> None:
    async with open_table(tmp_path, [answered(raw, True) for raw in traces(2)], (THUMB, RATING)) as table:
        await table.wait_for(lambda: "✓ delivered" in table.line("panel"), "how far the answer got")
        assert "[y Helpful]" in table.line("panel")
        for each in await table.stored(0):
            await table.store.update(replace(each, value=False), ("value",))
        await table.command("refresh")
        await table.wait_for(lambda: "1 changed" in table.said, "the reading")
        assert "[n Not helpful]" in table.line("panel")
        assert "filled in: user_satisfaction Not helpful" in table.line("header")


async def test_an_answer_that_contradicts_one_given_here_is_said_after_the_next_reading_and_a_change_leads_to_both(
    tmp_path: Path,
) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING), grace_s=0) as table:
        trace_id = table.desk.state.items[0].trace_id
        await table.press("y", "3")
        await table.delivered()
        await table.store.create(said(trace_id, "a-page", False, time.time_ns() // 1_000_000))
        await table.command("refresh")
        await shown(table, "≠")
        await table.command("1")
        assert "[y Helpful]" in table.line("panel")
        assert "elsewhere you said Not helpful" in table.line("panel")
        await table.press("n", "y", "j")
        await shown(table, "≠ 1 conflict")
        await open_outbox(table, "the other: Not helpful", "yours here: Helpful")


@pytest.mark.parametrize(("key", "kept"), [("1", False), ("2", True)])
async def test_one_that_is_found_after_delivery_is_counted_and_waits_in_the_outbox_for_a_word(
    tmp_path: Path, key: str, kept: bool
) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING), grace_s=0) as table:
        await find_another_after_delivery(table)
        await shown(table, "≠ 1 conflict")
        await open_outbox(table, "the other: Not helpful", "yours here: Helpful", "by a-page")
        await table.press_at_once(key)
        await table.wait_for(lambda: not table.desk.deliveries.counts.conflicts, "the choice")
        await table.press_at_once("q")
        await table.delivered()
        await table.command("refresh")
        await table.wait_for(lambda: "changed" in table.said, "the reading")
        assert await valid(table, 0) == [kept]
        assert "≠" not in table.screen


async def test_a_conflict_ends_when_the_other_answer_is_taken_back_elsewhere(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING), grace_s=0) as table:
        trace_id = table.desk.state.items[0].trace_id
        await find_another_after_delivery(table)
        await shown(table, "≠ 1 conflict")
        await table.store.retract(trace_id, "a-page")
        await table.command("refresh")
        await table.wait_for(lambda: "≠" not in table.screen, "the end of the conflict")
        await nothing_waits_for_a_word(table)
        assert await valid(table, 0) == [True]


async def test_an_answer_that_was_held_back_goes_out_once_nothing_of_mine_stands_there_any_more(
    tmp_path: Path,
) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING), grace_s=0) as table:
        trace_id = table.desk.state.items[0].trace_id
        await table.store.create(said(trace_id, "a-machine", False, 1))
        await table.press("y", "j")
        await shown(table, "≠ 1 conflict")
        await table.store.retract(trace_id, "a-machine")
        await table.command("refresh")
        await nothing_waits_for_a_word(table)
        assert await valid(table, 0) == [True]
        assert "≠" not in table.screen
