"""A trace whose spans are gone from a real server, judged by its previews in a real terminal."""

from __future__ import annotations

import pytest

from tests.servers.lost_spans import RESPONSE, WHOLE_RESPONSE, Damage, Loss, log_without_spans, mend
from tests.servers.mlflow_server import shared_server
from tests.terminal.conftest import Machine

pytestmark = [pytest.mark.slow, pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")]


def test_previews_stand_as_request_and_response_in_every_view_and_keys_answer(machine: Machine) -> None:
    server = shared_server()
    trace_id = log_without_spans(server, server.new_experiment(), Loss.ROWS_DELETED)
    machine.asks_one_thumb()
    with machine.terminal("review", "-b", server.url, trace_id, "-r", "ana") as terminal:
        terminal.wait_for("item 1/1", "● online", "request preview", "response preview", RESPONSE)
        terminal.wait_for("cut after 1,000", "the spans with the whole are not there")
        for key, view in (("m", "metadata"), ("r", "exact JSON")):
            terminal.press(key)
            terminal.wait_for(view, "request preview, cut", "What is the fee?", RESPONSE)
            terminal.press("q")
            terminal.wait_until_gone(view)
        terminal.press("t")
        terminal.wait_for("There are no spans of this trace")
        terminal.press("y")
        terminal.wait_for("1 of 1 labelled")
        assert terminal.leave() == 0
    info = server.http.get(f"/api/3.0/mlflow/traces/{trace_id}").json()["trace"]["trace_info"]
    (label,) = info["assessments"]
    assert label["source"]["source_id"] == "ana"
    assert label["feedback"]["value"] is True


@pytest.mark.parametrize("damage", [Damage.ARTIFACT_TRUNCATED, Damage.ARTIFACT_REFUSED])
def test_a_trace_whose_spans_cannot_be_read_is_judged_by_its_previews_until_they_can(
    machine: Machine, damage: Damage
) -> None:
    server = shared_server()
    trace_id = log_without_spans(server, server.new_experiment(), damage)
    machine.asks_one_thumb()
    with machine.terminal("review", "-b", server.url, trace_id, "-r", "ana") as terminal:
        terminal.wait_for("item 1/1", "● online", "unreadable trace", "request preview", "response preview", RESPONSE)
        terminal.wait_for("cut after 1,000", "the spans with the whole cannot be read")
        for key, view in (("m", "metadata"), ("r", "exact JSON")):
            terminal.press(key)
            terminal.wait_for(view, "request preview, cut", "What is the fee?", RESPONSE)
            terminal.press("q")
            terminal.wait_until_gone(view)
        terminal.press("y")
        terminal.wait_for("1 of 1 labelled")
        assert terminal.leave() == 0
    mend(server, trace_id)
    with machine.terminal("review", "-b", server.url, trace_id, "-r", "ben") as terminal:
        terminal.wait_for("item 1/1", "● online", WHOLE_RESPONSE)
        assert terminal.leave() == 0
