"""What is listed and downloaded through connections that break, of pages in a circle, of IDs that cannot be."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Collection
from typing import Any

import pytest

from labeler.cache.store import Cache
from labeler.domain.destination import Destination
from tests.cli.bombs import MOST_KB, bomb, run
from tests.cli.program import Program
from tests.cli.recorded_experiment import Experiment
from tests.servers import fault_proxy as faults
from tests.servers.fault_proxy import fault_proxy
from tests.servers.filling import create_queue, log_many, recordings
from tests.servers.gateways import changed, every_second, forgetful_cache, leading_on, raw
from tests.servers.mlflow_server import shared_server

pytestmark = pytest.mark.slow

IMPOSSIBLE = {
    "x" * 100_000: "100,000 characters long",
    "tr-\x00": "tr-␀ holds characters that no ID has",
    "tr-one\ntr-two": "holds characters that no ID has",
    "tr-\ud800": "tr-⟨U+D800⟩ holds characters that no ID has",
    "../../experiments/delete": "it is a path, not an ID",
}
LONGEST_MESSAGE = 2_000


def kept(labeler: Program, url: str, trace_ids: Collection[str]) -> set[str]:
    """Those of the traces that are whole in the program's cache."""
    cache = Cache(labeler.data / "cache.db", 1 << 30)
    try:
        return cache.have(Destination(url, "", ""), trace_ids)
    finally:
        cache.close()


async def test_pull_survives_a_connection_that_is_reset_on_every_second_request(labeler: Program) -> None:
    experiment = Experiment()
    log_many(experiment.server, experiment.id, 40)
    found = experiment.server.post(
        "/api/3.0/mlflow/traces/search",
        {"locations": [{"mlflow_experiment": {"experiment_id": experiment.id}}], "max_results": 100},
    )
    ids = {info["trace_id"] for info in found["traces"]}
    async with fault_proxy(experiment.server.url) as proxy:
        proxy.otherwise = every_second(faults.reset_after_commit, faults.none)
        ended = await asyncio.to_thread(labeler.run, "pull", "-b", proxy.url, "-e", experiment.id, "-r", "ana")
        assert kept(labeler, proxy.url, ids) == ids
    assert ended.code == 0, ended.err
    assert "40 of 40 traces are here" in ended.err


async def test_impossible_ids_in_a_listing_fail_alone_and_by_name(labeler: Program) -> None:
    experiment = Experiment("openai_chat_multiturn", "plain_bool_number")

    def with_impossible(body: Any) -> Any:
        body["traces"] = [{**body["traces"][0], "trace_id": each} for each in IMPOSSIBLE] + body["traces"]
        return body

    async with fault_proxy(experiment.server.url) as proxy:
        proxy.otherwise = changed(with_impossible, "traces/search")
        place = ("-b", proxy.url, "-e", experiment.id, "-r", "ana")
        ended = await asyncio.to_thread(labeler.run, "pull", *place)
        assert kept(labeler, proxy.url, experiment.trace_ids) == set(experiment.trace_ids)
        exported = await asyncio.to_thread(labeler.run, "export", *place)
    for each in (ended, exported):
        assert each.code == 1, each.err
        assert all(told in each.err for told in IMPOSSIBLE.values()), each.err
        assert "address" not in each.err.replace("cannot stand in an address", "")
        assert len(each.err) < LONGEST_MESSAGE
    assert "2 of 2 traces are here" in ended.err


async def test_impossible_ids_in_a_queue_fail_alone_and_by_name(labeler: Program) -> None:
    experiment = Experiment("openai_chat_multiturn", "plain_bool_number")
    queue_id = create_queue(experiment.server, experiment.id, f"desk {time.time_ns()}", sorted(experiment.trace_ids))

    def with_impossible(body: Any) -> Any:
        body["items"] += [{**body["items"][0], "item_id": each} for each in IMPOSSIBLE]
        body["items"].append({**body["items"][0], "item_id": "tr-odd", "status": "NO SUCH STATE"})
        return body

    async with fault_proxy(experiment.server.url) as proxy:
        proxy.otherwise = changed(with_impossible, "items/list")
        ended = await asyncio.to_thread(labeler.run, "pull", "-b", proxy.url, "-q", queue_id, "-r", "ana")
        assert kept(labeler, proxy.url, experiment.trace_ids) == set(experiment.trace_ids)
    assert ended.code == 1, ended.err
    assert all(told in ended.err for told in [*IMPOSSIBLE.values(), "tr-odd is not of MLflow's form"])


