"""Questions aimed at a span of the tree: the panel names it, answers are about it, and the trace is as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.change import Answer
from labeler.domain.question import Categorical, Question
from labeler.domain.trace import RawTrace
from labeler.review.state import Blindness, Rules
from tests.tui.review.asked import RATING, THUMB, traces
from tests.tui.review.table import REVIEWER, Table, open_table
from tests.tui.snapshot import Snapshots
from tests.tui.views.looking import go_to, opened, reading, trace_named

PLANNER = trace_named("trip_planner")
SIZES = ((80, 24), (120, 40), (200, 60))
MODES = Question("failure_modes", Categorical(("wrong", "incomplete", "unsafe"), multiple=True), required=False)
STRICT = replace(THUMB, comment_on="negative")

BLIND = Rules(blind=Blindness.UNTIL_SHOWN)


async def at_fare(table: Table) -> str:
    """Open the tree of the planner's trace with the cursor on its `fare`; the span's ID."""
    await go_to(table, PLANNER)
    await opened(table, "t", "of 14")
    await table.press("g", *"jjjjjjj")
    span = table.review.views.span
    assert span is not None
    assert span.name == "fare"
    return span.span_id


def given(table: Table, span_id: str | None) -> dict[str, Answer]:
    return dict(table.desk.state.answers_of(PLANNER.summary.id, span_id))


def values(table: Table, span_id: str | None) -> dict[str, object]:
    return {name: answer.value for name, answer in given(table, span_id).items()}


def told_of(table: Table, chosen: str) -> bool:
    """Whether the panel says how far the chosen answer got."""
    row = next(line for line in table.line("panel").splitlines() if chosen in line)
    return row.rstrip().endswith(("waiting", "delivered"))


def judged(*said: tuple[str, bool, str | None]) -> RawTrace:
    """The planner's trace with what judges said: name, value and span."""
    assessments = tuple(
        Assessment(
            f"a-judge{number}",
            PLANNER.summary.id,
            name,
            AssessmentKind.FEEDBACK,
            value,
            Source(SourceType.LLM_JUDGE, f"judge{number}"),
            span_id=span_id,
        )
        for number, (name, value, span_id) in enumerate(said)
    )
    return replace(PLANNER, summary=replace(PLANNER.summary, assessments=assessments))


@pytest.mark.slow
async def test_capital_a_aims_at_the_span_names_it_and_answers_are_about_it(
    tmp_path: Path, snapshots: Snapshots
) -> None:
    for size in SIZES:
        async with open_table(tmp_path / str(size[0]), [PLANNER, *traces(1)], (THUMB, RATING), size=size) as table:
            fare = await at_fare(table)
            assert "A aim" in table.said
            await table.press("A")
            assert "about span fare" in table.line("rule-bottom")
            assert "A end aim" in table.said
            await table.press("n", "2")
            assert values(table, fare) == {"user_satisfaction": False, "quality_rating": 2}
            assert values(table, None) == {}
            assert "quality_rating 2 about span fare" in table.line("panel")
            assert "[2]" in table.line("panel")
            assert "span 8 of 14" in table.line("header")
            await table.all_is_told()
            snapshots.check(f"aim-{size[0]}x{size[1]}", table.app)


@pytest.mark.slow
async def test_a_escape_or_leaving_the_tree_ends_the_aim_and_the_next_answer_is_about_the_trace(tmp_path: Path) -> None:
    for number, ends in enumerate((["A"], ["escape"], ["q"], ["t"], ["m"], ["enter", "enter"])):
        async with open_table(tmp_path / str(number), [PLANNER, *traces(1)], (THUMB, RATING)) as table:
            fare = await at_fare(table)
            await table.press("A", "n")
            for key in ends:
                await table.press(key)
            await aim_ended(table, ends)
            assert "about span" not in table.line("rule-bottom")
            assert table.review.views.is_open == (ends in (["A"], ["escape"], ["m"])), ends
            assert "› user_satisfaction" in table.line("panel")
            await table.press("y")
            assert values(table, fare) == {"user_satisfaction": False}
            assert values(table, None) == {"user_satisfaction": True}


