"""Traces with verdicts of a judge on a real server: what is true of each is in its text, so that a test can tell."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.servers.mlflow_server import MlflowServer


@dataclass(frozen=True, slots=True)
class Judged:
    """A trace as it was logged: what is true of it, and what the judge said."""

    id: str
    truth: bool
    verdict: bool


def log_judged(
    server: MlflowServer,
    experiment_id: str,
    verdicts: Sequence[tuple[bool, bool]],
    people: Mapping[int, Sequence[tuple[str, bool]]],
    judge: str = "correct_v1",
    question: str = "correct",
) -> list[Judged]:
    """Log a trace for each truth and verdict, oldest first. `people` have answered some of them, by number.

    Verdicts are an LLM's and a scorer's by turns. Among them are traces of which a judge says nothing, or failed.
    """
    now_ms = int(time.time() * 1000) - 1_000_000
    logged = []
    for number, (truth, verdict) in enumerate(verdicts):
        kind = ("LLM_JUDGE", "CODE")[number % 2]
        made = [feedback(f"judges/{kind.lower()}", judge, "yes" if verdict else "no", kind)]
        made += [feedback(who, question, value) for who, value in people.get(number, ())]
        logged.append(
            Judged(_log(server, experiment_id, now_ms + 1000 * number, f"{truth} {number}", made), truth, verdict)
        )
    failed = feedback("judges/llm_judge", judge, None, "LLM_JUDGE")
    failed["feedback"] = {"value": None, "error": {"error_code": "RATE_LIMIT", "error_message": "later"}}
    for number, said in enumerate(
        ([failed], [feedback("ana@x.io", judge, True)], [], [feedback("j", "tone", "yes", "CODE")])
    ):
        _log(server, experiment_id, now_ms + 500 + 1000 * number, "no verdict", said)
    return logged


def feedback(who: str, name: str, value: Any, source_type: str = "HUMAN") -> dict[str, Any]:
    """Return feedback as a body of the server's has it."""
    return {
        "assessment_name": name,
        "source": {"source_type": source_type, "source_id": who},
        "create_time": "2026-11-30T10:00:00Z",
        "last_update_time": "2026-11-30T10:00:00Z",
        "feedback": {"value": value},
    }


def _log(server: MlflowServer, experiment_id: str, at_ms: int, request: str, made: Sequence[Mapping[str, Any]]) -> str:
    trace_id = f"tr-{secrets.token_hex(16)}"
    info = {
        "trace_id": trace_id,
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment_id}},
        "request_time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_ms / 1000)),
        "execution_duration": "0.9s",
        "request_preview": request,
        "response_preview": f"answer to {request}",
        "state": "OK",
        "assessments": list(made),
    }
    server.post("/api/3.0/mlflow/traces", {"trace": {"trace_info": info}})
    return trace_id
