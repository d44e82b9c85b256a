"""A text is found in what was asked and answered in a trace, however it is spelled there, and nowhere else."""

from __future__ import annotations

import pytest

from labeler.desk.text_search import has_text
from labeler.domain.trace import RawTrace
from labeler.reading.document import BlockKind
from labeler.reading.read import read_document
from tests.tui.review.asked import traces


def told() -> RawTrace:
    """A trace in which a tool told the tides, and the response says when high water is."""
    return next(each for each in traces(73) if b"what time is high water tomorrow" in each.payload)


@pytest.mark.parametrize("text", ["What TIME is high", "chart datum at the inner mole", "18:18", "evening?"])
def test_request_and_response_are_searched_in_upper_and_lower_case(text: str) -> None:
    assert has_text(told(), text)


@pytest.mark.parametrize("text", ["tide_table", "assistant", "gpt-4o-mini", "metres", "18:19"])
def test_what_tools_and_the_recording_say_is_not(text: str) -> None:
    assert not has_text(told(), text)


def test_texts_without_a_word_of_ascii_are_found_too() -> None:
    raw = next(each for each in traces(73) if "日曜日" in (each.summary.request_preview or ""))
    assert has_text(raw, "日曜日の夕方")
    assert not has_text(raw, "土曜日の朝")


def test_every_trace_is_found_by_words_of_its_response() -> None:
    for raw in traces(40):
        said = [each for each in read_document(raw).blocks if each.kind is BlockKind.PROSE and each.role == "assistant"]
        for block in said[-1:]:
            assert has_text(raw, block.text.strip()[:30]), raw.summary.id


def test_spans_of_another_trace_say_nothing() -> None:
    one, other = traces(2)
    assert not has_text(RawTrace(one.summary, other.payload), "the")
