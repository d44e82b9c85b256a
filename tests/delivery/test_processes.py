"""Several processes at one journal, killed at any moment: one delivers at a time, and nothing arrives twice."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from labeler.backends.local.store import LocalStore
from labeler.delivery.lock import DeliveryLocks
from labeler.domain.destination import Destination
from labeler.domain.trace import RawTrace, TraceState, TraceSummary
from labeler.domain.worklist import ReviewSpec
from labeler.storage.file_lock import FileLock
from tests.delivery.work import Work, running, work
from tests.journal.sitting import spec

ROOT = Path(__file__).parents[2]
TRACES = [f"tr-{number:03}" for number in range(120)]


@contextlib.contextmanager
def deliverer(directory: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.delivery.deliverer", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


async def filled_store(directory: Path) -> LocalStore:
    store = await LocalStore.open_or_create(directory / "store.db")
    summaries = [TraceSummary(trace, "", 1, 1, TraceState.OK, "n") for trace in TRACES]
    await store.import_traces([RawTrace(summary, b'{"spans": []}') for summary in summaries])
    return store


def spec_at(home: Destination) -> ReviewSpec:
    return replace(spec(), backend_uri=home.backend_uri, experiment_ids=(home.experiment_id,))


async def answer_all(at_work: Work) -> None:
    for trace in TRACES:
        await at_work.answer(trace, "helpful", True)
    await at_work.journal.run(at_work.journal.outbox.release_all, 1)


async def assert_each_arrived_once(store: LocalStore) -> None:
    for trace in TRACES:
        (stored,) = (await store.summary(trace)).assessments
        assert stored.valid


def test_the_lock_is_free_again_when_its_holder_is_killed(tmp_path: Path) -> None:
    hold = (
        "import sys, time; from pathlib import Path; from labeler.storage.file_lock import FileLock; "
        "lock = FileLock(Path(sys.argv[1])); print(lock.try_acquire(), flush=True); time.sleep(600)"
    )
    lock = FileLock(tmp_path / "lock")
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path / "lock")], stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert not lock.try_acquire()
        holder.kill()
    assert lock.try_acquire()
    assert not FileLock(tmp_path / "lock").try_acquire()
    lock.release()
    assert FileLock(tmp_path / "lock").try_acquire()


def test_a_deleted_lock_file_leaves_one_deliverer(tmp_path: Path) -> None:
    home = Destination("http://harbour.example", "", "7")
    one, other = (DeliveryLocks(tmp_path / "delivery.lock", [home]) for _ in range(2))
    assert one.try_acquire() == [home]
    for file in tmp_path.iterdir():
        file.unlink()
    assert other.try_acquire() == [home]
    assert one.held == []
    assert one.try_acquire() == []
    other.release()
    assert one.try_acquire() == [home]
    one.release()


async def test_processes_killed_while_they_deliver_deliver_each_answer_once(tmp_path: Path) -> None:
    store = await filled_store(tmp_path)
    home = Destination(store.uri, "", (await store.experiments())[0].id)
    async with work(tmp_path, TRACES, spec_at(home), home) as at_work:
        await answer_all(at_work)
        for _ in range(4):
            with deliverer(tmp_path) as one, deliverer(tmp_path) as other:
                for process in random.sample([one, other], 2):
                    await asyncio.sleep(random.uniform(0.0, 0.05))
                    process.kill()
        with deliverer(tmp_path):
            await at_work.until(waiting=0)
    await assert_each_arrived_once(store)
    await store.close()


async def test_sync_beside_another_process_reports_what_that_one_delivered(tmp_path: Path) -> None:
    store = await filled_store(tmp_path)
    home = Destination(store.uri, "", (await store.experiments())[0].id)
    async with work(tmp_path, TRACES, spec_at(home), home) as at_work:
        await answer_all(at_work)
        with deliverer(tmp_path) as other:
            assert other.stdout is not None
            await asyncio.to_thread(other.stdout.readline)
            result = await at_work.engine(store).drain()
            assert (result.queued, result.parked, result.refused) == (0, 0, 0)
            assert at_work.settled() == []
    await assert_each_arrived_once(store)
    await store.close()


@contextlib.contextmanager
def screen(directory: Path, *trace_ids: str) -> Iterator[subprocess.Popen[str]]:
    """A process that labels these traces, does not leave the last of them, and delivers nothing."""
    command = [sys.executable, "-m", "tests.delivery.screen", str(directory), *trace_ids]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


async def has_answered(process: subprocess.Popen[str]) -> None:
    """Return once the screen has labelled everything; it fails where anything of that did."""
    assert process.stdout is not None
    assert await asyncio.to_thread(process.stdout.readline) == "answered\n"


async def test_what_another_screen_may_still_change_waits_until_that_screen_is_killed(tmp_path: Path) -> None:
    store = await filled_store(tmp_path)
    home = Destination(store.uri, "", (await store.experiments())[0].id)
    mine, its = TRACES[:2]
    async with work(tmp_path, TRACES, spec_at(home), home) as at_work:
        with deliverer(tmp_path) as first, screen(tmp_path, its) as other:
            await has_answered(other)
            first.kill()
            async with running(at_work.engine(store)):
                await at_work.answer(mine, "helpful", True)
                await at_work.leave(mine)
                await at_work.until(waiting=1)
                await asyncio.sleep(0.01)  # what is settled in the drain's first millisecond counts as its own
                result = await at_work.engine(store).drain()
                assert (result.delivered, result.queued) == (0, 1)
                assert (await store.summary(its)).assessments == ()
                other.kill()
                await at_work.until(waiting=0)
    for trace in (mine, its):
        (stored,) = (await store.summary(trace)).assessments
        assert stored.valid
    await store.close()


async def test_several_screens_label_at_once_while_deliverers_come_and_go(tmp_path: Path) -> None:
    store = await filled_store(tmp_path)
    home = Destination(store.uri, "", (await store.experiments())[0].id)
    async with work(tmp_path, TRACES, spec_at(home), home) as at_work:
        with screen(tmp_path, *TRACES[:60]) as one, screen(tmp_path, *TRACES[60:]) as other:
            with deliverer(tmp_path) as first, deliverer(tmp_path):
                await has_answered(one)
                first.kill()
                await has_answered(other)
                await at_work.until(waiting=2)
            one.kill()
            with deliverer(tmp_path):
                await at_work.until(waiting=1)
            other.kill()
            with deliverer(tmp_path):
                await at_work.until(waiting=0)
    await assert_each_arrived_once(store)
    await store.close()
