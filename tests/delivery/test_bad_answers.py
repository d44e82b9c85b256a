"""Every bad answer of a server, a proxy or a login page: what becomes of the label, and that it still arrives once.

Each answer is given for as long as one delivery of everything takes. Then it stops, whatever was refused is retried
as a person would do it, and the server has to hold each label once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path

import pytest

from labeler.backends.mlflow.backend import MlflowBackend, open_backend
from labeler.backends.mlflow.transport import Patience, Timeouts
from labeler.delivery.events import ConnectionChanged
from labeler.domain.destination import Destination
from labeler.domain.worklist import Query
from labeler.journal.models import Delivery, DeliveryState, ParkCause
from tests.delivery.work import HASTE, Work, work
from tests.journal.sitting import spec
from tests.servers import fault_proxy as faults
from tests.servers.fault_proxy import Exchange, Fault, FaultProxy, fault_proxy
from tests.servers.filling import log_many
from tests.servers.mlflow_server import MlflowServer, shared_server

pytestmark = pytest.mark.slow

HTML = {"Content_Type": "text/html; charset=utf-8"}
JSON = {"Content_Type": "application/json"}
LOGIN_PAGE = "<!doctype html><title>Sign in</title><form action=/login><input name=password></form>"


class Fate(StrEnum):
    RETRIED = "waiting"
    PARKED = "parked"
    REFUSED = "refused"
    DELIVERED = "delivered"


@dataclass(frozen=True)
class Bad:
    """A bad answer to the create of one label (to every request: `to_all`), and what it is taken to mean."""

    answer: Fault
    fate: Fate
    told: str = ""
    cause: ParkCause | None = None
    to_all: bool = False
    requests: int | None = None
    """How often the label was sent meanwhile, where that matters."""


def mlflow_says(status: int, code: str, message: str) -> Fault:
    return faults.answer(status, f'{{"error_code": "{code}", "message": "{message}"}}', **JSON)


async def speaks_no_http(exchange: Exchange) -> None:
    await exchange.send(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
    exchange.close()


def after_commit(body: str, **headers: str) -> Fault:
    return faults.answer_after_commit(200, body, **headers)


SIGN_IN, ADDRESS = ParkCause.CREDENTIALS, ParkCause.BACKEND
IN_AN_HOUR = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)

BAD_ANSWERS: dict[str, Bad] = {
    # What is wrong with the label itself
    "400 INVALID_PARAMETER_VALUE": Bad(
        mlflow_says(400, "INVALID_PARAMETER_VALUE", "value too long"), Fate.REFUSED, "value too long", requests=1
    ),
    "400 BAD_REQUEST": Bad(mlflow_says(400, "BAD_REQUEST", "no such type"), Fate.REFUSED, "no such type", requests=1),
    "413 from a proxy, in HTML": Bad(
        faults.answer(413, "<h1>413 Request Entity Too Large</h1>", **HTML), Fate.REFUSED, "this large", requests=1
    ),
    "500 in JSON, for this label alone": Bad(
        mlflow_says(500, "INTERNAL_ERROR", "bad blob"), Fate.REFUSED, "failed 5 times on this one", requests=5
    ),
    "500 in HTML, for this label alone": Bad(
        faults.answer(500, "<h1>Internal Server Error</h1>", **HTML), Fate.REFUSED, "failed 5 times", requests=5
    ),
    "409 RESOURCE_CONFLICT, for this label alone": Bad(
        mlflow_says(409, "RESOURCE_CONFLICT", "in use"), Fate.REFUSED, "failed 5 times", requests=5
    ),
    "404 RESOURCE_DOES_NOT_EXIST though the trace is there": Bad(
        mlflow_says(404, "RESOURCE_DOES_NOT_EXIST", "gone"), Fate.REFUSED, "and then did", requests=5
    ),
    # Who may do it
    "401 for this label alone": Bad(
        faults.answer(401, "You are not authenticated.", **HTML), Fate.PARKED, "wants credentials", SIGN_IN, requests=1
    ),
    "401 for everything": Bad(
        faults.answer(401, "You are not authenticated.", **HTML), Fate.PARKED, "wants credentials", SIGN_IN, True, 1
    ),
    "403 in HTML, for this trace alone": Bad(
        faults.answer(403, "Permission denied", **HTML), Fate.PARKED, "does not allow this", SIGN_IN, requests=1
    ),
    "403 PERMISSION_DENIED": Bad(
        mlflow_says(403, "PERMISSION_DENIED", "needs EDIT"), Fate.PARKED, "needs EDIT", SIGN_IN, requests=1
    ),
    "403 for everything": Bad(
        faults.answer(403, "Permission denied", **HTML), Fate.PARKED, "does not allow this", SIGN_IN, True, 1
    ),
    "407 from a proxy": Bad(faults.answer(407, ""), Fate.PARKED, "does not allow this", SIGN_IN, True, 1),
    # Who answers there
    "404 of an unknown route, in HTML": Bad(
        faults.answer(404, "<h1>Not Found</h1>", **HTML), Fate.PARKED, "no such route", ADDRESS, requests=1
    ),
    "405 in HTML": Bad(
        faults.answer(405, "<h1>Method Not Allowed</h1>", **HTML), Fate.PARKED, "no such route", ADDRESS, requests=1
    ),
    "404 in HTML for everything": Bad(
        faults.answer(404, "<h1>Not Found</h1>", **HTML), Fate.PARKED, "no such route", ADDRESS, True, 1
    ),
    "501 NOT_IMPLEMENTED": Bad(
        mlflow_says(501, "NOT_IMPLEMENTED", "no traces here"), Fate.PARKED, "no traces here", ADDRESS, requests=1
    ),
    "a redirect to a login page": Bad(
        faults.answer(302, "", Location="https://sso.example/login?token=s3cret"),
        Fate.PARKED,
        "redirects to https://sso.example: a login page",
        ADDRESS,
        True,
        1,
    ),
    "a redirect of this label alone": Bad(
        faults.answer(307, "", Location="/login"), Fate.PARKED, "a login page", ADDRESS, requests=1
    ),
    "a login page with 200 for everything": Bad(
        faults.answer(200, LOGIN_PAGE, **HTML), Fate.PARKED, "a login page", ADDRESS, True, 1
    ),
    "a login page with 200 that calls itself JSON": Bad(
        faults.answer(200, LOGIN_PAGE, **JSON), Fate.PARKED, "a login page", ADDRESS, True, 1
    ),
    "something that speaks no HTTP": Bad(speaks_no_http, Fate.PARKED, "does not speak HTTP", ADDRESS, True, 1),
    # Who cannot answer now
    "429": Bad(faults.answer(429), Fate.RETRIED, "slow down"),
    "429 with Retry-After in seconds": Bad(
        faults.answer(429, "", Retry_After="3600"), Fate.RETRIED, "slow down", requests=1
    ),
    "429 with Retry-After as a date": Bad(
        faults.answer(429, "", Retry_After=IN_AN_HOUR), Fate.RETRIED, "slow down", requests=1
    ),
    "503": Bad(faults.answer(503, "busy"), Fate.RETRIED, "not available now (503)"),
    "503 with Retry-After in seconds": Bad(
        faults.answer(503, "busy", Retry_After="3600"), Fate.RETRIED, "not available now (503)", requests=1
    ),
    "503 with Retry-After as a date": Bad(
        faults.answer(503, "busy", Retry_After=IN_AN_HOUR), Fate.RETRIED, "not available now (503)", requests=1
    ),
    "503 TEMPORARILY_UNAVAILABLE, database is locked": Bad(
        mlflow_says(503, "TEMPORARILY_UNAVAILABLE", "database is locked"), Fate.RETRIED, "database is locked"
    ),
    "502 with an HTML body": Bad(faults.answer(502, "<h1>502 Bad Gateway</h1>", **HTML), Fate.RETRIED, "(502)"),
    "502 with an HTML body for everything": Bad(
        faults.answer(502, "<h1>502 Bad Gateway</h1>", **HTML), Fate.RETRIED, "(502)", to_all=True
    ),
    "504": Bad(faults.answer(504, ""), Fate.RETRIED, "(504)"),
    "408": Bad(faults.answer(408, ""), Fate.RETRIED, "gave up waiting"),
    "500 in JSON for everything": Bad(
        mlflow_says(500, "INTERNAL_ERROR", "no database"), Fate.RETRIED, "no database", to_all=True
    ),
    "500 in HTML for everything": Bad(
        faults.answer(500, "<h1>Internal Server Error</h1>", **HTML), Fate.RETRIED, "failed", to_all=True
    ),
    "a database that MLflow reports as a bad request": Bad(
        mlflow_says(400, "BAD_REQUEST", "QueuePool limit of size 5 overflow 10 reached"), Fate.RETRIED, "QueuePool"
    ),
    # What is no answer
    "a login page with 200 for this label alone": Bad(
        faults.answer(200, LOGIN_PAGE, **HTML), Fate.RETRIED, "something else than MLflow's JSON"
    ),
    "truncated JSON with 200, nothing stored": Bad(
        faults.answer(200, '{"assessment": {"assessment_id": "a-0', **JSON), Fate.RETRIED, "something else"
    ),
    "invalid JSON with 200, nothing stored": Bad(
        faults.answer(200, "{'assessment': None}", **JSON), Fate.RETRIED, "something else"
    ),
    "an empty body with 200, nothing stored": Bad(faults.answer(200, "", **JSON), Fate.RETRIED, "something else"),
    "a body that says it is compressed and is not": Bad(
        faults.answer(200, "{}", Content_Encoding="gzip"), Fate.RETRIED, "broke"
    ),
    "a connection closed without an answer": Bad(faults.drop_request, Fate.RETRIED, "broke"),
    "a server that accepts and never answers": Bad(faults.silence, Fate.RETRIED, "went silent"),
    "a server that accepts and never answers anything": Bad(faults.silence, Fate.RETRIED, "went silent", to_all=True),
    # What was stored though the answer was bad
    "a dropped answer after the commit": Bad(faults.drop_response, Fate.DELIVERED, requests=1),
    "a reset after the commit": Bad(faults.reset_after_commit, Fate.DELIVERED, requests=1),
    "a body cut off after the commit": Bad(faults.half_a_body, Fate.DELIVERED, requests=1),
    "a byte now and then after the commit": Bad(faults.drip, Fate.DELIVERED, requests=1),
    "truncated JSON after the commit": Bad(after_commit('{"assessment": {', **JSON), Fate.DELIVERED, requests=1),
    "invalid JSON after the commit": Bad(after_commit("OK", **JSON), Fate.DELIVERED, requests=1),
    "a login page after the commit": Bad(after_commit(LOGIN_PAGE, **HTML), Fate.DELIVERED, requests=1),
    "502 with an HTML body after the commit": Bad(
        faults.answer_after_commit(502, "<h1>502 Bad Gateway</h1>", **HTML), Fate.DELIVERED, requests=1
    ),
}

ORDINARY, IMPATIENT = Timeouts(), Timeouts(3, *[Patience(silence_s=1.0, total_s=2.0)] * 3)


@dataclass(frozen=True)
class Place:
    """Traces on a real server behind a proxy, and a reviewer's journal with an answer about each of them."""

    server: MlflowServer
    proxy: FaultProxy
    backend: MlflowBackend
    traces: list[str]
    at_work: Work

    def creates(self, trace_id: str) -> int:
        """How often a label of that trace was sent."""
        path = f"/traces/{trace_id}/assessments"
        return sum(method == "POST" and seen.endswith(path) for method, seen in self.proxy.seen)

    def meet(self, bad: Fault, trace_id: str | None = None) -> None:
        """From now on the creates of that trace (None: all requests) meet `bad`."""

        async def fault(exchange: Exchange) -> None:
            is_it = exchange.method == "POST" and exchange.path.endswith(f"/traces/{trace_id}/assessments")
            await (bad if trace_id is None or is_it else faults.none)(exchange)

        self.proxy.otherwise = fault

    async def only_undone(self) -> Delivery:
        (row,) = await self.at_work.undone()
        return row

    async def recover(self) -> None:
        """The bad answers stop, and a person retries what was refused."""
        self.proxy.otherwise = faults.none
        refused = [each for each in await self.at_work.undone() if each.state is DeliveryState.REFUSED]
        await self.at_work.journal.run(self.at_work.journal.outbox.retry, [each.id for each in refused])
        result = await self.at_work.engine(self.backend).drain()
        assert (result.queued, result.parked, result.refused) == (0, 0, 0)

    async def assert_each_label_is_there_once(self) -> None:
        clean = await open_backend(self.server.url)
        for trace_id in self.traces:
            (stored,) = (await clean.summary(trace_id)).assessments
            assert stored.valid
            assert stored.id == self.at_work.sitting.cells[trace_id, "helpful"].assessment_id
        await clean.close()


