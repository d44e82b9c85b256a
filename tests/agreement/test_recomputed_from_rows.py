"""Every figure of a report can be recomputed by anybody from the rows, with SQL and the packages others use."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.counted_labels import LeftOut
from labeler.agreement.report_model import AgreementReport
from labeler.domain.assessment import Assessment
from tests.agreement.assessments import CORRECT, MODES, QUALITY, busy_experiment, report_of

SCHEMA = "CREATE TABLE row (trace, name, value, source_type, source, role, created_at)"

LABELS = """
CREATE VIEW label AS SELECT trace, name, value, lower(trim(source)) AS reviewer, max(created_at) FROM row
WHERE source_type = 'HUMAN' AND role IS NULL GROUP BY trace, name, lower(trim(source))
"""
"""Of a group SQLite returns the row that has the maximum."""

CONSENSUS = """
CREATE VIEW consensus AS
SELECT trace, name, value FROM row WHERE role = 'adjudication'
UNION ALL
SELECT trace, name, value FROM label AS one
WHERE NOT EXISTS (SELECT 1 FROM row WHERE role = 'adjudication' AND trace = one.trace AND name = one.name)
GROUP BY trace, name, value
HAVING count(*) * 2 > (SELECT count(*) FROM label WHERE trace = one.trace AND name = one.name) AND count(*) >= 2
"""


@pytest.fixture(scope="module")
def rows() -> Iterator[sqlite3.Connection]:
    with sqlite3.connect(":memory:") as database:
        database.execute(SCHEMA)
        database.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?)", _rows(busy_experiment(3)))
        database.execute(LABELS)
        database.execute(CONSENSUS)
        yield database


@pytest.fixture(scope="module")
def report() -> AgreementReport:
    return report_of(busy_experiment(3), CORRECT, QUALITY, MODES, bootstrap=Bootstrap(resamples=20))


def test_alpha_with_everybody_and_without_each(rows: sqlite3.Connection, report: AgreementReport) -> None:
    krippendorff: Any = pytest.importorskip("krippendorff", reason="in the extra [test]")

    def alpha(name: str, level: str, without: str = "", option: str | None = None) -> float:
        value = "value" if option is None else f"""value LIKE '%"{option}"%'"""
        labels = rows.execute(
            f"SELECT reviewer, trace, {value} FROM label WHERE name = ? AND reviewer <> ?", (name, without)
        ).fetchall()
        people, traces = (sorted({row[column] for row in labels}) for column in (0, 1))
        table = [[math.nan] * len(traces) for _ in people]
        for reviewer, trace, said in labels:
            table[people.index(reviewer)][traces.index(trace)] = float(said)
        return float(krippendorff.alpha(reliability_data=table, level_of_measurement=level))

    correct, quality, modes = report.questions
    for figures, level in ((correct, "nominal"), (quality, "ordinal")):
        assert figures.agreement.alpha.value == pytest.approx(alpha(figures.name, level), abs=1e-12)
        assert len(figures.without) == 5
        for left in figures.without:
            assert left.alpha.value == pytest.approx(alpha(figures.name, level, without=left.reviewer), abs=1e-12)
    assert modes.options is not None
    for option, agreement in modes.options.items():
        assert agreement.alpha.value == pytest.approx(alpha("modes", "nominal", option=option), abs=1e-12)


def test_counts_percent_and_pairs(rows: sqlite3.Connection, report: AgreementReport) -> None:
    metrics: Any = pytest.importorskip("sklearn.metrics", reason="in the extra [test]")
    for figures in report.questions[:2]:
        [(items, percent)] = rows.execute(
            "SELECT count(*), avg(same) FROM (SELECT avg(one.value = other.value) AS same FROM label AS one"
            " JOIN label AS other USING (trace, name) WHERE name = ? AND one.reviewer < other.reviewer GROUP BY trace)",
            (figures.name,),
        )
        counts = rows.execute("SELECT value, count(*) FROM label WHERE name = ? GROUP BY value", (figures.name,))
        assert figures.agreement.items == items
        assert figures.agreement.percent.value == pytest.approx(percent, abs=1e-12)
        assert {count.value: count.labels for count in figures.values} == dict(counts.fetchall())
        for pair in figures.pairs:
            common = rows.execute(
                "SELECT one.value, other.value FROM label AS one JOIN label AS other USING (trace, name)"
                " WHERE name = ? AND one.reviewer = ? AND other.reviewer = ?",
                (figures.name, *pair.reviewers),
            ).fetchall()
            assert pair.items == len(common)
            if pair.kappa.value is not None:
                weights = "quadratic" if figures.name == "quality" else None
                theirs = metrics.cohen_kappa_score(
                    *zip(*common, strict=True), labels=[0, 1, 2, 3, 4, 5], weights=weights
                )
                assert pair.kappa.value == pytest.approx(theirs, abs=1e-12)
    assert any(pair.kappa.value is not None for figures in report.questions for pair in figures.pairs)


def test_judges(rows: sqlite3.Connection, report: AgreementReport) -> None:
    metrics: Any = pytest.importorskip("sklearn.metrics", reason="in the extra [test]")
    judges = [judge for judge in report.judges if judge.question == "correct"]
    assert [judge.source.id for judge in judges] == ["v1", "v2"]
    for judge in judges:
        beside = rows.execute(
            "SELECT consensus.value, row.value FROM consensus JOIN row USING (trace, name)"
            " WHERE name = 'correct' AND source_type = 'LLM_JUDGE' AND source = ?",
            (judge.source.id,),
        ).fetchall()
        people, said = zip(*beside, strict=True)
        assert judge.comparison.items == len(beside)
        assert judge.comparison.kappa.value == pytest.approx(metrics.cohen_kappa_score(people, said), abs=1e-12)
        assert judge.comparison.percent.value == pytest.approx(metrics.accuracy_score(people, said), abs=1e-12)
        confusion = metrics.confusion_matrix(people, said, labels=[1, 0]).tolist()
        assert [list(row) for row in judge.comparison.confusion] == confusion
        found = metrics.recall_score(people, said, labels=[1, 0], average=None).tolist()
        right = metrics.precision_score(people, said, labels=[1, 0], average=None).tolist()
        assert [rate.found.value for rate in judge.comparison.rates] == pytest.approx(found, abs=1e-12)
        assert [rate.right.value for rate in judge.comparison.rates] == pytest.approx(right, abs=1e-12)


def test_what_was_left_out(rows: sqlite3.Connection, report: AgreementReport) -> None:
    [(human, counted, roles)] = rows.execute(
        "SELECT (SELECT count(*) FROM row WHERE source_type = 'HUMAN'), (SELECT count(*) FROM label),"
        " (SELECT count(*) FROM row WHERE role IS NOT NULL)"
    )
    assert report.left_out[LeftOut.ROLES] == roles
    assert report.left_out[LeftOut.SECOND_ANSWERS] == human - counted - roles > 0
    assert sum(reviewer.labels for reviewer in report.reviewers) == counted


def _rows(assessments: Iterable[Assessment]) -> Iterator[tuple[object, ...]]:
    for one in assessments:
        value = json.dumps(one.value) if isinstance(one.value, list) else one.value
        role = one.metadata.get("labeler.role")
        yield one.trace_id, one.name, value, one.source.type, one.source.id, role, one.created_at_ms
