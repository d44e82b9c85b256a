"""A sprint on a real server whose people agree on most of it, with traces that have inputs, some of them equal."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

from tests.cli.program import Ended, Program
from tests.servers.filling import create_schema, send_spans
from tests.servers.sprint_experiment import LEAD, PEOPLE, SprintExperiment

TRACES = 20
QUALITY = {"numeric": {"min_value": 1, "max_value": 5}}
REASONS = ("misses the north bar", "half right")


class AgreedSprint:
    """A sprint of twenty traces, all for everybody. `agreed` is what people agree on, by trace and question.

    The first two traces have the same inputs and answers, the next two the same inputs and different answers; the last
    has no inputs. On the fifth people differ, the sixth a lead decided against all, the seventh has one label.
    """

    def __init__(self, lead: Program, name: str, slug: str, *, is_labelled: bool = True) -> None:
        self.name, self.slug = name, slug
        self.experiment = experiment = SprintExperiment(0)
        create_schema(experiment.server, experiment.id, "quality", QUALITY)
        create_schema(experiment.server, experiment.id, "note", {"text": {}})
        self.inputs = {self._log(number): self._inputs(number) for number in range(TRACES)}
        self.traces = list(self.inputs)
        deadline = time.monotonic() + 20
        while len(experiment.traces) < TRACES and time.monotonic() < deadline:
            time.sleep(0.1)
        made = experiment.create(lead, name, "--overlap", "all", "--yes")
        assert made.code == 0, made.err
        self.agreed: dict[tuple[str, str], tuple[Any, str]] = {}
        if is_labelled:
            self._label()

    @staticmethod
    def _inputs(number: int) -> dict[str, str] | None:
        if number == TRACES - 1:
            return None
        return {"question": f"Which tide suits quay {number // 2 if number < 4 else number}?"}

    def _log(self, number: int) -> str:
        trace, started = secrets.token_hex(16), time.time_ns() + number * 1_000_000
        attributes = {"mlflow.spanOutputs": json.dumps({"answer": "the upper third of the flood"})}
        if (inputs := self._inputs(number)) is not None:
            attributes["mlflow.spanInputs"] = json.dumps(inputs)
        span = {
            "traceId": trace,
            "spanId": secrets.token_hex(8),
            "name": "desk",
            "startTimeUnixNano": str(started),
            "endTimeUnixNano": str(started + 900_000_000),
            "attributes": [{"key": key, "value": {"stringValue": text}} for key, text in attributes.items()],
            "status": {"code": 1},
        }
        send_spans(self.experiment.server, self.experiment.id, [span])
        return f"tr-{trace}"

    def assess(self, trace: str, by: str, value: Any, name: str = "correct", **more: Any) -> str:
        """Write a label of the sprint by REST, and return its ID."""
        metadata = {"labeler.sprint": self.slug, "labeler.blind": "true"} | more.pop("metadata", {})
        said = {"assessment_name": name, "source": {"source_type": "HUMAN", "source_id": by}, "metadata": metadata}
        body = {"assessment": said | more | {"feedback": {"value": value}}}
        told = self.experiment.server.post(f"/api/3.0/mlflow/traces/{trace}/assessments", body)
        return str(told["assessment"]["assessment_id"])

    def adjudicate(self, trace: str, value: Any, name: str = "correct", **more: Any) -> str:
        """Decide about an item, as a lead does."""
        role = {"labeler.role": "adjudication", "labeler.blind": "revealed"}
        return self.assess(trace, LEAD, value, name, metadata=role, **more)

    def _label(self) -> None:
        for number, trace in enumerate(self.traces):
            votes = [number % 3 != 0 and number != 1] * 3
            votes[number % 3] = not votes[0] if number % 2 else votes[0]
            how = "majority"
            if number < 4:
                votes, how = [number < 3] * 3, "majority"
            if number == 4:
                votes = [True, False]
            if number == 6:
                votes = [True]
            for who, vote in zip(PEOPLE, votes, strict=False):
                first = self.assess(trace, who, not vote) if number == 8 else ""
                self.assess(trace, who, vote, rationale=REASONS[vote], **({"overrides": first} if first else {}))
            value: Any = sum(votes) * 2 > len(votes)
            if number == 5:
                value, how = not value, "adjudicated"
                self.adjudicate(trace, value, rationale="the pilot book decides")
            if number not in (4, 6):
                self.agreed[trace, "correct"] = (value, how)
            self.assess(trace, "ana@x.io", f"note {number}", "note")
        for trace, (low, high) in zip(self.traces[7:10], ((3, 4), (2, 2), (5, 4)), strict=True):
            self.assess(trace, "ana@x.io", low, "quality")
            self.assess(trace, "bo@x.io", high, "quality")
            self.agreed[trace, "quality"] = ((low + high) / 2, "median")
        # Everybody's opinion on another occasion is not the sprint's.
        self.assess(self.traces[10], "ana@x.io", False, metadata={"labeler.sprint": "another"})
        self.experiment.label(self.traces[11], "default", False)

    def handover(self, labeler: Program, *arguments: str) -> Ended:
        """Run `labeler sprint handover`."""
        return self.experiment.sprint(labeler, "handover", self.name, *arguments)

    def assessments(self, trace: str) -> list[dict[str, Any]]:
        """Everything that is said about a trace."""
        info = self.experiment.server.http.get(f"/api/3.0/mlflow/traces/{trace}").json()
        found: list[dict[str, Any]] = info["trace"]["trace_info"].get("assessments", [])
        return found

    @property
    def expectations(self) -> dict[tuple[str, str], tuple[Any, str, str]]:
        """The expectations of the sprint on the server: value, how and ID, by trace and question."""
        return {
            (trace, each["assessment_name"]): (
                each["expectation"]["value"],
                each["metadata"]["labeler.how"],
                each["assessment_id"],
            )
            for trace in self.traces
            for each in self.assessments(trace)
            if each.get("metadata", {}).get("labeler.role") == "consensus"
        }

    @property
    def datasets(self) -> list[dict[str, Any]]:
        """The datasets of the experiment."""
        asked = {"experiment_ids": [self.experiment.id]}
        found: list[dict[str, Any]] = self.experiment.server.post("/api/3.0/mlflow/datasets/search", asked).get(
            "datasets", []
        )
        return found

    def records(self, dataset_id: str) -> list[dict[str, Any]]:
        """The records of a dataset."""
        got = self.experiment.server.http.get(f"/api/3.0/mlflow/datasets/{dataset_id}/records").json()
        found: list[dict[str, Any]] = json.loads(got.get("records", "[]"))
        return found