def test_impossible_ids_that_are_named_fail_alone_and_by_name(labeler: Program) -> None:
    experiment = Experiment("plain_bool_number")
    (good,) = experiment.trace_ids
    named = ["x" * 100_000, "tr-one\ntr-two", "tr-\udcff", "50%?#&", good]
    place = ("-b", experiment.server.url)
    for command in (("pull", "-r", "ana"), ("show",)):
        ended = labeler.run(command[0], *named, *place, *command[1:])
        assert ended.code == 1, ended.err
        assert len(ended.err) < LONGEST_MESSAGE
        for told in ("100,000 characters", "tr-one", "⟨U+DCFF⟩", "50%?#&"):
            assert told in ended.err, ended.err
        assert "Traceback" not in ended.err
        assert "address" not in ended.err
    assert kept(labeler, experiment.server.url, {good}) == {good}
    labels = [json.dumps({"trace_id": each, "name": "ok", "value": True, "reviewer": "ana"}) for each in named]
    (labeler.work / "labels.jsonl").write_text("\n".join(labels))
    pushed = labeler.run("push", "labels.jsonl", "--skip-bad", *place, "-e", experiment.id)
    assert pushed.code == 1
    assert "1 queued" in pushed.err
    assert len(pushed.err) < LONGEST_MESSAGE


async def test_pages_in_a_circle_end_the_listing_and_what_came_is_downloaded(labeler: Program) -> None:
    experiment = Experiment("openai_chat_multiturn", "plain_bool_number")

    async with fault_proxy(experiment.server.url) as proxy:
        proxy.otherwise = leading_on("traces/search", lambda count: "again", lambda page, count: page)
        place = ("-b", proxy.url, "-e", experiment.id, "-r", "ana")
        ended = await asyncio.to_thread(labeler.run, "pull", *place)
        assert kept(labeler, proxy.url, experiment.trace_ids) == set(experiment.trace_ids)
        asked = sum("traces/search" in path for _, path in proxy.seen)
    assert (ended.code, ended.err.count("may be incomplete")) == (1, 1), ended.err
    assert asked < 10


async def test_a_trace_that_is_answered_with_another_s_is_the_only_one_that_is_not_there(labeler: Program) -> None:
    experiment = Experiment("openai_chat_multiturn", "plain_bool_number", "plain_none_io")
    async with fault_proxy(experiment.server.url) as proxy:
        proxy.otherwise = forgetful_cache("get-trace-artifact", "traces/get?", heeds_no_cache=False)
        place = ("-b", proxy.url, "-e", experiment.id, "-r", "ana")
        ended = await asyncio.to_thread(labeler.run, "pull", *place)
        there = kept(labeler, proxy.url, experiment.trace_ids)
        missing = set(experiment.trace_ids) - there
        cache = Cache(labeler.data / "cache.db", 1 << 30)
        raws = [cache.trace(Destination(proxy.url, "", ""), trace_id) for trace_id in there]
        cache.close()
        assert all(raw is not None and raw.summary.id.encode() in raw.payload for raw in raws)
    assert ended.code == 1
    assert there
    assert missing
    assert all(f"{trace_id}: " in ended.err for trace_id in missing)


def test_what_a_cache_kept_of_another_trace_is_not_shown_without_a_network(labeler: Program) -> None:
    mine, theirs = recordings("openai_chat_multiturn", "plain_bool_number")
    labeler.data.mkdir()
    cache = Cache(labeler.data / "cache.db", 1 << 30)
    wrong = theirs.raw
    gone = "http://127.0.0.1:9"
    cache.put(Destination(gone, "", ""), type(wrong)(mine.raw.summary, wrong.payload))
    cache.put(Destination(gone, "", ""), wrong)
    cache.close()
    for form in ((), ("--raw",), ("--json",)):
        shown = labeler.run("show", mine.id, theirs.id, "-b", gone, *form)
        assert shown.code == 1
        assert f"spans of another trace, {theirs.id}" in shown.err
        assert mine.id not in shown.out
        assert shown.out


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip"])
async def test_an_answer_that_swells_takes_neither_memory_nor_time(coding: str, labeler: Program) -> None:
    bomb(labeler.work / "zeros.gz", b" ", 300)
    once = (labeler.work / "zeros.gz").read_bytes()
    async with fault_proxy(shared_server().url) as proxy:
        proxy.otherwise = raw(200, [("Content-Encoding", coding)], gzip.compress(once) if "," in coding else once)
        # A process that was forked is told to have taken what its parent had: this run's, perhaps a large one.
        parents_kb = run(labeler, "--version").max_kb
        began = time.monotonic()
        ran = await asyncio.to_thread(run, labeler, "show", "tr-1", "-b", proxy.url)
    assert ran.code == 1, ran.err
    assert "not read further" in ran.err
    assert time.monotonic() - began < 60
    assert ran.max_kb < max(MOST_KB if "," not in coding else MOST_KB // 3, parents_kb + MOST_KB // 8)
