"""Two people on one machine do a sprint in one SQLite file at the same time, each at a terminal of their own."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import krippendorff
import numpy as np
import pytest

from labeler.domain.clock import wall_clock_ms
from labeler.sprint.repeats import DAY_MS
from tests.cli.program import Program
from tests.cli.sprint_store import EXPERIMENT, SprintStore
from tests.terminal.conftest import Machine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timing("two real programs in real terminals, which a busy machine holds up"),
]

NAME = "Autumn 2026"
ITEMS = 20


@dataclass
class Reviewer:
    """Somebody with keys alone. `keys` are what they press, an item each."""

    name: str
    machine: Machine
    store: SprintStore
    keys: str
    failure: list[BaseException] = field(default_factory=list)

    def work(self) -> None:
        try:
            with self.machine.terminal("review", "-b", self.store.uri, "-q", NAME) as terminal:
                terminal.wait_for("The guide of “Autumn 2026”", "begins")
                terminal.press("enter")
                terminal.wait_until_gone("begins")
                for number, key in enumerate(self.keys, 1):
                    terminal.wait_for(f"item {number}/{ITEMS}", "› correct")
                    time.sleep(0.3)  # keys that come with a new item are ignored
                    terminal.press(key)
                    terminal.wait_for(f"mine {number}" if number < ITEMS else "Nothing is open any more")
                assert terminal.leave() == 0
        except BaseException as error:
            self.failure.append(error)


def test_two_reviewers_do_a_sprint_of_twenty(tmp_path: Path) -> None:
    store = SprintStore(tmp_path / "store.db", ITEMS)
    (tmp_path / "lead").mkdir()
    lead = Program(tmp_path / "lead")
    (lead.work / "guide.md").write_text("Wrong is what a customer would come back for.")
    made = store.create(lead, NAME, ("ana", "bo"), "all", "--guide", "guide.md", "--seed", "3")
    assert made.code == 0, made.err
    reviewers = []
    for who, keys in (("ana", "yyynyyyynyyyyyynyyny"), ("bo", "ynyyyynyyyyynyyyynyy")):
        (tmp_path / who).mkdir()
        machine = Machine(tmp_path / who, {"LABELER_REVIEWER": who})
        machine.asks("[delivery]\ngrace = 0\n")
        reviewers.append(Reviewer(who, machine, store, keys))
    threads = [threading.Thread(target=each.work) for each in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    for reviewer in reviewers:
        for failure in reviewer.failure:
            raise failure
        assert [*store.labels(reviewer.name, "autumn-2026").values()].count(False) == reviewer.keys.count("n")
        assert [*store.items(f"{NAME} · {reviewer.name}").values()] == ["COMPLETE"] * ITEMS
    assert store.labels("ana") == store.labels("bo") == {}, "every label says which sprint it is of"

    [status] = store.sprint(lead, "status", NAME, "--json").lines
    assert status["labels"] == {"done": 2 * ITEMS, "of": 2 * ITEMS}
    assert status["items"] == {"of": ITEMS, "with_two": ITEMS}
    said = [store.labels(each.name, "autumn-2026") for each in reviewers]
    [question] = status["questions"]
    assert question["percent"] == sum(said[0][trace] == said[1][trace] for trace in said[0]) / ITEMS
    grid = np.array([[float(bool(each[trace])) for trace in sorted(each)] for each in said])
    alpha = krippendorff.alpha(reliability_data=grid, level_of_measurement="nominal")
    assert question["alpha"] == pytest.approx(alpha, abs=1e-12)
    assert {each["reviewer"]: (each["done"], each["of"]) for each in status["reviewers"]} == {
        "ana": (ITEMS, ITEMS),
        "bo": (ITEMS, ITEMS),
    }


def test_a_repeat_never_shows_what_i_said_before(tmp_path: Path) -> None:
    canary = "what-i-said-before"
    store = SprintStore(tmp_path / "store.db", 4)
    for trace_id in store.traces:
        store.label(trace_id, "ana", False, at_ms=wall_clock_ms() - 3 * DAY_MS, comment=canary)
    (tmp_path / "lead").mkdir()
    lead = Program(tmp_path / "lead")
    made = store.sprint(
        lead, "create", "Again", "--repeat", "3", "--questions", str(store.questions), "--yes", by="ana"
    )
    assert made.code == 0, made.err
    machine = Machine(tmp_path, {"LABELER_REVIEWER": "ana"})
    with machine.terminal("review", "-b", store.uri, "-q", "Again") as terminal:
        terminal.wait_for("item 1/3", "blind", "› correct")
        terminal.wait_until_gone("Loading")
        assert "Wrong" not in terminal.text.splitlines()[0]
        for key, shows in (("m", "What others said is hidden"), ("r", "exact JSON"), ("t", "span 1 of")):
            terminal.press(key)
            terminal.wait_for(shows)
            terminal.press("escape")
            terminal.wait_until_gone(shows)
            time.sleep(1.2)  # an Esc soon after another is told from it
        for number in (1, 2, 3):
            terminal.wait_for(f"item {number}/3")
            terminal.press("y")
            terminal.wait_for(f"mine {number}" if number < 3 else "Nothing is open any more")
        assert terminal.leave() == 0
        assert canary.encode() not in terminal.written
    assert [*store.labels("ana", "again").values()] == [True] * 3
    assert [*store.labels("ana").values()] == [False] * 4, "the first answers stand as they were"
    [status] = store.sprint(lead, "status", "Again", "--json").lines
    [oneself] = status["with_oneself"]
    assert (oneself["reviewer"], oneself["items"], oneself["percent"]) == ("ana", 3, 0.0)


def test_a_lead_decides_what_reviewers_dispute_with_a_key_each(tmp_path: Path) -> None:
    store = SprintStore(tmp_path / "store.db", 4)
    (tmp_path / "lead").mkdir()
    lead = Program(tmp_path / "lead")
    assert store.create(lead, NAME, ("ana", "bo"), "all", "--seed", "3").code == 0
    first, second, *_ = store.traces
    for trace_id in store.traces:
        store.label(trace_id, "ana", True, slug="autumn-2026")
        store.label(trace_id, "bo", trace_id not in (first, second), slug="autumn-2026")
    [before] = store.sprint(lead, "status", NAME, "--json").lines[0]["questions"]
    assert before["disagreements"] == 2
    machine = Machine(tmp_path / "lead", {"LABELER_REVIEWER": "lead"})
    machine.asks("[delivery]\ngrace = 0\n")
    with machine.terminal("sprint", "adjudicate", NAME, "-b", store.uri, "-e", EXPERIMENT) as terminal:
        for number, key in enumerate("nX", 1):
            terminal.wait_for("adjudicate", f"{number}/2", f"decided {number - 1}", "› correct")
            time.sleep(0.4)  # keys that come with a new case are ignored
            terminal.press(key)
        terminal.wait_for("2 decided")
        assert terminal.leave() == 0
    assert sorted(store.labels("lead", "autumn-2026").values(), key=str) == [False, None]
    [after] = store.sprint(lead, "status", NAME, "--json").lines[0]["questions"]
    assert after == before | {"disagreements": 0}, "decisions are no reviewer's answers"
    assert {*store.items(f"{NAME} · ana").values(), *store.items(f"{NAME} · bo").values()} == {"PENDING"}
