"""A reviewer at a real MLflow server, with keys alone in a real terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.servers.filling import create_queue, create_schema, log, log_many, recordings
from tests.servers.mlflow_server import MlflowServer
from tests.terminal.terminal import Terminal

pytestmark = pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")

QUEUE = "Autumn desk review"


@dataclass
class Desk:
    """A server of its own with a queue of ten traces and two questions, and a reviewer's machine."""

    server: MlflowServer
    home: Path
    trace_ids: list[str]
    queue_id: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "LABELER_DATA_DIR": str(self.home / "data"),
            "MLFLOW_TRACKING_URI": self.server.url,
        }

    def terminal(self, *arguments: str) -> Terminal:
        return Terminal(arguments, self.environment, self.home)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command without a terminal."""
        command = [sys.executable, "-m", "labeler", *arguments]
        return subprocess.run(
            command, env=self.environment, cwd=self.home, capture_output=True, text=True, timeout=60, check=False
        )

    def labels(self) -> list[dict[str, Any]]:
        """Every HUMAN assessment on the server, with its trace."""
        found = []
        for trace_id in self.trace_ids:
            info = self.server.http.get(f"/api/3.0/mlflow/traces/{trace_id}").json()["trace"]["trace_info"]
            assessments = info.get("assessments", [])
            found += [a | {"trace_id": trace_id} for a in assessments if a["source"]["source_type"] == "HUMAN"]
        return found

    def spans(self, trace_id: str) -> set[str]:
        """The hexadecimal IDs of a trace's spans, as the server has them."""
        trace = self.server.http.get(f"/api/3.0/mlflow/traces/get?trace_id={trace_id}").json()["trace"]
        return {b64decode(span["span_id"]).hex() for span in trace["spans"]}

    def items(self) -> dict[str, dict[str, Any]]:
        """Queue items by trace ID."""
        path = f"/api/3.0/mlflow/review-queues/items/list?queue_id={self.queue_id}&max_results=100"
        answered = self.server.http.get(path).json()
        listed = next(value for key, value in answered.items() if key.endswith("items"))
        return {item["item_id"]: item for item in listed}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "server"
    folder.mkdir()
    server = MlflowServer(folder)
    server.start()
    try:
        experiment = server.new_experiment()
        traces = recordings()
        log(server, experiment, traces)
        helpful = {"pass_fail": {"positive_label": "Helpful", "negative_label": "Not helpful"}}
        quality = {"numeric": {"min_value": 1, "max_value": 5}}
        schemas = [
            create_schema(server, experiment, "is_helpful", helpful, enable_comment=True),
            create_schema(server, experiment, "quality", quality, instruction="How good is it?"),
        ]
        ids = [trace.id for trace in traces]
        yield Desk(server, tmp_path, ids, create_queue(server, experiment, QUEUE, ids, schemas))
    finally:
        server.close()


def label_item(terminal: Terminal, number: int, thumb: str, digit: str) -> None:
    """Answer both questions of the item that stands on the screen as `number`, and see the next."""
    terminal.wait_for(f"item {number}/10", "line ")
    terminal.wait_until_gone("Loading")
    terminal.press(thumb)
    terminal.wait_for("› 2 quality")
    terminal.press(digit)
    terminal.wait_for(f"mine {number}")


def test_labels_given_with_keys_are_assessments_of_the_reviewer_and_the_items_complete(desk: Desk) -> None:
    with desk.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        label_item(terminal, 1, "y", "4")
        terminal.wait_for("item 2/10", "line ")
        terminal.press("N")
        terminal.wait_for("thumbs down on is_helpful")
        terminal.press("Misses the channel", "enter")
        terminal.wait_for("› 2 quality")
        terminal.press("2")
        terminal.wait_for("mine 2")
        label_item(terminal, 3, "n", "1")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    synced = desk.run("sync", "--json")
    assert synced.returncode == 0, synced.stderr

    labels = desk.labels()
    assert len(labels) == 6
    assert all(label["source"] == {"source_type": "HUMAN", "source_id": "alice"} for label in labels)
    assert all(label["metadata"]["labeler.id"] == label["assessment_id"] for label in labels)
    assert all(label["metadata"]["labeler.queue"] == desk.queue_id for label in labels)
    assert all(int(label["metadata"]["labeler.duration_ms"]) > 0 for label in labels)
    values = sorted((label["assessment_name"], label["feedback"]["value"]) for label in labels)
    assert values == [
        ("is_helpful", False),
        ("is_helpful", False),
        ("is_helpful", True),
        ("quality", 1),
        ("quality", 2),
        ("quality", 4),
    ]
    assert [label["rationale"] for label in labels if "rationale" in label] == ["Misses the channel"]
    finished = [item for item in desk.items().values() if item["status"] == "COMPLETE"]
    assert len(finished) == 3
    assert {item["completed_by"] for item in finished} == {"alice"}


