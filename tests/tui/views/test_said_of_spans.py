"""What was said about spans is seen again: marked in the tree, the header and the row, and told at the span."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.trace import RawTrace
from labeler.review.state import Blindness, Rules
from tests.tui.review.asked import RATING, THUMB, traces
from tests.tui.review.table import REVIEWER, Table, open_table
from tests.tui.snapshot import Snapshots
from tests.tui.views.looking import go_to, opened, reading, trace_named

PLANNER = trace_named("trip_planner")


async def span_ids(folder: Path) -> dict[str, str]:
    """The IDs of the planner's spans by name; of several with a name the first."""
    async with open_table(folder, [PLANNER], (THUMB,)) as table:
        ready = table.desk.document(PLANNER.summary.id)
        assert ready is not None
        return {name: span_id for span_id, name in reversed(list(ready.span_names.items()))}


def said(name: str, value: bool | str, by: str, span_id: str, comment: str | None = None) -> Assessment:
    source = Source(SourceType.LLM_JUDGE if by == "gpt" else SourceType.HUMAN, by)
    kind, trace_id = AssessmentKind.FEEDBACK, PLANNER.summary.id
    return Assessment(f"a-{name}-{by}", trace_id, name, kind, value, source, rationale=comment, span_id=span_id)


def planner_with(*assessments: Assessment) -> RawTrace:
    return replace(PLANNER, summary=replace(PLANNER.summary, assessments=assessments))


def row_of(table: Table, name: str) -> str:
    """The first row of the tree with a span's name."""
    return next(line for line in table.screen.splitlines() if f" {name} " in line and "about span" not in line)


def in_worklist(table: Table) -> str:
    """The planner's row in the worklist."""
    return next(line for line in table.screen.splitlines() if line.startswith("›"))


async def test_what_others_said_is_marked_in_tree_header_and_row_and_told_at_the_span(
    tmp_path: Path, snapshots: Snapshots
) -> None:
    ids = await span_ids(tmp_path / "names")
    raw = planner_with(
        said("user_satisfaction", False, "gpt", ids["fare"], "The fare of\nanother year"),
        said("notes", "one\ntwo", "bo", ids["fare"]),
        said("user_satisfaction", True, "gpt", ids["trip_planner"]),
    )
    async with open_table(tmp_path / "open", [raw, *traces(1)], (THUMB,)) as table:
        await go_to(table, raw)
        assert "◆ 2 about spans" in table.line("header")
        assert "◆" in in_worklist(table)[:6]
        await opened(table, "t", "of 14")
        assert "◆2" in row_of(table, "fare")
        assert "◆ " in row_of(table, "trip_planner")
        assert "◆" not in row_of(table, "departures")
        snapshots.check("spans-said", table.app)
        await table.press("g", *"jjjjjjj")
        await opened(table, "enter", "span fare")
        shown = reading(table)
        assert "user_satisfaction: Not helpful · judge gpt" in shown
        assert "The fare of" in shown
        assert "another year" in shown
        assert "notes: 2 lines · reviewer bo" in shown
        await table.press("/")
        await table.type("another year")
        await table.press("enter")
        assert "1/1" in table.line("status")


async def test_my_own_answers_about_spans_are_marked_at_once_and_after_a_restart(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER, *traces(1)], (THUMB, RATING)) as table:
        await go_to(table, PLANNER)
        await opened(table, "t", "of 14")
        assert "◆" not in table.screen
        await table.press("g", *"jjjjjjj", "A", "n")
        assert "◆" in row_of(table, "fare")
        assert "◆ 1 about spans" in table.line("header")
        assert "◆" in in_worklist(table)[:6]
        await table.press("A")
        await opened(table, "enter", "span fare")
        assert f"user_satisfaction: Not helpful · reviewer {REVIEWER}" in reading(table)
        await table.press("A", "shift+tab", "y")
        told = f"user_satisfaction: Helpful · reviewer {REVIEWER}"
        await table.wait_for(lambda: told in table.screen, "the other answer at the span")
        await table.press("u")
        told = f"user_satisfaction: Not helpful · reviewer {REVIEWER}"
        await table.wait_for(lambda: told in table.screen, "the first answer at the span again")
    async with open_table(tmp_path, [], (THUMB, RATING)) as table:
        await go_to(table, PLANNER)
        assert "◆ 1 about spans" in table.line("header")
        await opened(table, "t", "of 14")
        assert "◆" in row_of(table, "fare")
        await table.press("u")
        assert "◆" not in table.screen


async def test_a_blind_review_marks_only_what_i_said(tmp_path: Path) -> None:
    ids = await span_ids(tmp_path / "names")
    raw = planner_with(
        said("user_satisfaction", False, "gpt", ids["fare"], "SECRET"),
        said("user_satisfaction", True, REVIEWER, ids["departures"]),
    )
    async with open_table(tmp_path / "open", [raw], (THUMB,), rules=Rules(blind=Blindness.UNTIL_SHOWN)) as table:
        assert "◆ 1 about spans" in table.line("header")
        await opened(table, "t", "of 14")
        assert "◆" not in row_of(table, "fare")
        assert "◆" in row_of(table, "departures")
        await table.press("g", *"jjjjjjj")
        await opened(table, "enter", "span fare")
        assert "SECRET" not in table.screen
        assert "gpt" not in reading(table).partition("model")[0]
