"""The level of a question's answers."""

from __future__ import annotations

import pytest

from labeler.agreement.level import Level, level_of, possible_values
from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Categorical, Numeric, PassFail, Question, QuestionInput, Text


@pytest.mark.parametrize(
    ("asked", "level", "possible"),
    [
        (PassFail(), Level.NOMINAL, 2),
        (Categorical(("a", "b", "c")), Level.NOMINAL, 3),
        (Categorical(("a", "b", "c"), multiple=True), Level.NOMINAL, 3),
        (Numeric(1, 5), Level.ORDINAL, 5),
        (Numeric(0, 10, step=1), Level.ORDINAL, 11),
        (Numeric(0, 1, step=0.1), Level.ORDINAL, 11),
        (Numeric(0, 11, step=1), Level.INTERVAL, 12),
        (Numeric(0, 100), Level.INTERVAL, 101),
        (Numeric(0, 1), Level.INTERVAL, None),
        (Numeric(step=1), Level.INTERVAL, None),
        (Text(), None, None),
    ],
)
def test_levels(asked: QuestionInput, level: Level | None, possible: int | None) -> None:
    question = Question("q", asked)
    assert (level_of(question), possible_values(question)) == (level, possible)
    assert level_of(Question("q", asked, AssessmentKind.EXPECTATION)) is None
