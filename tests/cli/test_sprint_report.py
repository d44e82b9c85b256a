"""`labeler report --sprint` on a real server: every figure recomputed from its database, calibration and gold apart."""

from __future__ import annotations

import csv
import json
import sqlite3
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import krippendorff
import pytest
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]

from tests.cli.program import Ended, Program
from tests.cli.recomputed_figures import (
    CLOSE,
    LABEL,
    LEVELS,
    Level,
    Votes,
    check_agreement,
    check_judge,
    consensus_on,
    grid_of,
    paired,
    votes_on,
)
from tests.servers.sprint_labels import ALIAS, GONE, JUDGE, NAME, PEOPLE, SLUG, LabelledSprint

pytestmark = pytest.mark.slow

COUNTING = [who for who in PEOPLE if who != GONE]
GRACE_MS = 5 * 60_000

EVERYTHING = """
CREATE TEMP TABLE everything AS
SELECT trace, name, value, type, who, valid, at, why, role, blind, ms,
    CASE WHEN role IS NOT NULL THEN sprint = :slug ELSE who IN (SELECT who FROM people) AND
    CASE WHEN sprint IS NOT NULL THEN sprint = :slug
        WHEN queue IS NOT NULL THEN queue IN (SELECT queue FROM queues)
        ELSE at >= :opened AND EXISTS (SELECT 1 FROM assigned a WHERE a.who = said.who AND a.trace = said.trace)
    END END AS inside
FROM (
    SELECT a.trace_id AS trace, a.name, a.value, a.source_type AS type, a.valid, a.created_timestamp AS at,
        coalesce((SELECT one FROM same WHERE other = lower(trim(a.source_id))), lower(trim(a.source_id))) AS who,
        coalesce(a.rationale, '') AS why,
        json_extract(a.assessment_metadata, '$."labeler.role"') AS role,
        json_extract(a.assessment_metadata, '$."labeler.sprint"') AS sprint,
        json_extract(a.assessment_metadata, '$."labeler.queue"') AS queue,
        coalesce(json_extract(a.assessment_metadata, '$."labeler.blind"'), 'unknown') AS blind,
        CAST(json_extract(a.assessment_metadata, '$."labeler.duration_ms"') AS INTEGER) AS ms
    FROM assessments a JOIN trace_info t ON t.request_id = a.trace_id WHERE t.experiment_id = :experiment
) said
"""
ON = """
CREATE TEMP TABLE row AS SELECT * FROM everything
WHERE trace IN (SELECT trace FROM chosen) AND (type <> 'HUMAN' OR (inside AND who <> :gone))
"""


@pytest.fixture(scope="module")
def sprint(tmp_path_factory: pytest.TempPathFactory) -> LabelledSprint:
    return LabelledSprint(Program(tmp_path_factory.mktemp("lead")))


@pytest.fixture(scope="module")
def database(sprint: LabelledSprint) -> Iterator[sqlite3.Connection]:
    """The server's database with all that was said about the sprint's traces, and what of it is the sprint's."""
    plan, experiment = sprint.experiment.plan(SLUG), sprint.experiment
    path = experiment.server.directory / "mlflow.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)) as database:
        for table in ("assigned (who, trace)", "people (who)", "queues (queue)", "same (other, one)", "chosen (trace)"):
            database.execute(f"CREATE TEMP TABLE {table}")
        rows = [(who, trace) for who, items in experiment.assigned(NAME).items() for trace in items]
        database.executemany("INSERT INTO assigned VALUES (?, ?)", rows)
        database.executemany("INSERT INTO queues VALUES (?)", [(each,) for each in plan["queues"]])
        database.executemany("INSERT INTO people VALUES (?)", [(each,) for each in plan["queues"].values()])
        database.executemany("INSERT INTO same VALUES (?, ?)", ALIAS.items())
        [(opened,)] = database.execute("SELECT CAST(strftime('%s', ?) AS INTEGER) * 1000", (plan["opened_at"],))
        known = {"slug": SLUG, "opened": opened - GRACE_MS, "experiment": int(experiment.id)}
        database.execute(EVERYTHING, known)
        yield database


def choose(database: sqlite3.Connection, traces: Sequence[str]) -> None:
    """Make the tables `row` and `label` of what counts on some traces."""
    for table in ("row", "label"):
        database.execute(f"DROP TABLE IF EXISTS temp.{table}")
    database.execute("DELETE FROM chosen")
    database.executemany("INSERT INTO chosen VALUES (?)", [(each,) for each in traces])
    database.execute(ON, {"gone": GONE})
    database.execute(LABEL)


