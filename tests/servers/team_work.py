"""A team's work on many traces of a real server: eight people, three questions, two judges, and what does not count."""

from __future__ import annotations

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.servers.filling import create_schema
from tests.servers.mlflow_server import MlflowServer

PEOPLE = tuple(f"{name}@x.io" for name in ("ana", "bo", "cem", "dee", "eli", "fay", "gus", "hal"))
MODES = ("wrong", "incomplete", "unsafe")
JUDGE = "judges/correct-v1"
SCORER = "scorers/quality"
SCORED_AS = "quality_check"
"""The name of the scorer's assessments, which is none of a question."""

_T0 = 1_796_000_000_000
_AT_ONCE = 4


def create_questions(server: MlflowServer, experiment_id: str) -> None:
    """Make the label schemas of the three questions: `correct`, `quality` and `modes`."""
    create_schema(
        server, experiment_id, "correct", {"pass_fail": {"positive_label": "Correct", "negative_label": "No"}}
    )
    create_schema(server, experiment_id, "quality", {"numeric": {"min_value": 1, "max_value": 5}})
    create_schema(server, experiment_id, "modes", {"categorical": {"options": [*MODES], "multi_select": True}})


def log_team_work(server: MlflowServer, experiment_id: str, traces: int, seed: int = 11) -> None:
    """Log traces with the labels of three people each, both judges' verdicts, and labels that do not count."""
    draw = random.Random(seed)
    infos = [_info(experiment_id, number, draw) for number in range(traces)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda info: server.post("/api/3.0/mlflow/traces", {"trace": {"trace_info": info}}), infos))
    for info in infos[::25]:
        _supersede(server, info)


def _info(experiment_id: str, number: int, draw: random.Random) -> dict[str, Any]:
    truth, best = draw.random() < 0.75, draw.randint(1, 5)
    found = {mode for mode in MODES if draw.random() < 0.3} or {"incomplete"}
    made: list[dict[str, Any]] = []

    def say(who: str, name: str, value: Any, *, source_type: str = "HUMAN", why: str = "", **metadata: str) -> None:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime((_T0 + number * 60_000) / 1000))
        made.append(
            {
                "assessment_name": name,
                "source": {"source_type": source_type, "source_id": who},
                "metadata": {f"labeler.{key}": each for key, each in metadata.items()},
                "create_time": f"{at}.{len(made):03}Z",
                "last_update_time": f"{at}.{len(made):03}Z",
                "feedback": {"value": value},
                **({"rationale": why} if why else {}),
            }
        )

    reviewers = draw.sample(PEOPLE, 3)
    for place, who in enumerate(reviewers):
        sure = 0.65 if who.startswith("gus") else 0.88
        blind = draw.choices(("true", "false", "revealed"), (8, 1, 1))[0]
        spent = 0
        told = f" {who.upper()} " if number % 9 == 0 else who
        correct = truth if draw.random() < sure else not truth
        quality = best if draw.random() < sure else draw.randint(1, 5)
        modes = found if draw.random() < sure else {draw.choice(MODES)}
        answers: list[tuple[str, Any, str]] = [("correct", correct, "" if correct else f"misses the bar, says {place}")]
        if number % 20 or place == 0:  # else one label, which has nothing to be compared with
            answers.append(("quality", 9 if number % 250 == 7 and place == 1 else quality, ""))
        if number % 7 != 3 or place < 2:
            answers.append(("modes", [mode for mode in MODES if mode in modes], ""))
        for name, value, why in answers:
            spent += draw.randint(400, 20_000)
            say(told, name, value, why=why, blind=blind, duration_ms=str(spent))
        if number % 40 == 1 and place == 2:  # the same person again, in another program
            say(who, "correct", not correct, blind=blind, duration_ms=str(spent + 50))
    if number % 30 == 2:
        say("lead@x.io", "correct", not truth, role="adjudication", blind="revealed")
    if number % 15 == 4:
        say("default", "correct", True)
    verdict = "perhaps" if number % 120 == 5 else "yes" if truth == (draw.random() < 0.86) else "no"
    say(JUDGE, "correct", verdict, source_type="LLM_JUDGE")
    if number % 10:
        say(SCORER, SCORED_AS, best if draw.random() < 0.6 else draw.randint(1, 5), source_type="CODE")
    return {
        "trace_id": f"tr-{draw.getrandbits(128):032x}",
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment_id}},
        "request_time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime((_T0 + number * 1000) / 1000)),
        "execution_duration": "0.9s",
        "request_preview": json.dumps(f"question {number} about pier {number % 7}"),
        "state": "OK",
        "assessments": made,
    }


def _supersede(server: MlflowServer, info: dict[str, Any]) -> None:
    """Change a person's answer, as a review does: the new one overrides it."""
    path = f"/api/3.0/mlflow/traces/{info['trace_id']}/assessments"
    there = server.http.get(f"/api/3.0/mlflow/traces/{info['trace_id']}").json()["trace"]["trace_info"]["assessments"]
    old = next(each for each in there if each["assessment_name"] == "correct" and "HUMAN" in str(each["source"]))
    changed = {key: old[key] for key in ("assessment_name", "source", "metadata")}
    at = {"create_time": "2026-12-05T08:00:00Z", "last_update_time": "2026-12-05T08:00:00Z"}
    value = {"feedback": {"value": not old["feedback"]["value"]}, "overrides": old["assessment_id"]}
    server.post(path, {"assessment": changed | at | value})