async def aim_ended(table: Table, keys: list[str]) -> None:
    await table.wait_for(lambda: table.desk.state.aim is None, f"the end of the aim by {keys}")


async def test_the_aim_follows_the_cursor_and_each_span_shows_its_own_answers(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB, RATING)) as table:
        fare = await at_fare(table)
        await table.press("y", "A", "n", "j")
        after = table.review.views.span
        assert after is not None
        assert after.span_id != fare
        assert f"about span {after.name}" in table.line("rule-bottom")
        assert "[n Not helpful]" not in table.line("panel")
        await table.press("y", "k")
        assert "about span fare" in table.line("rule-bottom")
        assert "[n Not helpful]" in table.line("panel")
        assert values(table, after.span_id) == {"user_satisfaction": True}
        await table.press("A")
        assert "[y Helpful]" in table.line("panel")


async def test_an_open_span_is_aimed_at_too_and_q_goes_back_to_the_tree_still_aimed(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB, RATING)) as table:
        fare = await at_fare(table)
        await opened(table, "enter", "span fare")
        await table.press("A", "n", "j", "G")
        assert values(table, fare) == {"user_satisfaction": False}
        await table.press("q")
        assert "span 8 of 14" in table.line("header")
        assert "about span fare" in table.line("rule-bottom")
        await opened(table, "enter", "span fare")
        await table.press("escape")
        assert "span fare" in table.line("header")
        assert "about span" not in table.line("rule-bottom")


async def test_answering_every_question_about_a_span_submits_nothing_and_stays(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER, *traces(1)], (THUMB,)) as table:
        fare = await at_fare(table)
        here = table.position
        await table.press("A", "y")
        assert table.position == here
        assert table.desk.state.labelled == 0
        assert values(table, fare) == {"user_satisfaction": True}
        await table.press("A", "y")
        assert table.position != here
        assert table.desk.state.labelled == 1


async def test_comments_drafts_and_changes_are_the_spans_own(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (STRICT, RATING)) as table:
        fare = await at_fare(table)
        await table.press("A", "n")
        assert "user_satisfaction about span fare" in table.screen
        await table.type("off by a zone")
        await table.press("escape")
        await table.press("A", "c")
        assert "off by a zone" not in table.screen
        await table.press("escape", "A", "shift+tab", "c")
        assert "off by a zone" in table.screen
        await table.press("enter")
        assert given(table, fare)["user_satisfaction"].comment == "off by a zone"
        first = given(table, fare)["user_satisfaction"].assessment_id
        await table.press("shift+tab", "y")
        assert given(table, fare)["user_satisfaction"].overrides == first
        assert "Helpful about span fare “off by a zone”" in table.line("panel")


async def test_a_span_clicked_while_a_comment_is_typed_changes_nothing_about_what_the_comment_is_about(
    tmp_path: Path,
) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB, RATING)) as table:
        fare = await at_fare(table)
        await table.press("A", "n", "c")
        await table.type("off by")
        await table.pilot.click("#spans", offset=(10, 3))
        await table.type(" a zone")
        await table.press("enter")
        assert given(table, fare)["user_satisfaction"].comment == "off by a zone"


async def test_undo_and_redo_go_to_the_span_they_are_about(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB, RATING)) as table:
        fare = await at_fare(table)
        await table.press("A", "n", "j", "y", "g", "u", "u")
        assert values(table, fare) == {}
        assert "took back Not helpful about span fare" in table.line("panel")
        assert "span 8 of 14" in table.line("header")
        assert "about span fare" in table.line("rule-bottom")
        await table.press("U")
        assert values(table, fare) == {"user_satisfaction": False}
        await table.press("q", "u")
        assert values(table, fare) == {}
        assert "about span" not in table.line("rule-bottom")