def test_with_the_server_away_work_goes_on_and_everything_arrives_once_it_is_back(desk: Desk) -> None:
    with desk.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        label_item(terminal, 1, "y", "4")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert desk.run("sync").returncode == 0
    assert len(desk.labels()) == 2

    desk.server.kill()
    with desk.terminal() as terminal:
        terminal.wait_for("offline")
        for number in (2, 3, 4):
            label_item(terminal, number, "n", "2")
        terminal.wait_for("queued")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert desk.run("sync").returncode == 75

    desk.server.start()
    back = desk.run("sync", "--json")
    assert back.returncode == 0, back.stderr
    assert len(desk.labels()) == 8
    assert len({label["assessment_id"] for label in desk.labels()}) == 8
    assert sum(item["status"] == "COMPLETE" for item in desk.items().values()) == 4
    assert desk.run("sync").returncode == 0
    assert len(desk.labels()) == 8


def test_a_trace_that_the_server_has_not_is_told_from_one_it_cannot_be_asked_for(desk: Desk) -> None:
    named = ("review", *desk.trace_ids[:2], "tr-nowhere", "-r", "alice")
    none, unknown = (
        f"There is no trace tr-nowhere at {desk.server.url}.",
        "Not here, and cannot be asked for: tr-nowhere.",
    )
    for away, said in ((False, none), (True, unknown)):
        if away:
            desk.server.kill()
        with desk.terminal(*named) as terminal:
            terminal.wait_for("item 1/2", "line ")
            assert said in terminal.written.decode(errors="replace")
            terminal.press("q")
            assert terminal.wait_for_exit() == 0
            terminal.wait_for(said)


def test_answers_arrive_by_themselves_when_the_server_comes_back_under_an_open_screen(desk: Desk) -> None:
    with desk.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        terminal.wait_for("item 1/10", "online")
        label_item(terminal, 1, "y", "4")
        desk.server.kill()
        label_item(terminal, 2, "y", "4")
        terminal.wait_for("offline", seconds=60)
        desk.server.start()
        terminal.wait_for("online", seconds=90)
        terminal.wait_until_gone("queued", seconds=90)
        assert len(desk.labels()) == 4


@pytest.mark.slow
def test_a_server_that_hangs_under_an_open_screen_is_told_and_told_to_be_back(desk: Desk) -> None:
    with Terminal(("review", "-q", QUEUE, "-r", "alice"), desk.environment, desk.home, (80, 24)) as terminal:
        terminal.wait_for("item 1/10", "● online")
        desk.server.send_signal(signal.SIGSTOP)
        try:
            label_item(terminal, 1, "y", "4")
            told = terminal.wait_for("waiting for the server", seconds=60)
            assert "online" not in told
            assert "offline" not in told
        finally:
            desk.server.send_signal(signal.SIGCONT)
        terminal.wait_for("● online", seconds=60)
        terminal.wait_until_gone("queued", seconds=60)
    assert len(desk.labels()) == 2


