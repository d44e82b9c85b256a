"""Slips of the hand: nothing is labelled that was not read and meant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from textual import events

from labeler.desk.events import DocumentReady
from labeler.domain.question import Question
from labeler.tui.action_table import Consequence
from labeler.tui.keyboard.key_guard import Allow, Ignore, KeyGuard, TakeBack, Verdict, Why
from labeler.tui.keyboard.messages import UnfinishedSequence
from tests.tui.review.asked import EXPECTED, MODES, RATING, SCORE, THUMB, traces
from tests.tui.review.table import open_table

GUARD_MS = 150
DELAYS_MS = (250, 300, 400, 500, 660)
"""How long keyboards wait before a held key begins to repeat."""

ACTS, READS, WRITES = Consequence.ANSWERS, Consequence.READS, Consequence.WRITES
ACT, TOO_EARLY, HELD, TAKE_BACK = Allow(), Ignore(Why.TOO_EARLY), Ignore(Why.HELD), TakeBack()


class Reviewer:
    """Presses keys at given times. Each answer that completes an item brings another one, painted 10 ms later."""

    def __init__(self, guard_ms: int = GUARD_MS, questions: int = 1) -> None:
        self.guard = KeyGuard(guard_ms)
        self.guard.painted(0)
        self._questions = questions
        self._answered = 0

    def press(self, *times_ms: int, keys: str = "y", weight: Consequence = ACTS) -> list[Verdict]:
        """Press at each time the next of `keys`, over and over."""
        said = []
        for number, now in enumerate(times_ms):
            said.append(self.guard.press(keys[number % len(keys)], now, weight))
            if said[-1] == ACT:
                self._answered += 1
                if self._answered % self._questions == 0:
                    self.guard.moved()
                    self.guard.painted(now + 10)
        return said


def acted(said: Sequence[Verdict]) -> int:
    """How many presses did something that stands."""
    return said.count(ACT) - said.count(TAKE_BACK)


@pytest.mark.parametrize("questions", [1, 2, 3])
@pytest.mark.parametrize("gap_ms", [1, 20, 30, 35, 50, 79])
def test_a_key_held_without_a_pause_acts_once_from_question_to_question_too(questions: int, gap_ms: int) -> None:
    said = Reviewer(questions=questions).press(*range(5000, 7000, gap_ms))
    assert said[0] == ACT
    assert acted(said) == 1


@pytest.mark.parametrize("questions", [1, 2, 3])
@pytest.mark.parametrize("delay_ms", DELAYS_MS)
def test_the_late_first_repeat_of_a_held_key_is_taken_back(questions: int, delay_ms: int) -> None:
    said = Reviewer(questions=questions).press(5000, *range(5000 + delay_ms, 8000, 30))
    assert [at for at, press in enumerate(said) if press in (ACT, TAKE_BACK)] == [0, 1, 4]
    assert acted(said) == 1


def test_the_first_repeat_is_taken_back_also_when_those_behind_it_come_late() -> None:
    said = Reviewer().press(5000, 5500, 5600, 5690, 5770, *range(5800, 7000, 30))
    assert acted(said) == 1


def test_repeats_that_a_slow_line_brings_in_bunches_are_repeats() -> None:
    bunches = [5000 + bunch * 200 + repeat for bunch in range(20) for repeat in range(6)]
    assert acted(Reviewer().press(*bunches)) == 1


def test_a_hold_that_begins_with_a_press_of_its_own_keeps_what_it_did() -> None:
    said = Reviewer().press(1000, 5000, *range(5033, 7000, 33))
    assert said.count(ACT) == 2
    assert TAKE_BACK not in said


def test_presses_slower_than_the_guard_all_act() -> None:
    assert Reviewer().press(1000, 1400, 1800, 2200) == [ACT] * 4


def test_a_double_tap_takes_nothing_back() -> None:
    assert Reviewer().press(1000, 1600, 1650) == [ACT, ACT, TOO_EARLY]


def test_other_keys_act_on_the_same_item_however_fast() -> None:
    assert Reviewer(questions=3).press(1000, 1030, 1060, keys="y42") == [ACT] * 3
    assert Reviewer(questions=3).press(1000, 1000, 1000, keys="y4y") == [ACT] * 3


@pytest.mark.parametrize("keys", ["yn", "y1", "ys", "\rs"])
def test_whichever_key_acts_is_too_early_until_the_item_could_be_looked_at(keys: str) -> None:
    for after_ms in (0, 5, 10, 11, 80, 159):
        assert Reviewer().press(1000, 1000 + after_ms, keys=keys) == [ACT, TOO_EARLY]
    assert Reviewer().press(1000, 1160, keys=keys) == [ACT, ACT]


@pytest.mark.parametrize("guard_ms", [0, GUARD_MS, 5000])
@pytest.mark.parametrize("weight", [ACTS, WRITES])
def test_keys_that_waited_together_act_on_one_item_whatever_the_guard(guard_ms: int, weight: Consequence) -> None:
    assert Reviewer(guard_ms).press(*[6000] * 6, keys="ynynyn", weight=weight) == [ACT, *[TOO_EARLY] * 5]


def test_keys_that_go_on_coming_act_on_nothing_else_until_they_pause() -> None:
    pasted = range(1000, 3000, 20)
    assert Reviewer().press(*pasted, keys="ynlsd").count(ACT) == 1


def test_without_a_guard_fast_keys_act_on_what_was_painted() -> None:
    assert Reviewer(0).press(1000, 1020, 1040, keys="yn") == [ACT] * 3


def test_a_field_can_be_opened_as_soon_as_the_item_is_there() -> None:
    reviewer = Reviewer()
    assert reviewer.press(1000) == [ACT]
    assert reviewer.press(1010, keys="c", weight=WRITES) == [TOO_EARLY]
    assert reviewer.press(1011, keys="e", weight=WRITES) == [ACT]


def test_reading_and_moving_go_on_while_a_key_is_held() -> None:
    assert Reviewer().press(*range(1000, 2000, 30), keys="j", weight=READS) == [ACT] * 34


def test_a_key_that_did_something_else_is_held_down_all_the_same() -> None:
    reviewer = Reviewer(questions=9)
    reviewer.press(1000, keys="e", weight=READS)
    assert reviewer.press(1030, 1060, keys="e") == [HELD] * 2


def test_nothing_is_taken_back_for_a_press_that_did_nothing() -> None:
    reviewer = Reviewer(questions=9)
    assert reviewer.press(1000) == [ACT]
    assert reviewer.press(4000, 4300, keys="e", weight=READS) == [ACT] * 2
    assert TAKE_BACK not in reviewer.press(*range(4330, 6000, 30), keys="e")


@pytest.mark.parametrize(("key", "question"), [("y", THUMB), ("2", THUMB), ("-", MODES)])
async def test_a_key_that_comes_again_at_once_answers_one_item(tmp_path: Path, key: str, question: Question) -> None:
    async with open_table(tmp_path, traces(5), (question,), guard_ms=GUARD_MS) as table:
        await table.type([key] * 8)
        assert [len(table.values(index)) for index in range(5)] == [1, 0, 0, 0, 0]
        assert table.position == 1


async def test_enter_that_closes_a_field_and_comes_again_answers_nothing_else(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (MODES,), guard_ms=GUARD_MS) as table:
        await table.press("1", "c")
        await table.type("why")
        await table.type(["enter"] * 2)
        await table.type(["enter"] * 6)
        assert [len(table.values(index)) for index in range(4)] == [1, 0, 0, 0]


async def test_an_enter_that_may_be_held_since_the_field_answers_nothing(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (RATING, MODES), guard_ms=GUARD_MS) as table:
        table.stop_clock()
        await table.press("3", "c")
        await table.type("why")
        await table.press("enter")
        table.pressed_after(0.5)
        await table.type(["enter"])
        assert (table.position, table.values(0)) == (0, {"quality_rating": 3})
        await table.press("tab", "tab", "-")
        assert (table.position, table.values(0)) == (1, {"quality_rating": 3, "failure_modes": []})


async def test_an_option_whose_key_is_held_down_is_as_it_was_and_the_others_stay(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (MODES, RATING), guard_ms=GUARD_MS) as table:
        table.stop_clock()
        await table.press("1", "2", "3")
        table.pressed_after(0.5)
        await table.type(["3"] * 12)
        assert table.values(0) == {"failure_modes": ["wrong", "incomplete", "unsafe"]}


async def test_a_key_that_comes_again_after_another_is_not_held_down(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB, RATING), guard_ms=GUARD_MS) as table:
        await table.press("y", "j", "u")
        await table.type("y2")
        assert table.values(0) == {"user_satisfaction": True, "quality_rating": 2}


async def test_one_burst_of_keys_acts_on_one_item_and_says_what_it_ignored(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(8), (THUMB,)) as table:
        await table.press("j", "k")  # the next trace is here before the burst
        await table.type("ynynyn")
        assert table.said == "too early: ignored"
        assert [len(table.values(index)) for index in range(8)] == [1, *[0] * 7]
        assert table.position == 1
        await table.press("n")
        assert table.values(1) == {"user_satisfaction": False}


@pytest.mark.parametrize("key", ["y", "n", "1", "s", "enter", "backspace", "="])
async def test_whichever_key_acts_it_says_that_it_was_too_early(tmp_path: Path, key: str) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,), guard_ms=5000) as table:
        await table.press("j", key)
        assert table.said == "too early: ignored"
        assert (table.position, table.values(1)) == (1, {})


@pytest.mark.parametrize("opens", ["D", "f", "Y", "N", "8", "c", "e"])
async def test_what_is_typed_after_a_key_that_was_too_early_does_nothing(tmp_path: Path, opens: str) -> None:
    questions = (SCORE, EXPECTED, THUMB) if opens == "8" else (THUMB, EXPECTED, SCORE)
    async with open_table(tmp_path, traces(4), questions, guard_ms=5000) as table:
        await table.press("j", "k")  # the next trace is here before the burst
        await table.type(["j", opens, *"yes, no 1 s u q"])
        assert table.said == "too early: ignored · Esc or Enter goes on"
        await table.type(["enter"])
        assert (table.position, table.values(1)) == (1, {})
        assert not table.review.is_asking


async def test_a_burst_that_comments_and_goes_on_comments_on_one_item(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        await table.type([*"Nno, yes", "enter", *"cwhy", "enter", *"y:item.defer", "enter"])
        assert table.comment(0, "user_satisfaction") == "no, yes"
        assert [table.values(index) for index in range(1, 4)] == [{}, {}, {}]
        assert table.position == 1


async def test_a_command_typed_for_the_item_before_does_nothing(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        await table.type([*"y:item.defer", "enter"])
        assert table.said == "too early: ignored"
        assert table.position == 1


async def test_a_held_digit_answers_one_question_and_says_so(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (RATING, MODES), guard_ms=GUARD_MS) as table:
        await table.type("1" * 12)
        assert table.values(0) == {"quality_rating": 1}
        assert table.said == "1 held down acts once"


async def test_a_yes_that_is_held_answers_nothing_behind_the_question(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        said: list[str] = []

        async def yes() -> None:
            said.append("yes")

        table.review.ask("Do it?", yes)
        await table.type("yyyy")
        assert (said, table.values(0)) == (["yes"], {})


async def test_a_held_s_puts_off_one_item(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(5), (THUMB,), guard_ms=GUARD_MS) as table:
        await table.type("sssss")
        assert table.position == 1


async def test_a_number_typed_before_the_item_could_be_read_is_not_taken_by_half(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (SCORE,), guard_ms=GUARD_MS) as table:
        await table.type([*"85", "enter", *"80", "enter"])
        assert [table.values(index) for index in range(2)] == [{"score": 85}, {}]
        await table.trace_is_here()
        await table.type([*"80", "enter"])
        assert table.values(1) == {"score": 80}


async def test_a_half_key_that_does_nothing_is_named(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        table.app.post_message(UnfinishedSequence("O"))
        await table.settle()
        assert "O right after Esc does nothing" in table.said


@pytest.mark.parametrize("over", [(), ("?",), ("O",), ("t",)])
async def test_text_pasted_outside_a_field_is_dropped_and_said(tmp_path: Path, over: tuple[str, ...]) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press(*over)
        await table.paste("yes, it is one")
        await table.wait_for(lambda: "pasted text dropped, 14 characters" in table.screen, "what was dropped")
        assert (table.position, table.values(0)) == (0, {})


async def test_text_pasted_right_behind_the_key_that_opens_a_field_goes_into_it(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        table.app.post_message(events.Key("N", "N"))
        await table.paste("two\nlines")
        await table.press("enter")
        assert table.comment(0, "user_satisfaction") == "two\nlines"


@pytest.mark.parametrize(
    ("edited", "meant"),
    [
        ([*"abc", "backspace"], "ab"),
        ([*"abd", "backspace", "c"], "abc"),
        ([*"bc", "home", "a", "end", "d", "left", "delete"], "abc"),
        ([*"a b", *["backspace"] * 9, "x"], "x"),
    ],
)
@pytest.mark.parametrize("opens", ["before", "N", "c"])
async def test_keys_that_edit_are_done_in_their_place_in_a_burst_and_answer_nothing(
    tmp_path: Path, opens: str, edited: list[str], meant: str
) -> None:
    async with open_table(tmp_path, traces(3), (THUMB, RATING)) as table:
        await table.press("y" if opens == "c" else "tab", "shift+tab")
        if opens == "before":
            await table.press("N")
        await table.type([*([] if opens == "before" else [opens]), *edited, "enter"])
        assert table.values(0) == {THUMB.name: opens == "c"}
        assert table.comment(0, THUMB.name) == meant
        assert (table.position, table.review.is_asking) == (0, False)


async def test_keys_that_edit_are_done_in_their_place_in_a_line_as_well(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (SCORE,)) as table:
        await table.type([*"875", "backspace", "backspace", "5", "enter"])
        assert table.values(0) == {SCORE.name: 85}
        await table.trace_is_here()
        await table.type([*":2", "backspace", "3", "enter"])
        assert table.position == 2


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


@pytest.mark.parametrize("over", ["?", "O"])
async def test_a_trace_that_comes_while_something_stands_over_it_can_be_judged_afterwards(
    tmp_path: Path, over: str
) -> None:
    async with open_table(tmp_path, traces(6), (THUMB,), guard_ms=GUARD_MS) as table:
        there = table.desk.library.get
        table.desk.library.get = lambda trace_id: None  # type: ignore[method-assign]
        await table.press_at_once("j", over)
        table.desk.library.get = there  # type: ignore[method-assign]
        table.desk.on_event(DocumentReady(table.desk.state.items[1].trace_id))
        await table.settle()
        await table.press("q", "y")
        assert table.values(1) == {"user_satisfaction": True}
