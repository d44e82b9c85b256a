"""What others said, whole: every text of an assessment is shown with its lines, and the search finds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.domain.answer_metadata import comment_of
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Text
from labeler.domain.trace import TraceState, TraceSummary
from labeler.domain.value import JsonValue
from labeler.reading.document import Block, BlockKind, Document
from labeler.reading.sanitise import sanitise
from labeler.reading.views.assessments import brief, with_assessments
from labeler.reading.views.trace_metadata import trace_facts
from labeler.review.judge_values import as_asked
from labeler.review.state import ReviewState
from labeler.tui.document.search import Search

SUMMARY = TraceSummary("tr-1", "1", 0, None, TraceState.OK, "chat")
CONVERSATION = Document("tr-1", "", "", (Block(BlockKind.PROSE, "Hello"),), None, None)
STEPS = "\n".join(f"{number}. Do step number {number}, then check it." for number in range(1, 21)) + "\nEND-OF-EXPECTED"
QUESTIONS = (
    Question("correct", PassFail("Correct", "Incorrect")),
    Question("stars", Numeric(1, 5)),
    Question("modes", Categorical(("Too long, rambling", "Wrong", "Unsafe"), multiple=True)),
    Question("note", Text()),
)
ASKED = partial(as_asked, ReviewState(QUESTIONS))


def said(name: str, value: JsonValue, by: str = "bo", kind: AssessmentKind = AssessmentKind.FEEDBACK) -> Assessment:
    return Assessment(f"a-{name}", "tr-1", name, kind, value, Source(SourceType.HUMAN, by))


def judged(name: str, value: JsonValue) -> Assessment:
    return replace(said(name, value), source=Source(SourceType.LLM_JUDGE, "gpt"))


def both_views(*assessments: Assessment) -> list[Document]:
    """Where assessments are told: below the conversation, and among the facts."""
    return [
        with_assessments(CONVERSATION, assessments, as_asked=ASKED),
        trace_facts(SUMMARY, (), assessments, as_asked=ASKED),
    ]


def told(assessment: Assessment) -> str:
    """The line of an assessment among the facts, after its name."""
    document = trace_facts(SUMMARY, (), [assessment], as_asked=ASKED)
    return next(block.text for block in document.blocks if block.summary.startswith(assessment.name))


def test_a_long_text_stands_with_its_lines_and_folds() -> None:
    expected = said("expected_response", STEPS, kind=AssessmentKind.EXPECTATION)
    for document in both_views(expected):
        assert STEPS in document.plain_text
        assert len(Search(document, "END-OF-EXPECTED").matches) == 1
        (block,) = (block for block in document.blocks if "END-OF-EXPECTED" in block.text)
        assert block.foldable
        assert not block.folded
        assert "21 lines · reviewer bo" in block.text.splitlines()[0]


def test_entries_of_a_list_are_apart_also_where_they_hold_commas() -> None:
    facts = said("expected_facts", ["MLflow is open source, run by volunteers", "It logs runs, traces\nand models"])
    for document in both_views(facts):
        assert "- MLflow is open source, run by volunteers\n- It logs runs, traces\n  and models" in document.plain_text
    assert told(said("tags", ["wrong", "unsafe"])).startswith("wrong, unsafe · reviewer bo")
    assert told(said("tags", ["4", 4, "yes", True, "none", None])).startswith('"4", 4, "yes", yes, "none", null · ')
    assert told(said("tags", ["login ", "sso\r"])).startswith('"login ", "sso␍" · ')
    assert told(said("quality", {"accuracy": 4, "tone": "warm"})).startswith("accuracy: 4, tone: warm · ")
    assert "notes:\n  one\n  two" in told(said("quality", {"accuracy": 4, "notes": "one\ntwo"}))


@pytest.mark.parametrize(
    ("text", "value"), [("yes", True), ("no", False), ("4", 4), ("null", None), ("none", []), ("2.5", 2.5)]
)
def test_a_text_and_what_it_reads_as_can_be_told_apart(text: str, value: JsonValue) -> None:
    assert told(said("tone", value)).startswith(f"{text} · ")
    assert told(said("tone", text)).startswith(f"{text} · ")
    assert told(said("tone", text)).endswith(f'recorded as "{text}"')
    assert "recorded" not in told(said("tone", value))


def test_values_are_told_in_the_words_of_their_question() -> None:
    assert brief(judged("correct", "yes"), ASKED) == "judge/gpt: Correct"
    assert told(judged("correct", "yes")) == 'Correct · judge gpt · recorded as "yes"'
    assert told(judged("correct", False)) == "Incorrect · judge gpt"
    assert told(said("stars", "4")).startswith("4 · ")
    assert told(said("stars", "4")).endswith('recorded as "4"')
    assert "recorded" not in told(said("stars", 4.0))
    assert told(judged("modes", ["wrong"])).startswith("Wrong · ")
    assert "- Too long, rambling\n- Wrong" in told(judged("modes", ["wrong", "Too long, rambling"]))
    assert told(judged("correct", "perhaps")).startswith("perhaps · ")
    assert told(said("note", "yes it is")) == "yes it is · reviewer bo"
    assert "correct: Correct · judge gpt" in both_views(judged("correct", "yes"))[0].plain_text


def test_what_failed_is_told_with_all_its_lines() -> None:
    failed = replace(judged("correct", None), error="RateLimitError: slow down\nretry after 20 s")
    for document in both_views(failed):
        assert "failed: RateLimitError: slow down\nretry after 20 s" in document.plain_text


def test_a_comment_on_a_long_answer_is_told_from_the_answer() -> None:
    text = told(replace(said("notes", "one\ntwo"), rationale="three\nfour"))
    assert text.endswith("\none\ntwo\ncomment:\nthree\nfour")


TEXTS = st.text(min_size=8, max_size=60) | st.text("ab ,:\n\"'\\-[]{}|yes4\t", min_size=8, max_size=60)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    TEXTS | st.booleans() | st.integers(-(10**20), 10**20) | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=6,
)
ASSESSMENTS = st.builds(
    Assessment,
    id=TEXTS,
    trace_id=st.just("tr-1"),
    name=TEXTS | st.sampled_from([question.name for question in QUESTIONS]),
    kind=st.sampled_from(AssessmentKind),
    value=VALUES,
    source=st.builds(Source, st.sampled_from(SourceType), TEXTS),
    rationale=st.none() | TEXTS,
    span_id=st.none() | TEXTS,
    metadata=st.dictionaries(TEXTS | st.just("labeler.rationale"), TEXTS, max_size=2),
    valid=st.booleans(),
    overrides=st.none() | TEXTS,
    error=st.none() | TEXTS,
)


def texts_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield key
            yield from texts_of(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from texts_of(each)


def said_in(assessment: Assessment) -> list[str]:
    """Every text of 8 characters or more in what an assessment says: its value or what failed, and its comment."""
    comment = comment_of(assessment) or ""
    value = texts_of(assessment.value if assessment.error is None else assessment.error)
    return [text for text in (*value, comment) if len(text.strip()) >= 8]


def recorded_with(assessment: Assessment) -> list[str]:
    """Every other text of 8 characters or more that an assessment holds."""
    a = assessment
    found = [a.id, a.name, a.source.id, a.rationale, a.span_id, a.overrides, *texts_of(a.value), *texts_of(a.metadata)]
    return [text for text in found if text not in (None, "labeler.rationale") and len((text or "").strip()) >= 8]


def folded(text: str) -> str:
    return " ".join(sanitise(text).split())


@given(st.lists(ASSESSMENTS, min_size=1, max_size=3))
@settings(max_examples=300, deadline=None)
def test_no_text_of_an_assessment_is_missing_where_it_is_told_and_the_search_finds_its_lines(
    assessments: list[Assessment],
) -> None:
    conversation, facts = both_views(*assessments)
    for assessment in assessments:
        spoken = said_in(assessment)
        for document, texts in ((conversation, spoken), (facts, [*spoken, *recorded_with(assessment)])):
            shown = folded(document.plain_text)
            for text in texts:
                assert folded(text) in shown, (text, document.plain_text)
                for line in sanitise(text).split("\n"):
                    assert len(line) < 8 or Search(document, line).matches, (line, document.plain_text)


def test_a_value_that_is_nested_beyond_reading_is_said_to_be() -> None:
    value: JsonValue = "deep"
    for _ in range(900):
        value = [value]
    for document in both_views(replace(said("tone", value), rationale="because")):
        assert "nested too deeply to be shown" in document.plain_text
        assert "because" in document.plain_text
