"""labeler sync where something is in the way: what it says, how it ends, and that the labels arrive in the end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from labeler.domain.destination import Destination
from tests.cli.embedded_store import experiments_in, filled_store
from tests.cli.program import Ended, Program
from tests.cli.queued_labels import queue
from tests.cli.recorded_experiment import NAMES, Experiment
from tests.cli.scripted_server import answering
from tests.cli.waiting import wait_until
from tests.servers.basic_auth import ADMIN, READER, basic_auth_server
from tests.servers.certificates import loopback_certificate
from tests.servers.fault_proxy import fault_proxy, hold
from tests.servers.filling import log, recordings
from tests.servers.forward_proxy import forward_proxy
from tests.servers.mlflow_server import MlflowServer


def outbox(labeler: Program) -> list[dict[str, Any]]:
    return labeler.run("outbox", "list", "--json").lines


def assert_delivered(ended: Ended, count: int) -> None:
    assert (ended.code, ended.lines[0]["delivered"]) == (0, count), ended.err


@pytest.mark.slow
def test_a_label_the_server_does_not_take_as_it_is_ends_in_1_and_the_rest_is_delivered(
    labeler: Program, experiment: Experiment
) -> None:
    """A number that no double can hold is stored as another one, so it does not count as delivered."""
    (refused,) = queue(labeler, experiment.place, experiment.trace_ids[:1], value=2**60 + 1)
    queue(labeler, experiment.place, experiment.trace_ids[1:])
    ended = labeler.run("sync", "-b", experiment.server.url, "--json")
    assert ended.code == 1
    assert ended.lines == [{"delivered": 2, "queued": 0, "parked": 0, "refused": 1, "elsewhere": 0}]
    assert "labeler outbox list says why" in ended.err
    (row,) = outbox(labeler)
    assert (row["state"], row["trace_id"]) == ("refused", refused.trace_id)
    assert row["reason"].startswith("The server stored something else than was sent")
    assert labeler.run("sync", "-b", experiment.server.url).code == 1


@contextmanager
def a_store(labeler: Program, name: str) -> Iterator[tuple[str, Destination, list[str]]]:
    """An embedded store with traces in it: its URI, where their labels belong, their IDs."""
    path = labeler.work / name
    trace_ids = filled_store(path, *NAMES)
    labeler.run("pull", "-b", f"local:{path}", "-r", "ana", *trace_ids)
    store_uri = _store_uri(path)
    yield f"local:{path}", Destination(store_uri, "", asyncio.run(experiments_in(path))[0]), trace_ids


def _store_uri(path: Path) -> str:
    from labeler.backends.local.store import LocalStore

    async def read() -> str:
        store = await LocalStore.open(path)
        try:
            return store.uri
        finally:
            await store.close()

    return asyncio.run(read())


@pytest.mark.slow
def test_a_sync_to_one_place_goes_on_beside_a_process_that_delivers_to_another(labeler: Program) -> None:
    labeler.config.write_text("delivery.grace = 0.0\n")
    with a_store(labeler, "a.db") as (here, home, traces), a_store(labeler, "b.db") as (there, other, its_traces):
        queue(labeler, home, traces[:1])
        watching = labeler.start("sync", "--watch", "-b", here)
        try:
            wait_until(lambda: len(labeler.run("export", "-b", here).lines) == 1)
            queue(labeler, other, its_traces)
            assert_delivered(labeler.run("sync", "-b", there, "--json"), len(its_traces))
            assert watching.poll() is None
            queue(labeler, home, traces[1:])
            wait_until(lambda: len(labeler.run("export", "-b", here).lines) == len(traces))
        finally:
            watching.kill()
            watching.communicate()
        assert len(labeler.run("export", "-b", there).lines) == len(its_traces)


@pytest.mark.slow
def test_what_is_queued_for_one_server_never_reaches_another_and_goes_when_that_one_is_set_again(
    labeler: Program, experiment: Experiment
) -> None:
    with a_store(labeler, "b.db") as (there, other, its_traces):
        labeler.config.write_text(f'[backend]\nuri = "{experiment.server.url}"\n')
        queue(labeler, experiment.place, experiment.trace_ids)
        labeler.config.write_text(f'[backend]\nuri = "{there}"\n')
        queue(labeler, other, its_traces[:1])
        assert labeler.run("outbox", "list", "--json").lines[0]["trace_id"] == its_traces[0]
        ended = labeler.run("sync", "--json")
        assert ended.lines == [{"delivered": 1, "queued": 0, "parked": 0, "refused": 0, "elsewhere": 3}]
        assert f"3 more for {experiment.server.url}, experiment {experiment.id}; nothing was sent there" in ended.err
        assert [label["trace_id"] for label in labeler.run("export").lines] == its_traces[:1]
        assert all(not experiment.human_labels(trace_id) for trace_id in experiment.trace_ids)
        shouting = experiment.server.url.replace("http://", "HTTP://") + "/"
        labeler.config.write_text(f'[backend]\nuri = "{shouting}"\n')
        waiting = labeler.run("outbox", "list", "--json").lines
        assert {row["destination"]["backend"] for row in waiting} == {experiment.server.url}
        assert_delivered(labeler.run("sync", "--json"), 3)
    assert all(len(experiment.human_labels(trace_id)) == 1 for trace_id in experiment.trace_ids)


@pytest.mark.slow
async def test_a_certificate_nobody_vouches_for_parks_with_what_to_set_and_works_once_that_is_set(
    labeler: Program, experiment: Experiment, tmp_path: Path
) -> None:
    context, authority = loopback_certificate(tmp_path)
    async with fault_proxy(experiment.server.url, context) as proxy:
        queue(labeler, Destination(proxy.url, "", experiment.id), experiment.trace_ids[:2])

        async def sync(**environment: str) -> Ended:
            return await asyncio.to_thread(labeler.run, "sync", "-b", proxy.url, "--json", **environment)

        untrusted = await sync(MLFLOW_TRACKING_TOKEN="t0ken")
        assert untrusted.code == 75, untrusted.err
        assert (untrusted.lines[0]["delivered"], untrusted.lines[0]["refused"]) == (0, 0)
        assert f"The certificate of {proxy.url} is not trusted; set MLFLOW_TRACKING_SERVER_CERT_PATH" in untrusted.err
        assert proxy.seen == []
        assert_delivered(await sync(MLFLOW_TRACKING_SERVER_CERT_PATH=str(authority)), 2)
        queue(labeler, Destination(proxy.url, "", experiment.id), experiment.trace_ids[2:])
        assert_delivered(await sync(MLFLOW_TRACKING_INSECURE_TLS="true"), 1)
    for trace_id in experiment.trace_ids:
        assert len(experiment.human_labels(trace_id)) == 1


@pytest.mark.slow
def test_https_where_plain_http_is_spoken_parks_and_says_so(labeler: Program, experiment: Experiment) -> None:
    url = experiment.server.url.replace("http://", "https://")
    queue(labeler, Destination(url, "", experiment.id), experiment.trace_ids[:1])
    ended = labeler.run("sync", "-b", url, "--json")
    assert (ended.code, ended.lines[0]["refused"]) == (75, 0)
    assert "is it http instead of https?" in ended.err
    assert [row["state"] for row in outbox(labeler)] == ["parked"]


@pytest.fixture(scope="module")
def auth_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    with basic_auth_server(request.config.cache, tmp_path_factory.mktemp("auth")) as server:
        yield server


STRANGER = ("eve", "eve's own password")


@pytest.mark.slow
def test_a_server_with_users_parks_what_it_does_not_let_in_and_takes_it_once_from_who_may(
    labeler: Program, auth_server: MlflowServer
) -> None:
    experiment = auth_server.new_experiment()
    traces = recordings("openai_chat_multiturn", "plain_bool_number")
    log(auth_server, experiment, traces)
    queue(labeler, Destination(auth_server.url, "", experiment), [trace.id for trace in traces])

    auth_server.post("/api/2.0/mlflow/users/create", {"username": STRANGER[0], "password": STRANGER[1]})
    nothing = {"resource_type": "experiment", "resource_id": experiment, "permission": "DENY"}
    auth_server.post("/api/3.0/mlflow/users/permissions/grant", {"username": STRANGER[0], **nothing})
    found = auth_server.http.get(f"/api/2.0/mlflow/experiments/get?experiment_id={experiment}").json()["experiment"]
    named = f'"{found["name"]}" ({experiment})'

    def signed_in(user: tuple[str, ...]) -> dict[str, str]:
        return dict(zip(("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"), user, strict=False))

    def sync(*user: str) -> Ended:
        return labeler.run("sync", "-b", auth_server.url, "--json", "-v", **signed_in(user))

    for user, told in (
        ((), "wants credentials: set MLFLOW_TRACKING_USERNAME"),
        (("ana", "wr0ng s3cret"), "does not accept the credentials from MLFLOW_TRACKING_USERNAME"),
        (READER, f"ana is signed in and can read the trace; the permission EDIT on experiment {named} is missing"),
        (STRANGER, f"eve is signed in and may not even read trace {traces[0].id}: a permission on experiment"),
    ):
        ended = sync(*user)
        assert ended.code == 77, ended.err
        assert (ended.lines[0]["delivered"], ended.lines[0]["refused"]) == (0, 0)
        assert told in ended.err
        assert ("sign in" in ended.err) is False
        assert ("MLFLOW_TRACKING" in ended.err) is (user not in (READER, STRANGER))
        assert any(told in row["reason"] for row in outbox(labeler))
        assert not user or user[1] not in ended.err + " ".join(row["reason"] or "" for row in outbox(labeler))
    for user, told in ((READER, f"ana may read and not label: the permission EDIT on experiment {named} is missing"),):
        (findings,) = labeler.run("doctor", "--json", "-b", auth_server.url, **signed_in(user)).lines
        (rights,) = [finding for finding in findings if finding["check"] == "rights"]
        assert (rights["status"], rights["detail"]) == ("fail", told)
        assert "MLFLOW_TRACKING" not in rights["advice"]
    (findings,) = labeler.run("doctor", "--json", "-b", auth_server.url, "-e", experiment, **signed_in(STRANGER)).lines
    details = " ".join(finding["detail"] + finding["advice"] for finding in findings if finding["status"] == "fail")
    assert "you may not read it: the server says the same of both. To label takes EDIT" in details
    assert "MLFLOW_TRACKING" not in details
    assert_delivered(sync(*ADMIN), 2)
    for trace in traces:
        info = auth_server.http.get(f"/api/3.0/mlflow/traces/{trace.id}").json()["trace"]["trace_info"]
        assert len([each for each in info["assessments"] if each["source"]["source_id"] == "ana"]) == 1
    log_file = labeler.data / "labeler.log"
    assert not log_file.exists() or "s3cret" not in log_file.read_text()


@pytest.mark.slow
async def test_a_proxy_is_named_by_the_doctor_and_told_from_the_server_by_sync(
    labeler: Program, experiment: Experiment
) -> None:
    far = "http://10.1.2.3"
    queue(labeler, Destination(far, "", experiment.id), experiment.trace_ids[:1])
    async with forward_proxy({"10.1.2.3": experiment.server.url}) as proxy:
        through = {"http_proxy": proxy.url.replace("//", "//kim:s3cret@")}

        async def run(*arguments: str) -> Ended:
            ended = await asyncio.to_thread(labeler.run, *arguments, "-b", far, "--json", **through)
            assert "s3cret" not in ended.out + ended.err
            return ended

        (findings,) = (await run("doctor")).lines
        assert ("proxy", f"requests go through the proxy of http_proxy ({proxy.host})") in [
            (each["check"], each["detail"]) for each in findings
        ]
        proxy.refusal = (403, "<h1>Blocked by policy</h1>")
        refused = await run("sync")
        assert (refused.code, refused.lines[0]["parked"]) == (75, 1)
        assert f"through the proxy of http_proxy ({proxy.host}) and may be its own" in refused.err
        proxy.refusal = (407, "<h1>Proxy Authentication Required</h1>")
        locked = await run("sync")
        assert (locked.code, locked.lines[0]["parked"]) == (77, 1)
        assert f"The proxy of http_proxy ({proxy.host}) does not accept the name and password" in locked.err
        assert "MLFLOW_TRACKING" not in refused.err + locked.err
        proxy.refusal = None
        assert_delivered(await run("sync"), 1)
    dead = await asyncio.to_thread(labeler.run, "doctor", "-b", far, **through)
    assert dead.code == 75
    assert f"No connection to the proxy of http_proxy ({proxy.host}): refused" in dead.out


@pytest.mark.slow
def test_a_server_that_asks_for_an_hour_is_left_alone_for_ten_minutes_until_a_time_that_is_told(
    labeler: Program, experiment: Experiment
) -> None:
    with answering(429, "", Retry_After="3600") as server:
        queue(labeler, Destination(server.url, "", experiment.id), experiment.trace_ids[:1])
        ended = labeler.run("sync", "-b", server.url, "--json")
    assert (ended.code, ended.lines[0]["queued"]) == (75, 1)
    assert re.search(r"asks to slow down until \d\d:\d\d or later \(tried again then\)", ended.err)


@pytest.mark.slow
async def test_a_server_that_hangs_is_told_while_sync_waits_for_it(labeler: Program, experiment: Experiment) -> None:
    answer_now = asyncio.Event()
    async with fault_proxy(experiment.server.url) as proxy:
        proxy.script.append(hold(answer_now))
        queue(labeler, Destination(proxy.url, "", experiment.id), experiment.trace_ids[:1])
        syncing = await asyncio.to_thread(labeler.start, "sync", "-b", proxy.url)
        assert syncing.stderr is not None
        assert b"waiting for the server" in await asyncio.to_thread(syncing.stderr.readline)
        answer_now.set()
        assert await asyncio.to_thread(syncing.wait, 60) == 0
        syncing.communicate()
