"""The doctor asks each thing once, and names no cause that it has not seen."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from labeler.domain.destination import Destination
from tests.cli.program import Ended, Program
from tests.cli.queued_labels import queue
from tests.cli.recorded_experiment import Experiment
from tests.servers import fault_proxy as faults
from tests.servers.fault_proxy import Fault, FaultProxy, fault_proxy
from tests.servers.gateways import only_at, raw

JSON = [("Content-Type", "application/json")]
HTML = [("Content-Type", "text/html; charset=utf-8")]
DENIED = json.dumps({"error_code": "PERMISSION_DENIED", "message": "Permission denied"}).encode()


@pytest.fixture
async def proxy(experiment: Experiment) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(experiment.server.url) as proxy:
        yield proxy


def as_ana(at_assessments: Fault) -> Fault:
    user = raw(200, JSON, b'{"user": {"username": "ana", "is_admin": false}}')
    return only_at("/users/current", user, only_at("/assessments", at_assessments, faults.none))


async def examined(labeler: Program, *arguments: str, **environment: str) -> tuple[Ended, dict[str, dict[str, str]]]:
    ended = await asyncio.to_thread(labeler.run, "doctor", "--json", *arguments, **environment)
    return ended, {finding["check"]: finding for finding in ended.lines[0]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (raw(403, HTML, b"Permission denied"), "the permission EDIT on experiment"),
        (raw(403, JSON, DENIED), "the permission EDIT on experiment"),
        (raw(407, HTML, b"<h1>Proxy Authentication Required</h1>"), "it answered 407"),
        (raw(403, HTML, b"<h1>Blocked by policy</h1>"), "does not allow this"),
    ],
    ids=["denied", "denied in JSON", "407", "another 403"],
)
async def test_a_permission_is_called_missing_only_where_the_server_says_so(
    labeler: Program, proxy: FaultProxy, experiment: Experiment, answer: Fault, told: str
) -> None:
    proxy.otherwise = as_ana(answer)
    ended, found = await examined(labeler, "-b", proxy.url, "-e", experiment.id)
    assert ended.code == 77
    assert found["rights"]["status"] == "fail"
    assert told in found["rights"]["detail"]
    assert ("EDIT" in json.dumps(found)) is ("EDIT" in told)


@pytest.mark.slow
async def test_who_is_signed_in_is_asked_once(labeler: Program, proxy: FaultProxy, experiment: Experiment) -> None:
    proxy.otherwise = as_ana(faults.none)
    _, found = await examined(labeler, "-b", proxy.url, "-e", experiment.id)
    assert found["reviewer"]["detail"].startswith("ana (")
    assert found["rights"]["detail"] == "ana may label"
    asked = Counter(path for _, path in proxy.seen)
    assert asked["/api/2.0/mlflow/users/current"] == 1
    assert asked[f"/api/2.0/mlflow/experiments/get?experiment_id={experiment.id}"] == 1


REVIEW = """
import asyncio, sys
from labeler.backends.pulse import Pulse
from labeler.cli.command_line import build_parser
from labeler.cli.context import configure
from labeler.cli.open_backend import open_everything, reopened
from labeler.domain.worklist import ReviewSpec

async def begin():
    arguments = build_parser().parse_args(["review", "-b", sys.argv[1]])
    async with open_everything(arguments, configure(arguments)) as (context, _):
        await context.backend.capabilities()
        spec = ReviewSpec(context.backend.uri, "", ("0",), "ana")
        beside = await reopened(spec, context.configuration, context.journal, Pulse())
        await beside.capabilities()
        await beside.close()

asyncio.run(begin())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [("-m", "labeler", "doctor", "-b"), ("-m", "labeler", "sync", "-b"), ("-c", REVIEW)]
)
async def test_the_command_that_prints_a_token_runs_once_a_start(
    labeler: Program, proxy: FaultProxy, command: tuple[str, ...]
) -> None:
    script = labeler.home / "token"
    script.write_text(f"#!/bin/sh\necho ran >> {labeler.home}/runs\necho t0ken\n")
    script.chmod(0o700)
    labeler.config.write_text(f'[backend]\ntoken_command = ["{script}"]\n')
    queue(labeler, Destination(proxy.url, "", "0"), ["tr-gone"])
    by_name = () if command[0] == "-c" else ("-e", "Default")
    ended = await asyncio.to_thread(labeler.run_python, *command, proxy.url, *by_name)
    assert proxy.seen, ended.err
    assert (labeler.home / "runs").read_text() == "ran\n", ended.err


async def test_a_journal_that_waits_beside_is_told_once(labeler: Program) -> None:
    queue(labeler, Destination("local:x", "", "0"), ["tr-1"])
    beside = labeler.data / "journal.rescued-1"
    beside.mkdir()
    shutil.copy(labeler.data / "journal.db", beside / "journal.db")
    ended, found = await examined(labeler)
    assert "1 deliveries wait in it" in found["rescued journal"]["detail"]
    assert str(beside) not in ended.err
    assert str(beside) in (await asyncio.to_thread(labeler.run, "outbox", "list")).err
