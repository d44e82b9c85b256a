"""Several processes, and processes that die: what was accepted is in the file, once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from labeler.backends.local.store import LocalStore
from labeler.domain.worklist import Query
from tests.backends.local.samples import trace

CREATE = """
import asyncio, sys
from pathlib import Path
from labeler.backends.local.store import LocalStore
from tests.backends.local.samples import feedback, trace

async def main(path, prefix, count):
    store = await LocalStore.open_or_create(Path(path))
    await store.import_traces([trace("tr-1")])
    for number in range(int(count)):
        echo = await store.create(feedback(f"a-{prefix}-{number}"))
        print(echo.id, flush=True)
    await store.close()

asyncio.run(main(*sys.argv[1:]))
"""


def started(code: str, path: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, str(path), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def labelling(path: Path, prefix: str, count: int) -> subprocess.Popen[str]:
    return started(CREATE, path, prefix, str(count))


async def stored(path: Path) -> list[str]:
    store = await LocalStore.open(path)
    try:
        return [assessment.id for assessment in (await store.summary("tr-1")).assessments]
    finally:
        await store.close()


async def test_processes_that_make_and_fill_one_store_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    processes = [labelling(path, prefix, 100) for prefix in "xyz"]
    said = [await asyncio.to_thread(process.communicate) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    accepted = [line for out, _ in said for line in out.split()]
    assert len(accepted) == 300
    assert sorted(await stored(path)) == sorted(accepted)


async def test_what_was_accepted_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    for round_number in range(4):
        process = labelling(path, f"r{round_number}", 10_000)
        assert process.stdout is not None
        accepted = [process.stdout.readline().strip() for _ in range(5 + 40 * round_number)]
        process.kill()
        accepted += process.stdout.read().split()
        process.wait()
        process.stdout.close()
        survived = [name for name in await stored(path) if name.startswith(f"a-r{round_number}-")]
        assert survived[: len(accepted)] == accepted
        assert len(survived) <= len(accepted) + 1


async def test_one_process_sees_what_another_wrote(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    mine = await LocalStore.open_or_create(path)
    await asyncio.to_thread(labelling(path, "x", 3).communicate)
    assert len((await mine.summary("tr-1")).assessments) == 3
    await mine.import_traces([trace("tr-2")])
    assert [summary.id async for page in mine.snapshot(Query(("1",))) for summary in page] == ["tr-1", "tr-2"]
    await mine.close()


CLAIM = """
import asyncio, sys
from pathlib import Path
from labeler.backends.base import AlreadyThere
from labeler.backends.local.store import LocalStore
from labeler.domain.queue import QueueItemState

async def main(path, who):
    store = await LocalStore.open(Path(path))
    for number in range(20):
        try:
            queue = await store.create_queue("1", f"Race {number}" if who < "y" else f"RACE {number}", [who])
            print("won", number, flush=True)
        except AlreadyThere:
            queue = await store.queue("1", f"race {number}")
        await store.add_items(queue.id, ["tr-1", "tr-2"])
        item = await store.set_item_state(queue.id, "tr-1", QueueItemState.COMPLETE, who)
        print("first", number, item.completed_by, flush=True)
    await store.close()

asyncio.run(main(*sys.argv[1:]))
"""

FILL = """
import asyncio, sys
from pathlib import Path
from labeler.backends.local.store import LocalStore

async def main(path):
    store = await LocalStore.open(Path(path))
    trace_ids = [f"tr-{number}" for number in range(1, 2001)]
    while True:
        queue = await store.create_queue("1", "Autumn", ["ana"])
        print(queue.id, flush=True)
        await store.add_items(queue.id, trace_ids)
        await store.delete_queue(queue.id)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_of_programs_that_claim_one_name_one_wins_and_all_are_told_who_was_first(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = await LocalStore.open_or_create(path)
    await store.import_traces([trace("tr-1"), trace("tr-2")])
    programs = [started(CLAIM, path, who) for who in "wxyz"]
    said = [await asyncio.to_thread(program.communicate) for program in programs]
    assert [program.returncode for program in programs] == [0] * 4
    lines = [line.split() for out, _ in said for line in out.splitlines()]
    assert sorted(int(line[1]) for line in lines if line[0] == "won") == list(range(20))
    for number in range(20):
        assert len({line[2] for line in lines if line[:2] == ["first", str(number)]}) == 1
    for queue in await store.queues("1"):
        states = [item.state async for page in store.items(queue) for item in page]
        assert states == ["COMPLETE", "PENDING"]
    await store.close()


@pytest.mark.slow
async def test_a_program_killed_while_it_fills_a_queue_leaves_all_of_it_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = await LocalStore.open_or_create(path)
    await store.import_traces([trace(f"tr-{number}") for number in range(1, 2_001)])
    for round_number in range(6):
        program = started(FILL, path)
        assert program.stdout is not None
        for _ in range(1 + round_number):
            program.stdout.readline()
        await asyncio.sleep(0.004 * round_number)
        program.kill()
        program.wait()
        program.stdout.close()
        for queue in await store.queues("1"):
            assert len([item async for page in store.items(queue) for item in page]) in (0, 2_000)
            await store.delete_queue(queue.id)
    await store.close()
