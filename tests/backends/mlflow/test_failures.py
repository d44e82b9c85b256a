"""What each way in which a server can fail becomes, behind a proxy that fails on purpose."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from labeler.backends.base import (
    Ambiguous,
    BackendError,
    Forbidden,
    Malformed,
    MissingTarget,
    NotABackend,
    Refused,
    Unreachable,
)
from labeler.backends.mlflow.backend import MlflowBackend, open_backend
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.trace import TraceState
from labeler.domain.worklist import Query
from tests.servers import fault_proxy as faults
from tests.servers.fault_proxy import Exchange, Fault, FaultProxy, fault_proxy
from tests.servers.filling import Recording, log, recordings
from tests.servers.mlflow_server import MlflowServer, free_port

LOGIN_PAGE = "<!doctype html><title>Sign in</title>"


@pytest.fixture(scope="module")
def trace_id(mlflow_server: MlflowServer) -> str:
    trace = recordings("openai_chat_multiturn")
    log(mlflow_server, mlflow_server.new_experiment(), trace)
    return trace[0].id


def label(trace_id: str, overrides: str | None = None) -> Assessment:
    source = Source(SourceType.HUMAN, "rhea.k")
    assessment_id = f"a-{secrets.token_hex(16)}"
    return Assessment(assessment_id, trace_id, "helpful", AssessmentKind.FEEDBACK, True, source, overrides=overrides)


COMMITTED: dict[str, Fault] = {
    "the response is dropped": faults.drop_response,
    "the connection is reset": faults.reset_after_commit,
    "half the body comes": faults.half_a_body,
    "a proxy says 502 in HTML": faults.answer_after_commit(502, LOGIN_PAGE, Content_Type="text/html"),
    "a proxy says 504": faults.answer_after_commit(504),
    "a login page says 200": faults.answer_after_commit(200, LOGIN_PAGE, Content_Type="text/html"),
    "something else says 200": faults.answer_after_commit(200, '{"assessment": {"id": 7}}'),
    "something says 200 and a list": faults.answer_after_commit(200, "[]"),
}
NOT_COMMITTED: dict[str, Fault] = {
    "the request is dropped": faults.drop_request,
    "the server fails": faults.answer(500, LOGIN_PAGE, Content_Type="text/html"),
    "a proxy gives up": faults.answer(408),
}


@pytest.mark.parametrize("how", COMMITTED)
async def test_a_create_is_ambiguous_though_it_happened_when(
    how: str, proxy: FaultProxy, through_proxy: MlflowBackend, trace_id: str
) -> None:
    proxy.script.append(COMMITTED[how])
    sent = label(trace_id)
    with pytest.raises(Ambiguous) as raised:
        await through_proxy.create(sent)
    assert not raised.value.server_answered
    found = await through_proxy.find(trace_id, sent.id)
    assert found is not None
    assert found.id == sent.id


@pytest.mark.parametrize("how", NOT_COMMITTED)
async def test_a_create_is_ambiguous_though_it_did_not_happen_when(
    how: str, proxy: FaultProxy, through_proxy: MlflowBackend, trace_id: str
) -> None:
    proxy.script.append(NOT_COMMITTED[how])
    sent = label(trace_id)
    with pytest.raises(Ambiguous) as raised:
        await through_proxy.create(sent)
    assert raised.value.server_answered is (how == "the server fails")
    assert await through_proxy.find(trace_id, sent.id) is None


@pytest.mark.parametrize("fault", [faults.silence, faults.drip], ids=["nothing comes", "a byte comes now and then"])
async def test_a_server_cannot_keep_a_create_waiting_for_ever_when(
    fault: Fault, proxy: FaultProxy, impatient: MlflowBackend, trace_id: str
) -> None:
    proxy.script.append(fault)
    with pytest.raises(Ambiguous) as raised:
        await impatient.create(label(trace_id))
    assert not raised.value.server_answered


async def test_a_create_held_past_the_timeout_is_ambiguous_and_commits_later(
    proxy: FaultProxy, impatient: MlflowBackend, mlflow_backend: MlflowBackend, trace_id: str
) -> None:
    in_the_end = asyncio.Event()
    proxy.script.append(faults.hold(in_the_end))
    sent = label(trace_id)
    with pytest.raises(Ambiguous):
        await impatient.create(sent)
    assert await mlflow_backend.find(trace_id, sent.id) is None
    in_the_end.set()
    await proxy.settled()
    assert await mlflow_backend.find(trace_id, sent.id) is not None


async def test_nothing_is_tried_twice(proxy: FaultProxy, through_proxy: MlflowBackend, trace_id: str) -> None:
    proxy.otherwise = faults.answer(503)
    with pytest.raises(BackendError):
        await through_proxy.create(label(trace_id))
    assert len(proxy.seen) == 1


async def test_a_server_that_asks_for_time_gets_the_time_it_asks_for_up_to_ten_minutes(
    proxy: FaultProxy, through_proxy: MlflowBackend, trace_id: str
) -> None:
    def date(seconds: float) -> str:
        return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)

    for said, expected in (
        ("7", 7.0),
        ("599.5", 599.5),
        (date(60), 60.0),
        ("3600", 600.0),
        ("9" * 400, 600.0),
        (date(86_400), 600.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 600.0),
        (date(-86_400), 0.0),
        ("-5", None),
        ("inf", None),
        ("nan", None),
        ("soon", None),
        ("Fri, 99 Foo 2026 99:99:99 +9999", None),
    ):
        proxy.script += [faults.answer(429, Retry_After=said), faults.answer(503, Retry_After=said)]
        with pytest.raises(Unreachable) as slow_down:
            await through_proxy.create(label(trace_id))
        with pytest.raises(Ambiguous) as not_now:
            await through_proxy.create(label(trace_id))
        for told in (slow_down.value, not_now.value):
            assert told.retry_after_s == (expected if expected is None else pytest.approx(expected, abs=5)), said
            until = re.search(r"until (\d\d:\d\d(:\d\d)?)", str(told))
            assert bool(until) is bool(expected), said
            assert until is None or _seconds_to(until[1]) == pytest.approx(expected or 0.0, abs=70), said
            assert ("or later" in str(told)) is (expected == 600.0), said


def _seconds_to(clock: str) -> float:
    """Seconds until this machine's clock shows `clock`."""
    now = datetime.now()
    time = datetime.strptime(clock, "%H:%M:%S" if clock.count(":") == 2 else "%H:%M")
    seconds = (datetime.combine(now.date(), time.time()) - now).total_seconds()
    return seconds + 86_400 if seconds < -43_200 else seconds


