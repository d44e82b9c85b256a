"""Several processes, and processes that die: what was accepted is in the file, once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

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


def labelling(path: Path, prefix: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CREATE, str(path), prefix, str(count)], stdout=subprocess.PIPE, text=True
    )


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
