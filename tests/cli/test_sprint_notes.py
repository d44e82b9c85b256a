"""What `labeler sprint status` notes about each reviewer: every rule of it, on a real server with known behaviour."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from contextlib import closing
from typing import Any

import pytest

from tests.cli.program import Program
from tests.servers.filling import create_schema
from tests.servers.mlflow_server import shared_server
from tests.servers.sprint_experiment import PASS_FAIL, SprintExperiment

pytestmark = pytest.mark.slow  # commands of the real program at a real server, many a test

NAME, SLUG = "Watched", "watched"
STEADY, FAST, DRIFTING, PEEKING, ABSENT = (f"{name}@x.io" for name in ("ana", "cem", "dee", "eli", "fay"))
EVERYBODY = (STEADY, "bo@x.io", FAST, DRIFTING, PEEKING, ABSENT)
TRACES, GOLD = 118, 10
LAST_WEEK_MS = 7 * 86_400_000
"""There is a working day in any week."""


class Watched(SprintExperiment):
    """A sprint of six, everybody with every item, in which each behaves in a way of their own.

    `ana` and `bo` say what is true but for one item in eight. `cem` takes 2 s and guesses. `dee` does as `ana`, and the
    opposite in the second half of her order. `eli` has looked at others' answers three times, left some items, and
    finished the last a week ago. `fay` has done nothing.
    """

    def __init__(self, lead: Program) -> None:
        self.server = shared_server()
        self.id = self.server.new_experiment()
        create_schema(self.server, self.id, "correct", PASS_FAIL)
        draw = random.Random(8)
        self.truth = {f"tr-{draw.getrandbits(128):032x}": draw.random() < 0.6 for _ in range(TRACES)}
        self.said: dict[str, dict[str, bool]] = {who: self._answers(who, draw) for who in EVERYBODY}
        self.took = {who: {trace: self._took_ms(who, draw) for trace in said} for who, said in self.said.items()}
        began_ms = int(time.time() * 1000) - 3_600_000
        for trace in self.truth:
            self._log(trace, began_ms)
        self.gold = sorted(self.truth)[:GOLD]
        self.write_gold(lead)
        made = self.create(
            lead, NAME, "--gold", "gold.jsonl", "--overlap", "all", "--seed", "2", "--yes", people=EVERYBODY
        )
        assert made.code == 0, made.err
        self._finish_items()

    def write_gold(self, program: Program) -> None:
        """Write the right answers of the gold items into `gold.jsonl`."""
        lines = [json.dumps({"trace_id": each, "name": "correct", "value": self.truth[each]}) for each in self.gold]
        (program.work / "gold.jsonl").write_text("\n".join(lines))

    def _answers(self, who: str, draw: random.Random) -> dict[str, bool]:
        """What somebody says, in the order in which they say it."""
        order = sorted(self.truth, key=lambda _: draw.random())
        if who == ABSENT:
            return {}
        if who == PEEKING:
            order = order[:-5]
        given = {}
        for at, trace in enumerate(order):
            is_right = draw.random() < (0.4 if who == FAST else 7 / 8)
            if who == DRIFTING and at >= len(order) // 2:
                is_right = not is_right
            given[trace] = self.truth[trace] == is_right
        return given

    def _took_ms(self, who: str, draw: random.Random) -> int:
        return draw.randint(1_500, 2_500) if who == FAST else draw.randint(15_000, 25_000)

    def _log(self, trace: str, began_ms: int) -> None:
        """Log a trace with what everybody has said about it: one request a trace."""
        made = []
        for who, said in self.said.items():
            if trace not in said:
                continue
            place = [*said].index(trace)
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began_ms / 1000 + place * 20))
            blind = "revealed" if who == PEEKING and place < 3 else "true"
            metadata = {"sprint": SLUG, "blind": blind, "duration_ms": str(self.took[who][trace])}
            made.append({
                "assessment_name": "correct",
                "source": {"source_type": "HUMAN", "source_id": who},
                "metadata": {f"labeler.{key}": each for key, each in metadata.items()},
                "create_time": at,
                "last_update_time": at,
                "feedback": {"value": said[trace]},
            })  # fmt: skip
        info = {
            "trace_id": trace,
            "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": self.id}},
            "request_time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began_ms / 1000 - 60)),
            "execution_duration": "0.9s",
            "state": "OK",
            "assessments": made,
        }
        self.server.post("/api/3.0/mlflow/traces", {"trace": {"trace_info": info}})

    def _finish_items(self) -> None:
        """Finish what was said, in the database itself: when an item was finished nobody can tell a server."""
        now_ms = int(time.time() * 1000)
        with closing(sqlite3.connect(self.server.store.removeprefix("sqlite:///"), timeout=60)) as database, database:
            for who, said in self.said.items():
                at_ms = now_ms - LAST_WEEK_MS if who == PEEKING else now_ms
                queue = self.queues[f"{NAME} · {who}"]["queue_id"]
                database.executemany(
                    "UPDATE review_queue_items SET status = 'complete', completed_by = ?, completed_time_ms = ?"
                    " WHERE queue_id = ? AND item_id = ?",
                    [(who, at_ms, queue, trace) for trace in said],
                )


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    return Watched(Program(tmp_path_factory.mktemp("lead")))


@pytest.fixture(scope="module")
def rows(watched: Watched, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    lead = Program(tmp_path_factory.mktemp("status"))
    watched.write_gold(lead)
    told = watched.sprint(lead, "status", NAME, "--gold", "gold.jsonl", "--json")
    assert told.code == 0, told.err
    return {each["reviewer"]: each for each in told.lines[0]["reviewers"]}


def test_each_is_noted_for_what_they_do_and_nobody_else(watched: Watched, rows: dict[str, dict[str, Any]]) -> None:
    assert {who: row["flags"] for who, row in rows.items()} == {
        STEADY: [],
        "bo@x.io": [],
        FAST: ["too_fast", "gold"],
        DRIFTING: ["drift"],
        PEEKING: ["quiet", "not_blind"],
        ABSENT: ["never_seen"],
    }
    assert {who: row["done"] for who, row in rows.items()} == {who: len(said) for who, said in watched.said.items()}


def test_gold_is_marked_by_the_exact_binomial_at_the_teams_rate(
    watched: Watched, rows: dict[str, dict[str, Any]]
) -> None:
    binom = pytest.importorskip("scipy.stats", reason="in the extra [test]").binom
    right = {
        who: sum(said[trace] == watched.truth[trace] for trace in watched.gold if trace in said)
        for who, said in watched.said.items()
        if said
    }
    of = {who: sum(trace in said for trace in watched.gold) for who, said in watched.said.items() if said}
    rate = sum(right.values()) / sum(of.values())
    for who, count in right.items():
        assert rows[who]["gold"] == {"right": count, "of": of[who]}
        is_marked = bool(of[who] >= 8 and binom.cdf(count, of[who], rate) < 0.05)
        assert ("gold" in rows[who]["flags"]) is is_marked


def test_the_notes_are_words_on_the_screen_and_are_explained(watched: Watched, labeler: Program) -> None:
    watched.write_gold(labeler)
    told = watched.sprint(labeler, "status", NAME, "--gold", "gold.jsonl").out
    lines = {line.split()[0]: line for line in told.splitlines() if "@x.io " in line and "/" in line}
    assert "✗" in lines[FAST]
    assert lines[FAST].endswith("too fast")
    assert lines[DRIFTING].endswith("drift")
    assert "quiet since" in lines[PEEKING]
    after = told.splitlines()[told.splitlines().index(lines[PEEKING]) + 1]
    assert "3 not blind" in f"{lines[PEEKING].split('quiet since')[1]} {' '.join(after.split())}"
    assert "…" not in told
    assert lines[ABSENT].endswith("never seen")
    assert f"{TRACES} of {ABSENT}'s need somebody" in told

    why = watched.sprint(labeler, "status", NAME, "--gold", "gold.jsonl", "--explain", FAST).out
    assert "less than chance allows at the team's rate (5 %)" in why
    fastest = sorted(watched.took[FAST].items(), key=lambda entry: (entry[1], entry[0]))[:5]
    shown = [line.split() for line in why.splitlines() if "/#/experiments/" in line]
    assert [seconds for seconds, _, _ in shown] == [f"{took / 1000:.1f}" for _, took in fastest]
    assert [page.split("selectedEvaluationId=")[1] for *_, page in shown] == [trace for trace, _ in fastest]
    for who, said in (
        (DRIFTING, "drift: agrees less with the others in the last 50 answers than in the first 50"),
        (PEEKING, "not blind: 3 labels were given with others' answers in view"),
        (ABSENT, "never seen"),
    ):
        assert said in watched.sprint(labeler, "status", NAME, "--explain", who).out


def test_one_miss_where_nobody_else_missed_is_no_note() -> None:
    from labeler.sprint.gold import GoldScore
    from labeler.sprint.progress import is_below_team

    scores = {"ana": GoldScore(19, 20), "bo": GoldScore(20, 20), "cem": GoldScore(20, 20), "dee": GoldScore(5, 10)}
    assert not is_below_team("ana", {who: each for who, each in scores.items() if who != "dee"})
    assert is_below_team("dee", scores)
    assert not is_below_team("dee", {"dee": GoldScore(2, 7), "bo": GoldScore(20, 20)}), "too few to tell"
