"""Reading on the review screen: search, folds, exact JSON, guidelines, help, commands, themes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labeler.tui.action_table import ACTIONS, Group
from labeler.tui.screens.overlay import Overlay
from tests.reading.corpus import recording
from tests.tui.review.asked import RATING, THUMB, trace_about, traces
from tests.tui.review.table import Table, open_table
from tests.tui.views.looking import trace_named

SHOWER = "THE SHOWER CODE"


def over(table: Table) -> bool:
    return isinstance(table.app.screen, Overlay)


async def search_for(table: Table, word: str) -> None:
    await table.press("/")
    await table.type(word)
    await table.press("enter")


async def test_while_a_search_is_active_n_moves_and_answer_keys_only_say_how_to_end_it(tmp_path: Path) -> None:
    async with open_table(tmp_path, [trace_about(SHOWER), *traces(1)], (THUMB, RATING)) as table:
        await search_for(table, "the")
        count = table.review.views.conversation.match_place()[1]
        assert count > 2
        assert f'search "the" 1/{count}' in table.line("status")
        await table.press("n", "n", "N")
        assert f'search "the" 2/{count}' in table.line("status")
        await table.press("]", "[", "[")
        assert f'search "the" 1/{count}' in table.line("status")
        for key in ("y", "1", "c", "escape"):
            await search_for(table, "the")
            await table.press(key)
            assert table.values(0) == {}
            assert key == "escape" or "Esc ends the search" in table.said
        assert "search" not in table.line("status")
        await table.press("n")
        assert table.values(0) == {"user_satisfaction": False}


async def test_a_word_that_is_not_there_is_searched_for_until_esc(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await search_for(table, "zeppelin")
        assert "“zeppelin” is not in this trace" in table.said
        assert 'search "zeppelin" 0/0' in table.line("status")
        await table.press("n", "N")
        assert table.values(0) == {}
        await table.press("escape", "y")
        assert table.position == 1


async def test_a_search_outlives_a_change_of_width(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(1), (THUMB,)) as table:
        await search_for(table, "a")
        before = table.line("status")
        await table.press("n", "l")
        await table.resize(90, 30)
        assert 'search "a" 2/' in table.line("status")
        assert before.split("/")[-1].split()[0] == table.line("status").split("/")[-1].split()[0]


async def test_z_opens_the_block_in_view_and_capital_z_all(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        document = table.review.views.conversation
        await table.press("home")
        folded = document.line_range()[2]
        assert "▸" in table.screen
        await table.press("z")
        assert document.line_range()[2] > folded
        await table.press("Z")
        assert document.line_range()[2] != folded


async def test_scroll_and_folds_are_kept_for_each_item(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press("home", "z", "space", "down")
        kept = table.review.views.conversation.line_range()
        seen = table.screen.splitlines()[3:-1]
        await table.press("j", "r", "r", "k")
        assert table.review.views.conversation.line_range() == kept
        assert table.screen.splitlines()[3:-1] == seen


async def test_scrolling_stops_at_the_ends_and_never_changes_the_item(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,), size=(80, 24)) as table:
        document = table.review.views.conversation
        for keys in (("home", "b", "up"), ("end", "space", "down"), ("<", "<", ">", "a", "a")):
            await table.press(*keys)
            assert table.position == 0
        await table.press("end")
        assert document.line_range()[1] == document.line_range()[2]
        await table.press("home")
        assert document.line_range()[0] == 1


async def test_r_shows_the_exact_json_of_this_item_alone(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB, RATING)) as table:
        await table.press("r")
        assert "exact JSON" in table.line("header")
        assert table.desk.state.items[0].trace_id in table.screen
        await table.press("y")
        assert "exact JSON" in table.line("header")
        await table.press("3")
        assert table.position == 1
        assert "exact JSON" not in table.line("header")


async def test_i_shows_the_whole_guideline_and_overlay_keys_move_in_it(tmp_path: Path) -> None:
    lines = "\n".join(f"{number}. Does it name the [bold]channel[/]? ␛" for number in range(1, 80))
    question = replace(THUMB, instruction=f"Helpful is what saves a second call.\n{lines}\x1b[2J")
    async with open_table(tmp_path, traces(2), (question,)) as table:
        assert "Helpful is what saves a second call." in table.line("panel")
        assert "i shows all" in table.line("panel")
        await table.press("i")
        assert "1. Does it name the [bold]channel[/]?" in table.screen
        for key, wanted in (("G", "79. Does"), ("g", "Helpful is"), ("space", "40. Does"), ("b", "Helpful is")):
            await table.press(key)
            assert wanted in table.screen, key
        await table.press("j", "j", "k")
        assert table.position == 0
        assert over(table)
        await table.press("q")
        assert not over(table)


async def test_the_help_shows_every_key_and_closes(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(1), (THUMB,), size=(120, 180)) as table:
        await table.press("?")
        shown = table.screen
        assert [action.id for action in ACTIONS if (action.series or action.does) not in shown] == []
        for closes in ("escape", "q"):
            await table.press(closes)
            assert not over(table)
            await table.press("?")
        await table.press("z", "f", "u", "5")
        assert table.values(0) == {}


async def test_closing_an_overlay_twice_in_haste_closes_nothing_else(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        for closes in ("escape", "q"):
            await table.press("i")
            await table.type([closes, closes])
            assert not over(table)
        await table.press("y")
        assert table.position == 1


async def test_l_hides_and_shows_the_worklist_and_moves_nothing_else(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        assert "│" in table.screen
        await table.press("l")
        assert "│" not in table.screen
        assert "┬" not in table.screen
        await table.press("j", "l")
        assert table.screen.splitlines()[3].startswith("› ·")


async def test_a_worklist_hidden_and_shown_again_gives_way_on_a_narrow_terminal_as_before(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press("l", "l")
        assert "│" in table.screen
        await table.resize(80, 24)
        assert "│" not in table.screen
        await table.press("l")
        assert "│" in table.screen
        await table.resize(120, 40)
        assert "│" in table.screen


async def test_on_a_smaller_terminal_the_response_is_in_view_unless_the_reader_had_moved(tmp_path: Path) -> None:
    async with open_table(
        tmp_path, [trace_named("desk_agent", "high water tomorrow")], (THUMB,), size=(200, 60)
    ) as table:
        assert table.review.views.conversation.line_range()[0] == 1
        await table.resize(80, 24)
        assert "High water tomorrow evening" in table.screen
        await table.press("home")
        await table.resize(90, 20)
        assert table.review.views.conversation.line_range()[0] == 1


async def test_an_overlay_is_as_high_as_what_it_says(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(1), (THUMB,)) as table:
        await table.press("i")
        lines = table.screen.splitlines()
        assert sum("│" in line and "no instruction" in line for line in lines) == 1
        top, bottom = (next(n for n, line in enumerate(lines) if sign in line) for sign in "╭╰")
        assert bottom - top == 2


async def test_an_unknown_key_says_so(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(1), (THUMB,)) as table:
        await table.press("X")
        assert "X does nothing here; ? shows every key" in table.said
        await table.press("ctrl+t")
        assert "ctrl+t does nothing here" in table.said
        await table.press("X", "j", "escape")
        assert "y yes" in table.said


async def test_the_command_line_takes_names_and_tab_completes_them(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        await table.press(":", *"item.las")
        await table.press("tab", "enter")
        assert table.position == 3
        await table.command("first")
        assert table.position == 0
        await table.command("answer.positive")
        assert table.values(0) == {"user_satisfaction": True}
        for nonsense in ("overlay.down", "nonsense", "answer.option", "²", "1 000x", "theme"):
            await table.command(nonsense)
            assert "There is no command" in table.said, nonsense
        await table.press(":", *"defer", "escape")
        assert "y yes" in table.said


@pytest.mark.slow
async def test_every_action_of_the_screen_is_a_command_too(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        for action in ACTIONS:
            if action.group in (Group.VIEW, Group.WORKLIST, Group.APP) and action.id != "app.quit":
                await table.command(action.id)
                assert "There is no command" not in table.said, action.id
                await table.type(["escape", "escape"])


async def test_a_theme_is_put_on_at_once_and_a_wrong_one_leaves_the_old(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        dark = table.app.theme
        await table.command("theme no-such")
        assert "no-such" in table.said
        assert table.app.theme == dark
        await table.command("theme high-contrast")
        assert table.said == "theme high-contrast"
        assert table.app.theme != dark
        await table.press("y")
        assert table.position == 1


async def test_a_trace_that_was_recorded_without_a_name_is_named_by_its_top_level_span(tmp_path: Path) -> None:
    async with open_table(tmp_path, [recording("otlp_claude_code")], (THUMB,)) as table:
        await table.all_is_told()
        assert table.line("header").strip().startswith("claude_code.interaction")
