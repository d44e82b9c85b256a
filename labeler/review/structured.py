"""The answer to a structured question: one object, made field by field, in which fields that are not asked are kept."""

from __future__ import annotations

from collections.abc import Mapping

from labeler.domain.change import Answer
from labeler.domain.question import Question, Structured
from labeler.domain.value import JsonValue, same_value
from labeler.review.parts import Part, parts_of


def is_foreign(question: Question, answer: Answer | None) -> bool:
    """Return whether a structured question holds an answer without fields, such as a text that a script wrote."""
    return isinstance(question.input, Structured) and answer is not None and not isinstance(answer.value, Mapping)


def with_part(part: Part, before: Answer | None, value: JsonValue) -> JsonValue:
    """Return the whole answer to a part's question once `value` answers the part.

    `before` is the answer so far, which is none that `is_foreign`. A whole object answers the fields that it has.
    """
    if not isinstance(part.question.input, Structured):
        return value
    answered = {part.field.name: value} if part.field is not None else value
    return _in_order(part.question, {**_object(before), **_mapping(answered)})


def without_part(part: Part, before: Answer) -> JsonValue:
    """Return what is left of an answer once the part is cleared; None for nothing.

    Fields that are not asked are left, and go when an answer is cleared that has no others.
    """
    if part.field is None or part.is_open(before) or is_foreign(part.question, before):
        return None
    return {name: value for name, value in _object(before).items() if name != part.field.name} or None


def asked_fields(question: Question, value: JsonValue) -> JsonValue:
    """Return an answer without the fields that are not asked: what may be taken over to another answer."""
    if not isinstance(question.input, Structured) or not isinstance(value, Mapping):
        return value
    asked = _names(question)
    return {name: each for name, each in value.items() if name in asked and each is not None}


def fields_not_asked(question: Question, value: JsonValue) -> Mapping[str, JsonValue]:
    """Return the fields of an object that a structured question does not ask."""
    if not isinstance(question.input, Structured) or not isinstance(value, Mapping):
        return {}
    asked = _names(question)
    return {name: each for name, each in value.items() if name not in asked}


def changed_parts(index: int, question: Question, before: Answer | None, after: Answer | None) -> list[Part]:
    """List the parts of the question at `index` in which two answers differ."""
    return [part for part in parts_of(index, question) if not same_value(part.value_in(before), part.value_in(after))]


def _object(answer: Answer | None) -> Mapping[str, JsonValue]:
    return {} if answer is None else _mapping(answer.value)


def _mapping(value: JsonValue) -> Mapping[str, JsonValue]:
    assert isinstance(value, Mapping), "an answer without fields is replaced only after it was cleared"
    return value


def _in_order(question: Question, value: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """Return the object with its asked fields first, as the question has them."""
    asked = [name for name in _names(question) if name in value]
    return {name: value[name] for name in [*asked, *(name for name in value if name not in asked)]}


def _names(question: Question) -> list[str]:
    return [part.field_name for part in parts_of(0, question)]
