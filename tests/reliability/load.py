"""``load``: 50 reviewers give 10,000 answers to one MLflow server on PostgreSQL, with faults between.

The reviewers are those of ``tests.reliability.reviewers``: tasks of asyncio in a few processes, each with a journal and
a delivery engine of its own. Every request goes through a proxy that spoils a share of them, drawn by a seed. The
verdict compares what each reviewer saw accepted with what the server has, and the order of the journals with the order
in which the database took the assessments in (a trigger in it writes that down). The rate stands beside that of plain
POSTs of the same assessments to the same server, by httpx without faults, before and after.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from labeler.delivery.attempt import HORIZON_MS
from tests.benchmarks.measures import machine, median
from tests.benchmarks.mlflow_delivery import per_second, send_raw
from tests.benchmarks.mlflow_reads import raw_client
from tests.reliability.arrivals import arrivals, note_arrivals, out_of_order
from tests.reliability.figures import print_figures
from tests.reliability.patience import patience
from tests.reliability.place import Place, assessed, log_marks
from tests.reliability.reviewers import Plan, Told, work
from tests.reliability.verdict import Verdict, judge
from tests.reliability.weather import FAULTS, Weather
from tests.servers.fault_proxy import FaultProxy, fault_proxy
from tests.servers.mlflow_server import MlflowServer
from tests.servers.postgres import Postgres

_RAW_AT_ONCE = (4, 8)
"""Plain POSTs in flight: where an MLflow server saturates; more makes it slower."""


@dataclass(frozen=True)
class Size:
    """How large a run is. `answers` are in all, `share` that of requests which meet a fault; `pace_s`, `horizon_ms`
    and `give_up_s` as in `Plan`. The processes get twice `give_up_s` for everything.
    """

    reviewers: int = 50
    answers: int = 10_000
    processes: int = 4
    share: float = FAULTS
    pace_s: float = 1.0
    seed: int = 1
    horizon_ms: int = HORIZON_MS
    plain_posts: int = 600
    give_up_s: float = 1_800


@dataclass(slots=True)
class Outcome:
    """What a run came to. Rates in answers a second, `wrong` cells whose last value is not the reviewer's."""

    told: list[Told]
    verdict: Verdict
    wrong: int
    disordered: int
    met: Counter[str]
    requests: int
    seconds: float
    rate: float
    plain: list[float]

    @property
    def holds(self) -> bool:
        undelivered = sum(len(each.undelivered) for each in self.told)
        return self.verdict.holds and not (self.wrong or self.disordered or undelivered)


