"""Destinations: the experiments that were named, and the part of the journal that a command is about."""

from __future__ import annotations

from collections.abc import Sequence

from labeler.backends.base import Backend, Experiment
from labeler.cli.backend_address import backend_uri
from labeler.cli.open_backend import reach_backend
from labeler.config.load import Configuration
from labeler.config.problems import SettingSource
from labeler.domain.destination import Destination
from labeler.journal.async_journal import AsyncJournal


async def experiments_named(backend: Backend, names: Sequence[str]) -> list[Experiment]:
    """Look up experiments by their names or IDs. Raises `UnknownName`."""
    return [await backend.experiment(name) for name in names]


async def destinations_in_scope(configuration: Configuration, journal: AsyncJournal) -> list[Destination]:
    """Return the journal's destinations at the configured backend, limited to the experiments typed with -e, if any.

    Without a configured backend these are all destinations. The backend is asked only about experiments that the
    journal does not know by their ID.
    """
    settings = configuration.settings.backend
    known = await destinations_at_backend(configuration, journal)
    if configuration.origin("backend.experiments").source is not SettingSource.FLAG:
        return known
    ids = set(settings.experiments)
    if ids - {each.experiment_id for each in known}:
        async with reach_backend(configuration, journal) as backend:
            ids = {experiment.id for experiment in await experiments_named(backend, settings.experiments)}
    return [each for each in known if each.experiment_id in ids]


async def destinations_at_backend(configuration: Configuration, journal: AsyncJournal) -> list[Destination]:
    """Return the journal's destinations at the configured backend; all of them where none is configured."""
    known = await journal.run(journal.queries.destinations)
    settings = configuration.settings.backend
    if settings.uri is not None:
        home = (await backend_uri(settings.uri), settings.workspace)
        known = [each for each in known if (each.backend_uri, each.workspace) == home]
    return known
