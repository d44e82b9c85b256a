"""Figures of a report recomputed by others' packages from what a server's database holds, as plain as can be.

The tables are `row`, every assessment that is looked at, and `label`, the newest of each person, question and trace.
"""

from __future__ import annotations

import json
import math
import random
import sqlite3
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from typing import Any, Literal

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, confusion_matrix  # type: ignore[import-untyped]

from tests.servers.team_work import PEOPLE

RESAMPLES = 1000
CLOSE = 1e-9

LABEL = """
CREATE TEMP TABLE label AS
SELECT trace, name, who, value, blind, ms, why, max(at) FROM row
WHERE type = 'HUMAN' AND valid AND role IS NULL AND who <> 'default' GROUP BY trace, name, who
"""
"""Of a group SQLite returns the row that has the maximum."""

FITTING = "NOT (name = 'quality' AND CAST(value AS REAL) NOT BETWEEN 1 AND 5)"

Level = Literal["nominal", "ordinal"]
LEVELS: tuple[Level, Level] = ("nominal", "ordinal")

Votes = dict[str, dict[str, Any]]
"""What each person said, by trace."""


def parsed(name: str, value: str) -> Any:
    said = json.loads(value)
    return tuple(said) if name == "modes" else int(said) if name == "quality" else said


def votes_on(database: sqlite3.Connection, name: str) -> Votes:
    found: Votes = defaultdict(dict)
    for trace, who, value in database.execute(
        f"SELECT trace, who, value FROM label WHERE name = ? AND {FITTING} ORDER BY trace, who", (name,)
    ):
        found[trace][who] = parsed(name, value)
    return found


def paired(votes: Votes) -> list[list[Any]]:
    return [list(of.values()) for of in votes.values() if len(of) > 1]


def grid_of(votes: Votes, without: str = "") -> np.ndarray[Any, Any]:
    """A row for each person, a column for each trace."""
    rows = [[float(of.get(who, math.nan)) for of in votes.values()] for who in PEOPLE if who != without]
    return np.array(rows)


def interval_of(items: Sequence[Any], statistic: Callable[[list[Any]], float]) -> list[float]:
    """The percentile bootstrap as docs/report.md has it: items in order, drawn anew with seed 0, the middle 95 %."""
    draw = random.Random(0).random
    figures = []
    for _ in range(RESAMPLES):
        drawn = [items[int(draw() * len(items))] for _ in items]
        figures.append(statistic(drawn))
    return [float(np.quantile(figures, share)) for share in (0.025, 0.975)]


def alpha_interval(votes: Votes, level: Level) -> list[float]:
    values = sorted({value for labels in paired(votes) for value in labels})
    patterns = sorted(tuple(sorted(Counter(map(values.index, labels)).items())) for labels in paired(votes))
    rows = {pattern: [dict(pattern).get(place, 0) for place in range(len(values))] for pattern in set(patterns)}

    def alpha(drawn: list[Any]) -> float:
        counts = np.array([rows[pattern] for pattern in drawn])
        domain = [float(value) for value in values]
        return float(krippendorff.alpha(value_counts=counts, value_domain=domain, level_of_measurement=level))

    return interval_of(patterns, alpha)


def check_agreement(told: dict[str, Any], votes: Votes, level: Level, choices: int) -> None:
    """Compare what stands for a question and for an option alike."""
    shares = [statistics.mean(float(a == b) for a, b in combinations(labels, 2)) for labels in paired(votes)]
    assert told["percent"] == pytest.approx(statistics.mean(shares), abs=CLOSE)
    assert told["alpha"] == pytest.approx(krippendorff.alpha(grid_of(votes), level_of_measurement=level), abs=CLOSE)
    assert told["ci"] == pytest.approx(alpha_interval(votes, level), abs=CLOSE)
    means = [
        statistics.mean(list(of.values()).count(value) / len(of) for of in votes.values())
        for value in {value for of in votes.values() for value in of.values()}
    ]
    chance = sum(mean * (1 - mean) for mean in means) / (choices - 1)
    assert told["ac1"] == pytest.approx((statistics.mean(shares) - chance) / (1 - chance), abs=CLOSE)


def consensus_on(database: sqlite3.Connection, name: str, votes: Votes) -> dict[str, Any]:
    decided = database.execute("SELECT trace, value FROM row WHERE role = 'adjudication' AND name = ?", (name,))
    found = {}
    for trace, of in votes.items():
        labels = list(of.values())
        if len(labels) < 2:
            continue
        if name == "quality":
            found[trace] = statistics.median(labels)
        elif (most := Counter(labels).most_common(1)[0])[1] * 2 > len(labels):
            found[trace] = most[0]
    return found | {trace: parsed(name, value) for trace, value in decided}


def check_judge(told: dict[str, Any], pairs: Sequence[tuple[Any, Any]], weights: str | None) -> None:
    values = sorted({value for pair in pairs for value in pair}, reverse=weights is None)
    people, said = zip(*in_halves(pairs), strict=True)
    assert (told["items"], told["values"]) == (len(pairs), values)
    assert told["confusion"] == confusion_matrix(people, said, labels=[int(2 * value) for value in values]).tolist()
    assert told["percent"] == pytest.approx(statistics.mean(float(a == b) for a, b in pairs), abs=CLOSE)

    def kappa(drawn: Sequence[tuple[Any, Any]]) -> float:
        sides = zip(*in_halves(drawn), strict=True)
        return float(cohen_kappa_score(*sides, labels=range(int(2 * max(values)) + 1), weights=weights))

    assert told["kappa"] == pytest.approx(kappa(pairs), abs=CLOSE)
    assert told["ci"] == pytest.approx(interval_of(sorted(pairs), kappa), abs=CLOSE)


def in_halves(pairs: Sequence[tuple[Any, Any]]) -> list[tuple[int, int]]:
    """Return pairs of values as whole numbers: a median of two labels can lie between two steps."""
    return [(int(2 * one), int(2 * other)) for one, other in pairs]


def check_examples(
    database: sqlite3.Connection, judge: dict[str, Any], verdict: dict[str, Any], agreed: dict[str, Any]
) -> None:
    """Look at the choice of examples: errors alone, kinds in turn, within a kind the best explained and unanimous."""
    votes = votes_on(database, judge["question"])
    because: dict[str, set[str]] = defaultdict(set)
    for trace, value in database.execute(
        "SELECT trace, value FROM label WHERE name = ? AND why <> ''", (judge["question"],)
    ):
        because[trace].add(value)

    def doubt(trace: str) -> int:
        is_unanimous = set(votes[trace].values()) == {agreed[trace]}
        is_explained = any(parsed(judge["question"], value) == agreed[trace] for value in because[trace])
        return 2 * (not is_unanimous) + (not is_explained)

    kinds: dict[tuple[Any, Any], list[str]] = defaultdict(list)
    for trace, value in verdict.items():
        if trace in agreed and agreed[trace] != value:
            kinds[agreed[trace], value].append(trace)
    shown = judge["show"]
    assert len(shown) == 10
    kind_of = {trace: kind for kind, traces in kinds.items() for trace in traces}
    order = sorted(kinds)
    assert [kind_of[trace] for trace in shown] == [order[place % len(order)] for place in range(len(shown))]
    for kind, traces in kinds.items():
        chosen = [trace for trace in shown if kind_of[trace] == kind]
        assert all(doubt(one) <= doubt(other) for one, other in pairwise(chosen))
        assert sorted(map(doubt, chosen)) == sorted(map(doubt, traces))[: len(chosen)]
