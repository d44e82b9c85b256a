"""Experiments of an MLflow server, and how many traces they have."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

from pydantic import BaseModel, Field, ValidationError

from labeler.backends.base import (
    AlreadyThere,
    Experiment,
    LacksPermission,
    Malformed,
    MissingTarget,
    Refused,
    UnknownName,
)
from labeler.backends.mlflow.asking import Cautions, Listing, ask, check_about, paged
from labeler.backends.mlflow.failures import MissingRoute
from labeler.backends.mlflow.transport import Transport
from labeler.domain.trace import short_id

_PAGE: Final = 1_000
_NAMES_SHOWN: Final = 10
_ROUTE: Final = "/api/2.0/mlflow/experiments"


class _Experiment(BaseModel):
    experiment_id: str
    name: str
    lifecycle_stage: str = "active"


class _Tag(BaseModel):
    key: str
    value: str = ""


class _Tagged(BaseModel):
    experiment_id: str
    tags: list[_Tag] = Field(default_factory=list)


class Experiments:
    """The active experiments of one server."""

    def __init__(self, transport: Transport, cautions: Cautions) -> None:
        self._transport = transport
        self._cautions = cautions

    async def all(self) -> list[Experiment]:
        """Return all active experiments, the most recently used first."""
        pages = paged(Listing("experiments", self._cautions), self._page, lambda each: each.id)
        return [experiment async for page in pages for experiment in page]

    async def one(self, name_or_id: str) -> Experiment:
        """Return the experiment with that ID, or else with that name. Raises `UnknownName`, which lists what exists."""
        asked = [("get-by-name", "experiment_name")]
        if name_or_id.isascii() and name_or_id.isdecimal():
            asked.insert(0, ("get", "experiment_id"))
        forbidden = False
        for call, named_by in asked:
            try:
                found = await self._active(call, named_by, name_or_id)
            except LacksPermission:
                forbidden = True
            else:
                if found is not None:
                    return found
        said = f'No experiment is called "{short_id(name_or_id)}" or has that ID'
        if forbidden:
            said += ", or you may not read it: the server says the same of both. To label takes EDIT on the experiment"
        raise UnknownName(f"{said}. {nearest(name_or_id, [each.name for each in await self.all()])}")

    async def count(self, experiment_id: str) -> int | None:
        """Return how many traces an experiment has, or None where the server cannot count them.

        MLflow 3.9 and later can, with a database.
        """
        asked = {
            "experiment_ids": [experiment_id],
            "view_type": "TRACES",
            "metric_name": "trace_count",
            "aggregations": [{"aggregation_type": "COUNT"}],
        }
        try:
            points = (await self._transport.query("/api/3.0/mlflow/traces/metrics", asked)).get("data_points")
        except (MissingRoute, Refused):
            return None
        try:
            return int(points[0]["values"]["COUNT"]) if points else 0
        except (KeyError, IndexError, TypeError, ValueError):
            return None

    async def tags(self, experiment_id: str) -> dict[str, str]:
        """Return the tags of an experiment. Raises `UnknownName`."""

        async def look_up(transport: Transport) -> _Tagged:
            answer = await transport.get(f"{_ROUTE}/get", {"experiment_id": experiment_id})
            try:
                found = _Tagged.model_validate(answer.get("experiment"))
            except ValidationError:
                raise Malformed("An experiment from the server is not of MLflow's form") from None
            check_about("experiment", experiment_id, found.experiment_id)
            return found

        try:
            found = await ask(self._transport, look_up)
        except MissingTarget:
            raise UnknownName(f"There is no experiment with the ID {short_id(experiment_id)}") from None
        return {tag.key: tag.value for tag in found.tags}

    async def set_tag(self, experiment_id: str, name: str, text: str) -> None:
        """Set a tag of an experiment. Raises `MissingTarget` and `Refused`."""
        asked = {"experiment_id": experiment_id, "key": name, "value": text}
        try:
            await self._transport.send("POST", f"{_ROUTE}/set-experiment-tag", asked)
        except AlreadyThere:  # set for the first time by another at the same moment
            await self._transport.send("POST", f"{_ROUTE}/set-experiment-tag", asked)

    async def delete_tag(self, experiment_id: str, name: str) -> None:
        """Delete a tag of an experiment, if it has it."""
        with suppress(MissingTarget):
            asked = {"experiment_id": experiment_id, "key": name}
            await self._transport.send("POST", f"{_ROUTE}/delete-experiment-tag", asked)

    async def _page(self, token: str) -> tuple[list[Experiment], str]:
        asked = {"max_results": _PAGE, "order_by": ["last_update_time DESC"], "page_token": token}
        page = await self._transport.query(f"{_ROUTE}/search", asked)
        found = [Experiment(each.experiment_id, each.name) for each in _read_all(page)]
        return found, str(page.get("next_page_token") or "")

    async def _active(self, call: str, named_by: str, name_or_id: str) -> Experiment | None:
        async def look_up(transport: Transport) -> _Experiment:
            answer = await transport.get(f"{_ROUTE}/{call}", {named_by: name_or_id})
            found = _read(answer.get("experiment"))
            check_about("experiment", name_or_id, found.experiment_id if call == "get" else found.name)
            return found

        try:
            found = await ask(self._transport, look_up)
        except MissingTarget:
            return None
        return Experiment(found.experiment_id, found.name) if found.lifecycle_stage == "active" else None


def nearest(wanted: str, names: Iterable[str]) -> str:
    """Return a sentence that lists `names`, those that resemble `wanted` first."""
    there = sorted(set(names))
    if not there:
        return "There is none."
    alike = difflib.get_close_matches(wanted, there, n=3)
    shown = alike + [name for name in there if name not in alike]
    more = "" if len(shown) <= _NAMES_SHOWN else f" and {len(shown) - _NAMES_SHOWN} more"
    return "There is: " + ", ".join(f'"{name}"' for name in shown[:_NAMES_SHOWN]) + more + "."


def _read_all(page: Mapping[str, Any]) -> list[_Experiment]:
    listed = page.get("experiments") or []
    if not isinstance(listed, list):
        raise Malformed("The server's list of experiments is not of MLflow's form")
    return [_read(entry) for entry in listed]


def _read(entry: object) -> _Experiment:
    try:
        return _Experiment.model_validate(entry)
    except ValidationError:
        raise Malformed("An experiment from the server is not of MLflow's form") from None
