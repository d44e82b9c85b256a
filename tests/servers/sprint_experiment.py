"""An experiment on the shared server with traces to make sprints of, and its tags, queues and items as they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from labeler.domain.moment import utc_text
from tests.cli.program import Ended, Program
from tests.servers.filling import create_schema, log_many
from tests.servers.mlflow_server import MlflowServer, shared_server

LEAD = "lead@x.io"
PEOPLE = ("ana@x.io", "bo@x.io", "cem@x.io")
PASS_FAIL = {"pass_fail": {"positive_label": "Correct", "negative_label": "Wrong"}}


class SprintExperiment:
    """An experiment of its own, with so many traces and one question."""

    def __init__(self, traces: int = 10, server: MlflowServer | None = None) -> None:
        self.server = server or shared_server()
        self.id = self.server.new_experiment()
        log_many(self.server, self.id, traces)
        create_schema(self.server, self.id, "correct", PASS_FAIL)

    @property
    def traces(self) -> list[str]:
        """The IDs of all traces, the newest first."""
        place = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": self.id}}]
        found = self.server.post("/api/3.0/mlflow/traces/search", {"locations": place, "max_results": 500})
        return [each["trace_id"] for each in found["traces"]]

    @property
    def tags(self) -> dict[str, str]:
        """The tags of sprints."""
        got = self.server.http.get("/api/2.0/mlflow/experiments/get", params={"experiment_id": self.id}).json()
        tags = got["experiment"].get("tags", [])
        return {each["key"]: each["value"] for each in tags if each["key"].startswith("labeler.")}

    def plan(self, slug: str) -> dict[str, Any]:
        """The plan of a sprint."""
        plan: dict[str, Any] = json.loads(self.tags[f"labeler.sprint.{slug}"])
        return plan

    @property
    def queues(self) -> dict[str, dict[str, Any]]:
        """The queues by name."""
        asked: dict[str, str | int] = {"experiment_id": self.id, "max_results": 100}
        got = self.server.http.get("/api/3.0/mlflow/review-queues/list", params=asked).json()
        return {each["name"]: each for each in got.get("review_queues", [])}

    def items(self, queue_name: str) -> dict[str, str]:
        """The traces in a queue with their states there."""
        asked = {"queue_id": self.queues[queue_name]["queue_id"], "max_results": 5_000}
        got = self.server.http.get("/api/3.0/mlflow/review-queues/items/list", params=asked).json()
        return {each["item_id"]: each["status"] for each in got.get("items", [])}

    def assigned(self, name: str) -> dict[str, dict[str, str]]:
        """The items of each reviewer of a sprint, with their states."""
        return {
            queue.removeprefix(f"{name} · "): self.items(queue)
            for queue in self.queues
            if queue.startswith(f"{name} · ") and not queue.endswith("· adjudication")
        }

    def set_status(self, queue_name: str, trace_id: str, status: str, by: str) -> None:
        """Set the state of an item."""
        asked = {"queue_id": self.queues[queue_name]["queue_id"], "item_id": trace_id, "status": status}
        self.server.post("/api/3.0/mlflow/review-queues/items/set-status", asked | {"completed_by": by})

    def sprint(self, labeler: Program, *arguments: str, by: str = LEAD) -> Ended:
        """Run `labeler sprint` on this experiment."""
        where = ("-b", self.server.url, "-e", self.id)
        return labeler.run("sprint", *arguments, *where, LABELER_REVIEWER=by)

    def create(self, labeler: Program, name: str, *more: str, people: Sequence[str] = PEOPLE, by: str = LEAD) -> Ended:
        """Make a sprint of all traces with an overlap of 2, unless `more` says otherwise."""
        overlap = () if "--overlap" in more else ("--overlap", "2")
        return self.sprint(labeler, "create", name, "--reviewers", ",".join(people), *overlap, *more, by=by)

    def label(
        self,
        trace_id: str,
        by: str,
        value: object,
        slug: str = "",
        name: str = "correct",
        at_ms: int = 0,
        overrides: str = "",
        **metadata: str,
    ) -> str:
        """Label a trace as labeler does: in a sprint if there is a `slug`, else as a script or MLflow's page.

        Returns the ID of the assessment. `at_ms` is when, 0 for now.
        """
        written = {f"labeler.{key}": each for key, each in metadata.items()}
        if slug:
            written |= {"labeler.sprint": slug, "labeler.blind": "true"}
        said: dict[str, Any] = {"assessment_name": name, "metadata": written}
        said["source"] = {"source_type": "HUMAN", "source_id": by}
        if at_ms:
            said |= {"create_time": utc_text(at_ms), "last_update_time": utc_text(at_ms)}
        if overrides:
            said["overrides"] = overrides
        said["feedback"] = {"value": value}
        answered = self.server.post(f"/api/3.0/mlflow/traces/{trace_id}/assessments", {"assessment": said})
        assessment_id: str = answered["assessment"]["assessment_id"]
        return assessment_id

    def labels(self, by: str, slug: str = "") -> dict[str, object]:
        """What somebody says by trace, as it stands, in a sprint or outside all."""
        place = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": self.id}}]
        found = self.server.post("/api/3.0/mlflow/traces/search", {"locations": place, "max_results": 500})
        return {
            trace["trace_id"]: each["feedback"]["value"]
            for trace in found["traces"]
            for each in trace.get("assessments", [])
            if each["source"]["source_id"] == by
            and each.get("valid", True)
            and each.get("metadata", {}).get("labeler.sprint", "") == slug
        }

    def delete_queue(self, queue_name: str) -> None:
        """Delete a queue, as somebody does in MLflow."""
        queue = {"queue_id": self.queues[queue_name]["queue_id"]}
        self.server.post("/api/3.0/mlflow/review-queues/delete", queue)

    def delete_traces(self, *trace_ids: str) -> None:
        """Delete traces."""
        gone: dict[str, Any] = {"experiment_id": self.id, "request_ids": [*trace_ids]}
        self.server.post("/api/2.0/mlflow/traces/delete-traces", gone)
