"""Validation errors as sentences: the key, what is allowed, the nearest name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from labeler.config.backend_uri import without_userinfo
from labeler.config.model import Settings
from labeler.config.questions import (
    INPUTS,
    CategoricalQuestion,
    NumericQuestion,
    PassFailQuestion,
    QuestionRefinement,
    TextQuestion,
)
from labeler.config.toml_lines import KeyPath

_QUESTION_MODELS: Mapping[str, type[QuestionRefinement]] = {
    "pass_fail": PassFailQuestion,
    "categorical": CategoricalQuestion,
    "numeric": NumericQuestion,
    "text": TextQuestion,
    "refinement": QuestionRefinement,
}


def explain(error: ValidationError, values: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """Yield each mistake in `values`: the path of its key and a sentence."""
    for details in error.errors(include_url=False):
        path, tag = _place(details)
        if details["type"] == "extra_forbidden":
            yield path, _unknown(path, tag)
        elif details["type"] == "union_tag_not_found":
            yield (*path, "input"), _unknown_input(values, path)
        elif path == ("questions",) and isinstance(details["input"], Mapping):
            yield path, "must be tables in double brackets, [[questions]], one for each question"
        elif path[0] == "keys" and len(path) > 1:
            yield path, 'must be a key such as "y", or a list of keys'
        else:
            yield path, _sentence(details)


def wrong_keys(error: ValidationError) -> Iterator[KeyPath]:
    """Yield the path of the key of each mistake."""
    for details in error.errors(include_url=False):
        yield _place(details)[0]


def setting_keys() -> list[str]:
    """Return every dotted key, those of a question as ``questions.name`` and so on."""
    keys = list(_model_keys(Settings, ""))
    in_questions = dict.fromkeys(
        f"questions.{key}" for model in _QUESTION_MODELS.values() for key in model.model_fields
    )
    return [*(key for key in keys if key != "questions"), *in_questions]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean "…"?`` where a known word is close, else nothing."""
    nearest = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{nearest[0]}"?' if nearest else ""


def _model_keys(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _model_keys(field.annotation, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def _place(details: ErrorDetails) -> tuple[KeyPath, str]:
    """Return the path of a mistake's key, and the tag of the question that it is in."""
    path, tag = _plain_path(details["loc"])
    at = details.get("ctx", {}).get("at") or ""
    return (*path, *(int(part) if part.isdigit() else part for part in at.split(".") if part)), tag


def _plain_path(loc: Sequence[str | int]) -> tuple[KeyPath, str]:
    """Split the tag that a union puts behind a question's index off a location."""
    if len(loc) > 2 and loc[0] == "questions" and loc[2] in _QUESTION_MODELS:
        return (*loc[:2], *loc[3:]), str(loc[2])
    return tuple(loc), ""


def _unknown(path: KeyPath, tag: str) -> str:
    name = str(path[-1])
    if tag:
        where = "a question without an input" if tag == "refinement" else f'a question with input = "{tag}"'
        known = [*_QUESTION_MODELS[tag].model_fields, *(["input"] if tag == "refinement" else [])]
    else:
        section = ".".join(map(str, path[:-1]))
        where = f"[{section}]" if section else "the top level"
        known = _names_in(section)
        elsewhere = _same_name_elsewhere(name, known)
        if elsewhere:
            return f'is not a key of {where}; did you mean "{elsewhere}"?'
    return f"is not a key of {where}{did_you_mean(name, known) or '.'} Known there: {', '.join(known)}"


def _names_in(section: str) -> list[str]:
    prefix = f"{section}." if section else ""
    inside = (key.removeprefix(prefix) for key in _model_keys(Settings, "") if key.startswith(prefix))
    return list(dict.fromkeys(key.partition(".")[0] for key in inside))


def _same_name_elsewhere(name: str, known: Sequence[str]) -> str | None:
    if get_close_matches(name, known, n=1):
        return None
    return next((key for key in setting_keys() if key.rpartition(".")[2] == name), None)


def _unknown_input(values: Mapping[str, Any], path: KeyPath) -> str:
    stated = values["questions"][path[1]].get("input") if len(path) > 1 else None
    if stated == "structured":
        return 'cannot be "structured" yet; input = "text" takes an answer of any form'
    return f"must be {_one_of(INPUTS)}{did_you_mean(str(stated), INPUTS)}"


def _one_of(allowed: Sequence[str]) -> str:
    quoted = [f'"{word}"' for word in allowed]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _sentence(details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    kind = details["type"]
    stated = details["input"]
    match kind:
        case "sentence":
            return str(context["sentence"])
        case "literal_error":
            allowed = _allowed_words(str(context["expected"]))
            return f"must be {_one_of(allowed)}{did_you_mean(str(stated), allowed)}"
        case "bool_type":
            return f"must be true or false, not {_shown(stated)}"
        case "string_type":
            return f"must be text in quotes, not {_shown(stated)}"
        case "int_type" | "int_from_float":
            return f"must be a whole number, not {_shown(stated)}"
        case "float_type":
            return f"must be a number, not {_shown(stated)}"
        case "tuple_type" | "list_type":
            return f'must be a list such as ["…", "…"], not {_shown(stated)}'
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"must be a table, not {_shown(stated)}"
        case "missing":
            return "is needed and missing"
        case "greater_than_equal":
            return f"must be at least {context['ge']}, not {_shown(stated)}"
        case "less_than_equal":
            return f"must be at most {context['le']}, not {_shown(stated)}"
        case "greater_than":
            return f"must be greater than {context['gt']}, not {_shown(stated)}"
        case "finite_number":
            return "must be a finite number"
        case "string_too_short" | "too_short":
            return "must not be empty"
    return f"cannot be {_shown(stated)}: {details['msg']}"


def _allowed_words(expected: str) -> list[str]:
    return [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]


def _shown(value: object) -> str:
    """Return a value as TOML writes it, shortened where it is long, without the credentials in an address."""
    match value:
        case bool():
            text = "true" if value else "false"
        case str():
            text = f'"{without_userinfo(value)}"'
        case Mapping():
            return "a table"
        case list() | tuple():
            return "a list"
        case _:
            text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