async def test_a_choice_of_several_about_a_span_ends_with_enter(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (MODES, THUMB)) as table:
        fare = await at_fare(table)
        await table.press("A", "1", "3", "enter")
        assert values(table, fare) == {"failure_modes": ["wrong", "unsafe"]}
        assert "› user_satisfaction" in table.line("panel")
        assert "span 8 of 14" in table.line("header")
        await opened(table, "enter", "span fare")


async def test_judges_of_the_span_are_shown_and_accepted_while_it_is_aimed_at(tmp_path: Path) -> None:
    async with open_table(tmp_path / "names", [PLANNER], (THUMB,)) as table:
        fare = await at_fare(table)
    raw = judged((THUMB.name, True, None), (THUMB.name, False, fare))
    async with open_table(tmp_path / "open", [raw], (THUMB, RATING)) as table:
        await at_fare(table)
        assert "judge/judge0: Helpful" in table.line("panel")
        await table.press("A")
        assert "judge/judge1: Not helpful" in table.line("panel")
        assert "judge0" not in table.line("panel")
        await table.press("=")
        assert values(table, fare) == {THUMB.name: False}
        await table.press("j", "=")
        assert "No judge has answered user_satisfaction on this span" in table.said
    async with open_table(tmp_path / "blind", [raw], (THUMB, RATING), rules=BLIND) as table:
        await at_fare(table)
        await table.press("A")
        assert "judge" not in table.line("panel")
        await table.press("=")
        assert "blind" in table.said
        assert values(table, fare) == {}


async def test_what_i_said_about_spans_is_told_with_everything_that_was_said(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB, RATING)) as table:
        fare = await at_fare(table)
        await table.press("A", "n", "shift+tab", "y", "q")
        await opened(table, "m", "metadata")
        await table.wait_for(lambda: "assessments" in reading(table), "the assessments")
        told = " ".join(reading(table).replace("▐", "").split())
        assert f"about span fare ({fare})" in told


async def test_the_outbox_tells_which_span_an_answer_is_about(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER, *traces(1)], (THUMB, RATING)) as table:
        fare = await at_fare(table)
        await table.press("A", "n")
        await table.press_at_once("O")
        await table.wait_for(lambda: f"Not helpful about span {fare}" in table.screen, "the span in the outbox")


async def test_capital_a_without_the_tree_says_where_spans_are(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB,)) as table:
        await table.press("A")
        assert "t opens the spans" in table.said
        await opened(table, "m", "metadata")
        await table.press("A")
        assert "t opens the spans" in table.said
        assert table.desk.state.aim is None


async def test_answers_about_spans_are_there_after_a_restart_from_the_journal_and_from_the_backend(
    tmp_path: Path,
) -> None:
    async with open_table(tmp_path, [PLANNER, *traces(1)], (THUMB, RATING)) as table:
        fare = await at_fare(table)
        await table.press("A", "n", "q")
        await table.command("1")
    async with open_table(tmp_path, [], (THUMB, RATING)) as table:
        await at_fare(table)
        assert "about span fare" in table.line("panel")
        await table.press("A")
        assert "[n Not helpful]" in table.line("panel")
        await table.wait_for(lambda: told_of(table, "[n Not helpful]"), "how far the answer got")
        first = given(table, fare)["user_satisfaction"].assessment_id
        await table.press("shift+tab", "y")
        assert given(table, fare)["user_satisfaction"].overrides == first

    said = Assessment(
        "a-earlier",
        PLANNER.summary.id,
        THUMB.name,
        AssessmentKind.FEEDBACK,
        True,
        Source(SourceType.HUMAN, REVIEWER),
        span_id=fare,
    )
    raw = replace(PLANNER, summary=replace(PLANNER.summary, assessments=(said,)))
    async with open_table(tmp_path / "elsewhere", [raw], (THUMB, RATING)) as table:
        await at_fare(table)
        assert "[y Helpful]" not in table.line("panel")
        await table.press("A")
        assert "[y Helpful]" in table.line("panel")
        assert table.desk.state.labelled == 0
