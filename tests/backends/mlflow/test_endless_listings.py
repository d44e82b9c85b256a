"""A listing ends, whatever its pages lead to, and says that it may not be whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from labeler.backends.mlflow.backend import MlflowBackend
from labeler.domain.queue import Queue
from labeler.domain.worklist import Query
from tests.servers.fault_proxy import FaultProxy
from tests.servers.filling import create_queue, create_schema, log_many
from tests.servers.gateways import leading_on
from tests.servers.mlflow_server import MlflowServer

MOST_REQUESTS = 8
TRACES = 3


@pytest.fixture(scope="module")
def place(mlflow_server: MlflowServer) -> tuple[str, str]:
    """An experiment and a queue in it, with traces, two schemas and two queues."""
    experiment_id = mlflow_server.new_experiment()
    log_many(mlflow_server, experiment_id, TRACES)
    found = mlflow_server.post(
        "/api/3.0/mlflow/traces/search", {"locations": [{"mlflow_experiment": {"experiment_id": experiment_id}}]}
    )
    for name in ("correct", "complete"):
        create_schema(mlflow_server, experiment_id, name, {"text": {}})
    create_queue(mlflow_server, experiment_id, "other", [])
    return experiment_id, create_queue(
        mlflow_server, experiment_id, "mine", [info["trace_id"] for info in found["traces"]]
    )


async def searched(backend: MlflowBackend, experiment_id: str, queue_id: str) -> int:
    return sum([len(page) async for page in backend.snapshot(Query((experiment_id,)))])


async def searched_in_another_order(backend: MlflowBackend, experiment_id: str, queue_id: str) -> int:
    query = Query((experiment_id,), order_by=("execution_time_ms DESC",))
    return sum([len(page) async for page in backend.snapshot(query)])


async def items(backend: MlflowBackend, experiment_id: str, queue_id: str) -> int:
    return sum([len(page) async for page in backend.items(Queue(queue_id, experiment_id, "mine"))])


async def queues(backend: MlflowBackend, experiment_id: str, queue_id: str) -> int:
    return len(await backend.queues(experiment_id))


async def schemas(backend: MlflowBackend, experiment_id: str, queue_id: str) -> int:
    return len((await backend.schemas(experiment_id)).questions)


async def experiments(backend: MlflowBackend, experiment_id: str, queue_id: str) -> int:
    return sum(each.id == experiment_id for each in await backend.experiments())


Listed = Callable[[MlflowBackend, str, str], Awaitable[int]]
LISTINGS: dict[str, tuple[str, Listed, int]] = {
    "search": ("traces/search", searched, TRACES),
    "search in another order": ("traces/search", searched_in_another_order, TRACES),
    "items": ("items/list", items, TRACES),
    "queues": ("review-queues/list", queues, 2),
    "schemas": ("label-schemas/list", schemas, 2),
    "experiments": ("experiments/search", experiments, 1),
}


def same(page: Any, count: int) -> Any:
    return page


def empty_after_the_first(page: Any, count: int) -> Any:
    return page if count == 1 else {"next_page_token": page["next_page_token"]}


CIRCLES: dict[str, tuple[Callable[[int], str], Callable[[Any, int], Any]]] = {
    "the same token for ever": (lambda count: "again", same),
    "two tokens in turn": (lambda count: f"turn {count % 2}", same),
    "always a new token, never a new member": (lambda count: f"token {count}", same),
    "empty pages that lead on": (lambda count: f"token {count}", empty_after_the_first),
    "MLflow's own form of token, for ever": (lambda count: "eyJvZmZzZXQiOiA1MDB9", same),
}


@pytest.mark.parametrize("circle", CIRCLES)
@pytest.mark.parametrize("listing", LISTINGS)
async def test_a_listing_that_leads_in_a_circle_ends_with_what_came_and_a_caution(
    listing: str, circle: str, proxy: FaultProxy, through_proxy: MlflowBackend, place: tuple[str, str]
) -> None:
    part, listed, count = LISTINGS[listing]
    await through_proxy.capabilities()
    proxy.seen.clear()
    proxy.otherwise = leading_on(part, *CIRCLES[circle])
    assert await listed(through_proxy, *place) == count
    assert len(proxy.seen) <= MOST_REQUESTS
    (caution,) = through_proxy.cautions()
    assert "may be incomplete" in caution
    assert through_proxy.cautions() == []


async def test_a_listing_that_ends_says_nothing(mlflow_backend: MlflowBackend, place: tuple[str, str]) -> None:
    for _, listed, count in LISTINGS.values():
        assert await listed(mlflow_backend, *place) == count
    assert mlflow_backend.cautions() == []


async def test_pages_of_other_members_are_all_listed_though_their_tokens_are_the_server_s_own(
    proxy: FaultProxy, through_proxy: MlflowBackend, place: tuple[str, str]
) -> None:
    def another(page: Any, count: int) -> Any:
        made = [{**each, "queue_id": f"rq-{count}{number}"} for number, each in enumerate(page["review_queues"])]
        return {"review_queues": made} | ({"next_page_token": page["next_page_token"]} if count < 5 else {})

    await through_proxy.capabilities()
    proxy.otherwise = leading_on("review-queues/list", lambda count: f"token {count}", another)
    assert len(await through_proxy.queues(place[0])) == 10
    assert through_proxy.cautions() == []