def test_an_answer_about_a_span_is_an_assessment_of_the_span_superseded_from_another_machine(desk: Desk) -> None:
    with desk.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        aim_at_the_first_span(terminal)
        terminal.press("n")
        terminal.wait_for("Not helpful about span", "› 2 quality")
        terminal.press("4")
        terminal.wait_for("quality 4 about span", "item 1/10", "mine 0")
        terminal.press("escape")
        terminal.wait_for("A aim")
        terminal.press("q")
        terminal.wait_for("y yes  n no", "line ")
        time.sleep(1)  # until then the key may still have been meant for the tree
        assert terminal.leave() == 0
    assert desk.run("sync").returncode == 0
    first = {label["assessment_name"]: label for label in desk.labels()}
    assert {name: label["feedback"]["value"] for name, label in first.items()} == {"is_helpful": False, "quality": 4}
    (trace_id,) = {label["trace_id"] for label in first.values()}
    (span_id,) = {label["span_id"] for label in first.values()}
    assert span_id in desk.spans(trace_id)
    assert desk.items()[trace_id]["status"] == "PENDING"

    elsewhere = replace(desk, home=desk.home / "elsewhere")
    elsewhere.home.mkdir()
    with elsewhere.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        aim_at_the_first_span(terminal)
        terminal.wait_for("[n Not helpful]", "[4]", "mine 0")
        terminal.press("y")
        terminal.wait_for("Helpful about span", "[y Helpful]")
        terminal.press("A")
        terminal.wait_for("A aim")
        assert "[y Helpful]" not in terminal.text
        terminal.press("q")
        terminal.wait_for("y yes  n no", "line ")
        label_item(terminal, 1, "y", "5")
        assert terminal.leave() == 0
    assert elsewhere.run("sync").returncode == 0
    labels = desk.labels()
    about = {(label["assessment_name"], label.get("span_id"), label["feedback"]["value"]): label for label in labels}
    assert {key: label["valid"] for key, label in about.items()} == {
        ("is_helpful", span_id, False): False,
        ("is_helpful", span_id, True): True,
        ("quality", span_id, 4): True,
        ("is_helpful", None, True): True,
        ("quality", None, 5): True,
    }
    assert len(labels) == 5
    changed = about["is_helpful", span_id, True]
    assert changed["overrides"] == first["is_helpful"]["assessment_id"]
    assert desk.items()[trace_id]["status"] == "COMPLETE"

    assert desk.run("verify").returncode == 1, "the answer changed elsewhere is told of here"
    assert elsewhere.run("verify").returncode == 0
    exported = [json.loads(line) for line in elsewhere.run("export", "--local").stdout.splitlines()]
    assert {(label["name"], label["span_id"]) for label in exported} == {
        ("is_helpful", span_id),
        ("is_helpful", None),
        ("quality", None),
    }


def aim_at_the_first_span(terminal: Terminal) -> None:
    """Aim the questions at the top of the first item's span tree."""
    terminal.wait_for("item 1/10", "line ")
    terminal.wait_until_gone("Loading")
    terminal.press("t")
    terminal.wait_for("A aim")
    terminal.press("g", "A")
    terminal.wait_for("span 1 of", "── about span", "A end aim")


@pytest.mark.slow
def test_a_network_pulled_after_ten_seconds_leaves_an_afternoon_of_work(desk: Desk) -> None:
    experiment = desk.server.new_experiment()
    log_many(desk.server, experiment, 240)
    with desk.terminal("review", "-e", experiment, "-r", "alice") as terminal:
        terminal.wait_for("item 1/240", "online")
        time.sleep(10)
        desk.server.kill()
        for number in range(1, 201):
            terminal.wait_for(f"item {number}/240")
            terminal.wait_until_gone("Loading")
            terminal.press("y" if number % 2 else "n")
            terminal.wait_for("› 2 ")
            terminal.press(str(number % 5 + 1))
            terminal.wait_for(f"mine {number}")
        terminal.wait_for("offline", "of 240 here")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    desk.server.start()
    synced = json.loads(desk.run("sync", "--json").stdout)
    assert synced["queued"] == synced["refused"] == synced["parked"] == 0
    listed = desk.server.post(
        "/api/3.0/mlflow/traces/search",
        {
            "locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}],
            "max_results": 500,
        },
    )
    labels = [a["assessment_id"] for trace in listed["traces"] for a in trace.get("assessments", [])]
    assert len(labels) == len(set(labels)) == 400