@asynccontextmanager
async def place(directory: Path, count: int, timeouts: Timeouts = ORDINARY) -> AsyncIterator[Place]:
    server = shared_server()
    experiment_id = server.new_experiment()
    log_many(server, experiment_id, count)
    async with fault_proxy(server.url) as proxy:
        backend = await open_backend(proxy.url, timeouts=timeouts)
        traces = [each.id async for page in backend.snapshot(Query((experiment_id,))) for each in page]
        assert len(traces) == count
        home = Destination(proxy.url, "", experiment_id)
        review = replace(spec(), backend_uri=proxy.url, experiment_ids=(experiment_id,))
        async with work(directory, traces, review, home) as at_work:
            for trace_id in traces:
                await at_work.answer(trace_id, "helpful", True, "because")
            yield Place(server, proxy, backend, traces, at_work)
        await backend.close()


def is_a_sentence(reason: str) -> bool:
    """Whether a person can read it: words, no traceback, no markup, no Python."""
    return " " in reason and not any(strange in reason for strange in ("Traceback", "<h1", "<!doctype", "Error("))


@pytest.mark.parametrize("name", BAD_ANSWERS)
async def test_a_label_that_meets_a_bad_answer_is_neither_lost_nor_there_twice(name: str, tmp_path: Path) -> None:
    bad = BAD_ANSWERS[name]
    waits_long = bad.answer in (faults.silence, faults.drip)
    async with place(tmp_path, 1, IMPATIENT if waits_long else ORDINARY) as there:
        there.meet(bad.answer, None if bad.to_all else there.traces[0])
        timing = replace(HASTE, patience=2) if waits_long else HASTE
        result = await there.at_work.engine(there.backend, timing=timing).drain()
        ended = {
            Fate.RETRIED: result.queued,
            Fate.PARKED: result.parked,
            Fate.REFUSED: result.refused,
            Fate.DELIVERED: result.delivered,
        }
        assert ended == {fate: int(fate is bad.fate) for fate in Fate}
        assert result.needs_credentials is (bad.cause is ParkCause.CREDENTIALS)
        if bad.requests is not None:
            assert there.creates(there.traces[0]) == bad.requests
        if bad.fate is not Fate.DELIVERED:
            row = await there.only_undone()
            assert (row.state.value, row.cause) == (bad.fate.value, bad.cause)
            sentences = [row.reason or ""]
            sentences += [e.state.sentence for e in there.at_work.events if isinstance(e, ConnectionChanged)]
            assert bad.told in sentences[0]
            assert all(is_a_sentence(sentence) and "s3cret" not in sentence for sentence in sentences if sentence)
        await there.recover()
        await there.assert_each_label_is_there_once()


