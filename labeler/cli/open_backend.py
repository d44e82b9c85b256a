"""Opening the backend: the configured one, the one of a review, and a second connection beside its screen."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from labeler.backends.base import Backend, Forbidden, NotABackend
from labeler.backends.pulse import Pulse
from labeler.cache.async_cache import AsyncCache
from labeler.cli.backend_address import network_share_warning, open_local_store
from labeler.cli.context import CliContext, open_cache
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.open_journal import open_journal
from labeler.cli.output import print_message
from labeler.cli.sign_in import permitted_credentials, with_consent
from labeler.config.backend_uri import BackendKind, BadBackendUri, backend_kind
from labeler.config.credentials_consent import CredentialsWithheld
from labeler.config.load import Configuration
from labeler.domain.destination import canonical_uri
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal


@asynccontextmanager
async def open_backend(
    configuration: Configuration, journal: AsyncJournal, pulse: Pulse | None = None
) -> AsyncIterator[Backend]:
    """Open the configured backend, with credentials only where they may go. `pulse` hears whether it answers.

    Raises `CommandFailed` when none is configured, `CredentialsWithheld`, `BackendError`, `UnusableSettings`.
    """
    uri = configuration.settings.backend.uri
    if uri is None:
        raise CommandFailed(
            ExitCode.USAGE,
            "No backend is configured. Give --backend URI, set MLFLOW_TRACKING_URI, or run: labeler config init",
        )
    if (warning := network_share_warning(uri)) is not None:
        print_message(warning)
    backend = await backend_at(uri, configuration, journal, pulse)
    try:
        yield backend
    finally:
        tell_cautions(backend)
        await backend.close()


@asynccontextmanager
async def reach_backend(configuration: Configuration, journal: AsyncJournal) -> AsyncIterator[Backend]:
    """Open the configured backend and check that it is one. Raises what `open_backend` raises, and `Unreachable`."""
    async with open_backend(configuration, journal) as backend:
        await backend.capabilities()
        yield backend


@asynccontextmanager
async def open_everything(
    arguments: argparse.Namespace, configuration: Configuration
) -> AsyncIterator[tuple[CliContext, AsyncCache]]:
    """Open journal, cache and backend for a review, once the user has agreed to where credentials go."""
    async with open_journal(configuration.paths) as journal, open_cache(configuration) as cache:
        agreed = await with_consent(arguments, configuration, journal)
        async with open_backend(agreed, journal) as backend:
            yield CliContext(agreed, journal, backend), cache


async def reopened(spec: ReviewSpec, configuration: Configuration, journal: AsyncJournal, pulse: Pulse) -> Backend:
    """Open the backend of a review once more, for the traffic beside the screen. Raises `BackendError` alone.

    The user is not asked anything now. The credentials in the configured address are used where it is the review's: the
    journal holds no secret.
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
    except BadBackendUri as error:  # begun by an earlier version, which accepted such addresses
        raise NotABackend(f"The address of this review {error}") from error


async def backend_at(
    uri: str, configuration: Configuration, journal: AsyncJournal, pulse: Pulse | None = None
) -> Backend:
    """Open the backend at `uri`, which the caller closes. Raises what `open_backend` raises."""
    workspace = configuration.settings.backend.workspace
    kind = backend_kind(uri)
    if kind is BackendKind.LOCAL:
        return await open_local_store(uri)

    from labeler.backends.mlflow import backend as mlflow
    from labeler.backends.mlflow.credentials import tls_settings

    if kind is BackendKind.MLFLOW_FILES:
        return await mlflow.open_backend(uri, pulse=pulse)
    credentials = await permitted_credentials(uri, configuration, journal)
    return await mlflow.open_backend(uri, credentials, workspace, tls=tls_settings(), pulse=pulse)


def tell_cautions(backend: Backend) -> bool:
    """Print the backend's cautions about what was read from it, and return whether there were any."""
    cautions = backend.cautions()
    for caution in cautions:
        print_message(caution)
    return bool(cautions)
