"""Terminals of every size and ability."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labeler.tui.appearance import ASCII
from labeler.tui.screens.too_small import TooSmallScreen
from tests.tui.review.asked import CHOICE, EXPECTED, MODES, RATING, SCORE, THUMB, trace_about, traces
from tests.tui.review.table import Table, open_table

ASKED = (THUMB, RATING, CHOICE, MODES, EXPECTED)


def bottom(table: Table) -> int:
    """The row of the rule below the document."""
    lines = table.screen.splitlines()
    return max(row for row, line in enumerate(lines) if line.startswith("─────"))


async def test_a_terminal_too_small_labels_nothing_and_gives_everything_back(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB, RATING)) as table:
        await table.press("y", "c")
        await table.type("half")
        await table.wait_for(lambda: "◐ ✎" in table.screen, "the sign of a draft")
        before = table.screen
        await table.resize(20, 5)
        assert isinstance(table.app.screen, TooSmallScreen)
        assert "labeler needs" in table.screen
        await table.type(["enter", "escape", "tab", "backspace"])
        await table.resize(120, 40)
        assert table.screen == before
        await table.resize(20, 5)
        await table.type(" a q")
        await table.paste("uay")
        await table.resize(120, 40)
        await table.press("enter")
        assert table.comment(0, "user_satisfaction") == "half a quay"
        assert table.values(0) == {"user_satisfaction": True}


async def test_keys_and_pasted_text_below_the_least_size_do_nothing_and_leave_nothing(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.resize(20, 5)
        await table.type(["y", "s", "q", "D", "enter", "O", "escape", "q"])
        await table.paste("yes, it is one")
        assert "labeler needs" in table.screen
        await table.resize(120, 40)
        assert (table.position, table.values(0)) == (0, {})
        assert table.said == "pasted text dropped, 14 characters"
        assert table.app.is_running


async def test_an_overlay_is_still_there_after_the_terminal_was_too_small(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("?")
        await table.resize(20, 5)
        await table.resize(100, 30)
        assert "q closes" in table.screen
        await table.press("q", "y")
        assert table.position == 1


@pytest.mark.parametrize("columns", [40, 60, 80])
async def test_the_help_leaves_no_word_out_on_a_narrow_terminal(tmp_path: Path, columns: int) -> None:
    async with open_table(tmp_path, traces(1), (THUMB,), size=(columns, 600)) as table:
        await table.press("?")
        shown = "".join(line.strip(" │") for line in table.screen.splitlines() if "│" in line).replace(" ", "")
        for action in table.review.keymap.actions:
            assert (action.series or action.does).replace(" ", "") in shown


@pytest.mark.slow
async def test_every_size_shows_the_focused_question_and_the_document(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), ASKED) as table:
        for size in ((40, 12), (60, 16), (80, 24), (99, 30), (100, 30), (200, 60)):
            await table.resize(*size)
            lines = table.screen.splitlines()
            assert max(map(len, lines)) <= size[0]
            assert len(lines) == size[1]
            for question in ASKED:
                assert f"› {question.name[:8]}" in table.line("panel"), (size, question.name)
                assert f"› {question.name[:8]}" in table.screen
                await table.press("tab")


async def test_the_document_s_edge_never_moves_whatever_stands_in_the_panel(tmp_path: Path) -> None:
    judged = trace_about("THE SHOWER CODE")
    for size in ((80, 24), (120, 40)):
        async with open_table(tmp_path / str(size[0]), [judged, *traces(3)], ASKED, size=size) as table:
            edge = bottom(table)
            for key in (
                "y",
                "3",
                "1",
                "1",
                "2",
                "3",
                "4",
                "enter",
                "c",
                "escape",
                "j",
                "N",
                "escape",
                "k",
                "f",
                "escape",
            ):
                await table.press(key)
                assert bottom(table) == edge, key


@pytest.mark.parametrize("size", [(40, 12), (60, 15), (80, 24), (120, 40)])
async def test_a_sentence_longer_than_the_terminal_is_said_whole_and_moves_nothing(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    sentence = "Nothing was written there: the disk is full. What was answered is safe; make room, then press it again"
    async with open_table(tmp_path, traces(2), ASKED, size=size) as table:
        before = table.screen.splitlines()
        table.review.say(sentence, "warning")
        await table.settle()
        lines = table.screen.splitlines()
        said = [line for line, old in zip(lines, before, strict=True) if line != old]
        assert " ".join(" ".join(said).split()) == sentence
        assert lines[: bottom(table) + 1] == before[: bottom(table) + 1]
        await table.press("tab", "shift+tab")
        assert table.screen.splitlines() == before


async def test_a_single_question_leaves_room_to_write_in(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,), size=(40, 12)) as table:
        await table.press("c")
        await table.type("seen")
        assert "seen" in table.screen
        assert "Enter saves" in table.screen


async def test_long_and_wide_words_of_a_server_stay_in_their_columns(tmp_path: Path) -> None:
    asked = (
        replace(THUMB, name="満足度はどうですか満足度はどうですか満足度"),
        replace(CHOICE, name="a name\nof two\tlines"),
        replace(MODES, name="x" * 200, instruction="one\ttwo " * 60),
    )
    async with open_table(tmp_path, traces(2), asked, size=(100, 30)) as table:
        for _ in asked:
            panel = [line for line in table.line("panel").splitlines()[1:] if line.strip()]
            assert all("\t" not in line for line in panel)
            assert "a name of two lines" in table.line("panel")
            await table.press("tab")


async def test_a_field_of_a_long_name_still_shows_what_is_typed(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (replace(SCORE, name="long " * 40),), size=(80, 24)) as table:
        await table.press("7", "x", "y", "enter")
        assert "7xy" in table.screen
        assert "“7xy” is not a number; 0 to 100" in table.screen
        await table.press("backspace", "backspace", "enter")
        assert list(table.values(0).values()) == [7]
        await table.press("7")
        await table.type("nonsense " * 20)
        await table.press("enter", "Q")
        assert "Q" in table.screen.splitlines()[-1]


async def test_ascii_signs_leave_no_other_character_in_what_surrounds_the_trace(tmp_path: Path) -> None:
    asked = (THUMB, RATING, MODES, EXPECTED)
    async with open_table(tmp_path, traces(3), asked, signs=ASCII) as table:
        await table.press("n", "c")
        await table.type("why")
        for keys in (
            ("enter",),
            ("f", "enter"),
            ("s",),
            ("X",),
            ("D",),
            ("escape",),
            ("c",),
            ("escape",),
            ("u",),
            ("0",),
        ):
            await table.press(*keys)
            said = "\n".join(table.line(name) for name in ("status", "rule-top", "header", "rule-bottom", "key-line"))
            said += table.line("panel").split("\n", 1)[1]
            assert said.isascii(), said
        await table.press("?")
        covered = "\n".join(line[10:] for line in table.screen.splitlines()[5:20])
        assert covered.isascii(), covered


@pytest.mark.parametrize("value", ["", "1"])
async def test_without_colour_every_state_still_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("NO_COLOR", value)
    async with open_table(tmp_path, traces(3), (THUMB, RATING)) as table:
        await table.press("y")
        assert "[y Helpful]" in table.screen
        assert "› quality_rating" in table.screen
        assert "◐" in table.screen
        strips = table.app.screen._compositor.render_strips()
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        assert {style.color.is_default for style in styles if style.color} == {True}
        assert {style.bgcolor.is_default for style in styles if style.bgcolor} == {True}
