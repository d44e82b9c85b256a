from labeler.reading.views.span_lines import span_lines
from labeler.reading.wire.spans import decode
from tests.reading.corpus import recording, span, trace_of


def test_every_span_has_its_line_with_type_status_duration_and_tokens() -> None:
    assert [str(line) for line in span_lines(decode(recording("openai_tool_roundtrip")))] == [
        "tide_agent  AGENT  OK  111 ms",
        "  Completions  CHAT_MODEL  OK  5.2 ms  48 tokens",
        "  tide_table  TOOL  OK  0.6 ms",
        "  Completions  CHAT_MODEL  OK  5.5 ms  48 tokens",
    ]


def test_orphans_rings_and_errors_are_in_the_tree() -> None:
    ring = [span(number=1, parent=2, name="a"), span(number=2, parent=1, name="b", end=None)]
    lost = span(number=3, parent=9, name="c\n\x1b[1m", status="STATUS_CODE_ERROR", message="boom")
    lines = span_lines(decode(trace_of(*ring, lost)))
    assert [(line.depth, line.name, line.error) for line in lines] == [
        (0, "c ␛[1m", "boom"),
        (0, "a", ""),
        (1, "b", ""),
    ]
    assert "unfinished" in str(lines[2])
