"""Traces whose spans are gone from a real server are told by their previews, named as such and as cut."""

from __future__ import annotations

import pytest

from tests.cli.program import Program
from tests.servers.lost_spans import CONTENTS, LONG_REQUEST, RESPONSE, Damage, Loss, log_without_spans
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


@pytest.mark.parametrize("damage", Damage)
def test_spans_that_cannot_be_read_leave_the_previews_and_the_reason(labeler: Program, damage: Damage) -> None:
    server = shared_server()
    trace_id = log_without_spans(server, server.new_experiment(), damage)
    ended = labeler.run("show", "-b", server.url, trace_id)
    assert (ended.code, ended.err) == (0, "")
    cut, whole = (each.replace("are not there", "cannot be read") for each in (CUT, WHOLE))
    why = (
        "The spans that the server keeps of this trace cannot be read: they are cut off, or something else."
        if damage in CONTENTS
        else "The server has the trace and fails to give its spans: Artifact path refers to a directory"
    )
    for told in ("unreadable trace", why, f"request preview\n\n{LONG_REQUEST}", f"({cut})", RESPONSE, f"({whole})"):
        assert told in ended.out
    (trace,) = labeler.run("show", "--json", "-b", server.url, trace_id).lines
    assert trace["source"] == "previews"
    assert trace["messages"][0]["error"].startswith(why)
    assert trace["messages"][1:] == [
        {"role": "user", "text": LONG_REQUEST, "note": cut},
        {"role": "assistant", "text": RESPONSE, "note": whole},
    ]
    exact = labeler.run("show", "--raw", "-b", server.url, trace_id)
    assert (exact.code, exact.out.strip()) == (1, CONTENTS.get(damage, ""))
    assert why in exact.err
