"""A search lives in its view until Esc: it goes along, waits under another view, and `n` is no answer meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.tui.action_table import ACTIONS, Context
from tests.tui.review.asked import EXPECTED, MODES, RATING, THUMB, traces
from tests.tui.review.table import Table, open_table

DECIDING = [key for each in ACTIONS if each.context is Context.REVIEW and each.consequence.decides for key in each.keys]
"""Every key that would answer, submit, repeat, defer, decline, flag or select."""


async def search_for(table: Table, word: str) -> None:
    await table.press("/")
    await table.type(word)
    await table.press("enter")


def given(table: Table) -> object:
    """Everything that a reviewer has decided."""
    state = table.desk.state
    return [(item.state, state.answers_by_span(item.trace_id)) for item in state.items], state.history.done


async def close_all(table: Table) -> None:
    """Press Esc until nothing stands over the conversation or beside it."""
    while table.review.views.is_open:
        await table.press("escape")


async def nothing_decides(table: Table, says: str) -> None:
    """Press every key that decides, and n and N: nothing is decided, nothing is opened, and each says why."""
    before, here = given(table), table.position
    for key in dict.fromkeys((*DECIDING, "n", "N")):
        await table.press(key)
        assert (given(table), table.position) == (before, here), key
        assert not table.review.is_asking, key
        if key in ("y", "1", "s", "f", "."):
            assert says in table.said, (key, table.said)
        await table.press_at_once("enter" if "goes on" in table.said else "left")


async def test_a_search_goes_along_to_every_other_item_with_what_matches_there(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(9), (THUMB,)) as table:
        await search_for(table, "ferry")
        places = set()
        for key in ("j", "j", "j", "G", "k", "g", "o", "p", "P"):
            await table.press(key)
            place = table.review.views.conversation.match_place()
            places.add(place[1] > 0)
            assert f'search "ferry" {place[0]}/{place[1]}' in table.line("status")
            assert table.review.views.document is not None
            if place[1]:
                assert "ferry" in table.screen.lower()
        assert places == {True, False}, "some match, and others say 0/0"


@pytest.mark.parametrize("moves", ["", "j", "jjj", "F"])
async def test_no_key_decides_while_a_search_is_active_wherever_it_went(tmp_path: Path, moves: str) -> None:
    async with open_table(tmp_path, traces(6), (THUMB, RATING, MODES, EXPECTED)) as table:
        await search_for(table, "skarv zeppelin" if moves == "jjj" else "the")
        await table.press(*moves, *("o" if moves == "F" else ""))
        await nothing_decides(table, "Esc ends the search")
        await table.press("escape")
        assert "search" not in table.line("status")
        await table.press("n")
        assert False in table.values(table.position).values()


@pytest.mark.slow
@pytest.mark.parametrize("view", ["m", "r", "t", "x"])
@pytest.mark.parametrize("size", [(100, 30), (160, 40)])
async def test_under_a_view_a_search_waits_and_no_key_decides(tmp_path: Path, view: str, size: tuple[int, int]) -> None:
    async with open_table(tmp_path, traces(4), (THUMB, RATING), size=size) as table:
        await search_for(table, "the")
        place = table.review.views.conversation.match_place()
        await table.press(view)
        assert table.review.views.is_open
        assert 'search "the" waits' in table.line("status")
        await nothing_decides(table, "Esc goes back to the search, and then ends it")
        await close_all(table)
        assert f'search "the" {place[0]}/{place[1]}' in table.line("status")
        await table.press("n")
        assert given(table) == given(table)
        await table.press("escape", "n")
        assert table.values(0) == {"user_satisfaction": False}


async def test_a_view_has_a_search_of_its_own_which_ends_first(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await search_for(table, "the")
        await table.press("r")
        await search_for(table, "span")
        assert 'search "span" 1/' in table.line("status")
        await table.press("n", "escape")
        assert 'search "the" waits' in table.line("status")
        await table.press("escape")
        assert 'search "the" 1/' in table.line("status") or 'search "the" 2/' in table.line("status")
        await table.press("escape")
        assert "search" not in table.line("status")
        assert table.values(0) == {}


async def test_leaving_the_item_from_a_view_with_a_search_takes_the_search_along(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press("r")
        await search_for(table, "span")
        await table.press("o")
        assert table.position == 1
        assert 'search "span" ' in table.line("status")
        await table.press("n", "N", "n")
        assert given(table) == given(table)
        assert table.values(1) == {}


@pytest.mark.parametrize(("view", "word"), [("r", "span"), ("m", "trace"), ("t", "a"), ("x", "the")])
@pytest.mark.parametrize("size", [(100, 30), (160, 40)])
async def test_a_view_that_was_closed_has_its_search_again_and_only_esc_ends_it(
    tmp_path: Path, view: str, word: str, size: tuple[int, int]
) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,), size=size) as table:
        await table.press(view)
        await search_for(table, word)
        found = table.review.views.in_front.match_place()[1]
        await table.press("q")
        assert "search" not in table.line("status"), "it is not searched for in the conversation"
        await table.press(view)
        assert f'search "{word}" ' in table.line("status")
        assert table.review.views.in_front.match_place()[1] == found
        await table.press("n", "y")
        assert table.values(0) == {}
        await table.press("escape")
        assert "search" not in table.line("status")
        assert table.review.views.is_open
        await table.press("q", view)
        assert "search" not in table.line("status"), "Esc ended it"
        await close_all(table)
        await table.press("y")
        assert table.values(0) == {THUMB.name: True}


async def test_going_back_under_a_search_stands_where_the_item_was_left(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,), size=(100, 24)) as table:
        await search_for(table, "a")
        await table.press("home")
        kept = table.review.views.conversation.line_range()
        await table.press("j", "m", "escape", "k")
        assert table.review.views.conversation.line_range() == kept
        assert 'search "a" 1/' in table.line("status")
