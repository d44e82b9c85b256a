"""Review queues of an MLflow server (3.14 and later) and their items."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeVar

from pydantic import BaseModel, Field, ValidationError

from labeler.backends.base import AlreadyThere, Forbidden, Malformed, MissingTarget, UnknownName
from labeler.backends.mlflow.asking import Cautions, Listing, ask, check_about, paged
from labeler.backends.mlflow.experiments import Experiments, nearest
from labeler.backends.mlflow.transport import Transport
from labeler.domain.assessment import same_reviewer
from labeler.domain.queue import Queue, QueueItem, QueueItemState
from labeler.domain.trace import short_id

_ROUTE: Final = "/api/3.0/mlflow/review-queues"
_QUEUES_A_PAGE: Final = 1_000
_ITEMS_A_PAGE: Final = 50_000
"""MLflow's maximum. Items are paged by offset, newest first, so only a listing of one page cannot shift while read."""

_ITEMS_AT_ONCE: Final = 500
"""Adding so many takes a server about 2.5 s: its SQLite is locked for no longer."""

_QUEUE_ID: Final = re.compile(r"rq-[0-9a-f]{32}")

_Form = TypeVar("_Form", bound=BaseModel)
_Object = Mapping[str, Any]


class _Queue(BaseModel):
    queue_id: str
    experiment_id: str
    name: str
    queue_type: str = ""
    users: list[str] = Field(default_factory=list)
    schema_ids: list[str] = Field(default_factory=list)

    def queue(self) -> Queue:
        return Queue(
            id=self.queue_id,
            experiment_id=self.experiment_id,
            name=self.name,
            users=tuple(self.users),
            schema_ids=tuple(self.schema_ids),
            personal=self.queue_type == "USER",
        )


class _Item(BaseModel):
    queue_id: str
    item_id: str
    status: QueueItemState
    item_type: str = "TRACE"
    completed_by: str | None = None
    completed_time_ms: int | None = None
    creation_time_ms: int = 0

    def item(self) -> QueueItem:
        return QueueItem(
            queue_id=self.queue_id,
            trace_id=self.item_id,
            state=self.status,
            completed_by=self.completed_by or None,
            completed_at_ms=self.completed_time_ms or None,
        )


class _QueueAnswer(BaseModel):
    review_queue: _Queue


class _QueuePage(BaseModel):
    review_queues: list[_Queue] = Field(default_factory=list)
    next_page_token: str = ""


class _ItemAnswer(BaseModel):
    item: _Item


