"""Values that somebody or something else wrote down, in the type of a question: ``"yes"`` for thumbs, ``"4"`` for 4."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from labeler.domain.change import Answer
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.domain.value import JsonValue, UnusableValue, check_feedback_value
from labeler.review.answer_values import check_value, parse_number

_POSITIVE: Final = frozenset({"yes", "true", "pass", "passed", "correct", "good", "1", "1.0"})
_NEGATIVE: Final = frozenset({"no", "false", "fail", "failed", "incorrect", "bad", "0", "0.0"})


def fitted(question: Question, answer: Answer) -> tuple[Answer, bool]:
    """Return an answer as the question takes it, and whether it does; what it does not take stays as it was written.

    Only certain conversions are made: to a text anything could be converted, so what is no text does not fit there. Of
    an object each field is taken by itself; it fits where all do that are asked.
    """
    if isinstance(question.input, Structured):
        return _fitted_object(question.input, answer)
    try:
        taken = (check_value if isinstance(question.input, Text) else converted)(question, answer.value)
    except UnusableValue:
        return answer, False
    is_same = type(taken) is type(answer.value) and taken == answer.value
    return (answer if is_same else replace(answer, value=taken)), True


class FittedAnswers:
    """Answers as these questions take them. A value is looked at once, however many answers have it."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self._questions = {question.name: question for question in questions}
        self._fitting: set[tuple[str, type, JsonValue]] = set()
        """Values of each question that are taken as they are."""

    def fitted(self, name: str, answer: Answer | None) -> Answer | None:
        """Return an answer to the question of that name, its value as that takes it where that is certain."""
        question = self._questions.get(name)
        if answer is None or question is None:
            return answer
        if not isinstance(answer.value, bool | int | float | str):
            return fitted(question, answer)[0]
        met = (name, type(answer.value), answer.value)
        if met in self._fitting:
            return answer
        as_taken, _ = fitted(question, answer)
        if as_taken is answer:
            self._fitting.add(met)
        return as_taken


def converted(question: Question, value: JsonValue) -> JsonValue:
    """Return a value in the question's type. Raises `UnusableValue` if it has no counterpart there."""
    match question.input:
        case PassFail(positive, negative):
            value = _as_bool(question, value, positive, negative)
        case Categorical(options, multiple):
            names = value if isinstance(value, list | tuple) else [value]
            matched = [_as_option(str(name), options) for name in names]
            value = matched if multiple or len(matched) != 1 else matched[0]
        case Numeric():
            value = parse_number(question, value) if isinstance(value, str) else value
        case Text():
            value = value if isinstance(value, str) or value is None else json.dumps(value, ensure_ascii=False)
        case Structured(fields):
            value = _as_object(value)
            if isinstance(value, Mapping):
                given = [field for field in fields if value.get(field.name) is not None]
                value = {**value, **{field.name: converted(field, value[field.name]) for field in given}}
    return check_value(question, value)


def _fitted_object(structured: Structured, answer: Answer) -> tuple[Answer, bool]:
    value = _as_object(answer.value)
    if not isinstance(value, Mapping):
        return answer, False
    asked = [field for field in structured.fields if value.get(field.name) is not None]
    taken = {field.name: fitted(field, replace(answer, value=value[field.name])) for field in asked}
    as_taken = {**value, **{name: said.value for name, (said, _) in taken.items()}}
    return replace(answer, value=as_taken), bool(taken) and all(fits for _, fits in taken.values())


def _as_object(value: JsonValue) -> JsonValue:
    """Return the object that a text is the JSON of, if it could be stored; anything else as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return value
    try:
        return check_feedback_value(json.loads(value))
    except (ValueError, RecursionError):
        return value


def _as_bool(question: Question, value: JsonValue, positive: str, negative: str) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    labels = {positive.casefold(): True, negative.casefold(): False}
    meaning = {**dict.fromkeys(_POSITIVE, True), **dict.fromkeys(_NEGATIVE, False), **labels}
    if word in meaning:
        return meaning[word]
    raise UnusableValue(f"{question.name}: “{value}” is neither {positive} nor {negative}")


def _as_option(name: str, options: tuple[str, ...]) -> str:
    return next((option for option in options if option.casefold() == name.strip().casefold()), name)
