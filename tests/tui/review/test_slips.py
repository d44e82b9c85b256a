"""Slips of the hand: nothing is labelled that was not read and meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.domain.question import Question
from labeler.tui.screens.review.slips import HeldKey, Press
from tests.tui.review.asked import MODES, RATING, SCORE, THUMB, traces
from tests.tui.review.table import open_table

GUARD_MS = 150


class Reviewer:
    """Presses keys at given times; every answer brings a new item, painted 10 ms later."""

    def __init__(self, guard_ms: int = GUARD_MS) -> None:
        self.held = HeldKey(guard_ms)

    def press(self, *times_ms: int, key: str = "y") -> list[Press]:
        said = []
        for now in times_ms:
            said.append(self.held.press(key, now))
            if said[-1] is Press.ACT:
                self.held.moved()
                self.held.painted(now + 10)
        return said


def test_a_key_held_without_a_pause_answers_once() -> None:
    assert Reviewer().press(*range(5000, 7000, 33)).count(Press.ACT) == 1


def test_the_late_first_repeat_of_a_held_key_is_taken_back() -> None:
    said = Reviewer().press(5000, *range(5500, 7500, 33))
    assert said.count(Press.ACT) == 2
    assert said.count(Press.TAKE_BACK) == 1


def test_a_hold_that_begins_with_a_press_of_its_own_keeps_its_answer() -> None:
    said = Reviewer().press(1000, 5000, *range(5033, 7000, 33))
    assert said.count(Press.ACT) == 2
    assert Press.TAKE_BACK not in said


def test_presses_slower_than_the_guard_all_answer() -> None:
    assert Reviewer().press(1000, 1400, 1800, 2200) == [Press.ACT] * 4


def test_another_key_answers_at_once() -> None:
    reviewer = Reviewer()
    assert reviewer.press(1000) == [Press.ACT]
    assert reviewer.press(1020, key="n") == [Press.ACT]


def test_a_double_tap_takes_nothing_back() -> None:
    assert Reviewer().press(1000, 1600, 1650) == [Press.ACT, Press.ACT, Press.IGNORE]


def test_a_press_before_the_new_item_is_painted_is_ignored() -> None:
    held = HeldKey(GUARD_MS)
    held.press("y", 1000)
    held.moved()
    assert held.press("y", 9000) is Press.IGNORE


def test_a_guard_of_zero_ignores_nothing() -> None:
    assert Reviewer(0).press(*range(1000, 1300, 33)) == [Press.ACT] * 10


@pytest.mark.parametrize(("key", "question"), [("y", THUMB), ("2", THUMB), ("enter", MODES)])
async def test_a_key_that_comes_again_at_once_answers_one_item(tmp_path: Path, key: str, question: Question) -> None:
    async with open_table(tmp_path, traces(5), (question,), guard_ms=10_000) as table:
        await table.type([key] * 8)
        assert [len(table.values(index)) for index in range(5)] == [1, 0, 0, 0, 0]
        assert table.position == 1


async def test_enter_that_closes_a_field_and_comes_again_answers_nothing_else(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (MODES,), guard_ms=10_000) as table:
        await table.press("1", "c")
        await table.type("why")
        await table.type(["enter"] * 2)
        await table.type(["enter"] * 6)
        assert [len(table.values(index)) for index in range(4)] == [1, 0, 0, 0]


async def test_a_key_that_comes_again_after_another_is_not_held_down(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB, RATING), guard_ms=10_000) as table:
        await table.press("y", "j", "u")
        await table.type("y2")
        assert table.values(0) == {"user_satisfaction": True, "quality_rating": 2}


async def test_a_held_s_puts_off_one_item(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(5), (THUMB,), guard_ms=10_000) as table:
        await table.type("sssss")
        assert table.position == 1


async def test_the_guard_takes_no_digit_from_a_number(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (SCORE,), guard_ms=10_000) as table:
        for number in ("85", "80"):
            await table.type([*number, "enter"])
            await table.trace_is_here()
        assert [table.values(index) for index in range(2)] == [{"score": 85}, {"score": 80}]


async def test_keys_that_arrive_in_one_burst_do_what_they_do_one_by_one(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB, SCORE)) as table:
        await table.type([*"Nno, yes", "enter", *"85", "enter"])
        assert table.values(0) == {"user_satisfaction": False, "score": 85}
        assert table.comment(0, "user_satisfaction") == "no, yes"
        await table.trace_is_here()
        await table.type([*"cny", "escape", *"y101", "enter", "escape", *"f", "enter", *"50", "enter"])
        assert table.values(1) == {"user_satisfaction": True, "score": 50, "labeler.flag": True}


async def test_a_number_typed_while_the_trace_is_still_loading_answers_nothing(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(6), (SCORE,)) as table:
        there = table.desk.library.get
        table.desk.library.get = lambda trace_id: None  # type: ignore[method-assign]
        await table.press_at_once("j", "8")
        table.desk.library.get = there  # type: ignore[method-assign]
        await table.type(["0", "enter"])
        assert table.values(1) == {}
        await table.trace_is_here()
        await table.type([*"80", "enter"])
        assert table.values(1) == {"score": 80}


async def test_no_key_answers_while_the_trace_is_still_loading(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(6), (THUMB,)) as table:
        there = table.desk.library.get
        table.desk.library.get = lambda trace_id: None  # type: ignore[method-assign]
        await table.press_at_once("j", "y")
        assert "still loading" in table.said
        await table.press_at_once("c")
        await table.type("no, yes")
        table.desk.library.get = there  # type: ignore[method-assign]
        await table.type("yn")
        assert table.values(1) == {}
        await table.press("escape", "y")
        assert table.values(1) == {"user_satisfaction": True}
