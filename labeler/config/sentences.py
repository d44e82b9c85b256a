"""Mistakes in settings as sentences: the key, what is allowed, the nearest name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from labeler.config.checks import Mistake, UnknownKey, did_you_mean
from labeler.config.model import Settings
from labeler.config.questions import NOT_OF_A_FIELD, QUESTION_MODELS, REFINEMENT
from labeler.config.toml_lines import KeyPath


def explain(mistakes: Iterable[Mistake]) -> Iterator[tuple[KeyPath, str]]:
    """Yield the path and the sentence of each mistake."""
    for mistake in mistakes:
        what = mistake.what
        yield mistake.path, _unknown(mistake.path, what) if isinstance(what, UnknownKey) else what


def setting_keys() -> list[str]:
    """Return every dotted key, those of a question as ``questions.name`` and so on."""
    in_questions = dict.fromkeys(f"questions.{key}" for model in QUESTION_MODELS.values() for key in _names(model))
    return [*(key for key in _keys(Settings()) if key != "questions"), *in_questions]


def _keys(settings: object, prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys of a table, those of the tables in it included."""
    for name in _names(type(settings)):
        value = getattr(settings, name)
        if dataclasses.is_dataclass(value):
            yield from _keys(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def _names(model: type) -> list[str]:
    return [field.name for field in dataclasses.fields(model)]


def _unknown(path: KeyPath, unknown: UnknownKey) -> str:
    name = str(path[-1])
    if unknown.input:
        is_refinement = unknown.input == REFINEMENT
        is_field = "fields" in path
        what = "a field" if is_field else "a question"
        where = f"{what} without an input" if is_refinement else f'{what} with input = "{unknown.input}"'
        known = [*_names(QUESTION_MODELS[unknown.input]), *(["input"] if is_refinement else [])]
        known = [key for key in known if not (is_field and key in NOT_OF_A_FIELD)]
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
    inside = (key.removeprefix(prefix) for key in _keys(Settings()) if key.startswith(prefix))
    return list(dict.fromkeys(key.partition(".")[0] for key in inside))


def _same_name_elsewhere(name: str, known: Sequence[str]) -> str | None:
    if get_close_matches(name, known, n=1):
        return None
    return next((key for key in setting_keys() if key.rpartition(".")[2] == name), None)
