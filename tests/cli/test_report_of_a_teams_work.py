"""`labeler report` of a thousand traces on a real server: every figure, from its database by SQL and the packages."""

from __future__ import annotations

import json
import sqlite3
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from itertools import combinations
from typing import Any

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]

from tests.cli.program import Program
from tests.cli.recomputed_figures import (
    CLOSE,
    FITTING,
    LABEL,
    LEVELS,
    Votes,
    check_agreement,
    check_examples,
    check_judge,
    consensus_on,
    grid_of,
    paired,
    votes_on,
)
from tests.cli.recorded_experiment import Experiment
from tests.servers.team_work import JUDGE, MODES, PEOPLE, SCORED_AS, SCORER, create_questions, log_team_work

pytestmark = pytest.mark.slow

TRACES = 1000

VIEWS = """
CREATE TEMP TABLE row AS
SELECT a.trace_id AS trace, a.name, a.value, a.source_type AS type, lower(trim(a.source_id)) AS who, a.valid,
    a.created_timestamp AS at, coalesce(a.rationale, '') AS why,
    json_extract(a.assessment_metadata, '$."labeler.role"') AS role,
    coalesce(json_extract(a.assessment_metadata, '$."labeler.blind"'), 'unknown') AS blind,
    CAST(json_extract(a.assessment_metadata, '$."labeler.duration_ms"') AS INTEGER) AS ms
FROM assessments a JOIN trace_info t ON t.request_id = a.trace_id WHERE t.experiment_id = ?;
"""


@pytest.fixture(scope="module")
def team() -> Iterator[tuple[Experiment, sqlite3.Connection]]:
    """The experiment, and its server's database with two tables of the labels in it."""
    experiment = Experiment()
    create_questions(experiment.server, experiment.id)
    log_team_work(experiment.server, experiment.id, TRACES)
    with closing(sqlite3.connect(f"file:{experiment.server.directory / 'mlflow.db'}?mode=ro", uri=True)) as database:
        database.execute(VIEWS, (int(experiment.id),))
        database.execute(LABEL)
        yield experiment, database


def check_pairs(told: dict[str, Any], votes: Votes, weights: str | None) -> None:
    assert [pair["reviewers"] for pair in told["pairs"]] == [list(pair) for pair in combinations(PEOPLE, 2)]
    for pair in told["pairs"]:
        one, other = pair["reviewers"]
        common = [(of[one], of[other]) for of in votes.values() if one in of and other in of]
        assert pair["items"] == len(common) >= 20
        sides = [list(map(str, side)) for side in zip(*common, strict=True)]
        assert pair["kappa"] == pytest.approx(cohen_kappa_score(*sides, weights=weights), abs=CLOSE)


def fleiss(votes: Votes) -> float:
    labels = paired(votes)
    size = len(labels[0])
    assert {len(each) for each in labels} == {size}
    counts = np.array([[each.count(value) for value in (True, False)] for each in labels])
    observed = ((counts * (counts - 1)).sum(axis=1) / (size * (size - 1))).mean()
    chance = ((counts.sum(axis=0) / counts.sum()) ** 2).sum()
    return float((observed - chance) / (1 - chance))


def report(labeler: Program, experiment: Experiment) -> dict[str, Any]:
    labeler.config.write_text(f'[judges]\n{SCORED_AS} = "quality"\n')
    ended = labeler.run("report", "-b", experiment.server.url, "-e", experiment.id, "--json")
    assert (ended.code, ended.err) == (0, "")
    [told] = ended.lines
    assert isinstance(told, dict)
    return told


def test_every_figure_of_a_teams_work_is_that_of_its_database(
    labeler: Program, team: tuple[Experiment, sqlite3.Connection]
) -> None:
    experiment, database = team
    told = report(labeler, experiment)
    assert [question["name"] for question in told["questions"]] == ["correct", "quality", "modes"]
    correct, quality, modes = told["questions"]
    votes = {name: votes_on(database, name) for name in ("correct", "quality", "modes")}
    for question in told["questions"]:
        items = paired(votes[question["name"]])
        assert (question["items"], question["labels"]) == (len(items), sum(map(len, items)))
    assert 0 < quality["items"] < correct["items"] == TRACES

    check_agreement(correct, votes["correct"], "nominal", 2)
    check_agreement(quality, votes["quality"], "ordinal", 5)
    check_pairs(correct, votes["correct"], None)
    check_pairs(quality, votes["quality"], "quadratic")
    check_pairs(modes, votes["modes"], None)
    for question, level in zip((correct, quality), LEVELS, strict=True):
        assert question["level"] == level
        assert question["without"] == {
            who: pytest.approx(
                krippendorff.alpha(grid_of(votes[question["name"]], who), level_of_measurement=level), abs=CLOSE
            )
            for who in PEOPLE
        }
        counts = Counter(value for labels in paired(votes[question["name"]]) for value in labels)
        assert question["values"] == {json.dumps(value): count for value, count in counts.items()}
        assert (question["note"], question["options"]) == (None, None)
    assert (correct["fleiss"], quality["fleiss"]) == (pytest.approx(fleiss(votes["correct"]), abs=CLOSE), None)

    equal = [[float(a == b) for a, b in combinations(labels, 2)] for labels in paired(votes["modes"])]
    assert modes["percent"] == pytest.approx(statistics.mean(map(statistics.mean, equal)), abs=CLOSE)
    assert (modes["level"], modes["alpha"], modes["ci"], modes["ac1"], modes["fleiss"]) == ("nominal", *[None] * 4)
    assert modes["note"] == "a choice of several is compared option by option"
    assert modes["values"] == Counter(mode for labels in paired(votes["modes"]) for value in labels for mode in value)
    assert list(modes["options"]) == [*MODES]
    for option, figures in modes["options"].items():
        chosen = {trace: {who: option in value for who, value in of.items()} for trace, of in votes["modes"].items()}
        check_agreement(figures, chosen, "nominal", 2)


