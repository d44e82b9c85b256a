"""Themes on what terminals there are: contrast in 16 colours, without colours, in ASCII; colours on a screen."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from rich.color import ColorSystem
from rich.console import Console
from textual.app import App

from labeler.tui.appearance import ASCII, UNICODE, Signs
from labeler.tui.theme import load_theme
from labeler.tui.theme.sixteen_colours import for_terminal, in_sixteen_colours
from tests.tui.review.asked import RATING, THUMB, traces
from tests.tui.review.table import open_table
from tests.tui.theme.contrast import contrast
from tests.tui.theme.layers import BUILT_IN, layered

pytestmark = pytest.mark.slow

VGA = re.findall(
    "#[0-9a-f]{6}",
    "#000000 #aa0000 #00aa00 #aa5500 #0000aa #aa00aa #00aaaa #aaaaaa "
    "#555555 #ff5555 #55ff55 #ffff55 #5555ff #ff55ff #55ffff #ffffff",
)
XTERM = re.findall(
    "#[0-9a-f]{6}",
    "#000000 #cd0000 #00cd00 #cdcd00 #0000ee #cd00cd #00cdcd #e5e5e5 "
    "#7f7f7f #ff0000 #00ff00 #ffff00 #5c5cff #ff00ff #00ffff #ffffff",
)


@pytest.mark.parametrize("values", [VGA, XTERM], ids=["VGA", "xterm"])
@pytest.mark.parametrize("name", BUILT_IN)
def test_every_text_of_every_theme_can_be_read_in_16_colours(name: str, values: list[str]) -> None:
    palette = in_sixteen_colours(load_theme(name)).palette
    found = []
    for roles in layered():
        style = palette.style(*roles)
        assert style.color is not None
        assert style.bgcolor is not None
        shown = [each.downgrade(ColorSystem.STANDARD).number for each in (style.color, style.bgcolor)]
        ratio = contrast(values[shown[0] or 0], values[shown[1] or 0])
        if ratio < 4.5:
            found.append((roles, shown, round(ratio, 2)))
    assert found == []


@pytest.mark.parametrize("name", BUILT_IN)
def test_in_16_colours_what_stood_out_by_its_background_is_reversed(name: str) -> None:
    plain, few = load_theme(name), in_sixteen_colours(load_theme(name))
    for role, look in plain.looks.items():
        if look.background not in (None, plain.colors["background"]):
            assert few.palette.look(role).reverse, role


@pytest.mark.parametrize(("terminal", "few"), [("xterm-16color", True), ("xterm-256color", False), ("linux", True)])
def test_the_terminal_decides(monkeypatch: pytest.MonkeyPatch, terminal: str, few: bool) -> None:
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.delenv("COLORTERM", raising=False)
    theme = load_theme()
    assert (for_terminal(theme) != theme) is few


@pytest.mark.parametrize("name", BUILT_IN)
def test_without_colour_every_text_has_the_terminal_s_own(name: str) -> None:
    """Its contrast is what the reviewer chose; nothing here is dimmed below that."""
    palette = load_theme(name).palette
    for roles in layered():
        out = io.StringIO()
        console = Console(file=out, force_terminal=True, color_system="truecolor", no_color=True, legacy_windows=False)
        style = palette.style(*roles)
        console.print("text", style=style, end="")
        codes = {code for found in re.findall(r"\x1b\[([0-9;]*)m", out.getvalue()) for code in found.split(";")}
        assert codes <= {"", "0", "1", "3", "4", "7", "9"}, (roles, codes)


def colours(app: App[Any]) -> str:
    """The screen as it is coloured: a letter a cell, and which colours and attributes each letter stands for."""
    letters: dict[str, str] = {}
    rows = []
    for strip in app.screen._compositor.render_strips():
        row = ""
        for segment in strip:
            told = (
                str(segment.style or "none") if segment.text.strip() else f"on {getattr(segment.style, 'bgcolor', '')}"
            )
            told = re.sub(r"Color\('(#\w+)'.*?\)\)?", r"\1", told)
            row += letters.setdefault(told, chr(ord("a") + len(letters))) * segment.cell_length
        rows.append(row)
    legend = "\n".join(f"{letter}  {told}" for told, letter in letters.items())
    return "\n".join(rows) + f"\n\n{legend}\n"


@pytest.mark.parametrize("name", BUILT_IN)
async def test_a_screen_has_the_colours_that_somebody_looked_at(
    tmp_path: Path, name: str, request: pytest.FixtureRequest
) -> None:
    file = Path(request.path).parent / "snapshots" / f"colours-{name}.txt"
    async with open_table(tmp_path, traces(4), (THUMB, RATING), size=(100, 24), grace_s=3600) as table:
        await table.command(f"theme {name}")
        await table.press("s", "n", "p")
        await table.all_is_told()
        found = colours(table.app)
        if request.config.getoption("--update-snapshots"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(found, encoding="utf-8")
        assert found == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("signs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("name", BUILT_IN)
async def test_every_word_on_a_screen_can_be_read(tmp_path: Path, name: str, signs: Signs) -> None:
    async with open_table(tmp_path, traces(4), (THUMB, RATING), size=(100, 24), signs=signs) as table:
        await table.command(f"theme {name}")
        await table.press("s", "n", "p")
        for strip in table.app.screen._compositor.render_strips():
            for text, style, _ in strip:
                if style is None or not any(map(str.isalnum, text)):
                    continue
                assert style.color is not None
                assert style.bgcolor is not None
                colors = [each.get_truecolor().hex for each in (style.color, style.bgcolor)]
                assert contrast(*colors) >= 4.5, (text, colors)
