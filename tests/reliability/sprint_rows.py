"""What `labeler sprint status --json` has to say, computed from the server's database by SQL and others' packages.

Nothing of labeler is used here. The labels are those that name the sprint, as all that labeler writes do.
"""

from __future__ import annotations

import json
import math
import sqlite3
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

LABELS = """
CREATE TEMP VIEW label AS
SELECT trace_id AS trace, name, json_extract(value, '$') AS value, lower(trim(source_id)) AS reviewer,
       CAST(json_extract(assessment_metadata, '$."labeler.duration_ms"') AS INTEGER) AS took,
       max(created_timestamp)
FROM assessments
WHERE valid AND source_type = 'HUMAN' AND json_extract(assessment_metadata, '$."labeler.sprint"') = '{slug}'
      AND json_extract(assessment_metadata, '$."labeler.role"') IS NULL
      AND trace_id IN (SELECT request_id FROM trace_info WHERE experiment_id = {experiment})
GROUP BY trace_id, name, lower(trim(source_id))
"""
"""Of a group SQLite returns the row that has the maximum."""

COMMON_ITEMS = 20
"""So many items two people have in common before their kappa is told."""


def expected_status(database: Path, experiment_id: str, slug: str) -> dict[str, Any]:
    """The figures of the sprint as the rows have them now."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60)) as rows:
        rows.execute(LABELS.format(slug=slug, experiment=int(experiment_id)))
        [(text,)] = rows.execute(
            "SELECT value FROM experiment_tags WHERE experiment_id = ? AND key = ?",
            (int(experiment_id), f"labeler.sprint.{slug}"),
        )
        plan = json.loads(text)
        queues: dict[str, str] = plan["queues"]
        marks = ", ".join("?" * len(queues))
        items = rows.execute(
            f"SELECT item_id, queue_id, upper(status) FROM review_queue_items WHERE queue_id IN ({marks})",
            tuple(queues),
        ).fetchall()
        done: dict[str, int] = dict.fromkeys((trace for trace, *_ in items), 0)
        for trace, _, state in items:
            done[trace] += state == "COMPLETE"
        questions = {each["name"]: each["level"] for each in plan["questions"]}
        kappas = _kappas(rows, questions, sorted(map(str.lower, queues.values())))
        return {
            "sprint": plan["name"],
            "state": plan["state"],
            "labels": {"done": sum(done.values()), "of": len(items)},
            "items": {"of": len(done), "with_two": sum(count >= 2 for count in done.values())},
            "reviewers": {
                who: _reviewer(rows, queue, who, [state for _, of, state in items if of == queue], kappas)
                for queue, who in queues.items()
            },
            "questions": {name: _question(rows, name, level) for name, level in questions.items()},
            "outside": [],
            "second_answers": [],
            "replaced": [],
            "missing_traces": [],
            "places_lost": 0,
        }


def differences(told: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Where what `status` told is not what the rows have, a line each."""
    lists = {
        "reviewers": {each["reviewer"]: each for each in told["reviewers"]},
        "questions": {each["name"]: each for each in told["questions"]},
    }
    return list(_differences("", {**told, **lists}, expected))


def _differences(where: str, told: Any, expected: Any) -> Iterator[str]:
    if isinstance(expected, Mapping) and isinstance(told, Mapping):
        for key, value in expected.items():
            yield from _differences(f"{where}.{key}" if where else key, told.get(key), value)
    elif isinstance(expected, float) and isinstance(told, int | float):
        if not math.isclose(told, expected, rel_tol=1e-9, abs_tol=1e-9):
            yield f"{where}: {told} and not {expected}"
    elif told != expected:
        yield f"{where}: {told} and not {expected}"


def _reviewer(
    rows: sqlite3.Connection, queue: str, who: str, states: Sequence[str], kappas: Mapping[str, float | None]
) -> dict[str, Any]:
    took = [
        longest
        for (longest,) in rows.execute(
            "SELECT max(took) FROM label WHERE reviewer = ? GROUP BY trace HAVING max(took) > 0", (who.lower(),)
        )
    ]
    median, left = float(statistics.median(took)) if took else None, states.count("PENDING")
    return {
        "queue_id": queue,
        "done": states.count("COMPLETE"),
        "of": len(states),
        "declined": states.count("DECLINED"),
        "active_ms_median": median,
        "per_hour": 3_600_000 / median if median else None,
        "left_ms": median * left if median and left else None,
        "gold": None,
        "kappa": kappas.get(who.lower()),
    }


def _question(rows: sqlite3.Connection, name: str, level: str) -> dict[str, Any]:
    [(items, labels)] = rows.execute(
        "SELECT count(*), coalesce(sum(said), 0) FROM"
        " (SELECT count(*) AS said FROM label WHERE name = ? GROUP BY trace HAVING count(*) > 1)",
        (name,),
    )
    [(percent,)] = rows.execute(
        "SELECT avg(same) FROM (SELECT avg(one.value = other.value) AS same FROM label AS one"
        " JOIN label AS other USING (trace, name) WHERE name = ? AND one.reviewer < other.reviewer GROUP BY trace)",
        (name,),
    )
    return {"level": level, "items": items, "labels": labels, "percent": percent, "alpha": _alpha(rows, name, level)}


def _alpha(rows: sqlite3.Connection, name: str, level: str) -> float | None:
    krippendorff: Any = import_module("krippendorff")
    said = rows.execute("SELECT reviewer, trace, value FROM label WHERE name = ?", (name,)).fetchall()
    people, traces = ({key: at for at, key in enumerate(sorted({row[column] for row in said}))} for column in (0, 1))
    grid = [[math.nan] * len(traces) for _ in people]
    for reviewer, trace, value in said:
        grid[people[reviewer]][traces[trace]] = float(value)
    by_trace = [[row[at] for row in grid if not math.isnan(row[at])] for at in range(len(traces))]
    if len({value for values in by_trace if len(values) > 1 for value in values}) < 2:
        return None
    return float(krippendorff.alpha(reliability_data=grid, level_of_measurement=level))


def _kappas(rows: sqlite3.Connection, questions: Mapping[str, str], people: Sequence[str]) -> dict[str, float | None]:
    """The mean of each reviewer's kappas with the others over all questions, weighted by the items in common."""
    metrics: Any = import_module("sklearn.metrics")
    found: dict[str, list[tuple[float, int]]] = {who: [] for who in people}
    for name, level in questions.items():
        common: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
        for one, other, *values in rows.execute(
            "SELECT one.reviewer, other.reviewer, one.value, other.value FROM label AS one"
            " JOIN label AS other USING (trace, name) WHERE name = ? AND one.reviewer < other.reviewer",
            (name,),
        ):
            common.setdefault((one, other), []).append((values[0], values[1]))
        scale = sorted({value for pairs in common.values() for pair in pairs for value in pair})
        for (one, other), pairs in common.items():
            if len(pairs) < COMMON_ITEMS or len({value for pair in pairs for value in pair}) < 2:
                continue
            kappa = metrics.cohen_kappa_score(
                *zip(*pairs, strict=True), labels=scale, weights=None if level == "nominal" else "quadratic"
            )
            for who in (one, other):
                found[who].append((float(kappa), len(pairs)))
    return {
        who: sum(kappa * items for kappa, items in each) / sum(items for _, items in each) if each else None
        for who, each in found.items()
    }
