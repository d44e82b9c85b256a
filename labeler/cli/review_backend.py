"""The backend of a review: opened once the user has agreed to where credentials go, and again beside the screen."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from labeler.backends.base import Backend, Forbidden, NotABackend
from labeler.backends.pulse import Pulse
from labeler.cache.async_cache import AsyncCache
from labeler.cli.context import backend_at, configure, open_backend, open_cache, permitted_credentials
from labeler.cli.open_journal import open_journal
from labeler.cli.output import print_message
from labeler.cli.prompts import agrees
from labeler.config.backend_uri import BackendKind, BadBackendUri, backend_kind
from labeler.config.consent import CredentialsWithheld, OriginNotTrusted
from labeler.config.edit import allow_plain_http
from labeler.config.load import Configuration
from labeler.domain.destination import canonical_uri
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal


@asynccontextmanager
async def open_everything(
    arguments: argparse.Namespace, configuration: Configuration
) -> AsyncIterator[tuple[Configuration, AsyncJournal, AsyncCache, Backend]]:
    """Journal, cache and backend for a review, once the user has agreed to where credentials go."""
    async with open_journal(configuration.paths) as journal, open_cache(configuration) as cache:
        agreed = await with_consent(arguments, configuration, journal)
        async with open_backend(agreed, journal) as backend:
            yield agreed, journal, cache, backend


async def reopened(spec: ReviewSpec, configuration: Configuration, journal: AsyncJournal, pulse: Pulse) -> Backend:
    """A backend of its own for the traffic beside the screen. Raises `BackendError` alone: nobody is asked now.

    It signs in with what stands in the configured address, where that is the review's: the journal has no secret.
    """
    from labeler.backends.mlflow.credentials import UnusableSettings

    address, configured = spec.address or spec.backend_uri, configuration.settings.backend.uri
    if configured is not None and canonical_uri(configured) == address:
        address = configured
    try:
        return await backend_at(address, configuration, journal, pulse)
    except CredentialsWithheld as error:
        raise Forbidden(str(error)) from error
    except UnusableSettings as error:
        raise NotABackend(str(error)) from error
    except BadBackendUri as error:  # a review of an earlier version, which took such addresses
        raise NotABackend(f"The address of this review {error}") from error


async def with_consent(
    arguments: argparse.Namespace, configuration: Configuration, journal: AsyncJournal
) -> Configuration:
    """The configuration once the user has agreed to where credentials go; asks for what has not been agreed to.

    Raises `CredentialsWithheld` when the answer is no.
    """
    uri = configuration.settings.backend.uri
    while uri is not None and backend_kind(uri) is BackendKind.MLFLOW:
        try:
            await permitted_credentials(uri, configuration, journal)
        except CredentialsWithheld as withheld:
            print_message(str(withheld))
            if not agrees(f"Send them to {withheld.origin} from now on?"):
                raise
            if isinstance(withheld, OriginNotTrusted):
                await journal.run(journal.remembered.trust, withheld.origin)
            else:
                allow_plain_http(configuration.paths.config_file, withheld.origin)
                configuration = configure(arguments)
        else:
            break
    return configuration
