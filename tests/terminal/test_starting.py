"""What a person sees between the command and the first trace."""

from __future__ import annotations

import time

import pytest

from tests.cli.embedded_store import filled_store
from tests.servers.filling import create_queue, log, log_many, recordings
from tests.servers.mlflow_server import free_port
from tests.terminal.conftest import Machine
from tests.terminal.served_queue import QUEUE, ServedQueue, label_item
from tests.terminal.terminal import A_LOOK_S

pytestmark = [pytest.mark.slow, pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")]


def test_a_first_start_takes_nothing_typed_ahead_and_shows_every_queue_whose_it_is_and_how_much_is_left(
    served: ServedQueue,
) -> None:
    create_queue(served.server, served.experiment_id, "Mine", served.trace_ids[:4], users=["Ana", "bo"])
    create_queue(served.server, served.experiment_id, "Theirs", served.trace_ids[:2], users=["bo"])
    with served.terminal() as terminal:
        terminal.press(*"yyq", "enter")
        terminal.wait_for("Who reviews?", "Enter accepts")
        assert "yyq" not in terminal.text.partition("Who reviews?")[2]
        time.sleep(A_LOOK_S)
        terminal.press(*"ana", "enter")
        shown = terminal.wait_for(
            "my queue, shared with 1 · 4 of 4 pending", "everybody's queue · 10 of 10 pending", "queue of bo · 2 of 2"
        )
        assert shown.index("Mine") < shown.index(QUEUE) < shown.index("experiment") < shown.index("Theirs")
        terminal.press("/", *"theirs", "enter")
        terminal.wait_for("This queue is for bo; you are ana")
        terminal.press("escape")
        terminal.wait_for("my queue, shared with 1")
        terminal.press("/", *"mine", "enter")
        terminal.wait_for("Reviewing as ana. Asked, from", "Enter begins")
        time.sleep(A_LOOK_S)
        terminal.press("enter")
        terminal.wait_for("item 1/4", "line ")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_another_worklist_is_chosen_from_inside_and_offered_when_the_last_one_is_finished(served: ServedQueue) -> None:
    more = recordings("openai_chat_multiturn")
    log(served.server, served.experiment_id, more)
    create_queue(served.server, served.experiment_id, "Short", [more[0].id], users=["alice"])
    with served.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        label_item(terminal, 1, "y", "4")
        terminal.wait_for("item 2/10", "line ")
        terminal.press("c")
        terminal.wait_for("comment on")
        terminal.press(*"half", "escape")
        terminal.wait_for("kept as a draft")
        terminal.press("Q")
        terminal.wait_for("What is to be reviewed?", "Short", "my queue · 1 of 1 pending")
        terminal.press("q")
        terminal.wait_for("item 2/10", "line ")
        terminal.press("Q")
        terminal.wait_for("What is to be reviewed?", "my queue · 1 of 1 pending")
        time.sleep(A_LOOK_S)
        terminal.press("enter")
        terminal.wait_for("Reviewing as alice. Asked, from", "Enter begins")
        time.sleep(A_LOOK_S)
        terminal.press("enter")
        terminal.wait_for("Short", "item 1/1", "line ")
        terminal.press("y")
        terminal.wait_for("› quality")
        terminal.press("4")
        terminal.wait_for("Nothing is open any more", "1 of 1 labelled")
        assert terminal.leave() == 0
    assert served.run("sync").returncode == 0
    assert len(served.labels()) == 2
    with served.terminal("-r", "alice") as terminal:
        terminal.wait_for("Nothing is open any more", "1 of 1 labelled", "worklists")
        terminal.press("Q")
        terminal.wait_for("What is to be reviewed?", "my queue · 0 of 1 pending", "9 of 10 pending")
        terminal.press("q")
        terminal.wait_for("item 1/1", "mine 1")
        assert terminal.leave() == 0
    with served.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        terminal.wait_for("item 2/10", "line ", "mine 1")
        terminal.press("c")
        terminal.wait_for("half")
        terminal.press("escape")
        assert terminal.leave() == 0


def test_a_sample_is_drawn_anew_on_the_spot_and_then_stays_drawn(served: ServedQueue) -> None:
    experiment = served.server.new_experiment()
    log_many(served.server, experiment, 40)
    sample = ("review", "-e", experiment, "--sample", "4", "-r", "alice")
    with served.terminal(*sample) as terminal:
        terminal.wait_for("item 1/4", "online")
        terminal.press("f", "enter")
        terminal.wait_for("⚑")
        terminal.press(":", *"draw", "enter")
        terminal.wait_for("Draw anew? What you have touched stays")
        time.sleep(A_LOOK_S)
        terminal.press("enter")
        terminal.wait_until(lambda _: terminal.written.count(b"Asked (from") == 2, "the review opened again")
        # The one that stays may be among those that are drawn.
        drawn = terminal.wait_until(lambda text: "item 1/5" in text or "item 1/4" in text, "the sample drawn anew")
        assert "⚑" in drawn
        assert terminal.leave() == 0
    count = "/5" if "item 1/5" in drawn else "/4"
    with served.terminal(*sample) as terminal:
        terminal.wait_for(f"item 1{count}", "online", "⚑")
        terminal.press(":", *"draw", "escape")
        assert terminal.leave() == 0
    with served.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        terminal.wait_for("item 1/10", "online")
        terminal.press(":", *"draw", "enter")
        terminal.wait_for("it takes all that is selected")
        assert terminal.leave() == 0


def test_a_review_without_a_server_says_that_it_tries_again_and_ends_at_ctrl_c(machine: Machine) -> None:
    with machine.terminal("review", "-b", f"http://127.0.0.1:{free_port()}", "-e", "harbour") as terminal:
        terminal.wait_for("nothing answers there", "Trying again in 1 s, 2")
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 130


def test_a_review_by_somebody_else_for_one_run_is_not_gone_on_with(machine: Machine) -> None:
    filled_store(machine.home / "store.db", "openai_tool_roundtrip", "openai_chat_multiturn")
    del machine.extra["LABELER_REVIEWER"]
    worklist = ("review", "-b", "local:store.db", "-e", "1")
    with machine.terminal(*worklist) as terminal:
        terminal.wait_for("Whose labels are these?")
        terminal.press("ana", "enter")
        terminal.wait_for("item 1/2")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    with machine.terminal(*worklist, "-f", "status = 'OK'", "-r", "bo") as terminal:
        terminal.wait_for("item 1/", "bo")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    with machine.terminal() as terminal:
        terminal.wait_for("item 1/2", "ana")
        assert "as ana." in terminal.written.decode()
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_a_worklist_without_a_trace_is_not_said_to_be_labelled(machine: Machine) -> None:
    filled_store(machine.home / "store.db", "openai_tool_roundtrip")
    with machine.terminal("review", "-b", "local:store.db", "-e", "1", "-f", "name = 'nobody'") as terminal:
        terminal.wait_for("There is no trace in", "with name = 'nobody'")
        assert terminal.wait_for_exit() == 0
        assert "left for you" not in terminal.text
