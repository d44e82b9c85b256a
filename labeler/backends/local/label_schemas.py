"""Label schemas in the store: what is asked about the traces of an experiment, within the limits of MLflow's."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import replace

from labeler.backends.base import AlreadyThere, Refused
from labeler.backends.local.traces import experiment
from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import (
    LONGEST_INSTRUCTION,
    LONGEST_OPTION,
    MOST_OPTIONS,
    Categorical,
    Numeric,
    Question,
    Structured,
    Text,
)
from labeler.domain.question_json import questions_from_json, questions_to_json
from labeler.domain.value import UnusableValue, check_name, check_text
from labeler.storage.sqlite_file import transaction


def schemas(connection: sqlite3.Connection, experiment_id: str) -> tuple[Question, ...]:
    """Return the label schemas of an experiment as questions, in the order of their creation."""
    rows = connection.execute(
        "SELECT schema_id, question FROM label_schemas WHERE experiment_id = ? ORDER BY number", (experiment_id,)
    )
    return tuple(
        replace(_with_usual_need(question), schema_id=row["schema_id"])
        for row in rows
        for question in questions_from_json(row["question"])
    )


def create(connection: sqlite3.Connection, experiment_id: str, question: Question) -> Question:
    """Make the label schema of a question, and return the question with its `schema_id`.

    Raises `AlreadyThere` where one has its name, `Refused` and `UnknownName`.
    """
    _check(question)
    made = replace(question, schema_id=f"ls-{uuid.uuid4().hex}")
    with transaction(connection):
        experiment(connection, experiment_id)
        standing = connection.execute(
            "SELECT 1 FROM label_schemas WHERE experiment_id = ? AND name = ?", (experiment_id, made.name)
        )
        if standing.fetchone() is not None:
            raise AlreadyThere(f"A label schema {made.name!r} is already in the experiment.")
        connection.execute(
            "INSERT INTO label_schemas (schema_id, experiment_id, name, question) VALUES (?, ?, ?, ?)",
            (made.schema_id, experiment_id, made.name, questions_to_json((_as_stored(made),))),
        )
    return made


def _as_stored(question: Question) -> Question:
    """Return a question as a label schema holds it: how it is asked on the screen belongs to a configuration."""
    asked = question.input
    stored = replace(asked, step=None) if isinstance(asked, Numeric) else asked
    return replace(question, input=stored, comment_on=None)


def _with_usual_need(question: Question) -> Question:
    """Return a question that is required as those of a server are: text and expectations are optional."""
    is_required = question.kind is AssessmentKind.FEEDBACK and not isinstance(question.input, Text)
    return replace(question, required=is_required)


def _check(question: Question) -> None:
    """Raise `Refused` for a question that no label schema can be."""
    asked = question.input
    if isinstance(asked, Structured):
        raise Refused("A label schema has no structured input; such questions come from a configuration.")
    try:
        check_name(question.name)
        for text in (question.instruction, *(asked.options if isinstance(asked, Categorical) else ())):
            check_text(text, f"“{question.name}”")
    except UnusableValue as problem:
        raise Refused(f"{problem}.") from problem
    if len(question.instruction) > LONGEST_INSTRUCTION:
        raise Refused(
            f"An instruction has at most {LONGEST_INSTRUCTION:,} characters, not {len(question.instruction):,}."
        )
    if isinstance(asked, Categorical):
        _check_options(asked.options)


def _check_options(options: tuple[str, ...]) -> None:
    if not 1 <= len(options) <= MOST_OPTIONS:
        raise Refused(f"A choice has 1 to {MOST_OPTIONS} options, not {len(options)}.")
    for option in options:
        if not 1 <= len(option) <= LONGEST_OPTION:
            raise Refused(f"An option has 1 to {LONGEST_OPTION} characters, not {len(option)}.")
    if len(set(options)) < len(options):
        raise Refused("A choice has each option once.")
