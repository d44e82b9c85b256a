"""Comments: on an answer, with an answer, before an answer; and drafts, which are never lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.tui.review.asked import EXPECTED, MODES, RATING, REMARK, SCORE, SILENT, THUMB, traces
from tests.tui.review.table import Table, open_table

WHY = replace(THUMB, comment_on="negative")


def field_is_open(table: Table) -> bool:
    return table.review.is_asking


async def test_c_comments_on_the_answer_given_last(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING)) as table:
        await table.press("n", "c")
        assert "comment on user_satisfaction" in table.screen
        await table.type("Misses the channel, yes")
        await table.press("enter")
        assert table.comment(0, "user_satisfaction") == "Misses the channel, yes"
        assert "“Misses the channel, yes”" in table.line("panel")
        await table.press("4")
        assert table.position == 1
        assert table.comment(0, "quality_rating") is None


async def test_a_comment_before_any_answer_goes_with_the_answer_to_come(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("c")
        await table.type("hm")
        await table.press("enter")
        assert "it goes with the answer to come" in table.said
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("n")
        assert table.comment(0, "user_satisfaction") == "hm"
        await table.press("y")
        assert table.comment(1, "user_satisfaction") is None


async def test_capital_letters_give_answer_and_comment_as_one(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press("N")
        assert table.values(0) == {}
        await table.type("no")
        await table.press("enter")
        assert (table.position, table.values(0)) == (1, {"user_satisfaction": False})
        assert table.comment(0, "user_satisfaction") == "no"
        await table.press("Y", "enter")
        assert (table.position, table.values(1)) == (2, {"user_satisfaction": True})
        assert table.comment(1, "user_satisfaction") is None


async def test_ctrl_c_right_behind_the_letters_keeps_them_as_a_draft(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("y", "p", "c")
        await table.type(["h", "m", "ctrl+c"])
        await table.wait_for(lambda: "kept as a draft" in table.said, "the word that it is kept")
        assert table.desk.drafts.has_any(table.desk.state.items[0].trace_id)
        await table.press("ctrl+c")
        assert table.app.interrupted


async def test_esc_gives_neither_answer_nor_comment_and_keeps_the_draft(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("N")
        await table.type("half a thou")
        await table.press("escape")
        assert (table.position, table.values(0)) == (0, {})
        assert "kept as a draft" in table.said
        assert "· ✎" in table.screen
        await table.press("c")
        assert "half a thou" in table.screen
        await table.press("escape", "j", "N")
        assert "half a thou" not in table.screen
        await table.press("escape")
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("k")
        assert "· ✎" in table.screen
        await table.press("N")
        assert "half a thou" in table.screen
        await table.type("ght")
        await table.press("enter")
        assert table.comment(0, "user_satisfaction") == "half a thought"
        assert "✎" not in table.screen.splitlines()[2]


async def test_what_is_being_typed_survives_a_crash_a_second_later(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, EXPECTED)) as table:
        await table.press("e")
        await table.type("Call the ")
        await table.wait_for(
            lambda: table.desk.drafts.has_any(table.desk.state.items[0].trace_id), "a draft while typing"
        )
    async with open_table(tmp_path, traces(2), (THUMB, EXPECTED)) as table:
        await table.press("e")
        assert "Call the" in table.screen


async def test_the_comment_opens_by_itself_where_the_question_wants_one(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (WHY,)) as table:
        await table.press("y")
        assert table.position == 1
        await table.press("n")
        assert field_is_open(table)
        assert table.values(1) == {"user_satisfaction": False}
        await table.type("because")
        await table.press("enter")
        assert (table.position, table.comment(1, "user_satisfaction")) == (2, "because")
        await table.press("n")
        await table.type("no, not now")
        await table.press("escape")
        assert (table.position, table.comment(2, "user_satisfaction")) == (2, None)
        assert "draft of the comment on user_satisfaction" in table.said
        await table.press("enter")
        assert (table.position, table.comment(2, "user_satisfaction")) == (3, None)
        await table.press("p", "c")
        assert "no, not now" in table.screen


async def test_a_comment_on_a_choice_of_several_leaves_the_choice_open(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (MODES,)) as table:
        await table.press("1", "c")
        await table.type("see line 3")
        await table.press("enter")
        assert table.position == 0
        await table.press("2", "enter")
        assert (table.position, table.values(0)) == (1, {"failure_modes": ["wrong", "incomplete"]})
        assert table.comment(0, "failure_modes") == "see line 3"


async def test_a_comment_is_changed_and_taken_away_in_the_same_field(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING)) as table:
        await table.press("n", "c")
        await table.type("one")
        await table.press("enter", "c")
        await table.type(" two")
        await table.press("enter")
        assert table.comment(0, "user_satisfaction") == "one two"
        await table.press("c", *["backspace"] * 7, "enter")
        assert table.comment(0, "user_satisfaction") is None


async def test_typing_after_a_refused_comment_is_swallowed(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (SILENT,)) as table:
        for opens in ("c", "N", "Y", "C"):
            await table.press(opens)
            assert "takes no comment" in table.said
            await table.type("yes, not 1 good sq:")
            assert (table.position, table.values(0)) == (0, {})
            assert "takes no comment" in table.said
            await table.press("escape")
            assert "y yes" in table.said
        await table.press("e")
        await table.type("n")
        await table.press("enter", "y")
        assert (table.position, table.values(0)) == (1, {"user_satisfaction": True})


async def test_typing_after_a_comment_refused_for_a_search_is_swallowed(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("/")
        await table.type("the")
        await table.press("enter", "c")
        await table.type("so bad, y")
        assert (table.position, table.values(0)) == (0, {})
        await table.press("escape")
        assert "search" not in table.line("status")
        await table.press("y")
        assert table.position == 1


async def test_a_click_on_another_item_leaves_the_field_as_esc_does(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press("c")
        await table.type("about the first")
        await table.pilot.click("#worklist", offset=(6, 2))
        await table.trace_is_here()
        assert table.position == 2
        assert not field_is_open(table)
        await table.press("y", "g", "c")
        assert "about the first" in table.screen
        assert table.comment(2, "user_satisfaction") is None


async def test_a_click_beside_an_open_field_leaves_the_field_open(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("c")
        for place in ("#document", "#status", "#rule-bottom"):
            await table.pilot.click(place)
            await table.type("y")
        assert (table.position, table.values(0)) == (0, {})
        await table.press("enter", "y")
        assert table.comment(0, "user_satisfaction") == "yyy"


async def test_a_paste_goes_into_the_field_and_nowhere_else(tmp_path: Path) -> None:
    sentence = "yes\nn1 2 3 qu\n"
    async with open_table(tmp_path, traces(3), (THUMB, SCORE)) as table:
        await table.paste(sentence)
        assert (table.position, table.values(0)) == (0, {})
        assert not field_is_open(table)
        await table.press("c")
        await table.paste(sentence)
        await table.press("enter", "y")
        assert table.comment(0, "user_satisfaction") == sentence.strip()
        await table.press("?")
        await table.paste(sentence)
        await table.press("q")
        assert table.values(0) == {"user_satisfaction": True}


async def test_a_decline_needs_a_reason_and_a_flag_takes_a_note(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press("D", "enter")
        assert "needs a reason" in table.said
        assert table.position == 0
        await table.press("D")
        await table.type("not ours")
        await table.press("enter")
        assert table.position == 1
        assert "–" in table.screen.splitlines()[2]
        assert "declined “not ours”" in table.line("panel")
        await table.press("f")
        await table.type("ask Ola")
        await table.press("enter")
        assert "⚑" in table.screen.splitlines()[3]
        await table.press("f")
        assert "⚑" not in table.screen
        assert table.position == 1


async def test_an_answer_that_would_submit_the_item_stops_at_a_draft_once(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press("c")
        await table.type([*"half", "escape"])
        assert "✎ draft" in table.line("panel"), "on the row of its question"
        await table.press("y")
        assert (table.position, table.values(0)) == (0, {THUMB.name: True})
        assert table.said == f"✎ draft of the comment on {THUMB.name}: c opens it, Enter submits without it"
        await table.press("c")
        await table.type([*" a thought", "enter"])
        assert (table.position, table.comment(0, THUMB.name)) == (1, "half a thought")
        assert "✎ draft" not in table.line("panel")
        await table.press("p")
        assert "✎ draft" not in table.line("panel"), "it is saved"
        await table.press("j")
        await table.press("c")
        await table.type([*"left", "escape"])
        await table.press("n")
        assert table.position == 1
        await table.press("enter")
        assert (table.position, table.comment(1, THUMB.name)) == (2, None)
        assert "✎" in table.screen.splitlines()[3], "the row still has the draft"


async def test_a_snippet_comes_in_place_of_its_name_and_what_would_come_is_said_before(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        table.review.offer_snippets({"late": "It came too late:\nsee the log.", "long": "Too long.", "q": "Why?"})
        await table.press("y", "p", "c")
        await table.type("Sorry, la")
        await table.wait_for(lambda: "Tab: late “It came too late: see the log.”" in table.screen, "the offer")
        await table.press("tab")
        await table.type([*"; lo", "tab", *" l", "tab"])
        await table.wait_for(lambda: "no snippet “l”: late, long, q" in table.screen, "what there is")
        await table.press("backspace", "enter")
        assert table.comment(0, THUMB.name) == "Sorry, It came too late:\nsee the log.; Too long."


async def test_without_snippets_the_key_says_where_they_are_made(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("y", "p", "c")
        await table.type([*"late", "tab"])
        await table.wait_for(lambda: "there are no snippets" in table.screen, "the sentence")
        await table.type(["enter"])
        assert table.comment(0, THUMB.name) == "late"


async def test_an_editor_that_cannot_open_leaves_the_focus_where_it_is_shown(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(1), (THUMB, REMARK)) as table:
        await table.press("E")
        assert table.said == "This terminal cannot be lent to an editor; the same key in lower case writes here"
        assert " › remark" in table.line("panel")
        assert table.desk.state.question == REMARK


async def test_a_late_comment_left_half_typed_is_a_draft_in_the_row_of_the_item_that_it_is_about(
    tmp_path: Path,
) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press("y", "c", *"wh", "tab")
        await table.wait_for(lambda: "✎" in table.screen.splitlines()[2][:6], "the draft")
        assert "✎" not in table.screen.splitlines()[3][:6]
        await table.press("escape")
        assert "✎" in table.screen.splitlines()[2][:6]
        await table.press("p", "c", "enter")
        assert table.comment(0, THUMB.name) == "wh"
        assert "✎" not in table.screen.splitlines()[2][:6]


@pytest.mark.slow
async def test_a_comment_that_comes_late_says_whose_it_is_and_tab_has_it_go_to_the_item_before(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (RATING,)) as table:
        await table.press("4", "c")
        assert "comment on this item · Tab: the one before (4, “For our guest" in table.screen
        table.review.offer_snippets({"late": "met on time"})
        await table.type([*"la", "tab"])
        await table.settle()
        assert "met on time" in table.screen
        await table.type(["tab"])
        await table.settle()
        assert "comment on the one before (4, “For our guest" in table.screen
        assert "met on time" in table.screen
        await table.type(["tab"])
        await table.settle()
        assert "comment on this item" in table.screen
        await table.type(["tab", "enter"])
        await table.settle()
        assert table.position == 1
        assert table.comment(0, "quality_rating") == "met on time"
        assert table.values(1) == {}
        assert not table.desk.drafts.has_any(table.desk.state.items[1].trace_id)
        await table.delivered()
        assert [each.rationale for each in await table.stored(0) if each.valid] == ["met on time"]
        await table.press("3", "f")
        assert "flag this item · Tab: the one before (3), note:" in table.screen
        await table.type(["tab", *"ask Sam", "enter"])
        await table.settle()
        assert (table.position, table.comment(1, "labeler.flag")) == (2, "ask Sam")
