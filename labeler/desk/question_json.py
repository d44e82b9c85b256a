"""Questions as JSON, for the journal, so that a review can ask them again without a network."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Categorical, Numeric, PassFail, Question, QuestionInput, Text

_INPUTS: dict[str, type[Any]] = {"pass_fail": PassFail, "categorical": Categorical, "numeric": Numeric, "text": Text}


def questions_to_json(questions: tuple[Question, ...]) -> str:
    names = {kind: name for name, kind in _INPUTS.items()}
    return json.dumps([{**asdict(q), "input": {"type": names[type(q.input)], **asdict(q.input)}} for q in questions])


def questions_from_json(text: str) -> tuple[Question, ...]:
    return tuple(
        Question(**{**fields, "input": _input(fields["input"]), "kind": AssessmentKind(fields["kind"])})
        for fields in json.loads(text)
    )


def _input(fields: dict[str, Any]) -> QuestionInput:
    kind = _INPUTS[fields.pop("type")]
    if "options" in fields:
        fields["options"] = tuple(fields["options"])
    made: QuestionInput = kind(**fields)
    return made
