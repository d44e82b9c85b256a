"""`B` on the screen: it asks, shows and hides everything at once, and what was seen stays written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.change import Blind
from labeler.domain.trace import RawTrace
from labeler.journal.models import Delivery, DeliveryOp, DeliveryState
from labeler.review.state import Blindness, Rules
from tests.tui.review.asked import THUMB, traces
from tests.tui.review.table import Table, open_table

CANARY = "xylophone"


def said_about(raw: RawTrace) -> RawTrace:
    """The trace with a verdict and a comment that nobody is to see."""
    judge = Source(SourceType.LLM_JUDGE, f"{CANARY}-judge")
    verdict = Assessment(
        f"a-{raw.summary.id}", raw.summary.id, THUMB.name, AssessmentKind.FEEDBACK, "yes", judge, f"a {CANARY}"
    )
    return replace(raw, summary=replace(raw.summary, assessments=(verdict,)))


def worklist() -> Sequence[RawTrace]:
    return [said_about(raw) for raw in traces(4)]


def written(table: Table, index: int) -> Blind:
    trace_id = table.desk.state.items[index].trace_id
    return table.desk.state.answers_of(trace_id)[THUMB.name].blind


async def test_b_asks_and_then_shows_everything_or_hides_it_again_whatever_is_open(tmp_path: Path) -> None:
    async with open_table(tmp_path, worklist(), (THUMB,), rules=Rules(blind=Blindness.UNTIL_SHOWN)) as table:
        assert "blind" in table.line("status")
        await table.press("y", "B")
        assert table.said.startswith("Show what others said?")
        await table.press("escape")
        assert CANARY not in table.screen
        await table.press("B", "enter")
        assert "blind" not in table.line("status")
        assert f"judge/{CANARY}-judge: Helpful" in table.line("panel")
        await table.press("m")
        assert CANARY in table.screen
        await table.press("/")
        await table.type(CANARY)
        await table.press("enter", "B")
        assert table.said.startswith("Hide what others said?")
        await table.press("enter")
        assert CANARY not in table.screen
        assert table.review.views.over is None
        await table.press("B", "enter", "/")
        await table.type(CANARY)
        await table.press("enter")
        assert "1/" in table.line("status")
        await table.press("m", "B", "enter")
        assert table.said == "What others said is hidden"
        assert "search" not in table.line("status")
        assert CANARY not in table.screen
        await table.press("=")
        assert table.said == "This review is blind: what others said is hidden; B shows it"
        await table.press("n", "y")
        assert [written(table, index) for index in range(3)] == [Blind.YES, Blind.REVEALED, Blind.YES]


async def test_what_was_seen_stays_seen_in_the_next_sitting_and_after_an_open_review(tmp_path: Path) -> None:
    async with open_table(tmp_path / "blind", worklist(), (THUMB,), rules=Rules(blind=Blindness.UNTIL_SHOWN)) as table:
        await table.press("B", "enter", "j")
        assert CANARY in table.screen
    async with open_table(tmp_path / "open", worklist(), (THUMB,)) as table:
        await table.press("j")
    for folder in ("blind", "open"):
        async with open_table(tmp_path / folder, worklist(), (THUMB,), rules=Rules(blind=Blindness.LOCKED)) as table:
            assert CANARY not in table.screen
            await table.press("B")
            assert table.said.startswith("This review is blind for good")
            await table.press("g", "y", "y", "y")
            assert [written(table, index) for index in range(3)] == [Blind.REVEALED, Blind.REVEALED, Blind.YES]


async def test_until_answered_an_item_that_was_submitted_is_shown_when_it_is_gone_back_to(tmp_path: Path) -> None:
    rules = Rules(blind=Blindness.UNTIL_ANSWERED)
    async with open_table(tmp_path / "p", worklist(), (THUMB,), rules=rules) as table:
        await table.press("y")
        assert CANARY not in table.screen
        await table.press("p")
        assert CANARY in table.screen
        await table.press("p", "o")
        assert CANARY not in table.screen
    async with open_table(tmp_path / "after", worklist(), (THUMB,), rules=replace(rules, shows_after=True)) as table:
        await table.press("y")
        assert (table.position, CANARY in table.screen) == (0, True)
        assert table.said.startswith("submitted; what others said is shown · Enter goes on")
        await table.press("enter")
        assert (table.position, CANARY in table.screen) == (1, False)
        await table.press("p", "n")
        assert written(table, 0) is Blind.REVEALED


async def test_who_was_first_with_an_item_of_the_queue_is_not_named(tmp_path: Path) -> None:
    rules = Rules(for_queue=True, blind=Blindness.UNTIL_SHOWN)
    async with open_table(tmp_path, worklist(), (THUMB,), rules=rules) as table:
        trace_id, reason = table.desk.state.items[0].trace_id, "olu was first: the queue has this item as COMPLETE"
        home, done = table.desk.destination_of(trace_id), DeliveryState.DELIVERED
        status = Delivery(1, home, DeliveryOp.STATUS, trace_id, "", "rhea.k", done, 1, reason=reason)
        table.desk.settled(trace_id, status)
        await table.settle()
        assert table.said == "The queue has an item otherwise than you left it"
        await table.press("B", "enter")
        table.desk.settled(trace_id, status)
        await table.settle()
        assert table.said == reason
