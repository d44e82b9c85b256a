"""Which questions a review asks at a real server: its experiment's, also of traces that are named; and only some."""

from __future__ import annotations

import pytest

from tests.terminal.served_queue import QUEUE, ServedQueue

pytestmark = [pytest.mark.slow, pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")]


def test_named_traces_ask_what_their_experiment_asks_and_a_review_asks_only_what_it_is_told_to(
    served: ServedQueue,
) -> None:
    for _ in range(2):
        with served.terminal("review", *served.trace_ids[:2], "-r", "alice") as terminal:
            terminal.wait_for("item 1/2", "is_helpful", "quality", "line ")
            terminal.press("q")
            assert terminal.wait_for_exit() == 0
    with served.terminal("review", "-q", QUEUE, "-r", "alice", "--ask", "qualty") as terminal:
        assert terminal.wait_for_exit() == 2
        terminal.wait_for("--ask: no question qualty is asked here; did you mean quality?")
    with served.terminal("review", "-q", QUEUE, "-r", "alice", "--ask", "quality") as terminal:
        terminal.wait_for("item 1/10", "quality", "line ")
        assert "is_helpful" not in terminal.text
        told = terminal.written.decode(errors="replace")
        assert "An item submitted here is complete in the queue, without an answer to is_helpful." in told
        terminal.press("4")
        terminal.wait_for("item 2/10", "mine 1")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    served.server.kill()
    with served.terminal("review", "-q", QUEUE, "-f", "status = 'OK'", "-r", "alice") as terminal:
        terminal.wait_for("Trying again")  # other words are another worklist, which was never opened
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 130
    with served.terminal() as terminal:
        terminal.wait_for("item 2/10", "quality", "offline")
        assert "is_helpful" not in terminal.text
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    with served.terminal("review", *served.trace_ids[:2], "-r", "alice") as terminal:
        terminal.wait_for("item 1/2", "is_helpful")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