def test_every_reviewer_and_what_was_left_out_are_those_of_the_database(
    labeler: Program, team: tuple[Experiment, sqlite3.Connection]
) -> None:
    experiment, database = team
    told = report(labeler, experiment)
    assert [each["reviewer"] for each in told["reviewers"]] == sorted(PEOPLE)
    kappas: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for question in told["questions"]:
        for pair in question["pairs"]:
            for who in pair["reviewers"]:
                kappas[who].append((pair["kappa"], pair["items"]))
    for reviewer in told["reviewers"]:
        who = reviewer["reviewer"]
        [(labels, items)] = database.execute("SELECT count(*), count(DISTINCT trace) FROM label WHERE who = ?", (who,))
        assert (reviewer["labels"], reviewer["items"]) == (labels, items)
        times = database.execute("SELECT max(ms) FROM label WHERE who = ? GROUP BY trace", (who,)).fetchall()
        assert reviewer["active_ms_median"] == statistics.median(time for (time,) in times)
        weight = sum(items for _, items in kappas[who])
        mean = sum(kappa * items for kappa, items in kappas[who]) / weight
        assert reviewer["kappa"] == pytest.approx(mean, abs=CLOSE)
        blind = dict(database.execute("SELECT blind, count(*) FROM label WHERE who = ? GROUP BY blind", (who,)))
        assert reviewer["blind"] == {"true": 0, "false": 0, "revealed": 0, "unknown": 0} | blind

    def count(where: str, table: str = "row") -> int:
        [(found,)] = database.execute(f"SELECT count(*) FROM {table} WHERE {where}")
        return int(found)

    human = "type = 'HUMAN' AND valid AND role IS NULL AND who <> 'default'"
    left_out = {
        "invalid": count("type = 'HUMAN' AND NOT valid"),
        "second_answers": count(human) - count("true", "label"),
        "default": count("who = 'default'"),
        "roles": count("role IS NOT NULL"),
        "not_blind": 0,
        "unfitting": count(f"NOT ({FITTING})", "label"),
    }
    assert told["left_out"] == left_out
    assert all(number for reason, number in left_out.items() if reason != "not_blind")


def test_every_figure_of_the_judges_is_that_of_the_database(
    labeler: Program, team: tuple[Experiment, sqlite3.Connection]
) -> None:
    experiment, database = team
    told = report(labeler, experiment)
    assert [(each["source"], each["type"], each["question"]) for each in told["judges"]] == [
        (JUDGE, "LLM_JUDGE", "correct"),
        (SCORER, "CODE", "quality"),
    ]
    said = database.execute("SELECT trace, value FROM row WHERE type = 'LLM_JUDGE' AND value IN ('\"yes\"', '\"no\"')")
    scored = database.execute("SELECT trace, value FROM row WHERE type = 'CODE'")
    verdicts = (
        {trace: json.loads(value) == "yes" for trace, value in said},
        {trace: int(json.loads(value)) for trace, value in scored},
    )
    assert 0 < len(verdicts[0]) < TRACES
    for judge, verdict, level in zip(told["judges"], verdicts, LEVELS, strict=True):
        votes = votes_on(database, judge["question"])
        agreed = consensus_on(database, judge["question"], votes)
        pairs = [(agreed[trace], value) for trace, value in sorted(verdict.items()) if trace in agreed]
        check_judge(judge, pairs, "quadratic" if level == "ordinal" else None)
        judged = {trace: of for trace, of in votes.items() if trace in verdict}
        ceiling = krippendorff.alpha(grid_of(judged), level_of_measurement=level)
        assert judge["ceiling"] == pytest.approx(ceiling, abs=CLOSE)
        check_examples(database, judge, verdict, agreed)