class Queues:
    """The review queues of one server, and their items."""

    def __init__(self, transport: Transport, experiments: Experiments, cautions: Cautions) -> None:
        self._transport = transport
        self._experiments = experiments
        self._cautions = cautions

    async def all(self, experiment_id: str) -> list[Queue]:
        """Return the queues of an experiment, the newest first."""
        listing = Listing("review queues", self._cautions)
        pages = paged(listing, partial(self._queues_at, experiment_id), lambda each: each.id)
        return [queue async for page in pages for queue in page]

    async def one(self, experiment_id: str | None, name_or_id: str) -> Queue:
        """Return the queue with that ID, or with that name in one experiment or (None) in all. Raises `UnknownName`."""
        if _QUEUE_ID.fullmatch(name_or_id):
            try:
                return await ask(self._transport, partial(_queue_of_id, name_or_id))
            except MissingTarget:
                raise UnknownName(f"No queue has the ID {name_or_id}") from None
        look_in = [experiment_id] if experiment_id else [each.id for each in await self._experiments.all()]
        there: list[Queue] = []
        for each in look_in:
            try:
                there += await self.all(each)
            except MissingTarget:
                continue
            except Forbidden:
                if experiment_id:
                    raise
        named = [queue for queue in there if same_reviewer(queue.name, name_or_id)]
        if len(named) == 1:
            return named[0]
        if named:
            places = ", ".join(f"{queue.id} in experiment {queue.experiment_id}" for queue in named)
            raise UnknownName(f'More than one queue is called "{name_or_id}"; name one by its ID: {places}')
        names = [queue.name for queue in there]
        raise UnknownName(f'No queue is called "{short_id(name_or_id)}". {nearest(name_or_id, names)}')

    async def of(self, experiment_id: str, reviewer: str) -> Queue:
        """Return the reviewer's own queue, and create it if there is none."""
        asked = {"experiment_id": experiment_id, "user": reviewer}

        async def get_or_create(transport: Transport) -> Queue:
            queue = _queue(await transport.query(f"{_ROUTE}/get-or-create-user", asked))
            check_about("review queue of experiment", experiment_id, queue.experiment_id)
            return queue

        return await ask(self._transport, get_or_create)

    async def items(self, queue: Queue) -> AsyncIterator[list[QueueItem]]:
        """Yield the items of a queue that are traces, the oldest first. Raises `MissingTarget` if the queue is gone."""
        traces = await asyncio.to_thread(self._in_order, [page async for page in self._pages(queue.id)])
        for start in range(0, len(traces), _ITEMS_AT_ONCE):
            yield traces[start : start + _ITEMS_AT_ONCE]

    def _in_order(self, pages: Iterable[Iterable[_Object]]) -> list[QueueItem]:
        """Return the readable items of pages, oldest first. Done off the event loop: there may be 50,000."""
        listed = [item for page in pages for item in map(self._readable, page) if item]
        oldest_first = sorted(listed, key=lambda each: each.creation_time_ms)
        possible = self._cautions.possible(each.item_id for each in listed if each.item_type == "TRACE")
        return [each.item() for each in oldest_first if each.item_id in possible]

    async def item(self, queue_id: str, trace_id: str) -> QueueItem:
        """Return one item of a queue, read from its list, because MLflow has no other call for it.

        Raises `MissingTarget` if there is no such queue or item.
        """
        async for page in self._pages(queue_id):
            for each in page:
                if each.get("item_id") == trace_id:
                    return _read(_Item, each).item()
        raise MissingTarget("The trace is no longer in its review queue")

    async def set_item_state(self, queue_id: str, trace_id: str, state: QueueItemState, reviewer: str) -> QueueItem:
        """Set an item's state, and return the item as the server has it afterwards.

        When two reviewers complete an item at the same moment, the server may tell each of them that it was they.
        Setting the same state again changes nothing and returns who it really was, for the price of one item, where a
        list costs the whole queue. Raises `MissingTarget` if there is no such queue or item.
        """
        item = await self._set(queue_id, trace_id, state, reviewer)
        if state is QueueItemState.PENDING:
            return item
        return await self._set(queue_id, trace_id, state, reviewer)

    async def create(self, experiment_id: str, name: str, users: Sequence[str], schema_ids: Sequence[str]) -> Queue:
        """Make a queue. Raises `AlreadyThere` where one has this name, in any case, and `Refused`."""
        asked = {
            "experiment_id": experiment_id,
            "name": name,
            "queue_type": "CUSTOM",
            "users": [*users],
            "schema_ids": [*schema_ids],
        }
        queue = _queue(await self._transport.send("POST", f"{_ROUTE}/create", asked))
        check_about("review queue of experiment", experiment_id, queue.experiment_id)
        return queue

    async def set_users(self, queue_id: str, users: Sequence[str]) -> Queue:
        """Set the users of a queue. Raises `MissingTarget` and `Refused`."""
        return await self._update(queue_id, {"update_users": True, "users": [*users]})

    async def set_questions(self, queue_id: str, schema_ids: Sequence[str]) -> Queue:
        """Set the questions of a queue without items. Raises `MissingTarget` and `Refused`."""
        return await self._update(queue_id, {"update_schema_ids": True, "schema_ids": [*schema_ids]})

    async def delete(self, queue_id: str) -> None:
        """Delete a queue and its items, if it exists."""
        with suppress(MissingTarget):
            await self._transport.send("POST", f"{_ROUTE}/delete", {"queue_id": queue_id})

    async def add(self, queue_id: str, trace_ids: Sequence[str]) -> None:
        """Put traces into a queue. Raises `MissingTarget`."""
        await self._in_parts("add", queue_id, trace_ids)

    async def remove(self, queue_id: str, trace_ids: Sequence[str]) -> None:
        """Take traces out of a queue. Raises `MissingTarget`."""
        await self._in_parts("remove", queue_id, trace_ids)

    async def _in_parts(self, call: str, queue_id: str, trace_ids: Sequence[str]) -> None:
        """Add or remove items, a part of them at a time.

        Where two programs add the same ones at the same moment, the server fails for one of them: it asks again, and
        finds them there.
        """
        for start in range(0, len(trace_ids), _ITEMS_AT_ONCE):
            asked = {"queue_id": queue_id, "item_ids": [*trace_ids[start : start + _ITEMS_AT_ONCE]]}
            send = partial(
                self._transport.send, "POST", f"{_ROUTE}/items/{call}", asked, self._transport.timeouts.whole_trace
            )
            try:
                await send()
            except AlreadyThere:
                await send()

    async def _update(self, queue_id: str, fields: _Object) -> Queue:
        """Change a queue. The server ignores a field whose flag is not set, and answers as if it had not."""
        queue = _queue(await self._transport.send("POST", f"{_ROUTE}/update", {"queue_id": queue_id, **fields}))
        check_about("review queue", queue_id, queue.id)
        return queue

    def _pages(self, queue_id: str) -> AsyncIterator[list[_Object]]:
        """Yield the items of a queue page by page, the newest first. Raises `MissingTarget` if the queue is gone."""
        listing = Listing("the review queue's items", self._cautions)
        return paged(listing, partial(self._items_at, queue_id), lambda each: str(each.get("item_id")))

    def _readable(self, item: _Object) -> _Item | None:
        try:
            return _read(_Item, item)
        except Malformed:
            named = short_id(str(item.get("item_id")))
            self._cautions.add(f"The review queue's item {named} is not of MLflow's form and was left out.")
            return None

    async def _queues_at(self, experiment_id: str, token: str) -> tuple[list[Queue], str]:
        asked: dict[str, str | int] = {"experiment_id": experiment_id, "max_results": _QUEUES_A_PAGE}

        async def page(transport: Transport) -> _QueuePage:
            answer = await transport.get(f"{_ROUTE}/list", asked | _from(token))
            page = _read(_QueuePage, answer)
            for each in page.review_queues:
                check_about("review queues of experiment", experiment_id, each.experiment_id)
            return page

        found = await ask(self._transport, page)
        return [each.queue() for each in found.review_queues], found.next_page_token

    async def _items_at(self, queue_id: str, token: str) -> tuple[list[_Object], str]:
        asked: dict[str, str | int] = {"queue_id": queue_id, "max_results": _ITEMS_A_PAGE}

        async def page(transport: Transport) -> tuple[list[_Object], str]:
            answer = await transport.get(f"{_ROUTE}/items/list", asked | _from(token), transport.timeouts.whole_trace)
            listed = answer.get("items") or []
            if not isinstance(listed, list):
                raise Malformed("The server's list of a review queue's items is not of MLflow's form")
            items: list[_Object] = [each for each in listed if isinstance(each, dict)]
            for each in items:
                check_about("review queue", queue_id, str(each.get("queue_id", queue_id)))
            return items, str(answer.get("next_page_token") or "")

        return await ask(self._transport, page)

    async def _set(self, queue_id: str, trace_id: str, state: QueueItemState, reviewer: str) -> QueueItem:
        asked = {"queue_id": queue_id, "item_id": trace_id, "status": state.value}
        if state is not QueueItemState.PENDING:
            asked["completed_by"] = reviewer

        async def set_status(transport: Transport) -> _Item:
            item = _read(_ItemAnswer, await transport.send("POST", f"{_ROUTE}/items/set-status", asked)).item
            check_about("review queue", queue_id, item.queue_id, trace_id)
            check_about("review queue's item", trace_id, item.item_id, trace_id)
            return item

        return (await ask(self._transport, set_status)).item()


async def _queue_of_id(queue_id: str, transport: Transport) -> Queue:
    queue = _queue(await transport.get(f"{_ROUTE}/get", {"queue_id": queue_id}))
    check_about("review queue", queue_id, queue.id)
    return queue


def _from(token: str) -> dict[str, str | int]:
    return {"page_token": token} if token else {}


def _queue(answer: Mapping[str, Any]) -> Queue:
    return _read(_QueueAnswer, answer).review_queue.queue()


def _read(form: type[_Form], answer: Mapping[str, Any]) -> _Form:
    try:
        return form.model_validate(answer)
    except ValidationError:
        raise Malformed("The server's answer about review queues is not of MLflow's form") from None
