"""A reviewer at a screen, and at another machine or page, in any order: two answers never stand without a word of it.

What is told is read off the screen: the sign of the row, the counts in the status line, and the row in the outbox.
"""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Final

import pytest

from labeler.domain.assessment import Assessment
from tests.tui.outbox.faults import shown
from tests.tui.review.asked import RATING, THUMB, traces
from tests.tui.review.own_answers import said
from tests.tui.review.table import Table, open_table

pytestmark = pytest.mark.slow

STEPS: Final = 8


async def standing(table: Table) -> list[Assessment]:
    """My valid answers to the question, as the store has them, oldest first."""
    summary = await table.store.summary(table.desk.state.items[0].trace_id)
    own = [each for each in summary.assessments if each.name == THUMB.name and each.valid]
    return sorted(own, key=lambda each: each.created_at_ms)


async def read_anew(table: Table) -> None:
    """Deliver what can be delivered, read everything, and deliver what that releases."""
    await table.command("2")
    await table.delivered()
    await table.command("refresh")
    await table.wait_for(lambda: "changed" in table.said, "the reading")
    await table.command("1")
    await table.delivered()
    await table.all_is_told()


async def is_told(table: Table) -> None:
    """See that the screen tells what stands, and names every other answer that does."""
    answers = await standing(table)
    row = table.screen.splitlines()[2][:43]
    panel = table.line("panel")
    waits = table.desk.deliveries.counts.conflicts
    assert ("≠ 1 conflict" in table.line("status")) == bool(waits), table.screen
    if waits:
        assert "≠" in row, table.screen
        await table.press_at_once("O")
        await shown(table, "the other: ", "yours here: ")
        await table.press_at_once("q")
        await table.press_at_once("escape")
    elif len({each.value for each in answers}) > 1:
        assert "≠" in row or f"+{len(answers) - 1}" in panel, table.screen
    elif answers:
        assert ("[y Helpful]" if answers[-1].value else "[n Not helpful]") in panel, table.screen


@pytest.mark.parametrize("seed", range(4))
async def test_what_stands_is_on_the_screen_whatever_was_done_where(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    async with open_table(tmp_path, traces(2), (THUMB, RATING), grace_s=0) as table:
        trace_id = table.desk.state.items[0].trace_id
        for step in range(STEPS):
            match rng.choice(("here", "here", "elsewhere", "gone", "settled")):
                case "here":
                    await table.press(rng.choice("yn"))
                    if table.review.confirm.is_open:
                        await table.press("enter")
                case "elsewhere":
                    now_ms = time.time_ns() // 1_000_000
                    await table.store.create(said(trace_id, f"a-{step}", rng.random() < 0.5, now_ms))
                case "gone":
                    for each in (await standing(table))[-1:]:
                        await table.store.retract(trace_id, each.id)
                case _ if table.desk.deliveries.counts.conflicts:
                    await table.press_at_once("O")
                    await shown(table, "the other: ")
                    await table.press_at_once(rng.choice("12"))
                    await table.wait_for(lambda: not table.desk.deliveries.counts.conflicts, "the choice")
                    await table.press_at_once("q")
            await read_anew(table)
            await is_told(table)
