"""The session: the turns of the conversation before the trace under judgement, from the traces that hold them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labeler.backends.base import Unreachable
from labeler.reading.document import BlockKind
from tests.tui.review.asked import RATING, THUMB, traces
from tests.tui.review.table import Table, open_table
from tests.tui.snapshot import Snapshots
from tests.tui.views.looking import go_to, opened, reading, session_of

TURNS = session_of("desk-svala-0918")


def turns_shown(table: Table) -> int:
    """How many turns the session in front has; 0 while there may be more."""
    face = table.review.views.over
    blocks = face.document.blocks if face and face.document else ()
    if any(block.text.startswith("looking for") for block in blocks):
        return 0
    return sum(block.text.startswith("turn ") for block in blocks if block.kind is BlockKind.HEADER)


async def test_h_shows_the_earlier_turns_oldest_first_and_the_trace_itself_last(
    tmp_path: Path, snapshots: Snapshots
) -> None:
    for size in ((80, 24), (120, 40)):
        async with open_table(tmp_path / str(size[0]), [*TURNS, *traces(2)], (THUMB, RATING), size=size) as table:
            await go_to(table, TURNS[3])
            await opened(table, "h", "session desk-svala-0918")
            await table.wait_for(lambda: turns_shown(table) == 4, "all turns")
            await table.press("g")
            await table.wait_for(lambda: "looking for" not in reading(table), "the end of the search for more")
            await table.press("h")
            await opened(table, "h", "session desk-svala-0918")
            await table.wait_for(lambda: turns_shown(table) == 4, "all turns")
            await table.settle()
            assert "turn 4   the trace under judgement" in reading(table)
            assert "There's a second boat with us now" in reading(table)
            snapshots.check(f"session-{size[0]}x{size[1]}", table.app)
            await table.press("g")
            assert "turn 1   18 Sep 2026 09:02:11" in reading(table)
            assert "Good morning! We are coming in" in reading(table)
            await table.press("a")
            assert "Welcome! Brage can take" in reading(table)
            await table.press("q")
            assert "session" not in table.line("header")


def text_read(table: Table) -> list[str]:
    """The first lines in view below the header and the number of a turn, without the edge that tells where they are."""
    return [line.rstrip(" ▐") for line in reading(table).splitlines()[3:6]]


async def test_turns_that_arrive_do_not_move_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_table(tmp_path, TURNS[2:4], (THUMB,), size=(80, 24)) as table:
        bring = table.remote.bring_session
        monkeypatch.setattr(table.remote, "bring_session", lambda current: None)
        await table.store.import_traces(TURNS)
        await go_to(table, TURNS[3])
        await opened(table, "h", "session desk-svala-0918")
        await table.press("g", "down", "down")
        before = text_read(table)
        bring(TURNS[3].summary)
        await table.wait_for(lambda: turns_shown(table) == 4, "all turns")
        await table.settle()
        assert text_read(table) == before


async def test_later_turns_are_not_shown(tmp_path: Path) -> None:
    async with open_table(tmp_path, TURNS, (THUMB,), size=(120, 60)) as table:
        await go_to(table, TURNS[1])
        await opened(table, "h", "turn 2   the trace under judgement")
        await table.press("G")
        assert "And if we stay until Monday" not in reading(table)


async def test_turns_that_are_not_in_the_worklist_are_brought_from_the_backend(tmp_path: Path) -> None:
    async with open_table(tmp_path, TURNS[3:4], (THUMB,), size=(120, 60)) as table:
        await table.store.import_traces(TURNS)
        await opened(table, "h", "turn 4   the trace under judgement")
        assert "turn 1   18 Sep 2026 09:02:11" in reading(table)
        assert len(table.desk.state.items) == 1


async def test_once_a_session_was_looked_at_the_header_says_which_turn_of_it_a_trace_is(tmp_path: Path) -> None:
    async with open_table(tmp_path, TURNS, (THUMB,)) as table:
        await go_to(table, TURNS[2])
        assert "turn 3" not in table.line("header")
        await table.press("h")
        await table.wait_for(lambda: f"turn 3/{len(TURNS)}" in table.line("header"), "the turn")
        await go_to(table, TURNS[0])
        assert f"turn 1/{len(TURNS)}" in table.line("header")


async def test_the_first_turn_says_that_there_is_no_earlier_one(tmp_path: Path) -> None:
    async with open_table(tmp_path, TURNS, (THUMB,)) as table:
        await go_to(table, TURNS[0])
        await opened(table, "h", "no earlier turn of this session was found")


async def test_offline_the_turns_that_are_here_are_shown(tmp_path: Path) -> None:
    async with open_table(tmp_path, TURNS, (THUMB,)) as table:
        for turn in TURNS:
            await go_to(table, turn)
    async with open_table(tmp_path, TURNS, (THUMB,), online=False, size=(120, 60)) as table:
        await go_to(table, TURNS[2])
        await opened(table, "h", "offline: only the turns that are here")
        assert "turn 3   the trace under judgement" in reading(table)
        assert "Good morning! We are coming in" in reading(table)


async def test_a_backend_that_fails_is_told_and_what_is_here_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_table(tmp_path, TURNS, (THUMB,), size=(120, 60)) as table:
        for turn in TURNS[:3]:
            await go_to(table, turn)
        why = str(Unreachable("the earlier turns could not be looked for: the server is away \x1b[2J"))
        monkeypatch.setattr(table.remote, "bring_session", lambda current: table.desk.session_came(current.id, why))
        await opened(table, "h", "the server is away ␛[2J")
        assert "turn 3   the trace under judgement" in reading(table)


async def test_a_trace_outside_a_session_says_so(tmp_path: Path) -> None:
    alone = replace(traces(1)[0], summary=replace(traces(1)[0].summary, session_id=None))
    async with open_table(tmp_path, [alone], (THUMB,)) as table:
        await table.press("h")
        assert "This trace is not part of a session" in table.said
        await table.press("y")
        assert table.values(0) == {"user_satisfaction": True}


async def test_answer_keys_answer_the_trace_under_judgement(tmp_path: Path) -> None:
    async with open_table(tmp_path, TURNS, (THUMB, RATING)) as table:
        await go_to(table, TURNS[2])
        number = table.position
        await opened(table, "h", "turn 3   the trace under judgement")
        await table.press("g", "n", "2")
        assert table.values(number) == {"user_satisfaction": False, "quality_rating": 2}
        assert table.position != number
        assert "session" not in table.line("header")
