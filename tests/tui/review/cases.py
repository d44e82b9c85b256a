"""Five short traces with a word of mine, of a judge and of a colleague, and questions of every kind about them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.domain.trace import RawTrace
from labeler.domain.value import JsonValue
from labeler.reading.files.read import read_traces
from tests.sample.make.documents import FERRY_1
from tests.sample.make.retrieval import answered
from tests.sample.make.traces import Recipe, body
from tests.tui.review.plain_notebook import Cell, Said
from tests.tui.review.table import REVIEWER

ITEMS: Final = 5
HELPFUL = Question("helpful", PassFail("Good", "Bad"))
ASKED: Final = (
    HELPFUL,
    Question("modes", Categorical(("wrong", "vague", "unsafe"), multiple=True), required=False),
    Question("stars", Numeric(1, 5)),
    Question("area", Categorical(("fees", "tides")), comment_on="always"),
    Question("score", Numeric(0, 100), required=False),
    Question("expected", Text(), AssessmentKind.EXPECTATION, required=False),
    Question(
        "style",
        Structured(
            (
                Question("tone", Categorical(("warm", "cold")), takes_comment=False),
                Question("polite", PassFail(), takes_comment=False, required=False),
                Question("note", Text(), takes_comment=False, required=False),
            )
        ),
    ),
)


def said(trace_id: str, name: str, value: JsonValue, of: SourceType, who: str, at_ms: int) -> Assessment:
    return Assessment(
        f"a-{name}-{at_ms}", trace_id, name, AssessmentKind.FEEDBACK, value, Source(of, who), created_at_ms=at_ms
    )


@cache
def cases() -> tuple[RawTrace, ...]:
    """Traces of which one was answered by me elsewhere, one by me twice, one by a judge, and one by a colleague."""
    recipes = [
        Recipe(
            key=f"case-{number}",
            at=f"2026-09-18 16:0{number}:37",
            user="guest",
            root=answered(f"Case {number}. When does the ferry leave?", f"At {number} past.", (FERRY_1, 0.9)),
        )
        for number in range(ITEMS)
    ]
    bodies = "\n".join(json.dumps(body(recipe)) for recipe in recipes)
    mine, twice, judged, others, plain = read_traces("cases.jsonl", bodies.encode()).traces
    me, judge = (SourceType.HUMAN, REVIEWER), (SourceType.LLM_JUDGE, "gpt-4o")
    return (
        _with(mine, ("helpful", True, *me, 1), ("stars", 4, *me, 2)),
        _with(twice, ("helpful", False, *me, 1), ("helpful", False, *me, 2)),
        _with(judged, ("helpful", False, *judge, 1), ("stars", 2, *judge, 2)),
        _with(others, ("helpful", True, SourceType.HUMAN, "sam", 1)),
        plain,
    )


def _with(raw: RawTrace, *told: tuple[str, JsonValue, SourceType, str, int]) -> RawTrace:
    assessments = tuple(said(raw.summary.id, *each) for each in told)
    return replace(raw, summary=replace(raw.summary, assessments=assessments))


@cache
def title_of(trace_id: str) -> str:
    """``Case 3.``: the beginning of its request, and of its title."""
    raw = next(each for each in cases() if each.summary.id == trace_id)
    found = re.search(r"Case \d\.", raw.summary.request_preview or "")
    assert found is not None
    return found[0]


def said_elsewhere(questions: Sequence[Question]) -> dict[Cell, Said]:
    """What stands before anything is done: what I said elsewhere."""
    names = {question.name for question in questions}
    found: dict[Cell, Said] = {}
    for raw in cases():
        for each in raw.summary.assessments:
            if each.source.id == REVIEWER and each.name in names:
                found[each.trace_id, None, each.name] = each.value, ""
    return found
