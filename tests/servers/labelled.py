"""Traces with labels of many people and judges on a real server, each made in one request."""

from __future__ import annotations

import random
import secrets
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from tests.servers.mlflow_server import MlflowServer


@dataclass(frozen=True, slots=True)
class Row:
    """An assessment as the server's database has it."""

    trace_id: str
    name: str
    value: str
    source_type: str
    source_id: str
    valid: bool


def log_labelled(server: MlflowServer, experiment_id: str, traces: int, people: Sequence[str], seed: int = 5) -> None:
    """Log traces with labels: three people each on `correct` and `quality`, a judge on `correct`; some do not count."""
    draw = random.Random(seed)
    now_ms = int(time.time() * 1000)
    for number in range(traces):
        truth = draw.random() < 0.7
        made = [
            _feedback(who, name, value)
            for who in draw.sample(list(people), 3)
            for name, value in (
                ("correct", truth if draw.random() < 0.85 else not truth),
                ("quality", draw.randint(1, 5)),
            )
        ]
        made.append(_feedback("judges/v1", "correct", "yes" if truth else "no", "LLM_JUDGE"))
        if number % 10 == 0:
            made.append(_feedback("default", "correct", True))
        info = {
            "trace_id": f"tr-{secrets.token_hex(16)}",
            "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment_id}},
            "request_time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime((now_ms + number) / 1000)),
            "execution_duration": "0.9s",
            "request_preview": f"question {number} about pier {number % 7}",
            "state": "OK",
            "assessments": made,
        }
        server.post("/api/3.0/mlflow/traces", {"trace": {"trace_info": info}})
        if number % 10 == 5:
            _change_an_answer(server, str(info["trace_id"]), str(made[0]["source"]["source_id"]))


def _change_an_answer(server: MlflowServer, trace_id: str, who: str) -> None:
    """Add an answer, and another one that supersedes it."""
    path = f"/api/3.0/mlflow/traces/{trace_id}/assessments"
    first = server.post(path, {"assessment": _feedback(who, "tone", 1)})["assessment"]
    server.post(path, {"assessment": _feedback(who, "tone", 2) | {"overrides": first["assessment_id"]}})


def rows_of(server: MlflowServer, experiment_id: str) -> list[Row]:
    """What the server's database holds about the traces of an experiment."""
    with closing(sqlite3.connect(f"file:{server.directory / 'mlflow.db'}?mode=ro", uri=True)) as database:
        found = database.execute(
            "SELECT a.trace_id, a.name, a.value, a.source_type, a.source_id, a.valid FROM assessments a"
            " JOIN trace_info t ON t.request_id = a.trace_id WHERE t.experiment_id = ?",
            (int(experiment_id),),
        ).fetchall()
    return [Row(trace, name, value, kind, who, bool(valid)) for trace, name, value, kind, who, valid in found]


def _feedback(who: str, name: str, value: Any, source_type: str = "HUMAN") -> dict[str, Any]:
    return {
        "assessment_name": name,
        "source": {"source_type": source_type, "source_id": who},
        "metadata": {"labeler.blind": "true", "labeler.duration_ms": "1500"},
        "create_time": "2026-11-30T10:00:00Z",
        "last_update_time": "2026-11-30T10:00:00Z",
        "feedback": {"value": value},
    }
