"""What the document view looks like. Colours are the themes' tests' business."""

import pytest
from rich.cells import cell_len

from labeler.reading.document import Block, BlockKind, Document
from labeler.reading.sanitise import sanitise
from labeler.tui.appearance import ASCII
from tests.tui.document.documents import conversation, telling
from tests.tui.document.reader import reading
from tests.tui.snapshot import Snapshots, screen_text

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_a_conversation_as_it_opens(width: int, height: int, snapshots: Snapshots) -> None:
    async with reading(telling(), width, height) as (app, _):
        snapshots.check(f"opening-{width}x{height}", app)


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_a_conversation_from_its_beginning(width: int, height: int, snapshots: Snapshots) -> None:
    async with reading(telling(), width, height) as (app, pilot):
        app.view.go_home()
        await pilot.pause()
        snapshots.check(f"beginning-{width}x{height}", app)


async def test_everything_opened_and_everything_folded(snapshots: Snapshots) -> None:
    async with reading(telling(), 100, 100) as (app, pilot):
        app.view.toggle_all_folds()
        app.view.go_home()
        await pilot.pause()
        snapshots.check("all-open", app)
        app.view.toggle_all_folds()
        await pilot.pause()
        snapshots.check("all-folded", app)


async def test_a_conversation_in_ascii(snapshots: Snapshots) -> None:
    async with reading(telling(), 80, 40) as (app, pilot):
        app.view.signs = ASCII
        app.view.go_home()
        app.view.next_message()
        await pilot.pause()
        snapshots.check("ascii", app)


async def test_a_long_conversation_with_the_scroll_thumb(snapshots: Snapshots) -> None:
    async with reading(conversation(6_000), 120, 40) as (app, _):
        snapshots.check("long-120x40", app)


async def test_lines_that_are_too_long_are_wrapped_and_never_cut(snapshots: Snapshots) -> None:
    blocks = (
        Block(BlockKind.HEADER, "user", "user", 0),
        Block(BlockKind.PROSE, "- a list item " + "that goes on and on " * 8 + "\n\n" + "x" * 130, "user", 0),
        Block(BlockKind.JSON, '{\n  "text": "' + "words of JSON " * 12 + '"\n}', "user", 0),
        Block(BlockKind.CODE, "\tif tabbed:\n\t\treturn 'tabs'\t# aligned\n", "user", 0, language="python"),
        Block(BlockKind.PROSE, "水位在中午之前到达最高点，渡轮在半小时后离开。" * 6, "user", 0),
    )
    async with reading(Document("tr-1", "", "", blocks, 0, None), 80, 40) as (app, _):
        snapshots.check("wrapping-80x40", app)


WIDE = {
    "chinese": "水位在中午",
    "korean": "수위가 높다",
    "family": "👩\u200d👩\u200d👧",
    "skin": "👍🏽 👋🏿",
    "flags": "🇳🇴🇸🇪",
    "sign": "✅ ☀\ufe0f ⚠",
    "combining": "e\u0301 n\u0303 o\u0302\u0323",
    "thai": "ระดับน้ำ",
    "hindi": "जल स्तर",
    "hebrew": "גאות",
    "arabic": "المد عالٍ",
    "fullwidth": "ＡＢ１２",
}


async def test_wide_narrow_joined_and_right_to_left_characters_keep_columns_aligned(snapshots: Snapshots) -> None:
    rows = "\n".join(f"| {name} | {text} | {len(text)} |" for name, text in WIDE.items())
    words = " ".join(WIDE.values())
    blocks = (
        Block(BlockKind.HEADER, "user", "user", 0),
        Block(BlockKind.PROSE, sanitise(f"| script | text | n |\n|---|---|---|\n{rows}"), "user", 0),
        Block(BlockKind.PROSE, sanitise(f"{words} " * 3), "user", 0),
        Block(BlockKind.PROSE, sanitise("👩\u200d👩\u200d👧" * 40), "user", 0),
    )
    async with reading(Document("tr-1", "", "", blocks, 0, None), 80, 40) as (app, _):
        lines = screen_text(app).splitlines()
        table = [line for line in lines if "|" in line]
        assert len(table) == len(WIDE) + 2
        assert len({cell_len(line) for line in table}) == 1
        assert len({cell_len(line[: line.index("|", 5)]) for line in table}) == 1
        assert max(map(cell_len, lines)) <= 80
        snapshots.check("wide-80x40", app)
