"""What a trace or a span is called, however its ID is written."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.trace import RawTrace, TraceState, TraceSummary
from labeler.reading.files.read import read_traces
from labeler.reading.wire.identifiers import earlier_ids, owner, span_id, trace_id
from labeler.reading.wire.spans import SpansOfAnother, decode
from tests.reading.corpus import CORPUS, NAMES, body, span
from tests.reading.wire_forms import as_artifact, as_otlp

IDENTITY = CORPUS / "identity"


def spellings(raw: bytes) -> set[str]:
    """The ways in which MLflow, OpenTelemetry and protobuf's JSON write an ID."""
    urlsafe = base64.urlsafe_b64encode(raw).decode()
    return {raw.hex(), raw.hex().upper(), f"0x{raw.hex()}", base64.b64encode(raw).decode(), urlsafe}


@given(st.binary(min_size=16, max_size=16).filter(any), st.binary(min_size=8, max_size=8).filter(any))
def test_every_spelling_of_an_id_is_the_same_id(of_trace: bytes, of_span: bytes) -> None:
    assert {span_id(each) for each in spellings(of_span)} == {of_span.hex()}
    written = spellings(of_trace) | {f"tr-{of_trace.hex()}", f"trace:/main.desk/{of_trace.hex()}"}
    assert {trace_id(each) for each in written} == {of_trace.hex()}
    assert {owner({"trace_id": each}) for each in spellings(of_trace)} == {f"tr-{of_trace.hex()}"}


@given(st.lists(st.binary(min_size=16, max_size=16).filter(any), min_size=2, max_size=5, unique=True))
def test_two_traces_in_a_file_never_become_one(ids: list[bytes]) -> None:
    lines = [json.dumps({"spans": [span("q", "a", trace_id=base64.b64encode(each).decode())]}) for each in ids]
    found = read_traces("a.jsonl", "\n".join(lines).encode()).traces
    assert [trace.summary.id for trace in found] == [f"tr-{each.hex()}" for each in ids]


@pytest.mark.parametrize(
    "own",
    ["lookup-span", "a/b/c", "0", "AAAAAAAAAAA", "AAAAAAAAAAB", "x" * 16, "deadbeef", "AAAAAAAAAAB=", "Ünïcode", "=="],
)
def test_an_id_of_no_known_encoding_stays_as_it_is(own: str) -> None:
    assert span_id(own) == own
    assert trace_id(own) == own


@pytest.mark.parametrize("nothing", ["", None, 7, [], "0" * 16, "0x" + "0" * 16, base64.b64encode(bytes(8)).decode()])
def test_no_id_is_told_from_one(nothing: object) -> None:
    assert span_id(nothing) is None  # type: ignore[arg-type]  # whatever JSON holds


def test_all_zeros_are_no_trace() -> None:
    for nothing in (bytes(16).hex(), base64.b64encode(bytes(16)).decode(), f"tr-{bytes(16).hex()}"):
        assert trace_id(nothing) is None


def test_a_parent_is_found_however_child_and_parent_spell_it() -> None:
    raw = bytes.fromhex("fbefbeffbefbffff")
    root, child = span("q", "a", number=1), span("x", "y", number=2)
    root["span_id"], child["parent_span_id"] = base64.b64encode(raw).decode(), raw.hex().upper()
    found = decode(RawTrace(TraceSummary(f"tr-{1:032x}", "1", 0, 1, TraceState.OK, ""), spans_of(root, child))).spans
    assert [each.parent_id for each in found] == [None, found[0].id]


def spans_of(*spans: object) -> bytes:
    return json.dumps({"spans": spans}).encode()


@pytest.mark.parametrize("name", NAMES)
def test_spans_are_never_read_as_another_trace_in_whatever_form_they_came(name: str) -> None:
    recorded = body(name)
    mine = recorded["trace"]["trace_info"]["trace_id"]
    other = TraceSummary("tr-" + "ab" * 16, "1", 0, 1, TraceState.OK, "")
    for payload in (json.dumps(recorded).encode(), as_artifact(recorded), as_otlp(recorded)):
        assert decode(RawTrace(TraceSummary(mine, "1", 0, 1, TraceState.OK, ""), payload)).spans
        with pytest.raises(SpansOfAnother, match=mine):
            decode(RawTrace(other, payload))


def test_one_stray_span_among_its_own_is_enough() -> None:
    summary = TraceSummary(f"tr-{1:032x}", "1", 0, 1, TraceState.OK, "")
    with pytest.raises(SpansOfAnother, match=f"tr-{2:032x}"):
        decode(RawTrace(summary, spans_of(span("q", "a"), span("x", "y", number=2, trace_id=f"{2:032x}"))))


def test_mlflow_s_own_attribute_counts_before_open_telemetry_s_id() -> None:
    payload = next(IDENTITY.glob("mlflow-2.22-artifact-*.json")).read_bytes()
    for asked, is_its_own in (("3bb33c972a3b43bc84da67f6eebad661", True), ("61698d90cd77e3c158a2176954c0d7b9", False)):
        raw = RawTrace(TraceSummary(asked, "1", 0, 1, TraceState.OK, ""), payload)
        if is_its_own:
            assert len(decode(raw).spans) == 2
        else:
            with pytest.raises(SpansOfAnother):
                decode(raw)


def test_spans_that_name_no_trace_are_not_refused() -> None:
    nameless = {key: value for key, value in span("q", "a").items() if key != "trace_id"}
    assert decode(RawTrace(TraceSummary("tr-any", "1", 0, 1, TraceState.OK, ""), spans_of(nameless))).spans


def test_what_earlier_versions_imported_under_a_cut_id_can_still_be_read_there() -> None:
    (path,) = IDENTITY.glob("artifact-*.json")
    encoded = json.loads(path.read_bytes())["spans"]
    assert earlier_ids(encoded, path.stem.removeprefix("artifact-")) == {"tr-Xw=="}
    assert decode(RawTrace(TraceSummary("tr-Xw==", "1", 0, 1, TraceState.OK, ""), path.read_bytes())).spans
