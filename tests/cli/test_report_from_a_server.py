"""`labeler report` of a real server: every figure as the database and the packages have it, and what the cache has."""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any, Literal

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]

from tests.cli.program import Program
from tests.cli.recorded_experiment import Experiment
from tests.servers.fault_proxy import fault_proxy
from tests.servers.filling import create_queue, create_schema
from tests.servers.labelled import Row, log_labelled, rows_of
from tests.servers.mlflow_server import free_port

PEOPLE = ("ana@x.io", "bo@x.io", "cem@x.io", "dee@x.io", "eli@x.io")
TRACES = 40


@pytest.fixture
def labelled() -> Experiment:
    """An experiment with 40 traces that five people and a judge labelled, and a schema for both questions."""
    experiment = Experiment()
    answers = {"pass_fail": {"positive_label": "Correct", "negative_label": "Wrong"}}
    create_schema(experiment.server, experiment.id, "correct", answers)
    create_schema(experiment.server, experiment.id, "quality", {"numeric": {"min_value": 1, "max_value": 5}})
    log_labelled(experiment.server, experiment.id, TRACES, PEOPLE)
    return experiment


def votes(rows: list[Row], name: str) -> dict[str, dict[str, Any]]:
    """What each person said about each trace, as the database has it."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in rows:
        if row.name == name and row.valid and row.source_type == "HUMAN" and row.source_id in PEOPLE:
            found[row.trace_id][row.source_id] = json.loads(row.value)
    return found


def majority(said: dict[str, Any]) -> Any:
    [(value, count)] = Counter(said.values()).most_common(1)
    return value if count * 2 > len(said) >= 2 else None


def check_question(question: dict[str, Any], said: dict[str, dict[str, Any]]) -> None:
    """Compare a question's figures with the packages' and with counts of the rows."""
    level: Literal["nominal", "ordinal"] = "nominal" if question["name"] == "correct" else "ordinal"
    weights = None if level == "nominal" else "quadratic"

    def alpha(people: tuple[str, ...]) -> float:
        grid = np.array([[float(of.get(who, math.nan)) for of in said.values()] for who in people])
        return float(krippendorff.alpha(grid, level_of_measurement=level))

    assert (question["level"], question["items"], question["labels"]) == (level, TRACES, 3 * TRACES)
    assert question["alpha"] == pytest.approx(alpha(PEOPLE), abs=1e-12)
    assert question["without"] == {
        who: pytest.approx(alpha(tuple(each for each in PEOPLE if each != who)), abs=1e-12) for who in PEOPLE
    }
    equal = [a == b for of in said.values() for a, b in combinations(of.values(), 2)]
    assert question["percent"] == pytest.approx(sum(equal) / len(equal))
    counts = Counter(
        json.dumps(value if level == "nominal" else int(value)) for of in said.values() for value in of.values()
    )
    assert question["values"] == dict(counts)
    for pair in question["pairs"]:
        one, other = pair["reviewers"]
        common = [(of[one], of[other]) for of in said.values() if one in of and other in of]
        assert pair["items"] == len(common)
        if len(common) < 20:
            assert pair["kappa"] is None
        else:
            theirs = cohen_kappa_score(*zip(*common, strict=True), weights=weights)
            assert pair["kappa"] == pytest.approx(theirs, abs=1e-12)


def test_every_figure_of_a_servers_report_is_that_of_its_database(labeler: Program, labelled: Experiment) -> None:
    url = labelled.server.url
    ended = labeler.run("report", "-b", url, "-e", labelled.id, "--json")
    assert (ended.code, ended.err) == (0, "")
    [told] = ended.lines
    assert told["source"] == {"backend": url, "experiments": [labelled.id], "sprint": None, "files": []}
    assert abs(datetime.now(UTC) - datetime.fromisoformat(told["at"])) < timedelta(minutes=5)

    rows = rows_of(labelled.server, labelled.id)
    assert [question["name"] for question in told["questions"]] == ["correct", "quality", "tone"]
    for question in told["questions"][:2]:
        check_question(question, votes(rows, question["name"]))
    assert told["questions"][2]["note"].startswith("no item has labels of two people")
    assert told["left_out"] == {
        "invalid": sum(not row.valid for row in rows),
        "second_answers": 0,
        "default": sum(row.source_id == "default" for row in rows),
        "roles": 0, "not_blind": 0, "unfitting": 0,
    }  # fmt: skip
    assert told["left_out"]["invalid"] == told["left_out"]["default"] == TRACES // 10

    people = {row.source_id: 0 for row in rows if row.source_id in PEOPLE}
    for row in rows:
        if row.source_id in people and row.valid:
            people[row.source_id] += 1
    assert {each["reviewer"]: each["labels"] for each in told["reviewers"]} == people

    [judge] = told["judges"]
    verdicts = {row.trace_id: json.loads(row.value) == "yes" for row in rows if row.source_type == "LLM_JUDGE"}
    pairs = [(majority(of), verdicts[trace]) for trace, of in votes(rows, "correct").items()]
    assert (judge["source"], judge["type"], judge["question"]) == ("judges/v1", "LLM_JUDGE", "correct")
    assert (judge["items"], judge["values"]) == (len(pairs), [True, False])
    assert judge["confusion"] == [[pairs.count((people, said)) for said in (True, False)] for people in (True, False)]
    assert judge["kappa"] == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)), abs=1e-12)
    assert judge["ceiling"] == told["questions"][0]["alpha"]  # it judged every trace
    differing = {trace for trace, of in votes(rows, "correct").items() if majority(of) != verdicts[trace]}
    assert set(judge["show"]) <= differing
    assert len(judge["show"]) == min(10, len(differing))

    exported = ("export", "-b", url, "-e", labelled.id, "--sources", "human,judge", "--superseded", "-o", "all.jsonl")
    assert labeler.run(*exported).code == 0
    [of_file] = labeler.run("report", "all.jsonl", "--json").lines
    parts = ("questions", "reviewers", "judges", "left_out")
    assert [of_file[part] for part in parts[1:]] == [told[part] for part in parts[1:]]
    # The file does not say how the question is asked: its values are the server's, its words are not.
    figures = ("name", "level", "items", "labels", "percent", "alpha", "ci", "values", "pairs", "without")
    assert [[each[name] for name in figures] for each in of_file["questions"]] == [
        [each[name] for name in figures] for each in told["questions"]
    ]
    assert "judges/v1" not in labeler.run("export", "-b", url, "-e", labelled.id).out
    assert labeler.run("export", "--local", "--sources", "judge").code == 2
    assert "“judges” is none of human, judge, code" in labeler.run("export", "--sources", "judges").err


@pytest.mark.slow
def test_a_queue_and_a_filter_narrow_a_report_and_the_cache_has_it_when_the_server_is_gone(
    labeler: Program, labelled: Experiment
) -> None:
    server = labelled.server
    here = ("report", "-b", server.url)
    whole = labeler.run(*here, "-e", labelled.id, "--json").lines[0]
    traces = sorted({row.trace_id for row in rows_of(server, labelled.id)})
    queue_id = create_queue(server, labelled.id, "Autumn desk", traces[:25])
    [of_queue] = labeler.run(*here, "-q", queue_id, "--json").lines
    assert [question["items"] for question in of_queue["questions"][:2]] == [25, 25]
    chosen = labeler.run(*here, "-e", labelled.id, "-f", f"request_id IN ('{traces[0]}', '{traces[1]}')", "--json")
    assert [question["items"] for question in chosen.lines[0]["questions"][:2]] == [2, 2]
    assert labeler.run(*here, "-q", "me").code == 2
    assert "It is not known what to report" in labeler.run(*here).err

    offline = labeler.run(*here, "-e", labelled.id, "--offline", "--json")
    assert offline.code == 0
    assert f"From the cache: {TRACES} traces" in offline.err
    assert offline.lines[0]["at"] is None
    figures = [[each[name] for name in ("alpha", "ci", "pairs")] for each in offline.lines[0]["questions"]]
    assert figures == [[each[name] for name in ("alpha", "ci", "pairs")] for each in whole["questions"]]
    assert "ask the backend" in labeler.run(*here, "-q", queue_id, "--offline").err

    gone = labeler.run("report", "-b", f"http://127.0.0.1:{free_port()}", "-e", labelled.id)
    assert (gone.code, gone.out) == (75, "")  # nothing was ever read from there


@pytest.mark.slow
async def test_a_server_that_went_away_is_replaced_by_what_was_read_and_that_is_said(
    labeler: Program, labelled: Experiment
) -> None:
    async with fault_proxy(labelled.server.url) as proxy:
        options = ("report", "-b", proxy.url, "-e", labelled.id)
        before = await asyncio.to_thread(labeler.run, *options, "--json")
        assert before.code == 0
        assert [path for _, path in proxy.seen if path.endswith("/traces/search")] == ["/api/3.0/mlflow/traces/search"]
        assert not any("/assessments" in path for _, path in proxy.seen)  # they came with the traces
    after = await asyncio.to_thread(labeler.run, *options, "--json")
    assert after.code == 75
    assert f"From the cache: {TRACES} traces" in after.err
    for part in ("questions", "reviewers", "judges", "left_out"):
        assert after.lines[0][part] == before.lines[0][part]
    narrowed = await asyncio.to_thread(labeler.run, *options, "-f", "status = 'OK'")
    assert (narrowed.code, narrowed.out) == (75, "")
