"""One thread for calls from event loops: in order, errors come back, and closing loses nothing that was asked for."""

from __future__ import annotations

import asyncio
import logging
import threading
import time

import pytest

from labeler.storage.worker import Worker


class Unwell(Exception):
    pass


def fail() -> None:
    raise Unwell("of its own accord")


async def test_calls_are_made_in_order_on_one_thread_and_what_they_return_comes_back() -> None:
    worker, made = Worker("made"), list[tuple[int, int]]()

    def make(number: int, *, pause_s: float) -> int:
        time.sleep(pause_s)
        made.append((number, threading.get_ident()))
        return 2 * number

    returned = await asyncio.gather(*(worker.run(make, number, pause_s=0.02 / (number + 1)) for number in range(5)))
    await worker.close()
    assert returned == [0, 2, 4, 6, 8]
    assert [number for number, _ in made] == [0, 1, 2, 3, 4]
    assert len({thread for _, thread in made} - {threading.get_ident()}) == 1


async def test_an_error_comes_back_to_whoever_awaits_and_the_next_call_is_made_all_the_same() -> None:
    worker = Worker("unwell")
    with pytest.raises(Unwell):
        await worker.run(fail)
    assert await worker.run(lambda: "well") == "well"
    await worker.close()


async def test_everything_that_was_asked_for_is_done_before_the_end_also_where_nobody_waits_any_more() -> None:
    worker, done, may_begin = Worker("busy"), list[str](), threading.Event()
    first = asyncio.create_task(worker.run(may_begin.wait))
    asked = [asyncio.create_task(worker.run(done.append, each)) for each in ("a", "b", "c")]
    await asyncio.sleep(0)
    asked[1].cancel()
    ending = asyncio.create_task(worker.close(lambda: done.append("end")))
    await asyncio.sleep(0)
    may_begin.set()
    await asyncio.gather(first, ending, *asked, return_exceptions=True)
    assert done == ["a", "b", "c", "end"]
    with pytest.raises(RuntimeError, match="the busy is closed"):
        await worker.run(done.append, "late")
    await worker.close(lambda: done.append("twice"))
    assert done == ["a", "b", "c", "end"]


async def test_what_fails_at_the_end_is_raised_there() -> None:
    worker = Worker("failing")
    with pytest.raises(Unwell):
        await worker.close(fail)


async def test_what_fails_when_nobody_waits_any_more_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    worker, may_begin = Worker("lonely"), threading.Event()
    first = asyncio.create_task(worker.run(may_begin.wait))
    cancelled = asyncio.create_task(worker.run(fail))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.sleep(0)
    with caplog.at_level(logging.WARNING):
        may_begin.set()
        await asyncio.gather(first, cancelled, worker.close(), return_exceptions=True)
    (record,) = caplog.records
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], Unwell)


async def test_it_looks_now_and_then_whether_there_is_work_or_none() -> None:
    worker, looks, loop = Worker("watchful"), asyncio.Semaphore(0), asyncio.get_running_loop()

    def look() -> None:
        loop.call_soon_threadsafe(looks.release)

    worker.look_every(0.02, look)
    async with asyncio.timeout(30):
        for _ in range(2):
            await looks.acquire()
        for _ in range(2):
            while looks.locked():
                await worker.run(time.sleep, 0.001)
            await looks.acquire()
    await worker.close()
