"""What the actions of `labeler sprint` work with: a backend that has review queues, the experiment, the sprint."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from labeler.backends.base import Experiment, TeamBackend
from labeler.cli.backend_address import backend_address
from labeler.cli.context import CliContext, configure
from labeler.cli.destinations import experiments_named
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.open_backend import open_backend
from labeler.cli.open_journal import open_journal
from labeler.cli.prompts import is_interactive
from labeler.cli.retry import with_retries
from labeler.cli.sign_in import with_consent
from labeler.dataclass import dataclass
from labeler.sprint.plan_tags import Sprint, named, sprints_of


@dataclass(frozen=True, slots=True)
class TeamContext:
    """What a lead's command works with."""

    context: CliContext
    backend: TeamBackend

    @property
    def address(self) -> str:
        """What reviewers give as the backend: the same from any directory, and without credentials."""
        return backend_address(self.context.configuration.settings.backend.uri or self.backend.uri)

    async def experiments(self) -> list[Experiment]:
        """Return the experiments that were named, else all of them."""
        asked = self.context.configuration.settings.backend.experiments
        return await experiments_named(self.backend, asked) if asked else await self.backend.experiments()

    async def experiment(self) -> Experiment:
        """Return the experiment of a sprint that is to be made. Raises `CommandFailed` unless one is named."""
        asked = self.context.configuration.settings.backend.experiments
        if not asked:
            raise CommandFailed(
                ExitCode.USAGE, "It is not known of which experiment. Give --experiment NAME_OR_ID with its traces"
            )
        if len(asked) > 1:
            raise CommandFailed(
                ExitCode.USAGE,
                f"A sprint belongs to one experiment, and {len(asked)} are named ({', '.join(asked)}): a review queue "
                "takes no traces of another. Make a sprint for each",
            )
        return (await experiments_named(self.backend, asked))[0]


@asynccontextmanager
async def team_context(arguments: argparse.Namespace) -> AsyncIterator[TeamContext]:
    """Open journal and backend. Raises `CommandFailed` for a backend without review queues."""
    configuration = configure(arguments)
    async with open_journal(configuration.paths) as journal:
        if is_interactive():
            configuration = await with_consent(arguments, configuration, journal)
        async with open_backend(configuration, journal) as backend:
            capabilities = await with_retries(backend.capabilities)
            if not isinstance(backend, TeamBackend) or not capabilities.queues:
                raise CommandFailed(
                    ExitCode.NO_BACKEND,
                    f"A sprint needs review queues, which MLflow has from 3.14 on, with a database; {backend.uri} is "
                    f"MLflow {capabilities.version}. labeler report works here",
                )
            yield TeamContext(CliContext(configuration, journal, backend), backend)


async def sprint_named(team: TeamContext, name: str) -> Sprint:
    """Return the sprint of that name in the experiments that were named, else in all. Raises `SprintError`."""
    experiments = await team.experiments()
    return named(await sprints_of(team.backend, [each.id for each in experiments]), name)
