"""A reviewer at a real MLflow server, with keys alone in a real terminal."""

from __future__ import annotations

import json
import signal
import time
from dataclasses import replace

import pytest

from tests.servers.filling import log_many
from tests.terminal.served_queue import QUEUE, ServedQueue, label_item
from tests.terminal.terminal import Terminal

pytestmark = pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")


def test_labels_given_with_keys_are_assessments_of_the_reviewer_and_the_items_complete(served: ServedQueue) -> None:
    with served.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        label_item(terminal, 1, "y", "4")
        terminal.wait_for("item 2/10", "line ")
        terminal.press("N")
        terminal.wait_for("thumbs down on is_helpful")
        terminal.press("Misses the channel", "enter")
        terminal.wait_for("› quality")
        terminal.press("2")
        terminal.wait_for("mine 2")
        label_item(terminal, 3, "n", "1")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    synced = served.run("sync", "--json")
    assert synced.returncode == 0, synced.stderr

    labels = served.labels()
    assert len(labels) == 6
    assert all(label["source"] == {"source_type": "HUMAN", "source_id": "alice"} for label in labels)
    assert all(label["metadata"]["labeler.id"] == label["assessment_id"] for label in labels)
    assert all(label["metadata"]["labeler.queue"] == served.queue_id for label in labels)
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
    finished = [item for item in served.items().values() if item["status"] == "COMPLETE"]
    assert len(finished) == 3
    assert {item["completed_by"] for item in finished} == {"alice"}


@pytest.mark.slow
def test_with_the_server_away_work_goes_on_and_everything_arrives_once_it_is_back(served: ServedQueue) -> None:
    with served.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        label_item(terminal, 1, "y", "4")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert served.run("sync").returncode == 0
    assert len(served.labels()) == 2

    served.server.kill()
    with served.terminal() as terminal:
        terminal.wait_for("offline")
        for number in (2, 3, 4):
            label_item(terminal, number, "n", "2")
        terminal.wait_for("queued")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert served.run("sync").returncode == 75

    served.server.start()
    back = served.run("sync", "--json")
    assert back.returncode == 0, back.stderr
    assert len(served.labels()) == 8
    assert len({label["assessment_id"] for label in served.labels()}) == 8
    assert sum(item["status"] == "COMPLETE" for item in served.items().values()) == 4
    assert served.run("sync").returncode == 0
    assert len(served.labels()) == 8


@pytest.mark.slow
def test_a_trace_that_the_server_has_not_is_told_from_one_it_cannot_be_asked_for(served: ServedQueue) -> None:
    named = ("review", *served.trace_ids[:2], "tr-nowhere", "-r", "alice")
    none, unknown = (
        f"There is no trace tr-nowhere at {served.server.url}.",
        "Not here, and cannot be asked for: tr-nowhere.",
    )
    for away, said in ((False, none), (True, unknown)):
        if away:
            served.server.kill()
        with served.terminal(*named) as terminal:
            terminal.wait_for("item 1/2", "line ")
            assert said in terminal.written.decode(errors="replace")
            terminal.press("q")
            assert terminal.wait_for_exit() == 0
            terminal.wait_for(said)


@pytest.mark.slow
def test_answers_arrive_by_themselves_when_the_server_comes_back_under_an_open_screen(served: ServedQueue) -> None:
    with served.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        terminal.wait_for("item 1/10", "online")
        label_item(terminal, 1, "y", "4")
        served.server.kill()
        label_item(terminal, 2, "y", "4")
        terminal.wait_for("offline", seconds=60)
        served.server.start()
        terminal.wait_for("online", seconds=90)
        terminal.wait_until_gone("queued", seconds=90)
        assert len(served.labels()) == 4


