"""Runs of an MLflow server, their metrics and their artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

from labeler.backends.base import Malformed, Refused
from labeler.backends.mlflow.transport import Transport
from labeler.backends.runs import Run

_ROUTE: Final = "/api/2.0/mlflow/runs"
_ARTIFACTS: Final = "/api/2.0/mlflow-artifacts/artifacts"
_SERVED: Final = "mlflow-artifacts"
"""The scheme of an artifact URI whose files go through the server. Others name a store beside it."""

_AT_ONCE: Final = 1_000
"""Metrics that one request may carry."""


class Runs:
    """The runs of one server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def create(self, experiment_id: str, name: str, tags: Mapping[str, str], at_ms: int) -> Run:
        """Begin a run."""
        asked = {
            "experiment_id": experiment_id,
            "run_name": name,
            "start_time": at_ms,
            "tags": [{"key": key, "value": text} for key, text in tags.items()],
        }
        return _run(await self._transport.send("POST", f"{_ROUTE}/create", asked))

    async def log_metrics(self, run_id: str, metrics: Mapping[str, float], at_ms: int) -> None:
        """Add metrics to a run."""
        wire = [{"key": name, "value": value, "timestamp": at_ms, "step": 0} for name, value in metrics.items()]
        for first in range(0, len(wire), _AT_ONCE):
            asked = {"run_id": run_id, "metrics": wire[first : first + _AT_ONCE]}
            await self._transport.send("POST", f"{_ROUTE}/log-batch", asked)

    async def attach(self, run: Run, name: str, content: bytes, media_type: str) -> None:
        """Put a file into a run, through the server. Raises `Refused` where its files are kept beside it."""
        address = urlsplit(run.files_at)
        if address.scheme != _SERVED:
            place = f"at {address.scheme}://" if address.scheme else "in a directory of the server's"
            raise Refused(
                f"the files of this experiment's runs are kept {place}, and do not go through the server; those of "
                "experiments made under mlflow server --serve-artifacts do"
            )
        path = quote(f"{address.path.strip('/')}/{name}")
        await self._transport.put(f"{_ARTIFACTS}/{path}", content, media_type)

    async def end(self, run_id: str, at_ms: int) -> None:
        """End a run as finished."""
        asked = {"run_id": run_id, "status": "FINISHED", "end_time": at_ms}
        await self._transport.send("POST", f"{_ROUTE}/update", asked)


def _run(found: Mapping[str, Any]) -> Run:
    run = found.get("run")
    info = run.get("info") if isinstance(run, Mapping) else None
    if not isinstance(info, Mapping) or not isinstance(info.get("run_id"), str):
        raise Malformed("A run from the server is not of MLflow's form")
    return Run(info["run_id"], str(info.get("artifact_uri") or ""))
