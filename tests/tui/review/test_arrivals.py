"""What a review leaves in the store, and when; what it keeps when nothing can be kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import labeler
from labeler.domain.assessment import AssessmentKind, SourceType
from labeler.journal.journal import Journal
from tests.tui.review.asked import EXPECTED, MODES, RATING, THUMB, traces
from tests.tui.review.table import REVIEWER, open_table


async def test_every_answer_arrives_as_one_human_assessment(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING, MODES, EXPECTED), grace_s=0) as table:
        await table.press("n", "c")
        await table.type("Misses the channel")
        await table.press("enter", "4", "1", "3", "enter", "e")
        await table.type("Call the watch")
        await table.press("enter")
        assert table.position == 1
        await table.delivered()
        stored = {each.name: each for each in await table.stored(0)}
        assert {name: each.value for name, each in stored.items()} == {
            "user_satisfaction": False,
            "quality_rating": 4,
            "failure_modes": ["wrong", "unsafe"],
            "expected_response": "Call the watch",
        }
        assert stored["user_satisfaction"].rationale == "Misses the channel"
        assert stored["expected_response"].kind is AssessmentKind.EXPECTATION
        for each in stored.values():
            assert (each.source.type, each.source.id) == (SourceType.HUMAN, REVIEWER)
            assert re.fullmatch("a-[0-9a-f]{32}", each.id)
            assert each.metadata["labeler.id"] == each.id
            assert each.metadata["labeler.version"] == labeler.__version__
            assert each.metadata["labeler.duration_ms"].isdecimal()
            assert each.metadata["labeler.blind"] == "false"
            assert each.valid
        await table.wait_for(lambda: "delivered" in table.line("panel"), "the word that it arrived")
        await table.wait_for(lambda: "queued" not in table.line("status"), "nothing more to be queued")


async def test_nothing_is_released_before_the_item_is_left(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB, RATING), grace_s=0) as table:
        await table.press("y")
        assert (await table.desk.deliveries.counts_now()).waiting == 1
        await table.press("j", "y", "5")
        await table.delivered()
        assert [each.value for each in await table.stored(0)] == [True]
        await table.press("y")
        await table.wait_for(lambda: "1 queued" in table.line("status"), "the count")
        assert await table.stored(2) == []


async def test_what_is_put_right_within_the_grace_never_reaches_the_store(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,), grace_s=3600) as table:
        await table.press("n", "u", "y", "y", "p", "n", "enter")
        assert table.values(1) == {"user_satisfaction": False}
    async with open_table(tmp_path, traces(3), (THUMB,), grace_s=0) as table:
        await table.delivered()
        assert [each.value for each in await table.stored(0)] == [True]
        assert [each.value for each in await table.stored(1)] == [False]


async def test_a_change_after_delivery_supersedes_what_was_delivered(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,), grace_s=0) as table:
        await table.press("n")
        await table.delivered()
        await table.press("p", "y", "enter")
        await table.delivered()
        old, new = await table.stored(0)
        assert (old.value, old.valid, new.value, new.valid) == (False, False, True, True)
        assert new.overrides == old.id
        await table.press("u", "o")
        await table.delivered()
        assert [(each.value, each.valid) for each in await table.stored(0)] == [(False, True)]


async def test_flags_and_declines_travel_with_their_notes(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,), grace_s=0) as table:
        await table.press("f")
        await table.type("ask Ola")
        await table.press("enter", "D")
        await table.type("not ours")
        await table.press("enter")
        await table.delivered()
        stored = {each.name: each for each in await table.stored(0)}
        assert {name: (each.value, each.rationale) for name, each in stored.items()} == {
            "labeler.flag": (True, "ask Ola"),
            "labeler.declined": (True, "not ours"),
        }


async def test_while_offline_what_is_here_is_labelled_and_the_rest_takes_no_answer(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        for _ in range(3):
            await table.press("j")
    everything = traces(6)
    async with open_table(tmp_path, everything, (THUMB,), online=False) as table:
        await table.wait_for(lambda: "3 of 6 here" in table.line("status"), "what is here")
        here = [index for index in range(6) if table.desk.state.items[index].trace_id not in table.desk.state.absent]
        away = next(index for index in range(6) if index not in here)
        await table.press("g", "o" if 0 not in here else "escape")
        assert table.position in here
        await table.press("y")
        await table.command(str(away + 1))
        assert "Not downloaded" in table.screen
        await table.press("y")
        assert "not downloaded" in table.said
        assert table.values(away) == {}
        await table.press("c")
        await table.type("no, yes")
        assert table.values(away) == {}
        await table.press("escape", "o")
        assert table.position in here
    async with open_table(tmp_path, everything, (THUMB,), grace_s=0) as table:
        await table.delivered()
        labelled = [index for index in range(6) if table.values(index)]
        assert len(labelled) == 1
        assert [each.value for each in await table.stored(labelled[0])] == [True]


def pragma(words: str) -> Callable[[Journal], object]:
    """Something to run on the journal's own connection."""
    return lambda journal: journal._store.row(f"PRAGMA {words}")


async def test_an_answer_that_cannot_be_saved_stays_on_the_screen(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB, RATING)) as table:
        await table.press("y")
        await table.journal.run(pragma("query_only = ON"), table.journal._journal)
        for keys in (["3"], ["s"], ["u"], ["f", "enter"], ["D", "x", "enter"], ["tab", "n"], ["backspace"]):
            await table.press(*keys)
            assert (table.position, table.values(0)) == (0, {"user_satisfaction": True}), keys
            assert "\n Not saved" in table.screen, keys
        assert table.line("panel").startswith(" last  Helpful")
        await table.journal.run(pragma("query_only = OFF"), table.journal._journal)
        await table.press("tab", "3")
        assert (table.position, table.values(0)["quality_rating"]) == (1, 3)


async def test_a_comment_that_no_longer_fits_on_the_disk_is_still_in_its_field(tmp_path: Path) -> None:
    comment = "a word that must not be lost " * 300
    async with open_table(tmp_path, traces(2), (THUMB,), size=(80, 24)) as table:
        await table.press("N")
        await table.journal.run(pragma("max_page_count = 1"), table.journal._journal)
        await table.paste(comment)
        await table.press("enter")
        assert (table.position, table.values(0)) == (0, {})
        assert "Not saved: the disk is full. Free some space" in " ".join(table.screen.split())
        await table.press("N")
        assert "must not be lost" in table.screen
        await table.journal.run(pragma("max_page_count = 1000000"), table.journal._journal)
        await table.press("enter")
        assert (table.position, table.comment(0, "user_satisfaction")) == (1, comment.strip())


async def test_leaving_with_a_journal_that_cannot_be_written_loses_nothing_saved(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press("y", "n")
        await table.journal.run(pragma("query_only = ON"), table.journal._journal)
        await table.press("j")
    async with open_table(tmp_path, traces(3), (THUMB,), grace_s=0) as table:
        await table.delivered()
        assert [each.value for each in await table.stored(1)] == [False]