def report(labeler: Program, sprint: LabelledSprint, *more: str, gold: bool = True) -> Ended:
    sprint.write_gold(labeler)
    with_gold = ("--gold", "gold.jsonl") if gold else ()
    where = ("-b", sprint.experiment.server.url, "-e", sprint.experiment.id)
    return labeler.run("report", "--sprint", NAME, *where, *with_gold, *more)


def figures(labeler: Program, sprint: LabelledSprint, *more: str, gold: bool = True) -> dict[str, Any]:
    ended = report(labeler, sprint, "--json", *more, gold=gold)
    assert (ended.code, ended.err) == (0, "")
    [told] = ended.lines
    assert isinstance(told, dict)
    return told


def alpha_of(votes: Votes, level: Level, without: str = "") -> Any:
    """Alpha by the package; None where nothing differs, which the package does not take."""
    others = {trace: {who: value for who, value in of.items() if who != without} for trace, of in votes.items()}
    if len({value for labels in paired(others) for value in labels}) < 2:
        return None
    return pytest.approx(krippendorff.alpha(grid_of(votes, without), level_of_measurement=level), abs=CLOSE)


def check_questions(told: Sequence[dict[str, Any]], database: sqlite3.Connection) -> None:
    assert [question["name"] for question in told] == ["correct", "quality"]
    for question, level, choices in zip(told, LEVELS, (2, 5), strict=True):
        votes = votes_on(database, question["name"])
        items = paired(votes)
        assert (question["level"], question["items"]) == (level, len(items))
        assert question["labels"] == sum(map(len, items))
        if len(items) >= 20:
            check_agreement(question, votes, level, choices)
        else:
            assert question["alpha"] == alpha_of(votes, level)
            assert question["ci"] is None
            assert question["alpha"] is None or question["note"] == f"too few items ({len(items)})"
        for who, alpha in question["without"].items():
            assert alpha == alpha_of(votes, level, who)
        for pair in question["pairs"]:
            one, other = pair["reviewers"]
            common = [(str(of[one]), str(of[other])) for of in votes.values() if one in of and other in of]
            assert pair["items"] == len(common)
            if len(common) >= 20:
                weights = None if level == "nominal" else "quadratic"
                kappa = cohen_kappa_score(*zip(*common, strict=True), weights=weights)
                assert pair["kappa"] == pytest.approx(kappa, abs=CLOSE)


def check_reviewers(
    told: Sequence[dict[str, Any]], questions: Sequence[dict[str, Any]], database: sqlite3.Connection
) -> None:
    assert [each["reviewer"] for each in told] == COUNTING
    for reviewer in told:
        who = reviewer["reviewer"]
        [(labels, items)] = database.execute("SELECT count(*), count(DISTINCT trace) FROM label WHERE who = ?", (who,))
        assert (reviewer["labels"], reviewer["items"]) == (labels, items)
        times = database.execute("SELECT max(ms) FROM label WHERE who = ? GROUP BY trace", (who,)).fetchall()
        assert reviewer["active_ms_median"] == statistics.median(time for (time,) in times if time)
        blind = dict(database.execute("SELECT blind, count(*) FROM label WHERE who = ? GROUP BY blind", (who,)))
        assert reviewer["blind"] == {"true": 0, "false": 0, "revealed": 0, "unknown": 0} | blind
        pairs = [pair for each in questions for pair in each["pairs"] if who in pair["reviewers"]]
        known = [(pair["kappa"], pair["items"]) for pair in pairs if pair["kappa"] is not None]
        weight = sum(items for _, items in known)
        mean = sum(kappa * items for kappa, items in known) / weight if weight else None
        assert reviewer["kappa"] == (None if mean is None else pytest.approx(mean, abs=CLOSE))


