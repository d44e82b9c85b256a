"""The metadata: what is known of a trace, and everything that was ever said about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Unpack

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.trace import RawTrace
from labeler.domain.value import JsonValue
from labeler.review.state import Blindness, Rules
from tests.domain.assessment_fields import AssessmentFields
from tests.tui.review.asked import RATING, THUMB, traces
from tests.tui.review.table import REVIEWER, open_table
from tests.tui.snapshot import Snapshots
from tests.tui.views.looking import all_of, opened, reading, session_of

JUDGED = session_of("desk-svala-0918")[3]


def said(raw: RawTrace, name: str, value: JsonValue, by: str, at: int, **more: Unpack[AssessmentFields]) -> Assessment:
    kind, source = AssessmentKind.FEEDBACK, Source(SourceType.HUMAN, by)
    given = Assessment(f"a-{at:032x}", raw.summary.id, name, kind, value, source, created_at_ms=at)
    return replace(given, **more)


def with_said(*assessments: Assessment) -> RawTrace:
    raw = traces(1)[0]
    return replace(raw, summary=replace(raw.summary, assessments=assessments))


async def test_m_shows_facts_assessments_tags_and_metadata(tmp_path: Path, snapshots: Snapshots) -> None:
    for size in ((80, 24), (120, 40)):
        async with open_table(tmp_path / str(size[0]), [JUDGED], (THUMB,), size=size) as table:
            await opened(table, "m", "metadata")
            snapshots.check(f"metadata-{size[0]}x{size[1]}", table.app)
            shown = await all_of(table)
            for fact in (
                "ID           tr-fe92805cb79b553df89ef2cf3d00b982",
                "latency      870 ms",
                "tokens       494 in, 69 out, 563 in all",
                "cost         0.000308 USD",
                "model        gpt-4.1-mini (openai)",
                "session      desk-svala-0918",
                "no · judge openai:/gpt-4.1-mini",
                "Friendly, and it answers both parts of the question.",
                "desk.channel",
                "mlflow.source.name",
            ):
                assert fact in shown, fact


async def test_superseded_assessments_are_marked_and_stand_below_what_stands(tmp_path: Path) -> None:
    raw = traces(1)[0]
    first = said(raw, "tone", "rude", "ann", 1_700_000_000_000, valid=False)
    second = said(raw, "tone", "kind", "ann", 1_700_000_060_000, overrides=first.id)
    async with open_table(tmp_path, [with_said(first, second)], (THUMB,), size=(120, 60)) as table:
        await opened(table, "m", "metadata")
        shown = await all_of(table)
        assert shown.index("kind · reviewer ann") < shown.index("rude · superseded · reviewer ann")


async def test_my_own_answers_are_there_as_they_stand_now(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(1), (THUMB, RATING), size=(120, 60), grace_s=0) as table:
        await table.press("y", "c")
        await table.type("quick")
        await table.press("enter", "m")
        shown = await all_of(table)
        assert f"Helpful · reviewer {REVIEWER}" in shown
        assert "quick" in shown
        await table.press("m", "shift+tab", "n", "m")
        shown = await all_of(table)
        assert f"Not helpful · reviewer {REVIEWER}" in shown
        assert f"Helpful · reviewer {REVIEWER}" not in shown


async def test_an_answer_changed_since_it_was_told_is_superseded(tmp_path: Path) -> None:
    raw = traces(1)[0]
    mine = said(raw, "user_satisfaction", True, REVIEWER, 1_700_000_000_000)
    async with open_table(tmp_path, [with_said(mine)], (THUMB, RATING), size=(120, 60)) as table:
        await table.press("shift+tab", "n", "m")
        await table.wait_for(lambda: "metadata" in table.line("header"), "the metadata")
        shown = await all_of(table)
        assert shown.index(f"Not helpful · reviewer {REVIEWER}") < shown.index(
            f"Helpful · superseded · reviewer {REVIEWER}"
        )


async def test_a_blind_review_shows_nothing_that_others_said(tmp_path: Path) -> None:
    raw = traces(1)[0]
    theirs = said(raw, "user_satisfaction", False, "ann", 1_700_000_000_000, rationale="SECRET")
    judge = said(raw, "groundedness", "no", "", 5, source=Source(SourceType.LLM_JUDGE, "gpt"), rationale="SECRET")
    mine = said(raw, "tone", "kind", f" {REVIEWER.upper()} ", 1_700_000_000_001)
    seen = [replace(JUDGED, summary=replace(JUDGED.summary)), with_said(theirs, judge, mine)]
    async with open_table(tmp_path, seen, (THUMB,), rules=Rules(blind=Blindness.UNTIL_SHOWN), size=(120, 60)) as table:
        for _ in seen:
            await opened(table, "m", "What others said is hidden: this review is blind.")
            shown = await all_of(table)
            for secret in ("SECRET", "Friendly", "judge", "ann ·"):
                assert secret not in shown
            await opened(table, "r", "exact JSON")
            assert "Friendly, and it answers both parts" not in await all_of(table)
            await table.press("q", "j")
        await opened(table, "m", "metadata")
        assert "kind · reviewer" in await all_of(table)


async def test_my_own_answers_say_how_far_they_got_also_while_they_are_looked_at(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(1), (THUMB, RATING), size=(100, 40), grace_s=0) as table:
        await table.press("y")
        await opened(table, "m", "metadata")
        (answer,) = (line for line in reading(table).splitlines() if "user_satisfaction" in line)
        assert f"Helpful · reviewer {REVIEWER}" in answer
        assert answer.rstrip(" ▐").endswith("· waiting")
        await table.press("4", "p")  # the last one: back from the page that ends the work
        await table.delivered()
        await table.wait_for(lambda: reading(table).count("· delivered") == 2, "the word that both are there")
