"""A structured question on the screen: a row a field, keys that go to the focused one, one object in the store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.domain.trace import RawTrace
from labeler.domain.value import JsonValue
from tests.tui.review.asked import THUMB, traces
from tests.tui.review.table import REVIEWER, Table, open_table


def field(name: str, answered_by: PassFail | Categorical | Numeric | Text, *, required: bool = True) -> Question:
    return Question(name, answered_by, takes_comment=False, required=required)


ACCURACY = replace(field("accuracy", Numeric(1, 5)), instruction="1 is made up, 5 is all true.")
QUALITY = Question(
    "quality",
    Structured(
        (
            ACCURACY,
            field("tone", Categorical(("warm", "neutral", "cold"))),
            field("complete", PassFail("Complete", "Gaps")),
            field("flaws", Categorical(("too long", "vague", "off topic"), multiple=True), required=False),
            field("note", Text(), required=False),
        )
    ),
    instruction="Rate the response as a customer would.",
)


def rows(table: Table) -> list[str]:
    """The panel without what happened last."""
    return [line.rstrip() for line in table.line("panel").split("\n")[1:]]


def said_before(raw: RawTrace, value: JsonValue, name: str = REVIEWER, of: SourceType = SourceType.HUMAN) -> RawTrace:
    """The trace with an answer to the question that a script wrote."""
    said = Assessment(
        "a-" + "1" * 32, raw.summary.id, "quality", AssessmentKind.FEEDBACK, value, Source(of, name), created_at_ms=1
    )
    return replace(raw, summary=replace(raw.summary, assessments=(said,)))


async def test_each_key_goes_to_the_focused_field_and_the_store_gets_one_object(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (QUALITY,), grace_s=0) as table:
        assert rows(table)[0].startswith(" › quality  accuracy *  1   2   3   4   5")
        assert rows(table)[1].strip() == "1 is made up, 5 is all true."
        assert rows(table)[2].startswith("            tone *      1 warm   2 neutral   3 cold")
        await table.press("4")
        assert table.line("panel").startswith(" last  quality.accuracy 4 ")
        await table.press("3", "n", "1", "3", "enter", "e", *"dry", "enter")
        assert table.position == 1
        answer = {"accuracy": 4, "tone": "cold", "complete": False, "flaws": ["too long", "off topic"], "note": "dry"}
        assert table.values(0) == {"quality": answer}
        await table.delivered()
        stored = await table.stored(0)
        assert [each.value for each in stored if each.valid] == [answer]
        await table.press("u")
        assert table.values(0) == {"quality": {key: answer[key] for key in ("accuracy", "tone", "complete", "flaws")}}


async def test_fields_scroll_with_the_focus_in_the_lines_that_the_panel_has(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, QUALITY), size=(80, 24)) as table:
        assert len(rows(table)) == 5
        await table.press("y", "4", "3")
        assert len(rows(table)) == 5
        assert rows(table)[0].startswith("   quality  accuracy *  1   2   3   [4]   5")
        assert "1 above" in rows(table)[0]
        assert rows(table)[2].startswith(" ›          complete *  y/1 Complete   n/2 Gaps")
        await table.press("shift+tab", "shift+tab")
        assert rows(table)[0].startswith("   user_satisfaction *  [y Helpful]   n Not helpful")
        assert "2 below" in rows(table)[0]
        assert rows(table)[1].startswith(" › quality  accuracy *  1   2   3   [4]   5")


async def test_tab_backspace_and_the_instruction_go_by_field(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (QUALITY,)) as table:
        await table.press("4", "3", "backspace", "backspace")
        assert table.values(0) == {"quality": {"accuracy": 4}}
        assert any(row.startswith(" ›          tone *") for row in rows(table))
        await table.press("shift+tab", "i")
        assert "1 is made up, 5 is all true." in table.screen
        assert "Rate the response as a customer would." in table.screen
        await table.press("q", "c", *"all of it", "enter")
        assert table.comment(0, "quality") == "all of it"
        assert table.line("panel").startswith(" last  quality “all of it” ")


async def test_a_text_field_left_is_a_draft_of_its_own(tmp_path: Path) -> None:
    asked = Question("quality", Structured((field("good", Text()), field("bad", Text()))))
    async with open_table(tmp_path, traces(2), (asked,)) as table:
        await table.press("e", *"half", "escape", "tab", "e")
        assert "quality.bad" in table.screen
        await table.press(*"whole", "enter")
        assert table.values(0) == {"quality": {"bad": "whole"}}
        await table.press("e", "enter")
        assert table.values(0) == {"quality": {"good": "half", "bad": "whole"}}


async def test_an_object_made_by_a_script_shows_by_field_and_keeps_what_is_not_asked(tmp_path: Path) -> None:
    first, *others = traces(2)
    made = said_before(first, {"accuracy": 4.0, "tone": "boiling", "model": "m-1", "score": 0.5})
    async with open_table(tmp_path, [made, *others], (QUALITY,), grace_s=0) as table:
        await go_to(table, made)
        told = rows(table)
        assert "[4]" in told[0]
        assert any("boiling · no option any more" in row for row in told)
        assert "1 below" in " ".join(told)
        at = table.position
        while focused(table) != "quality.note":
            await table.press("tab")
        assert rows(table)[-1].strip().startswith("not asked: model: m-1, score: 0.5")
        while focused(table) != "quality.tone":
            await table.press("tab")
        await table.press("1")
        assert table.values(at) == {"quality": {"accuracy": 4, "tone": "warm", "model": "m-1", "score": 0.5}}


async def test_an_answer_that_is_no_object_is_shown_whole_and_not_overwritten_unasked(tmp_path: Path) -> None:
    first, *others = traces(2)
    made = said_before(first, "rather good")
    async with open_table(tmp_path, [made, *others], (QUALITY,)) as table:
        await go_to(table, made)
        at = table.position
        assert "rather good · has none of these fields" in rows(table)[0]
        await table.press("4")
        assert table.said.startswith("quality holds an answer without fields, which is kept; Backspace takes it away")
        assert table.values(at) == {"quality": "rather good"}
        await table.press("backspace", "4")
        assert table.values(at) == {"quality": {"accuracy": 4}}


async def test_a_judges_object_is_taken_by_one_key(tmp_path: Path) -> None:
    first, *others = traces(2)
    made = said_before(first, {"accuracy": 2, "tone": "cold", "why": "…"}, "gpt", SourceType.LLM_JUDGE)
    async with open_table(tmp_path, [made, *others], (QUALITY,)) as table:
        await go_to(table, made)
        assert "judge/gpt: 2  = accept all" in rows(table)[0]
        await table.press("=")
        assert table.values(table.position) == {"quality": {"accuracy": 2, "tone": "cold"}}
        assert focused(table) == "quality.complete"


def focused(table: Table) -> str:
    assert table.desk.state.part is not None
    return table.desk.state.part.name


async def go_to(table: Table, raw: RawTrace) -> None:
    await table.command(str(table.desk.state.index_of[raw.summary.id] + 1))
    await table.all_is_told()


@pytest.mark.parametrize("width", [40, 60])
async def test_on_a_narrow_screen_fields_keep_their_names_and_their_keys(tmp_path: Path, width: int) -> None:
    long = replace(QUALITY, name="a question with a long name")
    async with open_table(tmp_path, traces(2), (long,), size=(width, 24)) as table:
        assert "accuracy" in rows(table)[0]
        assert "1" in rows(table)[0]


async def test_the_worklist_is_filtered_by_the_value_of_the_focused_field(tmp_path: Path) -> None:
    asked = Question("quality", Structured((ACCURACY, field("tone", Categorical(("warm", "cold"))))))
    async with open_table(tmp_path, traces(4), (asked,)) as table:
        await table.press("4", "1", "4", "2", "5", "2", "tab", "F")
        assert "quality.tone" in table.screen
        await table.press("v", "2")
        assert "filter quality.tone cold 2 of 4" in table.line("status")
