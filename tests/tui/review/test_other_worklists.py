"""Choosing another worklist from inside a review: nothing of this one is lost, and nothing happens by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.sample import load
from labeler.tui.screens.worklist_menu import Begin
from labeler.tui.widgets.choice_list import Offer
from tests.tui.review.other_desks import Desks
from tests.tui.review.table import REVIEWER, Table, open_table
from tests.tui.screenshots import QUESTIONS
from tests.tui.snapshot import screen_text


async def wait_for_words(table: Table, words: str) -> None:
    await table.wait_for(lambda: words in screen_text(table.app), words)


async def test_another_worklist_is_chosen_over_the_review_and_leaving_the_choice_changes_nothing(
    tmp_path: Path,
) -> None:
    async with open_table(tmp_path, load()[:3], QUESTIONS, menu=Desks()) as table:
        await table.press("y", "Q")
        await wait_for_words(table, "Day desk")
        await wait_for_words(table, "3 of 7 pending")
        await table.press("n", "1", "q")
        await wait_for_words(table, "item 1/3")
        assert table.desk.state.given["user_satisfaction"].value is True
        assert len(table.desk.state.given) == 1
        await table.press("Q", "j")
        await wait_for_words(table, "Day desk")
        await table.press("enter")
        await wait_for_words(table, "Enter begins")
        await table.pilot.pause(0.1)
        await table.press("enter")
        await table.wait_for(lambda: not table.app.is_running, "the end of the review")
    assert table.app.return_value == Begin(REVIEWER, Offer("day", "Day desk", "queue · 3 of 7 pending"))


async def test_where_there_is_no_other_worklist_that_is_said(tmp_path: Path) -> None:
    async with open_table(tmp_path, load()[:2], QUESTIONS) as table:
        await table.press("Q")
        await wait_for_words(table, "Other worklists cannot be listed in this review")


@pytest.mark.parametrize("keys", [("ctrl+c",), ("escape", "escape")])
async def test_the_choice_is_left_by_what_leaves_an_overlay(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async with open_table(tmp_path, load()[:2], QUESTIONS, menu=Desks()) as table:
        await table.press("Q")
        await wait_for_words(table, "Day desk")
        await table.press(*keys)
        await wait_for_words(table, "item 1/2")
        assert table.app.is_running
