"""The questions of a sprint, which become label schemas."""

from __future__ import annotations

import pytest

from labeler.domain.question import Numeric, Question, Structured
from labeler.sprint.errors import SprintError
from labeler.sprint.questions import match_questions


def test_a_question_with_fields_is_refused_with_what_to_do_before_anything_is_made() -> None:
    quality = Question("quality", Structured((Question("accuracy", Numeric(1, 5)),)))
    with pytest.raises(SprintError, match="“quality” is asked field by field, which a server's label schemas cannot"):
        match_questions([quality], [])
