"""Questions as JSON: for the journal, so that a review can ask them without a network, and for the embedded store."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Categorical, Numeric, PassFail, Question, QuestionInput, Structured, Text

_INPUTS: dict[str, type[Any]] = {
    "pass_fail": PassFail,
    "categorical": Categorical,
    "numeric": Numeric,
    "text": Text,
    "structured": Structured,
}
_NAMES = {kind: name for name, kind in _INPUTS.items()}


def questions_to_json(questions: tuple[Question, ...]) -> str:
    """Return questions as a JSON list."""
    return json.dumps([_question_to_json(question) for question in questions])


def questions_from_json(text: str) -> tuple[Question, ...]:
    """Return the questions of a JSON list that `questions_to_json` wrote."""
    return tuple(map(_question_from_json, json.loads(text)))


def _question_to_json(question: Question) -> dict[str, Any]:
    written = {"type": _NAMES[type(question.input)], **asdict(question.input)}
    if isinstance(question.input, Structured):
        written["fields"] = [_question_to_json(field) for field in question.input.fields]
    return {**asdict(question), "input": written}


def _question_from_json(fields: dict[str, Any]) -> Question:
    return Question(**{**fields, "input": _input(fields["input"]), "kind": AssessmentKind(fields["kind"])})


def _input(fields: dict[str, Any]) -> QuestionInput:
    kind = _INPUTS[fields.pop("type")]
    if "options" in fields:
        fields["options"] = tuple(fields["options"])
    if "fields" in fields:
        fields["fields"] = tuple(map(_question_from_json, fields["fields"]))
    made: QuestionInput = kind(**fields)
    return made
