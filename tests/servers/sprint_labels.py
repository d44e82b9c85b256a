"""A sprint on a real server in which people have labelled, with gold, calibration, and all that does not count."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.cli.program import Program
from tests.servers.filling import create_schema
from tests.servers.sprint_experiment import LEAD, SprintExperiment

NAME, SLUG = "Harbour 2026", "harbour-2026"
PEOPLE = ("ana@x.io", "bo@x.io", "cem@x.io", "dee@x.io")
GONE = "dee@x.io"
"""Left, and their labels count nowhere."""

ALIAS = {"ana.b@x.io": "ana@x.io"}
JUDGE = "judges/correct-v1"
QUALITY = {"numeric": {"min_value": 1, "max_value": 5}}


class LabelledSprint:
    """A sprint of 84 traces, three of them gold and four calibration, which is open and labelled whole."""

    def __init__(self, lead: Program, traces: int = 84) -> None:
        self.experiment = experiment = SprintExperiment(traces)
        create_schema(experiment.server, experiment.id, "quality", QUALITY)
        self.gold = sorted(experiment.traces)[:3]
        self.gold_lines = [json.dumps({"trace_id": each, "name": "correct", "value": "yes"}) for each in self.gold]
        self.write_gold(lead)
        options = ("--gold", "gold.jsonl", "--calibrate", "4", "--seed", "3", "--yes")
        for command in (
            ("create", NAME, "--reviewers", ",".join(PEOPLE), "--overlap", "2", *options),
            ("open", NAME, "--gold", "gold.jsonl"),
        ):
            ended = experiment.sprint(lead, *command)
            assert ended.code == 0, ended.err
        self.assigned = experiment.assigned(NAME)
        self.calibration: list[str] = experiment.plan(SLUG)["calibration"]
        self._label()
        dropped = experiment.sprint(lead, "drop", NAME, "-r", GONE, "--ignore-labels", "--yes", "--gold", "gold.jsonl")
        assert dropped.code == 0, dropped.err
        self.change_plan(same=ALIAS)

    @property
    def main(self) -> list[str]:
        """The traces that are neither gold nor calibration."""
        return sorted({*self.experiment.traces} - {*self.gold, *self.calibration})

    def write_gold(self, program: Program) -> None:
        """Write the gold file where a program works."""
        (program.work / "gold.jsonl").write_text("\n".join(self.gold_lines))

    def change_plan(self, **fields: Any) -> None:
        """Change the plan's tag, as a command of somebody else would."""
        plan = self.experiment.plan(SLUG)
        changed = {**plan, **fields, "rev": plan["rev"] + 1}
        tag = {"experiment_id": self.experiment.id, "key": f"labeler.sprint.{SLUG}", "value": json.dumps(changed)}
        self.experiment.server.post("/api/2.0/mlflow/experiments/set-experiment-tag", tag)

    def assess(
        self, trace: str, by: str, name: str, value: Any, *, source: str = "HUMAN", why: str = "", **metadata: str
    ) -> str:
        """Write an assessment by REST, and return its ID."""
        said: dict[str, Any] = {
            "assessment_name": name,
            "source": {"source_type": source, "source_id": by},
            "metadata": {f"labeler.{key}": each for key, each in metadata.items() if key != "overrides"},
            **({"rationale": why} if why else {}),
            **({"overrides": metadata["overrides"]} if "overrides" in metadata else {}),
            "feedback": {"value": value},
        }
        told = self.experiment.server.post(f"/api/3.0/mlflow/traces/{trace}/assessments", {"assessment": said})
        return str(told["assessment"]["assessment_id"])

    def adjudicate(self, trace: str, name: str, value: Any, by: str = LEAD, why: str = "") -> str:
        """Decide about an item, as a lead does."""
        return self.assess(trace, by, name, value, why=why, role="adjudication", sprint=SLUG, blind="revealed")

    def _label(self) -> None:
        draw = random.Random(5)
        truth = {trace: (draw.random() < 0.6, draw.randint(1, 5)) for trace in sorted(self.experiment.traces)}
        for who, items in sorted(self.assigned.items()):
            for at, trace in enumerate(sorted(items)):
                is_right, best = truth[trace]
                right = is_right if draw.random() < 0.8 else not is_right
                quality = best if draw.random() < 0.7 else draw.randint(1, 5)
                blind = draw.choices(("true", "revealed"), (5, 1))[0]
                spent = draw.randint(3_000, 30_000)
                signed = (
                    f" {who.upper()} " if at % 7 == 3 else "ana.b@x.io" if who == "ana@x.io" and at % 5 == 1 else who
                )
                known = {"sprint": SLUG} if at % 6 else {"queue": self._queue_of(who)}
                why = "misses the north bar" if not right and at % 2 else ""
                first = self.assess(
                    trace, signed, "correct", right, why=why, blind=blind, duration_ms=str(spent), **known
                )
                if at % 9 == 4:  # changed: the first is superseded
                    known["overrides"] = first
                    self.assess(trace, signed, "correct", not right, blind=blind, duration_ms=str(spent + 900), **known)
                    del known["overrides"]
                if at % 8 != 5:
                    self.assess(trace, signed, "quality", quality, blind=blind, duration_ms=str(spent + 700), **known)
                else:  # on MLflow's page: nothing says that it is the sprint's but whose, where and when
                    self.assess(trace, who, "quality", quality)
        main = self.main
        for number, trace in enumerate(main):
            is_right, best = truth[trace]
            self.assess(
                trace, JUDGE, "correct", "yes" if is_right == (draw.random() < 0.72) else "no", source="LLM_JUDGE"
            )
            if number % 12 == 0:
                self.adjudicate(trace, "correct", not is_right, why="the pilot book decides")
            if number % 15 == 2:
                self.assess(trace, "default", "correct", True)
            if number % 10 == 3:
                self.assess(trace, "eve@x.io", "correct", False, sprint="another")
            if number % 14 == 6:  # ana again, from another program
                self.assess(trace, "ana@x.io", "correct", is_right, sprint=SLUG, blind="true", duration_ms="100")
        self.adjudicate(main[1], "quality", 3)
        self.assess(main[2], "bo@x.io", "quality", 9, sprint=SLUG, blind="true")

    def _queue_of(self, who: str) -> str:
        return str(self.experiment.queues[f"{NAME} · {who}"]["queue_id"])
