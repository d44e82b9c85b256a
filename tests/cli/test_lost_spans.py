"""Traces whose spans are gone from a real server are told by their previews, named as such and as cut."""

from __future__ import annotations

import pytest

from tests.cli.program import Program
from tests.servers.lost_spans import LONG_REQUEST, RESPONSE, Loss, log_without_spans
from tests.servers.mlflow_server import shared_server

pytestmark = pytest.mark.slow

CUT = "a preview, cut after 1,000 characters: the spans with the whole are not there"
WHOLE = "a preview: the spans with the whole are not there"


@pytest.mark.parametrize("loss", Loss)
def test_show_tells_the_previews_and_that_they_are(labeler: Program, loss: Loss) -> None:
    server = shared_server()
    trace_id = log_without_spans(server, server.new_experiment(), loss)
    ended = labeler.run("show", "-b", server.url, trace_id)
    assert (ended.code, ended.err) == (0, "")
    for told in ("read from previews", f"request preview\n\n{LONG_REQUEST}", f"({CUT})", RESPONSE, f"({WHOLE})"):
        assert told in ended.out
    (trace,) = labeler.run("show", "--json", "-b", server.url, trace_id).lines
    assert trace["source"] == "previews"
    assert trace["messages"] == [
        {"role": "user", "text": LONG_REQUEST, "note": CUT},
        {"role": "assistant", "text": RESPONSE, "note": WHOLE},
    ]
    assert LONG_REQUEST in trace["text"]