def run(server: MlflowServer, size: Size, directory: Path) -> Outcome:
    """One run against a running server."""
    note_arrivals(server.store)
    place = log_marks(server, max(size.answers // 20, 10))
    return asyncio.run(_run(server, place, size, directory))


async def _run(server: MlflowServer, place: Place, size: Size, directory: Path) -> Outcome:
    plain = [await _plain_rate(server, size.plain_posts)]
    weather = Weather(size.seed)
    weather.share = size.share
    async with fault_proxy(server.url) as proxy:
        proxy.otherwise = weather
        began = time.time()
        told = await _label(proxy, place, size, directory)
        seconds = time.time() - began
    plain.append(await _plain_rate(server, size.plain_posts))
    arrived = sorted(at for each in told for at in each.arrived_ms)
    bulk = arrived[: len(arrived) * 99 // 100]
    rate = len(bulk) / (bulk[-1] / 1000 - began)
    verdict, wrong = _compare(told, place)
    sent = {(each.reviewer, trace): ids for each in told for trace, ids in each.sent.items()}
    disordered = out_of_order(
        {key: ids for key, ids in arrivals(server.store).items() if key[1] in place.traces.values()}, sent
    )
    return Outcome(told, verdict, wrong, disordered, weather.met, len(proxy.seen), seconds, rate, plain)


async def _label(proxy: FaultProxy, place: Place, size: Size, directory: Path) -> list[Told]:
    """All reviewers, spread over the processes, each on a stretch of the traces of its own choosing."""
    each = size.answers // size.reviewers
    items = -(-each // 3)
    marks = list(place.traces)
    names = [f"reviewer-{number:02}" for number in range(size.reviewers)]
    starts = {name: number * len(marks) // size.reviewers for number, name in enumerate(names)}
    traces = {
        name: {mark: place.traces[mark] for mark in (marks * 2)[start : start + items]}
        for name, start in starts.items()
    }
    plans = [
        Plan(
            proxy.url,
            place.experiment_id,
            directory,
            {name: traces[name] for name in names[part :: size.processes]},
            each,
            size.pace_s,
            size.seed,
            size.horizon_ms,
            size.give_up_s,
        )
        for part in range(size.processes)
    ]
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(size.processes, multiprocessing.get_context("spawn")) as pool:
        try:
            async with patience(2 * size.give_up_s, "the reviewers' processes"):
                found = await asyncio.gather(*(loop.run_in_executor(pool, work, plan) for plan in plans))
        except BaseException:
            for process in multiprocessing.active_children():
                process.kill()  # the pool would wait for them
            raise
    return [one for part in found for one in part]


async def _plain_rate(server: MlflowServer, posts: int) -> float:
    """The best rate of plain POSTs, a trace each of an experiment of its own, without proxy or faults."""
    trace_ids = list(log_marks(server, posts).traces.values())
    async with raw_client(server.url, quick=True) as http:
        await send_raw(http, trace_ids[:40], 8)
        return max([await per_second(posts, partial(send_raw, http, trace_ids, at_once)) for at_once in _RAW_AT_ONCE])


def _compare(told: list[Told], place: Place) -> tuple[Verdict, int]:
    """The verdict over all reviewers, and how many cells end with another value than the reviewer's last."""
    found = assessed(place)
    verdict, wrong = Verdict(), 0
    for each in told:
        mine = [row for row in found if row.reviewer == each.reviewer]
        verdict += judge(each.accepted, each.history, mine)
        valid = {(row.mark, row.question): row.said for row in mine if row.valid}
        wrong += sum(said != each.accepted.get(cell) for cell, said in valid.items())
    return verdict, wrong


@contextlib.contextmanager
def _served(directory: Path, *, on_postgres: bool) -> Iterator[tuple[MlflowServer, str]]:
    """A default ``mlflow server`` of four workers, and what its store is."""
    with contextlib.ExitStack() as stack:
        store, name = "", "SQLite"
        if on_postgres:
            postgres = Postgres()
            stack.callback(postgres.close)
            postgres.start()
            store, name = postgres.uri, postgres.version
        server = MlflowServer(directory, options=(), store=store)
        stack.callback(server.close)
        server.start()
        yield server, name


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability load", description=__doc__)
    parser.add_argument("--reviewers", type=int, default=Size.reviewers)
    parser.add_argument("--answers", type=int, default=Size.answers, help="in all")
    parser.add_argument("--processes", type=int, default=Size.processes)
    parser.add_argument("--share", type=float, default=Size.share, help="of requests that meet a fault")
    parser.add_argument("--seed", type=int, default=Size.seed)
    parser.add_argument("--sqlite", action="store_true", help="instead of PostgreSQL")
    asked = parser.parse_args(arguments)
    size = Size(asked.reviewers, asked.answers, asked.processes, asked.share, seed=asked.seed)
    print(machine())
    with tempfile.TemporaryDirectory(prefix="labeler-load-") as directory:
        home = Path(directory)
        home.chmod(0o755)
        with _served(home, on_postgres=not asked.sqlite) as (server, store):
            print(f"mlflow server, four workers, on {store}; load {os.getloadavg()[0]:.1f} before", flush=True)
            outcome = run(server, size, home)
    _print(outcome, size)
    return 0 if outcome.holds else 1


def _print(outcome: Outcome, size: Size) -> None:
    did = sum((each.did for each in outcome.told), Counter[str]())
    undelivered = [line for each in outcome.told for line in each.undelivered]
    plain = median(outcome.plain)
    figures: dict[str, object] = {
        "reviewers": size.reviewers,
        **{f"answers {what}" if what != "answered" else "answers given": count for what, count in sorted(did.items())},
        "requests": outcome.requests,
        "requests that met a fault": outcome.met.total(),
        "standing answers": outcome.verdict.answers,
        "rows on the server": outcome.verdict.rows,
        "lost": outcome.verdict.lost,
        "twice": outcome.verdict.duplicates,
        "wrong last value": outcome.wrong,
        "histories that are not the reviewer's": outcome.verdict.order,
        "arrived out of order": outcome.disordered,
        "not delivered": len(undelivered),
        "seconds until everything was delivered": f"{outcome.seconds:.0f}",
        "answers/s, until 99 % were there": f"{outcome.rate:.1f}",
        "plain POSTs/s, before and after": " ".join(f"{rate:.1f}" for rate in outcome.plain),
        "rate held": f"{outcome.rate / plain:.0%}",
        "load after": f"{os.getloadavg()[0]:.1f}",
    }
    print_figures(figures)
    print(*(f"  {count:6,}  {name}" for name, count in sorted(outcome.met.items())), sep="\n")
    print(*outcome.verdict.details[:20], *undelivered[:20], sep="\n", flush=True)