async def test_a_trace_deleted_on_the_server_parks_its_label_with_what_can_be_done(tmp_path: Path) -> None:
    async with place(tmp_path, 2) as there:
        gone, here = there.traces
        body = {"experiment_id": there.at_work.home.experiment_id, "request_ids": [gone]}
        assert there.server.post("/api/2.0/mlflow/traces/delete-traces", body)["traces_deleted"] == 1
        result = await there.at_work.engine(there.backend).drain()
        assert (result.delivered, result.parked) == (1, 1)
        parked = await there.only_undone()
        assert (parked.trace_id, parked.cause) == (gone, ParkCause.TRACE)
        assert "discard it if the trace was deleted" in (parked.reason or "")
        there.traces.remove(gone)
        assert there.traces == [here]
        await there.assert_each_label_is_there_once()


async def test_a_label_the_server_fails_on_holds_up_no_other(tmp_path: Path) -> None:
    async with place(tmp_path, 4) as there:
        poison, *others = there.traces
        there.meet(mlflow_says(500, "INTERNAL_ERROR", "bad blob"), poison)
        result = await there.at_work.engine(there.backend).drain()
        assert (result.delivered, result.refused) == (len(others), 1)
        refused = await there.only_undone()
        assert (refused.trace_id, refused.attempts) == (poison, 5)
        assert (refused.reason or "").endswith("failed: bad blob")
        await there.recover()
        await there.assert_each_label_is_there_once()


