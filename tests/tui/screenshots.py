"""Makes the documentation's pictures from the running app: ``python -m tests.tui.screenshots docs/screenshots``."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.sample import load
from tests.tui.outbox.faults import in_trouble, open_outbox
from tests.tui.review.table import Table, open_table
from tests.tui.views.looking import go_to, opened, trace_named

QUESTIONS = (
    Question("user_satisfaction", PassFail("Helpful", "Not helpful"), instruction="Would the asker be content?"),
    Question("quality_rating", Numeric(1, 5), instruction="1 is useless, 5 could not be better."),
    Question(
        "failure_modes", Categorical(("wrong", "incomplete", "unsafe", "off topic"), multiple=True), required=False
    ),
    Question("expected_response", Text(), kind=AssessmentKind.EXPECTATION, required=False),
)

SIZES = ((80, 24), (120, 40), (200, 60))


async def take(folder: Path) -> None:
    """The review at three sizes, what opens over it at the middle one, and what stands beside it at the widest."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as place:
            async with open_table(Path(place), load(), QUESTIONS, size=size) as table:
                await label_two(table)
                save(table, folder, f"review-{size[0]}x{size[1]}")
                if size == SIZES[1]:
                    await table.press("?")
                    save(table, folder, "help")
                    await table.press("q", "c")
                    await table.press(*"Height is above chart datum")
                    save(table, folder, "comment")
                    await table.press("escape")
                    await go_to(table, trace_named("trip_planner"))
                    await opened(table, "t", "of 14")
                    save(table, folder, "spans")
                    await table.press("g", *"jjjjjjj", "A", "n")
                    save(table, folder, "aim")
                elif size == SIZES[2]:
                    await go_to(table, trace_named("answer_from_documents", "12.5 m motor"))
                    await opened(table, "x", "search_documents: 6 documents")
                    save(table, folder, "documents")


async def take_outbox(folder: Path) -> None:
    """The outbox of a review in trouble."""
    with tempfile.TemporaryDirectory() as place:
        async with in_trouble(Path(place)) as table:
            await open_outbox(table, "1 refused", "not what was sent")
            save(table, folder, "outbox")


async def take_structured(folder: Path) -> None:
    """A structured question half answered, at three sizes."""
    fields = (
        Question("accuracy", Numeric(1, 5), instruction="1 is made up, 5 is all true."),
        Question("tone", Categorical(("warm", "neutral", "cold"))),
        Question("complete", PassFail("Complete", "Gaps")),
        Question("note", Text(), required=False),
    )
    asked = (QUESTIONS[0], Question("quality", Structured(fields)))
    for size in SIZES:
        with tempfile.TemporaryDirectory() as place:
            async with open_table(Path(place), load(), asked, size=size) as table:
                await table.press("y", "4", "1", "n", "enter", "y", "2")
                save(table, folder, f"structured-{size[0]}x{size[1]}")


async def label_two(table: Table) -> None:
    """Label two items and answer half of a third."""
    for keys in (("y", "4", "enter"), ("n", "2", "1", "3", "enter", "enter"), ("y",)):
        await table.trace_is_here()
        await table.press(*keys)


def save(table: Table, folder: Path, name: str) -> None:
    """Write the screen as an SVG picture."""
    (folder / f"{name}.svg").write_text(table.app.export_screenshot(title="labeler"), encoding="utf-8")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(target))
    asyncio.run(take_structured(target))
    asyncio.run(take_outbox(target))