async def test_no_server_at_all_is_unreachable() -> None:
    backend = await open_backend(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable, match="No connection"):
        await backend.capabilities()
    await backend.close()


async def test_a_redirect_is_a_login_page_and_is_never_followed(
    mlflow_server: MlflowServer, proxy: FaultProxy, through_proxy: MlflowBackend, trace_id: str
) -> None:
    proxy.script.append(faults.answer(302, Location=f"{mlflow_server.url}/login?next=%2F&token=s3cret"))
    with pytest.raises(NotABackend, match="a login page") as raised:
        await through_proxy.summary(trace_id)
    assert "s3cret" not in str(raised.value)
    assert len(proxy.seen) == 1


async def test_what_is_no_mlflow_is_told_apart(proxy: FaultProxy, through_proxy: MlflowBackend) -> None:
    for fault in (
        faults.answer(404, "<h1>Not Found</h1>", Content_Type="text/html"),
        faults.answer(200, LOGIN_PAGE, Content_Type="text/html"),
        faults.answer(200, "nginx"),
        faults.answer(400, "The plain HTTP request was sent to HTTPS port"),
    ):
        proxy.script.append(fault)
        with pytest.raises(NotABackend):
            await through_proxy.capabilities()
    proxy.script.append(faults.answer(200, "2.22.1"))
    with pytest.raises(NotABackend, match="too old"):
        await through_proxy.capabilities()
    assert (await through_proxy.capabilities()).version


