"""What others said, on the screen: whole, in the words of the questions, found by the search, and hidden when blind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import PassFail, Question
from labeler.domain.trace import RawTrace
from labeler.domain.value import JsonValue
from labeler.review.state import Blindness, Rules
from tests.tui.review.asked import THUMB, traces
from tests.tui.review.table import REVIEWER, Table, open_table
from tests.tui.views.looking import all_of, opened, reading

CORRECT = Question("correct", PassFail("Correct", "Incorrect"))
STEPS = "\n".join(f"{number}. Do step number {number}, then write it down." for number in range(1, 21))
EXPECTED = f"{STEPS}\nEND-OF-EXPECTED"

BLIND = Rules(blind=Blindness.UNTIL_SHOWN)


def said(name: str, value: JsonValue, by: str, kind: AssessmentKind = AssessmentKind.FEEDBACK) -> Assessment:
    source = Source(SourceType.LLM_JUDGE if by == "gpt" else SourceType.HUMAN, by)
    return Assessment(f"a-{name}-{by}", "", name, kind, value, source, created_at_ms=1_700_000_000_000)


def trace_with(*assessments: Assessment) -> RawTrace:
    raw = traces(1)[0]
    about = tuple(replace(each, trace_id=raw.summary.id) for each in assessments)
    return replace(raw, summary=replace(raw.summary, assessments=about))


OF_OTHERS = (
    said("expected_response", EXPECTED, "bo", AssessmentKind.EXPECTATION),
    replace(said("notes", f"{STEPS}\nEND-OF-NOTES", "bo"), rationale="A note on the notes"),
    said("correct", "yes", "gpt"),
)


async def test_texts_of_others_are_read_whole_fold_and_are_found_by_the_search(tmp_path: Path) -> None:
    mine = replace(said("tone", f"MY PAST\n{STEPS}\nEND-OF-MINE", REVIEWER), valid=False)
    async with open_table(tmp_path, [trace_with(*OF_OTHERS, mine)], (THUMB,), size=(120, 40)) as table:
        for ending in ("END-OF-EXPECTED", "END-OF-NOTES"):
            await table.press("/")
            await table.type(ending)
            await table.press("enter")
            assert "1/1" in table.line("status")
            assert ending in reading(table)
            await table.press("escape")
        await opened(table, "m", "metadata")
        shown = await all_of(table)
        for number in range(1, 21):
            assert shown.count(f"{number}. Do step number {number}, then write it down.") >= 3, number
        for ending in ("END-OF-EXPECTED", "END-OF-NOTES", "END-OF-MINE", "A note on the notes"):
            assert ending in shown
            await table.press("/")
            await table.type(ending)
            await table.press("enter")
            assert "1/1" in table.line("status")
            assert ending in reading(table)
            await table.press("escape")
        await table.press("Z", "Z", "g")
        folded = await all_of(table)
        assert "END-OF-EXPECTED" not in folded
        assert "21 lines · reviewer bo" in folded


async def test_a_judge_is_told_in_the_words_of_the_question(tmp_path: Path) -> None:
    async with open_table(tmp_path, [trace_with(*OF_OTHERS)], (CORRECT,), size=(100, 60)) as table:
        assert "judge/gpt: Correct" in table.line("panel")
        await opened(table, "m", "metadata")
        shown = await all_of(table)
        assert "Correct · judge gpt" in shown
        assert 'recorded as "yes"' in shown
        await table.press("q", "=")
        assert "took judge/gpt: Correct" in table.said


async def test_a_blind_review_hides_all_of_it(tmp_path: Path) -> None:
    raw = trace_with(*OF_OTHERS, said("tone", "MINE", REVIEWER))
    async with open_table(tmp_path, [raw], (CORRECT,), rules=BLIND, size=(120, 60)) as table:
        for key, shows in (("m", "metadata"), ("r", "exact JSON"), ("q", "item")):
            await opened(table, key, shows)
            shown = await all_of(table)
            assert ("MINE" in shown) == (key == "m")
            for secret in ("END-OF", "step number", "gpt", "bo ·", "a-notes"):
                assert secret not in shown + table.line("panel")


async def test_what_others_say_meanwhile_is_shown_where_one_reads_and_nothing_moves(tmp_path: Path) -> None:
    async with open_table(tmp_path, [trace_with(OF_OTHERS[0])], (CORRECT,), size=(120, 30)) as table:
        trace_id = table.desk.state.items[0].trace_id
        await table.press("/")
        await table.type("END-OF-EXPECTED")
        await table.press("enter")
        before = reading(table)
        await table.store.create(
            replace(said("notes", "one\nTWO-OF-NOTES", "olu"), id=f"a-{1:032x}", trace_id=trace_id)
        )
        await told_of(table, 2)
        assert "1/1" in table.line("status")
        await table.press("escape")
        await table.wait_for(lambda: "TWO-OF-NOTES" in conversation_of(table), "what olu said in the conversation")
        assert lines_of(before)[:12] == lines_of(reading(table))[:12]
        await opened(table, "m", "metadata")
        await table.press("space")
        before = reading(table)
        await table.store.create(replace(said("zeal", "THREE", "olu"), id=f"a-{2:032x}", trace_id=trace_id))
        await told_of(table, 3)
        await table.wait_for(lambda: "THREE" in conversation_of(table), "what olu said in the metadata")
        assert lines_of(before)[:12] == lines_of(reading(table))[:12]


async def told_of(table: Table, count: int) -> None:
    """Have the backend read, until so many assessments of the item in view are known."""
    item = table.desk.state.items[0]
    table.desk.refresh()
    await table.wait_for(lambda: len(table.desk.known.about(item.trace_id)) == count, f"{count} assessments")
    await table.settle()


def lines_of(read: str) -> list[str]:
    """Lines below the pinned ones, without the sign of where in the document they stand."""
    return [line.rstrip("▐ ") for line in read.splitlines()[3:]]


def conversation_of(table: Table) -> str:
    """The whole document in the conversation's place, as it is shown."""
    viewport = table.review.views.conversation._viewport
    assert viewport is not None
    return viewport.layout.document.plain_text
