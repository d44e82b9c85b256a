"""Pictures of a reviewer's day in every size and look: ``python -m tests.tui.day_pictures FOLDER [PART …]``.

They are for looking at after a change to a screen, and not kept: a part is the list, the request pinned, the menu of
filters, the question before a bulk answer, a structured question, or the page at the end.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeAlias

from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.sample import load
from tests.tui.review.helpdesk import helpdesk
from tests.tui.review.table import Table, open_table
from tests.tui.screenshots import QUESTIONS, SIZES, label_two, save

LOOKS: Final = ("harbour-dark", "harbour-light", "high-contrast")
QUALITY: Final = Question(
    "quality",
    Structured(
        (
            Question("accuracy", Numeric(1, 5), instruction="1 is made up, 5 is all true."),
            Question("tone", Categorical(("warm", "neutral", "cold"))),
            Question("complete", PassFail("Complete", "Gaps")),
            Question("flaws", Categorical(("too long", "vague", "off topic"), multiple=True), required=False),
            Question("note", Text(), required=False),
        )
    ),
    instruction="Rate the response as a customer would.",
)

Save: TypeAlias = Callable[[Table, str], Awaitable[None]]


async def day(table: Table, look: Save) -> None:
    """The list after some work, the request pinned, the menu of filters, a bulk question, and the page at the end."""
    await label_two(table)
    await table.press("j", "s", "f", *"ask Sam", "enter", "j", "D", *"not ours", "enter", "c", *"half a thought")
    await table.press("escape", "j", "v", "j")
    await table.press("escape")
    await look(table, "list")
    await table.press("end")
    await look(table, "pinned")
    await table.press("F")
    await look(table, "filter")
    await table.press("o", "*", "shift+tab", "n")
    await look(table, "bulk")
    await table.press("enter", "escape", "F", "a", "R")
    await table.wait_for(lambda: "labelled" in table.screen, "the figures")
    await look(table, "progress")
    await table.press("q")


async def end(table: Table, look: Save) -> None:
    """The page at the end of a worklist of eight."""
    await table.press("y", "4", "1", "enter", "enter", "n", "2", "2", "3", "enter", "enter")
    await table.press("f", *"ask Sam", "enter", "y", "5", "enter", "D", *"not ours", "enter")
    for keys in ("n1-", "y4", "y5"):
        await table.press(*keys, "enter")
    await table.press("c", *"half a thought", "escape", "s", "s")
    await table.press("o")
    await table.wait_for(lambda: "labelled" in table.screen, "the figures")
    await look(table, "end")


async def structured(table: Table, look: Save) -> None:
    """A structured question half answered, the request of a long trace pinned above it."""
    await table.press("y", "4", "1", "n", "1", "3")
    await look(table, "structured")


PARTS: Final = {"day": day, "end": end, "structured": structured}


async def take(folder: Path, size: tuple[int, int], part: str) -> None:
    async def look(table: Table, name: str) -> None:
        for theme in LOOKS:
            table.app.choose_theme(theme)
            await table.settle()
            save(table, folder, f"{name}-{size[0]}x{size[1]}-{theme}")

    asked = (QUESTIONS[0], QUALITY) if part == "structured" else QUESTIONS
    traces = load()[:8] if part == "end" else [*load(), *helpdesk()] if part == "day" else helpdesk()[5:7]
    with tempfile.TemporaryDirectory() as place:
        async with open_table(Path(place), list(traces), asked, size=size) as table:
            await PARTS[part](table, look)


async def main(folder: Path, parts: list[str]) -> None:
    for size in SIZES:
        for part in parts or PARTS:
            await take(folder, size, part)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(target, sys.argv[2:]))
