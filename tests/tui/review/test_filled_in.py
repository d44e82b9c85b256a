"""An item that opens with answers filled in, on the screen: its first line says so, and nothing is submitted unseen."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import Question
from labeler.domain.trace import RawTrace
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.review.state import Rules
from tests.tui.review.asked import RATING, THUMB, traces
from tests.tui.review.table import REVIEWER, open_table

QUEUE = Rules(for_queue=True)
THREE_DAYS_AGO_MS = int((time.time() - 3 * 86_400) * 1000)
DAY = time.strftime("%a", time.gmtime(THREE_DAYS_AGO_MS / 1000))


def answered(raw: RawTrace, *answers: tuple[Question, JsonValue]) -> RawTrace:
    """The trace with answers of mine that a script gave three days ago."""
    own = tuple(
        Assessment(
            f"a-{question.name}",
            raw.summary.id,
            question.name,
            AssessmentKind.FEEDBACK,
            value,
            Source(SourceType.HUMAN, REVIEWER),
            created_at_ms=THREE_DAYS_AGO_MS,
        )
        for question, value in answers
    )
    return replace(raw, summary=replace(raw.summary, assessments=own))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_first_line_says_what_is_filled_in_until_it_is_passed(tmp_path: Path, size: tuple[int, int]) -> None:
    half = [answered(raw, (RATING, 4)) for raw in traces(2)]
    async with open_table(tmp_path, half, (THUMB, RATING), rules=QUEUE, size=size, grace_s=0) as table:
        assert f"filled in: quality_rating 4, yours of {DAY}" in table.line("header")
        await table.press("y")
        assert (table.position, table.desk.state.question) == (0, RATING)
        assert "filled in" in table.line("header")
        await table.press("4")
        assert table.position == 1
        await table.delivered()
        assert len(await table.stored(0)) == 2, "the rating stood there already"


async def test_one_enter_completes_what_is_complete_and_says_with_which_answers(tmp_path: Path) -> None:
    whole = [answered(raw, (THUMB, True), (RATING, 4)) for raw in traces(2)]
    async with open_table(tmp_path, whole, (THUMB, RATING), rules=QUEUE, grace_s=0) as table:
        assert table.desk.state.question == THUMB
        assert f"yours of {DAY}" in table.line("header")
        await table.press("enter")
        assert table.said.startswith(f"completed with your answers of {DAY}")
        assert table.position == 1
        await table.press("y", "4")
        assert table.said.startswith(f"completed with your answers of {DAY}")
        assert [item.state for item in table.desk.state.items] == [ItemState.LABELLED] * 2
        await table.delivered()
        assert [len(await table.stored(index)) for index in (0, 1)] == [2, 2], "nothing was sent again"


async def test_what_was_left_half_done_says_so_when_it_is_opened_again(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING)) as table:
        await table.press("n")
        assert "filled in" not in table.line("header")
        await table.press("j", "k")
        assert "filled in: user_satisfaction Not helpful, yours of " in table.line("header")
        await table.press("n", "2")
        assert (table.position, table.values(0)) == (1, {"user_satisfaction": False, "quality_rating": 2})
