"""An experiment on the shared server with recorded traces in it."""

from __future__ import annotations

from typing import Any

from labeler.domain.destination import Destination
from tests.servers.filling import Recording, log, recordings
from tests.servers.mlflow_server import MlflowServer, shared_server

NAMES = ("openai_tool_roundtrip", "openai_chat_multiturn", "plain_bool_number")


class Experiment:
    """An experiment on the shared server with a trace for each of these recordings."""

    def __init__(self, *names: str) -> None:
        self.server: MlflowServer = shared_server()
        self.id = self.server.new_experiment()
        self.traces: list[Recording] = recordings(*names) if names else []
        log(self.server, self.id, self.traces)

    @property
    def trace_ids(self) -> list[str]:
        return [trace.id for trace in self.traces]

    @property
    def place(self) -> Destination:
        return Destination(self.server.url, "", self.id)

    def labels(self, trace_id: str) -> list[dict[str, Any]]:
        info = self.server.http.get(f"/api/3.0/mlflow/traces/{trace_id}").json()
        assessments: list[dict[str, Any]] = info["trace"]["trace_info"].get("assessments", [])
        return assessments

    def human_labels(self, trace_id: str) -> list[dict[str, Any]]:
        return [each for each in self.labels(trace_id) if each["source"]["source_type"] == "HUMAN"]
