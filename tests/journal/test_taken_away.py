"""A journal that is removed or replaced under the running program: what was said to be saved is there, or kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labeler.journal.attempt_outcomes import Delivered, RecheckLater, RetryLater
from labeler.journal.journal import Journal
from labeler.journal.models import DeliveryOp, DeliveryState, JournalWriteFailed, Lost
from labeler.journal.removed_journal import waiting_beside
from tests.journal.sitting import HOME
from tests.journal.taking_away import OCCUPIED, TAKEN_AWAY, Reviewer, answers_in, contents, copied, other_journal


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def reviewer(state: Path) -> Iterator[Reviewer]:
    reviewer = Reviewer(state / "journal.db")
    reviewer.answers(3)
    yield reviewer
    reviewer.journal.close()


def look(reviewer: Reviewer) -> None:
    reviewer.journal.keep_in_place()


def answer(reviewer: Reviewer) -> None:
    reviewer.answers()


def leave(reviewer: Reviewer) -> None:
    reviewer.journal.close()


@pytest.mark.slow
@pytest.mark.parametrize("take_away", TAKEN_AWAY.values(), ids=TAKEN_AWAY)
@pytest.mark.parametrize("then", [look, answer, leave])
def test_what_was_saved_is_at_the_path_again(
    take_away: Callable[[Path], None], then: Callable[[Reviewer], None], reviewer: Reviewer, tmp_path: Path
) -> None:
    take_away(reviewer.path)
    then(reviewer)
    assert answers_in(reviewer.path, tmp_path / "read") == set(reviewer.saved)
    assert len(reviewer.moves) == 1
    assert str(reviewer.path) in reviewer.sentences[0]
    assert "nothing is lost" in reviewer.sentences[0]
    assert waiting_beside(reviewer.path) == []


@pytest.mark.slow
@pytest.mark.parametrize("take_away", TAKEN_AWAY.values(), ids=TAKEN_AWAY)
def test_a_journal_that_was_written_back_is_used_as_ever_and_leaves_nothing_behind(
    take_away: Callable[[Path], None], reviewer: Reviewer
) -> None:
    take_away(reviewer.path)
    reviewer.answers(2)
    reviewer.journal.outbox.release_all(50)
    claims = reviewer.journal.outbox.claim([HOME], 60, 0, 10)
    take_away(reviewer.path)
    reviewer.journal.outbox.settle([(claim.delivery.id, Delivered()) for claim in claims], 70)
    reviewer.journal.close()
    again = Journal.open(reviewer.path)
    states = [state for (state,) in again._store.rows("SELECT state FROM deliveries")]
    assert states == [DeliveryState.DELIVERED] * len(claims) == [DeliveryState.DELIVERED] * 5
    again.close()
    kept = {path.name for path in reviewer.path.parent.iterdir()}
    assert kept <= {"journal.db", "moved.db", "moved.db-wal", "moved.db-shm"}
    assert reviewer.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
@pytest.mark.parametrize("take_away", TAKEN_AWAY.values(), ids=TAKEN_AWAY)
def test_an_acknowledgement_that_comes_within_the_removal_survives_it(
    take_away: Callable[[Path], None], reviewer: Reviewer, tmp_path: Path
) -> None:
    store = reviewer.journal._store
    with store.writing() as db:
        db.execute("UPDATE deliveries SET reason = 'while it was removed'")
        take_away(reviewer.path)
    copy = tmp_path / "read"
    answers_in(reviewer.path, copy)
    journal = Journal.open(copy / "journal.db")
    assert {each.reason for each in journal.queries.deliveries([HOME])} == {"while it was removed"}
    journal.close()


@pytest.mark.slow
@pytest.mark.parametrize("occupy", OCCUPIED.values(), ids=OCCUPIED)
@pytest.mark.parametrize("then", [look, answer, leave])
def test_what_lies_at_the_path_is_left_alone_and_the_work_goes_on_beside_it(
    occupy: Callable[[Path], None], then: Callable[[Reviewer], None], reviewer: Reviewer, tmp_path: Path
) -> None:
    occupy(reviewer.path)
    before = contents(reviewer.path)
    then(reviewer)
    assert contents(reviewer.path) == before
    (moved,) = reviewer.moves
    assert moved.path.parent.parent == reviewer.path.parent
    assert moved.path == reviewer.journal.path
    assert answers_in(moved.path, tmp_path / "read") == set(reviewer.saved)
    assert str(reviewer.path) in moved.sentence
    assert f"labeler sync --data-dir {moved.path.parent}" in moved.sentence
    reviewer.journal.close()
    (rescued,) = waiting_beside(reviewer.path)
    assert (rescued.path, rescued.undelivered) == (moved.path, len(reviewer.saved))
    assert len(reviewer.moves) == 1


def test_what_waits_in_a_rescued_journal_is_read_back_before_it_is_sent(reviewer: Reviewer) -> None:
    other_journal(reviewer.path)
    reviewer.answers()
    reviewer.journal.outbox.release_all(50)
    claims = reviewer.journal.outbox.claim([HOME], 60, 0, 10)
    assert [claim.is_repeat for claim in claims] == [True, True, True, False]


@pytest.mark.slow
def test_the_log_of_this_journal_is_not_mixed_into_another_that_took_its_place(
    reviewer: Reviewer, tmp_path: Path
) -> None:
    other = Reviewer(tmp_path / "other" / "journal.db", "other")
    other.answers(2)
    other.journal.close()
    other.path.replace(reviewer.path)
    before = reviewer.path.read_bytes()
    reviewer.answers()
    assert contents(reviewer.path) == {str(reviewer.path): before}
    assert answers_in(reviewer.path, tmp_path / "read") == set(other.saved)
    assert answers_in(reviewer.journal.path, tmp_path / "read") == set(reviewer.saved)


@pytest.mark.slow
def test_an_older_copy_of_the_journal_counts_as_another(reviewer: Reviewer, tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    shutil.copy(reviewer.path, older)
    shutil.copy(f"{reviewer.path}-wal", f"{older}-wal")
    told = set(reviewer.saved)
    reviewer.answers(2)
    for suffix in ("", "-wal"):
        Path(f"{older}{suffix}").replace(f"{reviewer.path}{suffix}")
    reviewer.answers()
    assert answers_in(reviewer.path, tmp_path / "read") == told
    assert answers_in(reviewer.journal.path, tmp_path / "read") == set(reviewer.saved)
    assert reviewer.journal.path != reviewer.path


def claims(reviewer: Reviewer) -> list[int]:
    reviewer.journal.outbox.release_all(50)
    return [claim.delivery.id for claim in reviewer.journal.outbox.claim([HOME], 60, 0, 10)]


def delivers(reviewer: Reviewer) -> None:
    reviewer.journal.outbox.settle([(each, Delivered()) for each in claims(reviewer)], 60)


def fails_in_doubt(reviewer: Reviewer) -> None:
    ids = [each.id for each in reviewer.journal.queries.deliveries([HOME])]
    reviewer.journal.outbox.settle([(each, RetryLater("timed out", ambiguous=True)) for each in ids], 90)


def hears_the_servers_ids(reviewer: Reviewer) -> None:
    ids = [each.id for each in reviewer.journal.queries.deliveries([HOME])]
    reviewer.journal.outbox.settle([(each, RecheckLater(99, "later", f"server-{each}")) for each in ids], 70)


def sends_again(reviewer: Reviewer) -> None:
    ids = [each.id for each in reviewer.journal.queries.deliveries([HOME], [DeliveryState.DELIVERED])]
    assert reviewer.journal.resending.send_again([Lost(each) for each in ids], 80) == 3


def trusts_an_origin(reviewer: Reviewer) -> None:
    reviewer.journal.remembered.trust("http://harbour.example")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (look, claims),
        (claims, fails_in_doubt),
        (claims, hears_the_servers_ids),
        (delivers, sends_again),
        (look, trusts_an_origin),
    ],
)
def test_a_copy_that_does_not_know_what_may_have_gone_out_counts_as_another(
    before: Callable[[Reviewer], object], after: Callable[[Reviewer], object], reviewer: Reviewer
) -> None:
    before(reviewer)
    copied(reviewer.path, reviewer.path.with_name("older.db"))
    after(reviewer)
    reviewer.path.with_name("older.db").replace(reviewer.path)
    reviewer.journal.keep_in_place()
    assert reviewer.journal.path != reviewer.path


@pytest.mark.slow
@pytest.mark.parametrize("then", [claims, fails_in_doubt, hears_the_servers_ids])
def test_a_copy_that_knows_more_of_what_went_out_is_gone_on_with(
    then: Callable[[Reviewer], object], reviewer: Reviewer
) -> None:
    claims(reviewer)
    copy = reviewer.path.with_name("later.db")
    copied(reviewer.path, copy)
    further = Reviewer.at(copy)
    then(further)
    further.journal.close()
    copy.replace(reviewer.path)
    reviewer.journal.keep_in_place()
    assert reviewer.journal.path == reviewer.path
    assert len(reviewer.moves) == 1


def test_an_answer_that_was_sent_is_deleted_though_an_older_copy_lies_at_the_path_by_the_time_it_is_undone(
    reviewer: Reviewer,
) -> None:
    copied(reviewer.path, reviewer.path.with_name("older.db"))
    claims(reviewer)
    reviewer.path.with_name("older.db").replace(reviewer.path)
    reviewer.undoes()
    assert DeliveryOp.DELETE in {each.op for each in reviewer.journal.queries.deliveries([HOME])}


def test_a_commit_stands_though_the_mark_of_the_run_cannot_be_made_again(reviewer: Reviewer) -> None:
    (mark,) = reviewer.path.parent.glob("*.run-*")
    with reviewer.journal._store.writing() as db:
        db.execute("UPDATE deliveries SET reason = 'committed'")
        mark.unlink()
        mark.mkdir()
    assert {each.reason for each in reviewer.journal.queries.deliveries([HOME])} == {"committed"}
    with pytest.raises(JournalWriteFailed, match="no file can be made beside the journal"):
        reviewer.answers()
    reviewer.journal.close()
    assert reviewer.moves == []
    mark.rmdir()


@pytest.mark.slow
def test_a_whole_copy_of_the_journal_is_gone_on_with(reviewer: Reviewer, tmp_path: Path) -> None:
    shutil.copytree(reviewer.path.parent, tmp_path / "copy")
    shutil.rmtree(reviewer.path.parent)
    (tmp_path / "copy").rename(reviewer.path.parent)
    reviewer.answers()
    assert reviewer.journal.path == reviewer.path
    assert answers_in(reviewer.path, tmp_path / "read") == set(reviewer.saved)
    assert len(reviewer.moves) == 1


@pytest.mark.slow
def test_a_journal_in_which_nothing_was_written_yet_makes_way(reviewer: Reviewer, tmp_path: Path) -> None:
    shutil.rmtree(reviewer.path.parent)
    fresh = Journal.open(reviewer.path)
    assert fresh.queries.counts([HOME]).waiting == 0
    reviewer.answers()
    assert reviewer.journal.path == reviewer.path
    fresh.outbox.release_all(9)
    assert fresh.queries.counts([HOME]).waiting == 4
    assert answers_in(reviewer.path, tmp_path / "read") == set(reviewer.saved)
    fresh.close()


@pytest.mark.slow
def test_moved_away_and_back_both_go_on(reviewer: Reviewer, tmp_path: Path) -> None:
    state, away = reviewer.path.parent, tmp_path / "away"
    state.rename(away)
    reviewer.answers()
    shutil.rmtree(state)
    away.rename(state)
    before = answers_in(reviewer.path, tmp_path / "read")
    reviewer.answers()
    assert before == set(reviewer.saved[:3])
    assert answers_in(reviewer.path, tmp_path / "read") == before
    assert answers_in(reviewer.journal.path, tmp_path / "read") == set(reviewer.saved)


@pytest.mark.slow
def test_where_nothing_can_be_written_back_nothing_is_called_saved_until_it_can(
    reviewer: Reviewer, tmp_path: Path
) -> None:
    state = reviewer.path.parent
    shutil.rmtree(state)
    state.write_text("no directory")
    for attempt in (reviewer.answers, reviewer.journal.keep_in_place):
        with pytest.raises(JournalWriteFailed, match="cannot be written back"):
            attempt()
    assert reviewer.moves == []
    state.unlink()
    reviewer.answers()
    assert answers_in(reviewer.path, tmp_path / "read") == set(reviewer.saved)


def test_at_the_end_what_cannot_be_written_back_is_kept_elsewhere(
    reviewer: Reviewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    state = reviewer.path.parent
    shutil.rmtree(state)
    state.write_text("no directory")
    reviewer.journal.close()
    (moved,) = reviewer.moves
    assert moved.path.is_relative_to(tmp_path / "tmp")
    assert str(moved.path) in moved.sentence
    assert answers_in(moved.path, tmp_path / "read") == set(reviewer.saved)


def test_at_the_end_what_can_be_kept_nowhere_is_said_to_be_lost(
    reviewer: Reviewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    shutil.rmtree(reviewer.path.parent)
    reviewer.path.parent.write_text("no directory")
    with pytest.raises(JournalWriteFailed, match="is lost"):
        reviewer.journal.close()
    reviewer.path.parent.unlink()


def test_the_mark_of_a_run_is_made_again(reviewer: Reviewer) -> None:
    for mark in reviewer.path.parent.glob("*.run-*"):
        mark.unlink()
    reviewer.journal.keep_in_place()
    other = Journal.open(reviewer.path)
    other.outbox.release_earlier(50)
    assert other.queries.counts([HOME]).unreleased == 3
    other.close()