@pytest.mark.parametrize("reads_work", [False, True], ids=["nothing works", "only reading works"])
async def test_a_database_outage_refuses_nothing_however_long_it_lasts(reads_work: bool, tmp_path: Path) -> None:
    async def outage(exchange: Exchange) -> None:
        works = reads_work and exchange.method == "GET"
        await (faults.none if works else mlflow_says(500, "INTERNAL_ERROR", "no database"))(exchange)

    async with place(tmp_path, 3) as there:
        there.proxy.otherwise = outage
        engine = there.at_work.engine(there.backend)
        for _ in range(2):
            result = await engine.drain()
            assert (result.delivered, result.queued, result.refused, result.parked) == (0, 3, 0, 0)
        assert all("no database" in (row.reason or "") for row in await there.at_work.undone() if row.attempts)
        await there.recover()
        await there.assert_each_label_is_there_once()


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_a_server_that_names_a_time_is_left_alone_until_then(status: int, form: str, tmp_path: Path) -> None:
    sent: list[float] = []

    async def fault(exchange: Exchange) -> None:
        is_create = exchange.method == "POST"
        if is_create:
            sent.append(time.monotonic())
        in_two_seconds = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
        said = "1" if form == "seconds" else in_two_seconds
        is_first = is_create and len(sent) == 1
        await (faults.answer(status, "", Retry_After=said) if is_first else faults.none)(exchange)

    async with place(tmp_path, 1) as there:
        there.proxy.otherwise = fault
        timing = replace(HASTE, longest_retry_s=60.0)
        assert (await there.at_work.engine(there.backend, timing=timing).drain()).delivered == 1
        first, second = sent
        assert second - first > 0.9
        await there.assert_each_label_is_there_once()


async def test_a_label_that_reaches_the_server_after_its_doubt_was_parked_is_there_once(tmp_path: Path) -> None:
    """The create is held on its way; asked what became of it, a login page answers; then it is committed."""
    let_go = asyncio.Event()

    async def fault(exchange: Exchange) -> None:
        is_create = exchange.method == "POST"
        await (faults.hold(let_go) if is_create else faults.answer(200, LOGIN_PAGE, **HTML))(exchange)

    async with place(tmp_path, 1, IMPATIENT) as there:
        there.proxy.otherwise = fault
        result = await there.at_work.engine(there.backend).drain()
        assert (result.parked, result.delivered) == (1, 0)
        let_go.set()
        await there.recover()
        await there.proxy.settled()
        await there.assert_each_label_is_there_once()
