"""One key, one label, next trace; and every other way to answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labeler.domain.question import Categorical, Question
from labeler.review.state import Advance, Rules
from tests.tui.review.asked import CHOICE, EXPECTED, MODES, RATING, REMARK, SCORE, THUMB, trace_about, traces
from tests.tui.review.table import open_table


async def test_an_option_that_no_key_reaches_shows_none(tmp_path: Path) -> None:
    eleven = Question("port", Categorical(tuple(f"berth {letter}" for letter in "abcdefghijk")))
    async with open_table(tmp_path, traces(1), (eleven,), size=(200, 40)) as table:
        assert "9 berth i   0 berth j   berth k" in table.line("panel")


async def test_one_key_labels_and_the_next_trace_is_there(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press("y")
        assert (table.position, table.values(0)) == (1, {"user_satisfaction": True})
        await table.press("n")
        assert (table.position, table.values(1)) == (2, {"user_satisfaction": False})
        assert "item 3/3" in table.line("status")
        assert "mine 2" in table.line("status")
        assert "Not helpful" in table.line("panel").splitlines()[0]


async def test_n_questions_take_n_keys_and_the_focus_goes_along(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING, CHOICE)) as table:
        await table.press("y")
        assert "› quality_rating" in table.line("panel")
        await table.press("4")
        assert "› tone" in table.line("panel")
        assert "◐" in table.screen
        await table.press("2")
        assert table.position == 1
        assert table.values(0) == {"user_satisfaction": True, "quality_rating": 4, "tone": "neutral"}
        assert "› user_satisfaction" in table.line("panel")


async def test_tab_moves_between_questions_and_wraps(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING, CHOICE)) as table:
        await table.press("shift+tab")
        assert "› tone" in table.line("panel")
        await table.press("1")
        assert "› user_satisfaction" in table.line("panel")
        await table.press("tab", "tab", "tab", "tab")
        assert "› quality_rating" in table.line("panel")


async def test_thumbs_answer_the_pass_fail_question_wherever_the_focus_is(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (RATING, THUMB)) as table:
        await table.press("n")
        assert table.values(0) == {"user_satisfaction": False}
        assert "› quality_rating" in table.line("panel")
        await table.press("y")
        assert table.values(0) == {"user_satisfaction": False}
        assert "answered" in table.said


async def test_enter_goes_to_what_is_missing_and_submits_what_is_complete(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING), rules=Rules(Advance.MANUAL)) as table:
        await table.press("enter")
        assert "Nothing is answered" in table.said
        await table.press("tab", "3", "tab", "enter")
        assert "1 still to answer: user_satisfaction" in table.said
        assert "› user_satisfaction" in table.line("panel")
        await table.press("y")
        assert table.position == 0
        await table.press("enter")
        assert table.position == 1


async def test_optional_questions_wait_for_enter_unless_only_required_ones_count(tmp_path: Path) -> None:
    asked = (THUMB, EXPECTED)
    async with open_table(tmp_path / "auto", traces(2), asked) as table:
        await table.press("y")
        assert table.position == 0
        assert "› expected_response" in table.line("panel")
        await table.press("enter")
        assert table.position == 1
    async with open_table(tmp_path / "required", traces(2), asked, rules=Rules(Advance.REQUIRED)) as table:
        await table.press("y")
        assert table.position == 1


async def test_a_number_out_of_range_says_the_range(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(1), (RATING,)) as table:
        for key in ("9", "0", "-"):
            await table.press(key)
            assert "1 to 5" in table.said
        assert table.values(0) == {}


async def test_longer_numbers_are_typed_in_a_field_that_enter_closes(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (SCORE,)) as table:
        await table.press("8", "5")
        assert table.values(0) == {}
        assert "0 to 100" in table.screen
        await table.press("enter")
        assert (table.position, table.values(0)) == (1, {"score": 85})
        await table.type("101")
        await table.press("enter")
        assert table.values(1) == {}
        assert "101 is out of range; 0 to 100" in table.line("panel")
        assert table.screen.splitlines()[-1].startswith(" score (0 to 100): 101")
        await table.press("backspace", "enter")
        assert (table.position, table.values(1)) == (2, {"score": 10})


async def test_a_text_that_cannot_be_taken_is_kept_as_a_draft_which_is_said_behind_the_reason(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (REMARK,), size=(80, 24)) as table:
        await table.press("e")
        await table.type("A quarter of a minute late")
        await table.press("enter")
        assert table.said == "26 characters; remark takes at most 20 · kept as a draft"
        await table.press("e")
        assert "A quarter of a minute late" in table.screen


@pytest.mark.parametrize("key", ["5", "f", "D", "/", ":"])
async def test_an_open_line_names_its_keys_where_there_is_room(tmp_path: Path, key: str) -> None:
    async with open_table(tmp_path, traces(2), (SCORE,)) as table:
        await table.press_at_once(key)
        assert table.screen.splitlines()[-1].rstrip().endswith("· Esc leaves")


async def test_a_number_begun_again_does_not_go_on_from_one_left(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (SCORE,)) as table:
        await table.press("1", "2", "escape", "8", "5", "enter")
        assert table.values(0) == {"score": 85}


async def test_digits_turn_options_on_and_off_and_enter_ends_the_choice(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (MODES,)) as table:
        await table.press("3", "1", "2", "2")
        assert table.position == 0
        assert "[1 wrong]" in table.line("panel")
        await table.press("enter")
        assert (table.position, table.values(0)) == (1, {"failure_modes": ["wrong", "unsafe"]})
        await table.press("enter")
        assert (table.position, table.values(1)) == (1, {})
        assert "failure_modes: choose, or - for none" in table.said
        assert "- none" in table.line("panel")
        await table.press("5")
        assert "1 to 4, - for none" in table.said
        await table.press("2", "-")
        assert (table.position, table.values(1)) == (2, {"failure_modes": []})
        await table.press("p")
        assert "[- none]" in table.line("panel")


async def test_u_takes_a_choice_of_several_back_whole_and_so_it_does_after_a_restart(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (MODES, THUMB)) as table:
        await table.press("3", "1", "2", "enter", "u")
        assert (table.position, table.values(0)) == (0, {})
        await table.press("U", "y")
        assert table.position == 1
        await table.press("4", "2", "1")
    async with open_table(tmp_path, traces(3), (MODES, THUMB)) as table:
        assert table.values(1) == {"failure_modes": ["wrong", "incomplete", "off topic"]}
        await table.press("u")
        assert table.values(1) == {}
        await table.press("u", "u")
        assert table.values(0) == {}
        await table.press("U", "U", "U")
        assert table.values(0) == {"failure_modes": ["wrong", "incomplete", "unsafe"], "user_satisfaction": True}
        assert table.values(1) == {"failure_modes": ["wrong", "incomplete", "off topic"]}


async def test_a_submitted_choice_that_changes_is_told_and_taken_back_whole(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (MODES,)) as table:
        await table.press("1", "enter", "p", "2", "3", "1")
        assert "failure_modes wrong → incomplete, unsafe" in table.line("panel")
        await table.press("u")
        assert table.values(0) == {"failure_modes": ["wrong"]}


async def test_e_writes_the_text_that_is_expected(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, EXPECTED)) as table:
        await table.press("e")
        await table.type("Call the watch, ")
        await table.press("ctrl+j")
        await table.type("channel 12?")
        assert "channel 12?" in table.screen
        await table.press("enter")
        assert table.values(0) == {"expected_response": "Call the watch, \nchannel 12?"}
        await table.press("y")
        assert table.position == 1


async def test_a_text_too_long_is_kept_for_another_try(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, REMARK)) as table:
        await table.press("e")
        await table.type("a remark of more than twenty characters")
        await table.press("enter")
        assert "at most 20" in table.said
        assert table.values(0) == {}
        await table.press("e")
        assert "more than twenty" in table.screen


async def test_backspace_clears_and_on_an_unanswered_question_goes_back(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING)) as table:
        await table.press("y", "backspace")
        assert "› user_satisfaction" in table.line("panel")
        assert table.values(0) == {"user_satisfaction": True}
        await table.press("backspace")
        assert table.values(0) == {}
        assert "last  cleared user_satisfaction" in table.line("panel")


async def test_equals_takes_the_judge_s_value_in_the_question_s_own_type(tmp_path: Path) -> None:
    judged = trace_about("THE SHOWER CODE")
    grounded = replace(THUMB, name="groundedness")
    async with open_table(tmp_path, [judged], (THUMB, grounded, RATING)) as table:
        assert "accept" in table.line("panel")
        await table.press("=", "+")
        assert table.values(0) == {"user_satisfaction": True, "groundedness": False}
        await table.press("=")
        assert "No judge has answered quality_rating" in table.said


async def test_keys_that_have_no_question_say_so(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(1), (RATING,)) as table:
        await table.press("y")
        assert "No pass/fail question here" in table.said
        await table.press("e")
        assert "No question here takes text" in table.said


async def test_remapped_keys_answer_and_are_the_ones_shown(tmp_path: Path) -> None:
    keys = {"answer.positive": ["K"], "answer.negative": ["ctrl+n"]}
    async with open_table(tmp_path, traces(2), (THUMB,), keys=keys) as table:
        assert "K/1 Helpful" in table.line("panel")
        assert "K yes" in table.said
        await table.press("y")
        assert table.values(0) == {}
        await table.press("K")
        assert table.values(0) == {"user_satisfaction": True}


async def test_what_was_chosen_of_many_is_seen_also_where_not_all_of_them_fit(tmp_path: Path) -> None:
    words = "wrong", "incomplete", "unsafe", "off topic", "too long", "too short", "wrong language", "rude"
    many = Question("failure_modes", Categorical(words, multiple=True))
    async with open_table(tmp_path, traces(2), (many, THUMB), size=(80, 24)) as table:
        assert "[" not in table.line("panel")
        await table.press("1", "8", "enter")
        assert "[1 wrong]   [8 rude]" in table.line("panel").splitlines()[1]
        assert "incomplete" not in table.line("panel")
        await table.press("tab")
        assert "2 incomplete" in table.line("panel")


async def test_what_is_refused_is_told_with_the_keys_in_effect(tmp_path: Path) -> None:
    own = {"edit.undo": ["X"], "item.defer": ["K"], "item.decline": ["L"], "item.submit": ["ctrl+e"], "app.quit": ["M"]}
    async with open_table(tmp_path, traces(1), (THUMB,), keys=own) as table:
        await table.press("ctrl+e")
        assert "Nothing is answered yet; K defers, L declines" in table.said
        await table.press("backspace")
        assert "Nothing is answered here; X takes back what you did last" in table.said
        await table.press("o")
        assert "No other item is open; p looks back, M leaves" in table.said
        await table.press("y", "escape")
        assert "Nothing is open to go to: p looks back, M leaves" in table.screen


@pytest.mark.slow
async def test_a_full_stop_repeats_what_the_key_line_names_and_the_rows_say_from_where(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB, RATING), size=(120, 40)) as table:
        await table.press("y", "c", *"met on time", "enter", "4")
        assert ". Helpful “met on time” · 4" in table.line("key-line")
        await table.press(".")
        assert table.values(1) == {"user_satisfaction": True, "quality_rating": 4}
        assert (table.position, table.comment(1, "user_satisfaction")) == (2, table.comment(0, "user_satisfaction"))
        assert "Helpful “met on time” · quality_rating 4" in table.screen
        await table.delivered()
        assert {each.metadata.get("labeler.repeat") for each in await table.stored(1)} == {
            table.desk.state.items[0].trace_id
        }
        assert {each.metadata.get("labeler.repeat") for each in await table.stored(0)} == {None}
        await table.press("u")
        assert (table.position, table.values(1)) == (1, {})
