"""The questions below a trace: how much room they take, what is in view, and that nothing is cut out of reach."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labeler.domain.question import Categorical, Question
from tests.tui.review.asked import CHOICE, EXPECTED, MODES, RATING, SCORE, THUMB, traces
from tests.tui.review.table import Table, open_table

MANY = (THUMB, RATING, CHOICE, MODES, SCORE, EXPECTED)
LONG = Question(
    "reason",
    Categorical(tuple(f"the answer leaves out what was asked about the {word} of the trip" for word in "ABCDE")),
)


def rows(table: Table) -> list[str]:
    """The panel without what happened last."""
    return [line.rstrip() for line in table.line("panel").split("\n")[1:]]


@pytest.mark.parametrize(("size", "most"), [((80, 24), 6), ((120, 40), 10), ((200, 60), 15)])
async def test_the_questions_leave_most_of_the_screen_to_the_trace(
    tmp_path: Path, size: tuple[int, int], most: int
) -> None:
    asked = (*MANY, *(replace(LONG, name=f"reason {number}") for number in range(12)))
    async with open_table(tmp_path, traces(2), asked, size=size) as table:
        assert len(table.line("panel").split("\n")) == most
        assert table.review.views.conversation.size.height >= 13
        await table.press("y", "4")
        assert len(table.line("panel").split("\n")) == most


async def test_they_scroll_with_the_focus_and_say_how_many_are_out_of_view(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), MANY, size=(80, 24)) as table:
        assert rows(table)[0].startswith(" › user_satisfaction *  y/1 Helpful   n/2 Not helpful")
        assert rows(table)[1].endswith("1 below")
        await table.press("tab", "tab", "tab")
        assert rows(table)[0].endswith("2 above")
        assert rows(table)[1].startswith(" › failure_modes *")
        assert not any("below" in row for row in rows(table))


async def test_digits_stand_where_they_answer_and_not_before_the_questions(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING), size=(80, 24)) as table:
        assert rows(table)[0].startswith(" › user_satisfaction *  y/1 Helpful")
        assert rows(table)[1].startswith("   quality_rating *     1   2   3")
        await table.press("tab")
        assert rows(table)[0].startswith("   user_satisfaction *  y Helpful   n Not helpful")
        await table.press("tab", "2")
        assert table.values(0) == {"user_satisfaction": False}


async def test_the_options_of_the_focused_question_wrap_and_are_all_there(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (LONG,), size=(100, 48)) as table:
        said = " ".join(" ".join(rows(table)).split())
        for number, word in enumerate("ABCDE", 1):
            assert f"{number} the answer leaves out what was asked about the {word} of the trip" in said


async def test_what_has_no_room_is_shown_by_a_key(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, LONG), size=(80, 24)) as table:
        await table.press("tab")
        assert rows(table)[-1].endswith("1 above  i 5 more lines")
        await table.press("i")
        said = " ".join(table.screen.replace("│", " ").split())
        for number, word in enumerate("ABCDE", 1):
            assert f"{number} the answer leaves out what was asked about the {word} of the trip" in said
