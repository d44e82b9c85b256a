"""The review screen as it looks: compared with what somebody looked at and found good."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labeler.domain.question import Question
from labeler.domain.trace import RawTrace
from labeler.tui.appearance import ASCII
from tests.tui.review.asked import CHOICE, EXPECTED, MODES, RATING, SCORE, THUMB, trace_about, traces
from tests.tui.review.table import open_table
from tests.tui.snapshot import Snapshots

SIZES = [(80, 24), (120, 40), (200, 60)]
ASKED = (
    replace(THUMB, instruction="Helpful is what saves a second call to the desk.\nIf in doubt, ask."),
    RATING,
    replace(MODES, required=False),
    SCORE,
    EXPECTED,
)


def chosen() -> list[RawTrace]:
    """Long and short ones, other scripts, a table, judged ones, a trace that is no conversation."""
    return [
        trace_about("THE SHOWER CODE"),
        trace_about("Can you write me a Python script"),
        trace_about("日曜日の夕方"),
        trace_about("We left a yellow"),
        *traces(8),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_the_review_screen(tmp_path: Path, snapshots: Snapshots, size: tuple[int, int]) -> None:
    name = "x".join(map(str, size))
    async with open_table(tmp_path, chosen(), ASKED, size=size, grace_s=3600) as table:
        await table.press("s", "f")
        await table.type("ask Ola")
        await table.press("enter", "j", "n", "c")
        await table.type("Misses the channel")
        await table.press("enter", "4", "1", "3", "enter", "8", "5", "enter")
        await table.all_is_told()
        snapshots.check(f"answered-{name}", table.app)
        await table.press("enter")
        await table.all_is_told()
        snapshots.check(f"next-{name}", table.app)
        await table.press("k", "j", "c")  # not right behind the item before, which a comment might be meant for
        await table.type("The code is 4711, ")
        await table.wait_for(lambda: table.desk.drafts.has_any(table.desk.state.items[3].trace_id), "the draft")
        await table.settle()
        snapshots.check(f"field-{name}", table.app)
        await table.press("escape", "tab", "tab", "tab", "7")
        snapshots.check(f"number-{name}", table.app)
        await table.press("escape", "?")
        snapshots.check(f"help-{name}", table.app)
        await table.press("q", "/")
        await table.type("the")
        await table.press("enter")
        snapshots.check(f"search-{name}", table.app)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_selected_rows_and_what_is_asked_before_they_are_answered(
    tmp_path: Path, snapshots: Snapshots, size: tuple[int, int]
) -> None:
    name = "x".join(map(str, size))
    async with open_table(tmp_path, chosen(), (THUMB, RATING), size=size, grace_s=3600) as table:
        await table.press("y", "k", "v", "j", "j", "V", "j")
        await table.all_is_told()
        snapshots.check(f"selected-{name}", table.app)
        await table.press("shift+tab", "n")
        snapshots.check(f"bulk-{name}", table.app)


AT_NOON_MS = round(datetime(2026, 9, 12, 12, tzinfo=UTC).timestamp() * 1000)


async def test_the_review_screen_offline(tmp_path: Path, snapshots: Snapshots) -> None:
    here, asked = chosen()[:3], ASKED[:2]
    async with open_table(tmp_path, here, asked, grace_s=3600) as table:
        await table.press("j", "j")
    async with open_table(tmp_path, chosen(), asked, online=False, grace_s=3600) as table:
        await table.wait_for(lambda: "3 of 12 here" in table.line("status"), "what is here")
        table.desk.not_online_since_ms = AT_NOON_MS
        await table.press("y")
        await table.all_is_told()
        snapshots.check("offline", table.app)
        await table.command("12")
        await table.all_is_told()
        snapshots.check("offline-not-downloaded", table.app)


async def test_an_empty_worklist(tmp_path: Path, snapshots: Snapshots) -> None:
    async with open_table(tmp_path, [], ASKED) as table:
        snapshots.check("empty", table.app)


@pytest.mark.parametrize("asked", [(), (CHOICE,), ASKED], ids=["none", "one", "many"])
async def test_a_narrow_terminal(tmp_path: Path, snapshots: Snapshots, asked: tuple[Question, ...]) -> None:
    async with open_table(tmp_path, chosen(), asked, size=(50, 16)) as table:
        await table.all_is_told()
        snapshots.check(f"narrow-{len(asked)}", table.app)


async def test_ascii_signs(tmp_path: Path, snapshots: Snapshots) -> None:
    async with open_table(tmp_path, chosen(), ASKED, signs=ASCII, size=(110, 30), grace_s=3600) as table:
        await table.press("n", "j", "s", "f", "enter")
        await table.all_is_told()
        snapshots.check("ascii", table.app)
