"""How far each answer got, beside it in the panel: always in the same place, and true at every moment."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from labeler.journal.attempt_outcomes import Delivered
from labeler.journal.journal import Journal
from labeler.journal.models import DeliveryState
from labeler.tui.appearance import ASCII, UNICODE, Signs
from labeler.tui.widgets.delivery_sign import fate_mark, fate_width
from tests.tui.outbox.faults import delete_trace, take_its_id
from tests.tui.review.asked import RATING, THUMB, traces
from tests.tui.review.table import Table, open_table


def fate(table: Table, number: int) -> str:
    """What stands at the end of a question's row, the first being 1; nothing while a sentence stands over it."""
    name = (THUMB, RATING)[number - 1].name
    row = next((line for line in table.line("panel").splitlines() if line[3:].startswith(f"{name} ")), "")
    return row[-fate_width(table.app.size.width) :].strip()


async def test_an_answer_waits_until_it_is_delivered_and_is_so_when_one_comes_back(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB, RATING), grace_s=0) as table:
        assert (fate(table, 1), fate(table, 2)) == ("", "")
        await table.press("y")
        assert (fate(table, 1), fate(table, 2)) == ("↻ waiting", "")
        await table.press("4", "p")
        await table.wait_for(lambda: fate(table, 1) == fate(table, 2) == "✓ delivered", "both to be delivered")
    async with open_table(tmp_path, traces(4), (THUMB, RATING), grace_s=0) as table:
        await table.command("1")
        await table.wait_for(lambda: fate(table, 1) == fate(table, 2) == "✓ delivered", "how far they had got")


async def test_a_change_waits_again_and_an_undone_one_is_delivered_once_it_is_retracted(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB, RATING), grace_s=0) as table:
        await table.press("y", "4", "p")
        await table.wait_for(lambda: fate(table, 1) == "✓ delivered", "the first to be delivered")
        await table.press("n")
        assert fate(table, 1) == "↻ waiting"
        await table.press("enter", "p")
        await table.wait_for(lambda: fate(table, 1) == "✓ delivered", "the change to be delivered")
        assert fate(table, 2) == "✓ delivered"


async def test_a_refused_answer_stays_marked_though_others_of_its_trace_arrive_and_after_a_restart(
    tmp_path: Path,
) -> None:
    async with open_table(tmp_path, traces(4), (THUMB, RATING), grace_s=0) as table:
        await table.press("y")
        await take_its_id(table, 0, THUMB.name)
        await table.press("4")
        await table.wait_for(lambda: "user_satisfaction was refused" in table.screen, "the refusal to be told")
        await table.press("p", "escape")
        await table.wait_for(lambda: (fate(table, 1), fate(table, 2)) == ("✗ refused", "✓ delivered"), "both fates")
        trace_id = table.desk.state.items[0].trace_id
        await table.wait_for(lambda: trace_id in table.desk.deliveries.refused, "the row's ✗")
        await table.wait_for(lambda: "✓ delivered" in table.line("panel"), "the rest to be delivered")
        await table.desk.deliveries.refresh()
        assert trace_id in table.desk.deliveries.refused
    async with open_table(tmp_path, traces(4), (THUMB, RATING), grace_s=0) as table:
        assert trace_id in table.desk.deliveries.refused
        await table.command("1")
        await table.wait_for(lambda: fate(table, 1) == "✗ refused", "the fate it had")


async def test_an_answer_whose_trace_is_gone_is_parked(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB, RATING), size=(80, 24), grace_s=0) as table:
        delete_trace(tmp_path, table.desk.state.items[0].trace_id)
        await table.press("y", "4", "p")
        await table.wait_for(lambda: fate(table, 1) == fate(table, 2) == "!", "both to be parked")


@pytest.mark.slow
async def test_what_another_process_delivers_is_told_here_too(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING)) as table:
        await table.press("j", "k")
    async with open_table(tmp_path, traces(2), (THUMB, RATING), online=False) as table:
        await table.press("y", "4", "p", "escape")
        await table.wait_for(lambda: fate(table, 1) == fate(table, 2) == "↻ waiting", "the answers in the panel")
        await table.wait_for(lambda: table.desk.deliveries.counts.waiting == 2, "the count")
        await asyncio.to_thread(deliver_elsewhere, tmp_path, table)
        await table.wait_for(lambda: fate(table, 1) == fate(table, 2) == "✓ delivered", "what another process did")
        await table.wait_for(lambda: table.desk.deliveries.counts.waiting == 0, "the count")


def deliver_elsewhere(folder: Path, table: Table) -> None:
    """Deliver what waits, as another process would that has the same journal open."""
    journal = Journal.open(folder / "journal.db")
    while claims := journal.outbox.claim(table.desk.destinations, time.time_ns() // 1_000_000, 0, 1):
        journal.outbox.settle([(claim.delivery.id, Delivered()) for claim in claims], time.time_ns() // 1_000_000)
    journal.close()


@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("signs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_fate_takes_the_same_room_and_none_is_told_by_colour_alone(width: int, signs: Signs) -> None:
    states = (None, *DeliveryState)
    marks = ["".join(text for text, _ in fate_mark(state, width, signs)) for state in states]
    assert {len(mark) for mark in marks} == {fate_width(width)}
    assert len(set(marks)) == len(states)
