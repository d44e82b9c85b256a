"""The outbox over the review: what is not delivered and why, and what can be done about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Act, Answer, AnswerEffect, Change
from labeler.domain.trace import TraceState
from labeler.domain.worklist import ReviewSpec, WorklistRow
from labeler.journal.journal import Journal
from labeler.tui.appearance import ASCII
from labeler.tui.outbox.delivery_list import OutboxList
from labeler.tui.outbox.screen import OutboxScreen
from tests.tui.outbox.faults import free_its_id, ids, in_trouble, listed, open_outbox, shown, undelivered
from tests.tui.review.asked import RATING, THUMB, traces
from tests.tui.review.table import REVIEWER, Table, open_table
from tests.tui.snapshot import Snapshots

SIZES = [(80, 24), (120, 40), (200, 60)]


async def test_problems_stand_first_each_with_its_reason_and_the_counts_above(tmp_path: Path) -> None:
    async with in_trouble(tmp_path) as table:
        await open_outbox(table, "1 refused", "not what was sent")
        heading, refused, rating, thumb, waiting = listed(table)
        assert "local:harbour.db · experiment " in heading
        assert "1 refused, 2 parked, 1 waiting" in heading
        assert "✗ refused" in refused
        assert "user_satisfaction Helpful" in refused
        assert "! parked" in rating
        assert "quality_rating 2" in rating
        assert "user_satisfaction Not" in thumb
        assert "↻ waiting" in waiting
        assert "goes once its item" in waiting
        assert "refused by the server" in table.screen
        await table.press_at_once("j")
        await shown(table, f"There is no trace {ids(table)[1]}")


async def test_it_shows_what_arrives_while_it_is_open(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB, RATING), grace_s=0) as table:
        trace_id = ids(table)[0]
        await table.press("y")
        await open_outbox(table, "1 waiting", "goes once its item is submitted or left")
        await table.journal.run(table.journal.outbox.release, trace_id, 1)
        table.remote.wake()
        await shown(table, "Everything is delivered.")
        await table.press_at_once("q")
        await shown(table, "✓ delivered")


async def test_enter_goes_to_the_item_and_says_there_what_was_refused(tmp_path: Path) -> None:
    async with in_trouble(tmp_path) as table:
        await open_outbox(table, "not what was sent")
        await table.press("enter")
        await shown(table, "item 1/4", "user_satisfaction was refused")
        assert table.position == 0
        await table.press("escape")
        thumb, rating = table.line("panel").splitlines()[1:3]
        assert thumb.rstrip().endswith("✗ refused")
        assert rating.rstrip().endswith("✓ delivered")


async def test_a_refused_one_is_tried_again_and_arrives_once_the_fault_is_gone(tmp_path: Path) -> None:
    async with in_trouble(tmp_path) as table:
        await open_outbox(table, "not what was sent")
        await free_its_id(table, 0, THUMB.name)
        await table.press_at_once("r")
        await table.wait_for(lambda: undelivered(table) == (0, 2, 1), "the refused one to be delivered")
        await table.wait_for(lambda: "refused" not in listed(table)[0], "it to be gone from the list")
        assert {each.name: each.value for each in await table.stored(0)} == {THUMB.name: True, RATING.name: 4}
        await table.wait_for(lambda: ids(table)[0] not in table.desk.deliveries.refused, "the row's ✗ to go")


async def test_giving_up_asks_first_and_never_takes_a_key_pressed_before_the_question_could_be_read(
    tmp_path: Path,
) -> None:
    async with in_trouble(tmp_path) as table:
        await open_outbox(table, "not what was sent")
        outbox = table.app.screen
        assert isinstance(outbox, OutboxScreen)
        outbox.confirm.clock = table.now_s
        question = "Give it up for good? It will never reach the backend: user_satisfaction Helpful"
        await table.type(("d", "y"))
        await shown(table, question, "Enter yes")
        assert (await table.desk.deliveries.counts_now()).refused == 1
        await table.press_at_once("escape")
        await table.wait_for(lambda: "Give it up" not in table.screen, "the question to be closed")
        await table.press_at_once("d")
        await shown(table, question)
        await table.type(("y", "y", "y"))
        await shown(table, "Given up; the answer stays in the journal", "2 parked")
        assert (await table.desk.deliveries.counts_now()).refused == 0
        assert table.values(2) == {"user_satisfaction": True}, "a repeated y answers nothing behind the outbox"
        await table.press_at_once("q")
        await table.command("1")
        await shown(table, "– discarded")


async def test_o_closes_it_again_and_other_keys_of_the_review_say_that_they_do_nothing(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,), grace_s=3600) as table:
        await open_outbox(table, "Everything is delivered.")
        await table.press_at_once("s")
        await shown(table, "s does nothing here")
        await table.press_at_once("O")
        await shown(table, "item 1/4")


async def test_help_stands_over_it_and_leads_back(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,), grace_s=3600) as table:
        await open_outbox(table, "Everything is delivered.")
        await table.press_at_once("?")
        await shown(table, "thumbs up")
        await table.press_at_once("q")
        await shown(table, "Everything is delivered.")


async def test_what_waits_for_another_backend_is_listed_below_and_said_to_be_elsewhere(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,), grace_s=3600) as table:
        await answer_elsewhere(table)
        await table.press("y")
        await open_outbox(table, "2 waiting", "https://mlflow.example · workspace team-a · experiment 9")
        await shown(table, "Where do I moor?")
        assert "goes when you work there again" in listed(table)[2]
        await table.press_at_once("G", "enter")
        await shown(table, "not in this review's worklist")


async def answer_elsewhere(table: Table) -> None:
    spec = ReviewSpec("https://mlflow.example", "team-a", ("9",), REVIEWER)
    review = await table.journal.run(table.journal.reviews.begin, spec, 1)
    row = WorklistRow("tr-elsewhere", "9", "Where do I moor?", 1, TraceState.OK)
    await table.journal.run(table.journal.reviews.add_items, review.id, [row])
    answer = Answer("a-elsewhere", True, None, 1, 1)
    effect = AnswerEffect("tr-elsewhere", "is_good", AssessmentKind.FEEDBACK, None, answer)
    await table.journal.run(
        table.journal.changes.record, review.id, Change("c-elsewhere", Act.ANSWER, "tr-elsewhere", 1, (effect,))
    )


@pytest.mark.slow
async def test_twenty_thousand_rows_are_read_a_page_at_a_time(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB, RATING), grace_s=3600) as table:
        await table.press("y")
        await table.journal.run(_multiply, table.journal._journal, 20_000)
        await open_outbox(table, "20,001 waiting", "copy 19999")
        rows = table.app.screen.query_one(OutboxList)
        await table.press_at_once("G")
        await shown(table, "user_satisfaction Helpful")
        await table.press_at_once("g", "space")
        await shown(table, "copy 19967")
        assert len(rows._known) < 1000


def _multiply(journal: Journal, count: int) -> None:
    """Queue the one delivery there is again and again, each for a trace of its own."""
    own = ("assessment_id", "trace_id")
    with journal._store.writing() as db:
        names = [row[1] for row in db.execute("PRAGMA table_info(deliveries)") if row[1] not in ("id", "seq", "name")]
        copied = ", ".join(f"{each} || :n" if each in own else each for each in names)
        db.executemany(
            f"INSERT INTO deliveries (seq, name, {', '.join(names)})"
            f" SELECT seq + 1 + :n, 'copy ' || :n, {copied} FROM deliveries WHERE id = 1",
            [{"n": number} for number in range(count)],
        )


async def test_the_smallest_terminal_has_room_for_it(tmp_path: Path) -> None:
    async with in_trouble(tmp_path, (40, 12)) as table:
        await open_outbox(table, "refused")
        await table.press_at_once("G", "g", "j", "space", "b")
        await table.resize(120, 40)
        await shown(table, "✗ refused", "local:harbour.db")


@pytest.fixture
def same_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever it is taken, a snapshot tells the same moments."""
    monkeypatch.setattr("labeler.tui.outbox.view_models.time_or_date", lambda at_ms, now_ms: "12:18")
    monkeypatch.setattr("labeler.tui.outbox.view_models.date_and_time", lambda at_ms: "31 Jan 2026 12:18:04")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_the_outbox_as_it_looks(
    tmp_path: Path, snapshots: Snapshots, size: tuple[int, int], same_moments: None
) -> None:
    async with in_trouble(tmp_path, size) as table:
        await open_outbox(table, "1 refused", "not what was sent")
        snapshots.check(f"outbox-{size[0]}x{size[1]}", table.app)


async def test_the_outbox_in_ascii(tmp_path: Path, snapshots: Snapshots, same_moments: None) -> None:
    async with in_trouble(tmp_path, (80, 24), ASCII) as table:
        await open_outbox(table, "1 refused", "not what was sent")
        snapshots.check("outbox-ascii", table.app)
