"""Menus, overlays, questions and searches keep their keys to themselves: none falls through and answers the trace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest
from textual import events

from labeler.tui.action_table import ACTIONS, Context
from labeler.tui.review.screen import ReviewScreen
from tests.tui.review.asked import EXPECTED, MODES, RATING, THUMB, traces
from tests.tui.review.table import Table, open_table

pytestmark = pytest.mark.slow

KEYS: Final = {key: action for action in reversed(ACTIONS) for key in action.keys}
"""Every key of the one table, with what it does in the review where it does something there."""


Opens = Callable[[Table], Awaitable[None]]
IsOpen = Callable[[Table], bool]


def pressing(*keys: str) -> Opens:
    """Opens something by its keys."""

    async def opens(table: Table) -> None:
        await table.press_at_once(*keys)

    return opens


async def question(table: Table) -> None:
    """The program asks back, long enough ago for its answer to count."""
    seconds = iter(range(0, 1000, 10))
    table.review.confirm.clock = lambda: float(next(seconds))

    async def yes() -> None:
        table.review.say("agreed")

    table.review.ask("Open this and other media with feh from now on?", yes)
    await table.settle()


def stands_over(table: Table) -> bool:
    return not isinstance(table.app.screen, ReviewScreen)


PLACES: Final[dict[str, tuple[Opens, IsOpen]]] = {
    "help": (pressing("?"), stands_over),
    "guideline": (pressing("i"), stands_over),
    "outbox": (pressing("O"), stands_over),
    "question": (question, lambda table: table.review.confirm.is_open),
    "search": (pressing("/", "t", "h", "e", "enter"), lambda table: bool(table.review.searched)),
}

MEANT: Final = {("search", "u"), ("search", "U"), ("search", "q")}
"""Taking back and leaving decide nothing, and are done from a search as well."""


def decided(table: Table) -> object:
    """All that was said and done about any trace."""
    state = table.desk.state
    return repr((state.answers, state.kept_comments, [item.state for item in state.items], table.desk.last_change))


@pytest.mark.parametrize("place", PLACES)
async def test_no_key_answers_submits_or_leaves_from_what_stands_before_the_review(tmp_path: Path, place: str) -> None:
    opens, is_open = PLACES[place]
    async with open_table(tmp_path, traces(2), (THUMB, RATING, MODES, EXPECTED)) as table:
        await table.press("y", "4")
        before = decided(table)
        for key, action in KEYS.items():
            if (place, key) in MEANT:
                continue
            while not is_open(table):
                await table.press_at_once("escape")
                await opens(table)
            await table.press_at_once(key)
            assert decided(table) == before, key
            assert table.app.is_running, key
            if action.opens_field:
                assert not table.review.is_asking, key
                await table.press_at_once("escape")


async def test_a_key_that_is_not_in_the_menu_closes_it_and_does_nothing_else(tmp_path: Path) -> None:
    in_menu = {key for action in ACTIONS if action.context is Context.COPY for key in action.keys} - {"f"}
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        before = decided(table), table.screen
        for key in KEYS.keys() - in_menu:
            await table.press_at_once("w", key)
            assert (decided(table), table.screen) == before, key


@pytest.mark.parametrize("place", ["help", "outbox"])
@pytest.mark.parametrize("key", ["c", "e", "Y", "D", "f"])
async def test_what_is_typed_on_after_a_key_that_opens_no_field_there_is_dropped(
    tmp_path: Path, place: str, key: str
) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, EXPECTED)) as table:
        before = decided(table)
        await PLACES[place][0](table)
        await table.press_at_once(key)
        assert f"{key} does nothing here · Esc or Enter goes on" in table.screen
        await table.type("quay yes, no way: 1 of 2")
        assert not isinstance(table.app.screen, ReviewScreen)
        await table.press_at_once("enter", "q")
        assert isinstance(table.app.screen, ReviewScreen)
        assert decided(table) == before


@pytest.mark.parametrize(("key", "trace_is_gone"), [("D", True), ("f", True), ("c", False), ("e", False), ("D", False)])
async def test_a_reason_typed_after_a_refused_key_does_nothing(tmp_path: Path, key: str, trace_is_gone: bool) -> None:
    async with open_table(tmp_path, traces(2), (RATING,)) as table:
        if trace_is_gone:
            table.desk.state.worklist.set_absent(frozenset(table.desk.state.index_of))
        elif key != "e":
            await table.press("/", *"the", "enter")
        before = decided(table)
        await table.press_at_once(key)
        await table.type("no way, 3 of 4 piers: y")
        assert "Esc or Enter goes on" in table.screen
        assert (decided(table), table.position) == (before, 0)
        await table.press("escape", "j")
        assert table.position == 1


async def test_the_key_that_closed_a_question_does_not_answer_when_it_comes_twice(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        table.review.confirm.clock = table.now_s

        async def yes() -> None:
            table.review.say("agreed")

        for key in ("y", "n"):
            table.review.ask("Open it?", yes)
            await table.type((key, key))
            assert table.values(0) == {}
        await table.press("y")
        assert table.values(0) == {"user_satisfaction": True}


async def press_at(table: Table, key: str, at_s: float) -> None:
    """Press a key at a time of the clock of the presses, however long everything else takes."""
    event = events.Key(key, key if len(key) == 1 else None)
    event.time = at_s
    table.app.post_message(event)
    await table.settle()


@pytest.mark.parametrize("opens", ["?", "i", "O", "t", "m"])
async def test_q_that_closed_something_leaves_only_when_it_is_pressed_again(tmp_path: Path, opens: str) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press(opens)
        at_s = table.now_s() + 10
        for later_s in (0, 0.1, 0.2):
            await press_at(table, "q", at_s + later_s)
        assert table.said == "q again leaves"
        assert table.app.is_running
        await press_at(table, "q", at_s + 0.5)
        await table.wait_for(lambda: not table.app.is_running, "the end")


async def test_q_leaves_at_once_a_second_after_something_was_closed(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("?")
        at_s = table.now_s() + 10
        await press_at(table, "escape", at_s)
        await press_at(table, "q", at_s + 1)
        await table.wait_for(lambda: not table.app.is_running, "the end")


async def test_a_busy_screen_makes_no_leaving_out_of_a_q_that_was_pressed_to_close(tmp_path: Path) -> None:
    """Both were pressed at once; when each was heard tells nothing."""
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("t")
        at_s = table.now_s()
        await press_at(table, "q", at_s)
        await table.pilot.pause(1.1)
        await press_at(table, "q", at_s + 0.1)
        assert table.said == "q again leaves"
        assert table.app.is_running