@pytest.mark.slow
def test_a_server_that_hangs_under_an_open_screen_is_told_and_told_to_be_back(served: ServedQueue) -> None:
    with Terminal(("review", "-q", QUEUE, "-r", "alice"), served.environment, served.home, (80, 24)) as terminal:
        terminal.wait_for("item 1/10", "● online")
        served.server.send_signal(signal.SIGSTOP)
        try:
            label_item(terminal, 1, "y", "4")
            told = terminal.wait_for("waiting for the server", seconds=60)
            assert "online" not in told
            assert "offline" not in told
        finally:
            served.server.send_signal(signal.SIGCONT)
        terminal.wait_for("● online", seconds=60)
        terminal.wait_until_gone("queued", seconds=60)
    assert len(served.labels()) == 2


@pytest.mark.slow
def test_an_answer_about_a_span_is_an_assessment_of_the_span_superseded_from_another_machine(
    served: ServedQueue,
) -> None:
    with served.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        aim_at_the_first_span(terminal)
        terminal.press("n")
        terminal.wait_for("Not helpful about span", "› quality")
        terminal.press("4")
        terminal.wait_for("quality 4 about span", "item 1/10", "mine 0")
        terminal.press("escape")
        terminal.wait_for("A aim")
        terminal.press("q")
        terminal.wait_for("y yes  n no", "line ")
        time.sleep(1)  # until then the key may still have been meant for the tree
        assert terminal.leave() == 0
    assert served.run("sync").returncode == 0
    first = {label["assessment_name"]: label for label in served.labels()}
    assert {name: label["feedback"]["value"] for name, label in first.items()} == {"is_helpful": False, "quality": 4}
    (trace_id,) = {label["trace_id"] for label in first.values()}
    (span_id,) = {label["span_id"] for label in first.values()}
    assert span_id in served.spans(trace_id)
    assert served.items()[trace_id]["status"] == "PENDING"

    elsewhere = replace(served, home=served.home / "elsewhere")
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
    labels = served.labels()
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
    assert served.items()[trace_id]["status"] == "COMPLETE"

    assert served.run("verify").returncode == 1, "the answer changed elsewhere is told of here"
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
def test_a_network_pulled_after_ten_seconds_leaves_an_afternoon_of_work(served: ServedQueue) -> None:
    experiment = served.server.new_experiment()
    log_many(served.server, experiment, 240)
    with served.terminal("review", "-e", experiment, "-r", "alice") as terminal:
        terminal.wait_for("item 1/240", "online")
        time.sleep(10)
        served.server.kill()
        for number in range(1, 201):
            terminal.wait_for(f"item {number}/240")
            terminal.wait_until_gone("Loading")
            terminal.press("y" if number % 2 else "n")
            terminal.wait_for("› quality")
            terminal.press(str(number % 5 + 1))
            terminal.wait_for(f"mine {number}")
        terminal.wait_for("offline", "of 240 here")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    served.server.start()
    synced = json.loads(served.run("sync", "--json").stdout)
    assert synced["queued"] == synced["refused"] == synced["parked"] == 0
    listed = served.server.post(
        "/api/3.0/mlflow/traces/search",
        {
            "locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}],
            "max_results": 500,
        },
    )
    labels = [a["assessment_id"] for trace in listed["traces"] for a in trace.get("assessments", [])]
    assert len(labels) == len(set(labels)) == 400


@pytest.mark.slow
def test_sync_beside_a_screen_says_what_the_item_in_view_holds_back(served: ServedQueue) -> None:
    with served.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        terminal.wait_for("item 1/10", "line ")
        terminal.wait_until_gone("Loading")
        terminal.press("y")
        terminal.wait_for("› quality")
        beside = served.run("sync")
        said = "1 queued: on an item that a running labeler has open; delivered when that item is left."
        assert (beside.returncode, said in beside.stderr, served.labels()) == (75, True, [])
        assert terminal.leave() == 0
    after = served.run("sync")
    assert (after.returncode, "running labeler" in after.stderr, len(served.labels())) == (0, False, 1)