def test_every_figure_is_that_of_the_servers_database(
    labeler: Program, sprint: LabelledSprint, database: sqlite3.Connection
) -> None:
    told = figures(labeler, sprint)
    assert told["source"]["sprint"] == NAME
    assert (told["sprint"]["slug"], told["sprint"]["state"]) == (SLUG, "open")
    choose(database, sprint.main)
    check_questions(told["questions"], database)
    check_reviewers(told["reviewers"], told["questions"], database)
    assert told["questions"][0]["items"] >= 20

    [judge] = told["judges"]
    assert (judge["source"], judge["question"]) == (JUDGE, "correct")
    verdicts = {
        trace: json.loads(value) == "yes"
        for trace, value in database.execute("SELECT trace, value FROM row WHERE type = 'LLM_JUDGE'")
    }
    votes = votes_on(database, "correct")
    agreed = consensus_on(database, "correct", votes)
    decided = {trace for (trace,) in database.execute("SELECT trace FROM row WHERE role = 'adjudication'")}
    assert len(decided) >= 3
    check_judge(judge, [(agreed[trace], verdicts[trace]) for trace in sorted(verdicts) if trace in agreed], None)
    ceiling = krippendorff.alpha(grid_of(votes), level_of_measurement="nominal")
    assert judge["ceiling"] == pytest.approx(ceiling, abs=CLOSE)
    wrong = {trace for trace in verdicts if trace in agreed and agreed[trace] != verdicts[trace]}
    assert {*judge["show"]} <= wrong
    assert len(judge["show"]) == min(10, len(wrong)) > 0

    calibration = told["sprint"]["calibration"]
    assert calibration["items"] == 4
    choose(database, sprint.calibration)
    check_questions(calibration["questions"], database)
    check_reviewers(calibration["reviewers"], calibration["questions"], database)


def test_gold_and_what_was_left_out_are_those_of_the_database(
    labeler: Program, sprint: LabelledSprint, database: sqlite3.Connection
) -> None:
    told = figures(labeler, sprint)
    choose(database, sprint.gold)
    right: dict[str, list[bool]] = defaultdict(list)
    for who, value in database.execute("SELECT who, value FROM label WHERE name = 'correct'"):
        right[who].append(json.loads(value) is True)
    assert told["sprint"]["gold"]["items"] == 3
    assert told["sprint"]["gold"]["reviewers"] == [
        {"reviewer": who, "right": sum(right[who]), "of": len(right[who])} for who in COUNTING
    ]

    choose(database, [*sprint.main, *sprint.calibration, *sprint.gold])

    def count(where: str, table: str) -> int:
        [(found,)] = database.execute(f"SELECT count(*) FROM {table} WHERE {where}")
        return int(found)

    human = "type = 'HUMAN' AND valid AND role IS NULL"
    assert told["left_out"] == {
        "invalid": count("type = 'HUMAN' AND inside AND NOT valid", "everything"),
        "second_answers": count(human, "row") - count("true", "label"),
        "default": 0,
        "roles": count("role IS NOT NULL AND inside", "everything"),
        "not_blind": 0,
        "unfitting": 1,
        "outside": count("type = 'HUMAN' AND NOT inside", "everything"),
        "excluded": count(f"{human} AND inside AND who = '{GONE}'", "everything"),
    }
    by_source = database.execute(
        "SELECT who, count(*) FROM everything WHERE type = 'HUMAN' AND NOT inside GROUP BY who ORDER BY who"
    )
    outside = [{"source_id": who, "labels": number} for who, number in by_source]
    assert told["sprint"]["outside"] == outside
    assert {"default", "eve@x.io"} <= {each["source_id"] for each in outside}


def test_adjudications_change_nobodys_agreement_and_blind_only_and_without_hold_here_too(
    labeler: Program, sprint: LabelledSprint, database: sqlite3.Connection
) -> None:
    before = figures(labeler, sprint)
    disputed = next(trace for trace in sprint.main if trace not in before["judges"][0]["show"])
    written = sprint.adjudicate(disputed, "correct", False)
    try:
        after = figures(labeler, sprint)
    finally:
        sprint.experiment.server.http.delete(
            f"/api/3.0/mlflow/traces/{disputed}/assessments/{written}"
        ).raise_for_status()
    for part in ("questions", "reviewers"):
        assert after[part] == before[part]
    assert after["left_out"]["roles"] == before["left_out"]["roles"] + 1

    choose(database, sprint.main)
    blind = figures(labeler, sprint, "--blind-only")
    for question in blind["questions"]:
        counts = database.execute(
            "SELECT count(*) FROM label WHERE name = ? AND blind = 'true' AND NOT "
            "(name = 'quality' AND CAST(value AS REAL) NOT BETWEEN 1 AND 5) GROUP BY trace HAVING count(*) > 1",
            (question["name"],),
        )
        assert question["labels"] == sum(number for (number,) in counts)
    without = figures(labeler, sprint, "--without", "ana.b@x.io")
    assert [each["reviewer"] for each in without["reviewers"]] == ["bo@x.io", "cem@x.io"]
    assert [each["reviewer"] for each in without["sprint"]["gold"]["reviewers"]] == ["bo@x.io", "cem@x.io"]


