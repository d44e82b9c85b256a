"""Labels and questions as the journal has them, without a network."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence
from pathlib import PurePath

from labeler.cli.destinations import destinations_in_scope
from labeler.config.load import Configuration
from labeler.config.paths import Paths
from labeler.domain.assessment import Assessment
from labeler.domain.destination import Destination
from labeler.domain.question import NOTE_NAMES, Question
from labeler.domain.question_json import questions_from_json
from labeler.journal.async_journal import AsyncJournal


async def labels_in_journal(
    arguments: argparse.Namespace, configuration: Configuration, journal: AsyncJournal
) -> list[Assessment]:
    """Return the answers that stand, delivered or not: of every destination unless -b or -e narrows it."""
    narrowed = hasattr(arguments, "backend") or hasattr(arguments, "experiments")
    scope = (
        await destinations_in_scope(configuration, journal)
        if narrowed
        else await journal.run(journal.queries.destinations)
    )
    return await _standing(journal, scope)


async def labels_of_stores(journal: AsyncJournal, store_uris: Collection[str]) -> list[Assessment]:
    """Return the answers that stand about the traces of these stores."""
    known = await journal.run(journal.queries.destinations)
    return await _standing(journal, [each for each in known if each.backend_uri in store_uris])


async def _standing(journal: AsyncJournal, scope: Sequence[Destination]) -> list[Assessment]:
    standing = await journal.run(journal.queries.standing, scope)
    return [answer.assessment for answer in standing if answer.assessment.name not in NOTE_NAMES]


async def file_stores(journal: AsyncJournal, paths: Paths) -> frozenset[str]:
    """Return the addresses of the stores that files were imported into, also of one that was deleted since."""
    records = await journal.run(journal.reviews.all_with_questions)
    name = paths.imports_store.name
    return frozenset(record.spec.backend_uri for record, _ in records if PurePath(record.spec.address).name == name)


async def questions_in_journal(
    journal: AsyncJournal, backend_uri: str | None = None, experiment_ids: Collection[str] = ()
) -> list[Question]:
    """Return the questions of the journal's reviews, each name as it was asked last.

    Where a backend or experiments are given, only reviews of those count.
    """
    found: dict[str, Question] = {}
    for record, questions in await journal.run(journal.reviews.all_with_questions):
        if backend_uri is not None and record.spec.backend_uri != backend_uri:
            continue
        if experiment_ids and not set(experiment_ids).intersection(record.spec.experiment_ids):
            continue
        for question in questions_from_json(questions):
            found.setdefault(question.name, question)
    return list(found.values())