async def test_what_speaks_no_http_is_no_mlflow(proxy: FaultProxy, through_proxy: MlflowBackend) -> None:
    async def another_protocol(exchange: faults.Exchange) -> None:
        await exchange.send(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
        exchange.close()

    proxy.script.append(another_protocol)
    with pytest.raises(NotABackend, match="does not speak HTTP"):
        await through_proxy.capabilities()


async def test_a_payload_that_can_never_succeed_is_refused_in_the_servers_words(
    proxy: FaultProxy, through_proxy: MlflowBackend, trace_id: str
) -> None:
    proxy.script.append(faults.answer(400, '{"error_code": "BAD_REQUEST", "message": "value too long"}'))
    with pytest.raises(Refused, match=r"^value too long$"):
        await through_proxy.create(label(trace_id))
    proxy.script.append(faults.answer(413, "<h1>Request Entity Too Large</h1>", Content_Type="text/html"))
    with pytest.raises(Refused, match="this large"):
        await through_proxy.create(label(trace_id))


async def test_a_404_without_a_word_of_mlflow_parks_and_one_with_is_looked_into(
    proxy: FaultProxy, through_proxy: MlflowBackend, trace_id: str
) -> None:
    proxy.script.append(faults.answer(404, "<h1>Not Found</h1>", Content_Type="text/html"))
    with pytest.raises(NotABackend):
        await through_proxy.create(label(trace_id))
    gone = faults.answer(404, '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "gone"}')
    proxy.script.append(gone)
    with pytest.raises(MissingTarget):
        await through_proxy.create(label(trace_id, overrides="a-gone"))
    proxy.script.append(gone)
    with pytest.raises(Ambiguous):
        await through_proxy.create(label(trace_id))


async def test_refused_credentials_are_told_apart_and_never_told(proxy: FaultProxy, trace_id: str) -> None:
    proxy.otherwise = faults.answer(401, "You are not authenticated.", Content_Type="text/html")
    anonymous = await open_backend(proxy.url)
    with pytest.raises(Forbidden, match="wants credentials"):
        await anonymous.summary(trace_id)
    await anonymous.close()
    proxy.otherwise = faults.answer(403, "Permission denied", Content_Type="text/html")
    anonymous = await open_backend(proxy.url)
    with pytest.raises(Forbidden, match="does not allow"):
        await anonymous.summary(trace_id)
    await anonymous.close()


async def test_a_workspace_on_a_server_without_workspaces_is_named(mlflow_server: MlflowServer) -> None:
    backend = await open_backend(mlflow_server.url, workspace="harbour")
    with pytest.raises(NotABackend, match="unset MLFLOW_WORKSPACE"):
        await backend.capabilities()
    await backend.close()


async def test_a_workspace_that_is_not_there_is_named(proxy: FaultProxy, through_proxy: MlflowBackend) -> None:
    gone = '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Workspace \'nowhere\' not found"}'
    proxy.otherwise = faults.answer(404, gone)
    with pytest.raises(NotABackend, match="check MLFLOW_WORKSPACE: Workspace 'nowhere' not found"):
        await through_proxy.capabilities()


async def test_one_malformed_trace_does_not_lose_a_page(proxy: FaultProxy, through_proxy: MlflowBackend) -> None:
    page = """{"traces": [{"trace_id": "tr-good", "request_time": "2026-01-01T00:00:00Z"},
        {"trace_id": "tr-bad", "tags": 7}, {"nothing": "known"}]}"""
    proxy.script.append(faults.answer(200, page))
    pages = [page async for page in through_proxy.snapshot(Query(("1",)))]
    assert [[summary.id for summary in page] for page in pages] == [["tr-good", "tr-bad"]]


async def test_spans_come_from_the_other_call_when_one_fails(
    proxy: FaultProxy, through_proxy: MlflowBackend, trace_id: str
) -> None:
    def failing_on(part: str, fault: Fault) -> Fault:
        async def chosen(exchange: faults.Exchange) -> None:
            await (fault if part in exchange.path else faults.none)(exchange)

        return chosen

    for fault in (
        faults.answer(500, '{"error_code": "INTERNAL_ERROR", "message": "no such artifact"}'),
        faults.answer(404, "<h1>Not Found</h1>", Content_Type="text/html"),
        faults.answer(200, "not JSON"),
    ):
        proxy.otherwise = failing_on("get-trace-artifact", fault)
        raw = await through_proxy.trace(trace_id)
        assert b'"mlflow.spanInputs"' in raw.payload
    proxy.otherwise = failing_on("traces/get?", faults.answer(500, '{"error_code": "INTERNAL_ERROR"}'))
    raw = await through_proxy.trace(trace_id)
    assert b'"mlflow.spanInputs"' in raw.payload


async def test_a_trace_found_a_moment_ago_is_read_in_one_call_until_it_is_labelled(
    proxy: FaultProxy, through_proxy: MlflowBackend, trace_id: str
) -> None:
    found = await through_proxy.summary(trace_id)
    searched = Query((found.experiment_id,))
    assert [page async for page in through_proxy.snapshot(searched)]
    proxy.seen.clear()
    assert (await through_proxy.trace(trace_id)).summary == found
    assert len(proxy.seen) == 1
    sent = label(trace_id)
    await through_proxy.create(sent)
    labels = (await through_proxy.trace(trace_id)).summary.assessments
    assert sent.id in {assessment.id for assessment in labels}


async def test_a_trace_whose_spans_the_server_cannot_give_is_malformed_alone(
    proxy: FaultProxy, through_proxy: MlflowBackend, trace_id: str
) -> None:
    async def without_spans(exchange: faults.Exchange) -> None:
        fails = "artifact" in exchange.path or "traces/get?" in exchange.path
        await (faults.answer(500, '{"error_code": "INVALID_STATE"}') if fails else faults.none)(exchange)

    proxy.otherwise = without_spans
    with pytest.raises(Malformed) as raised:
        await through_proxy.trace(trace_id)
    assert raised.value.trace_id == trace_id
    assert (await through_proxy.summary(trace_id)).id == trace_id


async def test_a_trace_without_any_span_is_a_trace(mlflow_server: MlflowServer, mlflow_backend: MlflowBackend) -> None:
    bare = Recording(recordings("openai_chat_multiturn")[0].info | {"state": "IN_PROGRESS"}, [])
    log(mlflow_server, mlflow_server.new_experiment(), [bare])
    raw = await mlflow_backend.trace(bare.id)
    assert raw.summary.state is TraceState.IN_PROGRESS
    assert json.loads(raw.payload) == {"spans": []}


async def test_a_name_that_the_server_does_not_answer_under_is_no_matter_of_signing_in(
    mlflow_server: MlflowServer,
) -> None:
    async with fault_proxy(mlflow_server.url) as proxy:

        async def under_another_name(exchange: Exchange) -> None:
            exchange.request = exchange.request.replace(b"Host: 127.0.0.1", b"Host: mlflow.example.org")
            await faults.none(exchange)

        proxy.otherwise = under_another_name
        backend = await open_backend(proxy.url)
        with pytest.raises(NotABackend, match="does not answer under that name: start it with --allowed-hosts"):
            await backend.experiments()
        await backend.close()
