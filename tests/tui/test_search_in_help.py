"""The help is searched from inside: only the lines with the word are shown, and letters of the word do nothing else."""

from __future__ import annotations

from pathlib import Path

from tests.tui.review.asked import THUMB, traces
from tests.tui.review.table import open_table


async def test_the_help_shows_only_what_it_says_of_a_word_until_esc_shows_all(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("?")
        await table.wait_for(lambda: "on an item" in table.screen, "the help")
        assert "/ searches" in table.screen
        await table.press("/", *"COMMENT q")
        assert "keys   /COMMENT q" in table.screen
        assert "0 found" in table.screen
        await table.press("backspace", "backspace")
        assert "comment in $EDITOR" in table.screen
        assert "thumbs down, with a comment typed first" in table.screen
        assert "retrieved documents" not in table.screen
        await table.press("enter", "j", "escape")
        assert "on an item" in table.screen, "Esc ends the search first"
        await table.press("/", "y", "ctrl+c")
        assert "keys   /" not in table.screen
        await table.press("escape")
        assert table.app.screen is table.review
        assert table.values(0) == {}