def test_every_format_has_calibration_gold_and_outside_labels_apart(labeler: Program, sprint: LabelledSprint) -> None:
    shown = report(labeler, sprint)
    assert (shown.code, shown.err) == (0, "")
    assert max(map(len, shown.out.splitlines())) <= 100
    for words in ("calibration: 4 items", "gold: 3 items", "outside the sprint", "default", f"the sprint “{NAME}” in"):
        assert words in shown.out
    assert report(labeler, sprint).out.splitlines()[1:] == shown.out.splitlines()[1:]

    markdown = report(labeler, sprint, "--format", "md").out
    for heading in ("## Calibration", "## Gold items", "## Outside the sprint"):
        assert heading in markdown

    page = report(labeler, sprint, "--format", "html", "-o", "page.html")
    assert page.code == 0, page.err
    text = (labeler.work / "page.html").read_text()
    assert "<h2>Apart from these figures</h2>" in text
    assert "calibration: 4 items" in text

    tables = report(labeler, sprint, "--format", "csv", "-o", "tables")
    assert tables.code == 0, tables.err
    told = figures(labeler, sprint)["sprint"]
    rows = list(csv.DictReader((labeler.work / "tables" / "gold.csv").open()))
    gold = [(each["reviewer"], str(each["right"]), str(each["of"])) for each in told["gold"]["reviewers"]]
    assert [(row["reviewer"], row["right"], row["of"]) for row in rows] == gold
    calibration = list(csv.DictReader((labeler.work / "tables" / "calibration.csv").open()))
    assert [(row["question"], row["items"]) for row in calibration] == [
        (each["name"], str(each["items"])) for each in told["calibration"]["questions"]
    ]
    labels = list(csv.DictReader((labeler.work / "tables" / "labels.csv").open()))
    assert not {row["trace_id"] for row in labels} & {*sprint.gold, *sprint.calibration}
    assert {row["role"] for row in labels} == {"", "adjudication"}


def test_without_the_gold_file_gold_items_are_still_apart(labeler: Program, sprint: LabelledSprint) -> None:
    told, known = figures(labeler, sprint, gold=False), figures(labeler, sprint)
    assert told["questions"] == known["questions"]
    assert told["sprint"]["gold"] == {"items": 3, "reviewers": None}


def test_labels_outlive_their_queue(labeler: Program, tmp_path_factory: pytest.TempPathFactory) -> None:
    lost = LabelledSprint(Program(tmp_path_factory.mktemp("lead")), traces=14)
    before = figures(labeler, lost)
    for who in ("ana@x.io", "bo@x.io", "cem@x.io"):
        queue = {"queue_id": lost.experiment.queues[f"{NAME} · {who}"]["queue_id"]}
        lost.experiment.server.post("/api/3.0/mlflow/review-queues/delete", queue)
    after = figures(labeler, lost)
    for reviewer in before["reviewers"]:
        reviewer["labels"] -= reviewer["blind"]["unknown"]  # of MLflow's page, known by the queue alone
    assert [each["labels"] for each in after["reviewers"]] == [each["labels"] for each in before["reviewers"]]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--offline",), "Give either --sprint or --offline"),
        (("--local",), "Give either --sprint or --local"),
        (("labels.jsonl",), "Give either --sprint or files"),
        (("-f", "status = 'OK'"), "Give either --sprint or --filter"),
        (("--ask", "tone"), "No question is called “tone” here. There are: correct, quality"),
        (("--without", "eva@x.io"), "eva@x.io has no labels here"),
        (("--gold", "other.jsonl"), "is not the gold file that “Harbour 2026” was made with"),
        (("--fail-under", "alpha.correct=1.5"), "alpha.correct is"),
    ],
)
def test_bad_input(labeler: Program, sprint: LabelledSprint, options: tuple[str, ...], sentence: str) -> None:
    (labeler.work / "other.jsonl").write_text(sprint.gold_lines[0])
    refused = report(labeler, sprint, *options, gold="--gold" not in options)
    assert refused.code == (1 if "--fail-under" in options else 2), refused.err
    assert sentence in refused.err


def test_a_sprint_that_is_none(labeler: Program, sprint: LabelledSprint) -> None:
    where = ("-b", sprint.experiment.server.url, "-e", sprint.experiment.id)
    unknown = labeler.run("report", "--sprint", "Harbor", *where)
    assert (unknown.code, "There is: “Harbour 2026”." in unknown.err) == (2, True)
    alone = labeler.run("report", "--gold", "gold.jsonl", *where)
    assert (alone.code, "name it with --sprint" in alone.err) == (2, True)
