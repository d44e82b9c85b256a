"""Filtering the worklist by keys: a menu with counts, rows that stay, a filter that outlives the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.domain.question import Question
from labeler.domain.worklist import ItemState
from labeler.review.state import Blindness, Rules
from labeler.tui.review.worklist import WorklistView
from tests.tui.review.asked import CHOICE, EXPECTED, MODES, RATING, THUMB, traces
from tests.tui.review.filter_menu import flag, menu, rows
from tests.tui.review.table import open_table


async def test_the_menu_counts_each_criterion_and_the_next_key_sets_it(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(9), (THUMB,), size=(120, 30)) as table:
        await table.press("y")
        await flag(table, 3, "ask the harbour")
        await flag(table, 6)
        await table.command("2")
        await table.press("F")
        for said in ("o open 8", "l labelled 1", "f flagged 2", "s deferred 0", "v user_satisfaction 1", "a all 9"):
            assert said in menu(table)
        await table.press("f")
        assert table.position == 2, "the first at or after mine"
        assert "filter flagged 2 of 9" in table.line("status")
        assert rows(table) == 2
        await table.press("j")
        assert table.position == 5
        await table.press("j")
        assert table.said == "This is the last item that the filter shows · F a shows all 9"
        await table.press("escape")
        assert "filter flagged" in table.line("status"), "Esc ends no filter"
        await table.press("F", "a")
        assert (table.position, rows(table)) == (5, 9)
        assert "filter" not in table.line("status")


async def test_the_flagged_ones_of_yesterday_are_two_keys_away(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(9), (THUMB,)) as table:
        await flag(table, 4)
        await flag(table, 8)
        await table.command("1")
    async with open_table(tmp_path, traces(9), (THUMB,)) as table:
        await table.press("F", "f")
        assert table.position == 3


async def test_a_filter_is_there_again_after_a_restart_with_its_rows_until_it_is_ended(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(6), (THUMB,)) as table:
        await table.press("F", "o", "y", "y")
        assert "filter open 6 of 6" in table.line("status"), "rows stay"
    async with open_table(tmp_path, traces(6), (THUMB,)) as table:
        assert "filter open 6 of 6" in table.line("status")
        await table.press("F", "o")
        assert (table.position, rows(table)) == (2, 4)
    async with open_table(tmp_path, traces(6), (THUMB,)) as table:
        assert (table.position, rows(table)) == (2, 4)
        await table.press("F", "a")
    async with open_table(tmp_path, traces(6), (THUMB,)) as table:
        assert "filter" not in table.line("status")


async def test_what_comes_to_fit_is_counted_and_what_no_longer_fits_stays(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(6), (THUMB,)) as table:
        await flag(table, 2)
        await table.press("F", "f")
        await table.press("f")
        assert "filter flagged 1 of 6" in table.line("status")
        await flag(table, 5)
        assert "filter flagged 1 of 6 +1" in table.line("status")
        assert rows(table) == 1
        await table.press("F", "f")
        assert (table.position, rows(table)) == (4, 1)


async def test_the_end_of_a_filter_says_what_is_open_outside_and_which_keys_show_it(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(6), (THUMB,)) as table:
        await flag(table, 2)
        await flag(table, 5)
        await table.command("1")
        await table.press("F", "f", "y", "n")
        assert table.said == "filter done, 2 of 2 · F a shows 4 open"
        await table.press("o")
        assert table.said == "filter done, 2 of 2 · F a shows 4 open"
        await table.press("F", "a", "o")
        assert table.position == 5


async def test_one_that_matches_nothing_says_so_and_how_to_leave_it(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        await table.press("j", "F", "d")
        assert table.said == "filter declined: no item fits · F a shows all 4"
        assert (table.position, rows(table)) == (1, 0)
        await table.press("j", "k", "g", "G")
        assert table.said == "The filter shows no item · F a shows all 4"
        await table.press("y")
        assert table.desk.state.items[1].state is ItemState.LABELLED, "the item in view is work all the same"
        await table.press("F", "a", "j")
        assert table.position == 2


async def test_keys_that_leave_the_filter_say_so_and_no_row_has_the_cursor(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(6), (THUMB,)) as table:
        await flag(table, 4)
        await table.command("1")
        await table.press("F", "f")
        assert "›" in table.screen.splitlines()[2]
        await table.press("p")
        assert table.position == 0
        assert table.said == "this item is outside the filter"
        assert "›" not in "\n".join(table.screen.splitlines()[2:9])
        await table.press("j")
        assert table.position == 3


@pytest.mark.parametrize(
    ("question", "answered", "chosen", "words"),
    [(THUMB, "yn", "n", "Not helpful"), (RATING, "44", "4", "4"), (CHOICE, "31", "3", "rude")],
)
async def test_values_of_the_focused_question_are_chosen_by_the_keys_that_answer_it(
    tmp_path: Path, question: object, answered: str, chosen: str, words: str
) -> None:
    async with open_table(tmp_path, traces(5), (question,)) as table:  # type: ignore[arg-type]
        await table.press(*answered)
        await table.press("F", "v")
        count = answered.count(chosen)
        assert f"{chosen} {words} {count}" in menu(table) if words != chosen else f"{chosen} 4 {count}" in menu(table)
        await table.press(chosen)
        assert f"{words} {count} of 5" in table.line("status")
        assert table.values(4) == {}, "the key answered nothing"


async def test_a_choice_of_several_is_filtered_by_each_that_was_chosen(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(5), (MODES,)) as table:
        await table.press("1", "3", "enter", "3", "enter", "2", "enter", "F", "v", "3")
        assert "filter failure_modes unsafe 2 of 5" in table.line("status")


async def test_a_question_that_no_key_answers_has_no_values_to_filter_by(tmp_path: Path) -> None:
    keys: dict[str, list[str]] = {"answer.clear": [], "answer.text": []}
    async with open_table(tmp_path, traces(3), (EXPECTED,), keys=keys) as table:
        await table.press("F", "v")
        assert table.said == "No key answers the focused question with a value, so there is none to filter by"


@pytest.mark.parametrize("question", [THUMB, RATING, CHOICE, MODES], ids=lambda each: each.name)
async def test_those_without_an_answer_are_filtered_by_the_key_that_clears_it(
    tmp_path: Path, question: Question
) -> None:
    ends = ["enter"] if question is MODES else []
    async with open_table(tmp_path, traces(5), (question,)) as table:
        await table.press("j", "1", *ends)
        await table.press("F", "v")
        assert "backspace not answered 4" in menu(table)
        await table.press("backspace")
        assert f"filter {question.name} not answered 4 of 5" in table.line("status")
        assert table.desk.state.worklist.shown == (0, 2, 3, 4)
        assert table.values(1), "the key cleared nothing"
        await table.command("2")
        await table.press("u")
        assert f"filter {question.name} not answered 4 of 5 +1" in table.line("status")
    async with open_table(tmp_path, traces(5), (question,)) as table:
        assert f"filter {question.name} not answered 4 of 5" in table.line("status"), "after a restart, too"


async def test_a_text_is_filtered_by_whether_it_was_written(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (EXPECTED,)) as table:
        await table.press("e")
        await table.type(["T", "e", "a", "enter"])
        await table.press("F", "v")
        assert "e answered 1" in menu(table)
        assert "backspace not answered 3" in menu(table)
        await table.press("e")
        assert rows(table) == 1


async def test_none_of_several_is_a_value_and_not_the_same_as_no_answer(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(5), (MODES,)) as table:
        await table.press("-", "enter", "2", "enter", "F", "v")
        assert "- none 1" in menu(table)
        assert "backspace not answered 3" in menu(table)
        await table.press("-")
        assert "filter failure_modes none 1 of 5" in table.line("status")
        assert table.position == 0


async def test_a_key_that_is_not_in_a_menu_closes_it_and_does_nothing_else(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        before = table.screen
        for keys in (("F", "n"), ("F", "y"), ("F", "q"), ("F", "escape"), ("F", "F"), ("F", "enter"), ("F", "v", "f")):
            await table.press(*keys)
            assert table.app.is_running
            assert (table.position, table.values(0), table.screen) == (0, {}, before), keys


@pytest.mark.slow
async def test_like_this_one_is_the_same_name_and_error(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(40), (THUMB,)) as table:
        items, known = table.desk.state.items, table.desk.intake.facts
        for number, item in enumerate(items, 1):
            name = known.of(item.trace_id).name
            same = [each for each in items if known.of(each.trace_id).name == name]
            if item.has_failed or len(same) > 3:
                await table.command(str(number))
                await table.press("F", "t")
                said = f"filter {name} in error" if item.has_failed else f"filter {name} {len(same)} of 40"
                assert said in table.line("status")
                assert rows(table) == len([each for each in same if each.has_failed or not item.has_failed])


async def test_what_others_said_can_be_filtered_by_but_not_in_a_blind_review(tmp_path: Path) -> None:
    said = ("judge says no", "judge differs", "others")
    async with open_table(tmp_path / "open", traces(60), (THUMB,)) as table:
        await table.press("F")
        assert all(each in menu(table) for each in said)
        await table.press("h")
        assert rows(table) == sum(bool(known.others) for known in table.desk.intake.facts._known.values()) > 0
    async with open_table(tmp_path / "open", traces(60), (THUMB,), rules=Rules(blind=Blindness.UNTIL_SHOWN)) as table:
        assert "filter" not in table.line("status"), "not even one that was set before"
        await table.press("F")
        assert not any(each in menu(table) for each in said)
        await table.press("h")
        assert table.said == "This review is blind: what others said is hidden"
        assert rows(table) == 60


async def test_a_filter_may_be_given_as_a_command(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(5), (THUMB,)) as table:
        await flag(table, 3)
        await table.command("filter.flagged")
        assert rows(table) == 1
        await table.command("filter.all")
        assert rows(table) == 5


async def test_a_click_on_a_row_of_a_filter_goes_to_what_it_shows(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(8), (THUMB,)) as table:
        await flag(table, 3)
        await flag(table, 7)
        await table.command("1")
        await table.press("F", "f")
        await table.pilot.click(WorklistView, offset=(5, 1))
        await table.settle()
        assert table.position == 6


async def test_what_is_told_while_the_menu_is_open_is_said_when_it_closes(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        await table.press("F")
        table.desk.tell("quality was refused")
        await table.settle()
        assert "o open 4" in menu(table)
        await table.press("o")
        assert table.said == "quality was refused"


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_every_choice_of_the_menu_is_to_be_seen(tmp_path: Path, size: tuple[int, int]) -> None:
    async with open_table(tmp_path, traces(60), (THUMB,), size=size) as table:
        await table.press("F")
        offered = [each for each in table.review.keymap.actions if each.id.startswith("filter.")]
        words = [f"{each.keys[0]} {each.hint}" for each in offered if each.id != "filter.value"]
        assert all(each in menu(table) for each in [*words, f"v {THUMB.name}"]), table.screen
        assert menu(table).startswith("filter ")
        assert "…" not in menu(table), "nothing is cut"
