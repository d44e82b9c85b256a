"""Building the pieces that commands work with: configuration, journal, cache, backend, reviewer, spec.

Every piece that has to be closed is an async context manager; commands enter what they need.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.backends.base import Backend, BackendError, Experiment, Forbidden
from labeler.backends.pulse import Pulse
from labeler.cache.async_cache import AsyncCache
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.log import keep_out_of_log, start_log
from labeler.cli.options import TraceSelection, flags_of
from labeler.cli.output import print_message
from labeler.cli.prompts import ask_reviewer, is_interactive
from labeler.config.asked import AskedQuestions, asked_questions
from labeler.config.backend_uri import BackendKind, backend_kind, secrets_in
from labeler.config.consent import check_consent
from labeler.config.identity import Reviewer, resolve_reviewer
from labeler.config.load import Configuration, load_configuration
from labeler.config.paths import Paths, find_paths, prepare_directory
from labeler.config.problems import SettingSource
from labeler.domain.destination import Destination, canonical_uri, origin
from labeler.domain.question import Question
from labeler.domain.queue import Queue
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.storage.home_directory import expand

if TYPE_CHECKING:
    from labeler.backends.local.store import LocalStore
    from labeler.backends.mlflow.credentials import Credentials


def configure(arguments: argparse.Namespace) -> Configuration:
    """The effective configuration, with the log in place from here on. Raises `ConfigurationError`."""
    paths = paths_of(arguments)
    start_log(paths.log, verbose=getattr(arguments, "verbose", False))
    keep_out_of_log(secrets_in(getattr(arguments, "backend", None) or ""))
    configuration = load_configuration(
        paths,
        flags=flags_of(arguments),
        environment=os.environ,
        directory=Path.cwd(),
        config_is_named=bool(getattr(arguments, "config", None) or os.environ.get("LABELER_CONFIG")),
    )
    keep_out_of_log(secrets_in(configuration.settings.backend.uri or ""))
    return configuration


def paths_of(arguments: argparse.Namespace) -> Paths:
    """Where files lie for this run."""
    return find_paths(os.environ, getattr(arguments, "config", None), getattr(arguments, "data_dir", None))


@asynccontextmanager
async def open_cache(configuration: Configuration) -> AsyncIterator[AsyncCache]:
    """The cache. Raises `UnusableDirectory`."""
    prepare_directory(configuration.paths.cache_dir)
    max_bytes = configuration.settings.cache.max_mb * 1024 * 1024
    async with await AsyncCache.open(configuration.paths.cache, max_bytes) as cache:
        yield cache


@asynccontextmanager
async def open_backend(
    configuration: Configuration, journal: AsyncJournal, pulse: Pulse | None = None
) -> AsyncIterator[Backend]:
    """The configured backend, with credentials only where they may go. `pulse` hears whether it answers.

    Raises `CommandFailed` when none is configured, `CredentialsWithheld`, `BackendError`, `UnusableSettings`.
    """
    uri = configuration.settings.backend.uri
    if uri is None:
        raise CommandFailed(
            ExitCode.USAGE,
            "No backend is configured. Give --backend URI, set MLFLOW_TRACKING_URI, or run: labeler config init",
        )
    backend = await backend_at(uri, configuration, journal, pulse)
    try:
        yield backend
    finally:
        tell_cautions(backend)
        await backend.close()


def tell_cautions(backend: Backend) -> bool:
    """Print what the backend has to say about what was read from it; tell whether there was anything."""
    cautions = backend.cautions()
    for caution in cautions:
        print_message(caution)
    return bool(cautions)


@asynccontextmanager
async def reach_backend(configuration: Configuration, journal: AsyncJournal) -> AsyncIterator[Backend]:
    """The configured backend, found to be one. Raises what `open_backend` raises, and `Unreachable`."""
    async with open_backend(configuration, journal) as backend:
        await backend.capabilities()
        yield backend


async def backend_at(
    uri: str, configuration: Configuration, journal: AsyncJournal, pulse: Pulse | None = None
) -> Backend:
    """An open backend at `uri`; the caller closes it. Raises what `open_backend` raises."""
    workspace = configuration.settings.backend.workspace
    kind = backend_kind(uri)
    if kind is BackendKind.LOCAL:
        return await _local_store(uri)

    from labeler.backends.mlflow import backend as mlflow
    from labeler.backends.mlflow.credentials import tls_settings

    if kind is BackendKind.MLFLOW_FILES:
        return await mlflow.open_backend(uri, pulse=pulse)
    credentials = await permitted_credentials(uri, configuration, journal)
    return await mlflow.open_backend(uri, credentials, workspace, tls=tls_settings(), pulse=pulse)


async def permitted_credentials(uri: str, configuration: Configuration, journal: AsyncJournal) -> Credentials | None:
    """What there is to sign in with at `uri`, where it may be sent there; the journal remembers that it may.

    Raises `CredentialsWithheld` where it may not, `UnusableSettings`, `CommandFailed`.
    """
    from labeler.backends.mlflow.credentials import endpoint
    from labeler.backends.mlflow.proxies import proxy_for

    credentials = await credentials_at(uri, configuration)
    if credentials is not None and backend_kind(uri) is BackendKind.MLFLOW:
        url = endpoint(uri).url
        proxy = proxy_for(url)
        trusted = await journal.run(journal.remembered.trusted)
        check_consent(configuration, url, trusted, through=None if proxy is None else str(proxy))
        if origin(url) not in trusted and not journal.is_read_only:
            await journal.run(journal.remembered.trust, origin(url))
    return credentials


async def credentials_at(uri: str, configuration: Configuration) -> Credentials | None:
    """What there is to sign in with at `uri`: a token from `backend.token_command`, else MLflow's own settings."""
    from labeler.backends.mlflow.credentials import credentials_for
    from labeler.cli.token_command import token_of

    command = configuration.settings.backend.token_command
    credentials = await token_of(command) if command else credentials_for(uri)
    if credentials is not None:
        keep_out_of_log(credentials.secrets)
    return credentials


async def reviewer_at(backend: Backend, configuration: Configuration, journal: AsyncJournal) -> Reviewer:
    """Whose labels these are at this backend, remembered from now on; asked in a terminal when nobody has said so.

    Raises `CommandFailed` when there is nobody to ask.
    """
    reviewer = await known_reviewer(backend, configuration, journal)
    if reviewer is None and is_interactive():
        reviewer = Reviewer(ask_reviewer(), "what you said")
    if reviewer is None:
        raise CommandFailed(
            ExitCode.USAGE,
            "It is not known whose labels these are. Give --reviewer ID, set LABELER_REVIEWER, or put "
            f'reviewer = "ID" into {configuration.paths.config_file}',
        )
    await journal.run(journal.remembered.keep_reviewer, backend.uri, reviewer.id, reviewer.origin)
    return reviewer


async def known_reviewer(backend: Backend, configuration: Configuration, journal: AsyncJournal) -> Reviewer | None:
    """The reviewer as far as anybody has said, or None when a person has to be asked."""
    return await reviewer_as_signed_in(backend.uri, backend.whoami, configuration, journal)


async def reviewer_as_signed_in(
    backend_uri: str,
    whoami: Callable[[], Awaitable[str | None]],
    configuration: Configuration,
    journal: AsyncJournal,
) -> Reviewer | None:
    """The same of the backend at `backend_uri`; `whoami` is asked only where nobody was named for this run."""
    stated = configuration.settings.reviewer
    if stated is not None:
        return Reviewer(stated, str(configuration.origin("reviewer")))
    remembered = await journal.run(journal.remembered.reviewer, backend_uri)
    try:
        signed_in = await whoami()
    except Forbidden:
        raise
    except BackendError:
        if remembered is None:
            raise
        signed_in = None
    return resolve_reviewer(None, remembered and remembered[0], signed_in, os.environ.get("MLFLOW_TRACKING_USERNAME"))


async def experiments_at(backend: Backend, configuration: Configuration) -> list[Experiment]:
    """The configured experiments. Raises `UnknownName`."""
    return [await backend.experiment(name) for name in configuration.settings.backend.experiments]


async def backend_uri(uri: str) -> str:
    """The canonical form of a backend's URI, as destinations carry it, without asking or starting a server."""
    match backend_kind(uri):
        case BackendKind.LOCAL:
            store = await _local_store(uri)
            await store.close()
            return store.uri
        case BackendKind.DATABRICKS:
            from labeler.backends.mlflow.credentials import endpoint

            return endpoint(uri).url
    return backend_address(uri)


async def destinations_in_scope(configuration: Configuration, journal: AsyncJournal) -> list[Destination]:
    """The journal's destinations at the effective backend, of the experiments typed with -e if any were.

    Without a configured backend all of them. Asks the backend only for experiments that are given by name.
    """
    settings = configuration.settings.backend
    known = await destinations_at_backend(configuration, journal)
    if configuration.origin("backend.experiments").source is not SettingSource.FLAG:
        return known
    ids = set(settings.experiments)
    if ids - {each.experiment_id for each in known}:
        async with reach_backend(configuration, journal) as backend:
            ids = {experiment.id for experiment in await experiments_at(backend, configuration)}
    return [each for each in known if each.experiment_id in ids]


async def destinations_at_backend(configuration: Configuration, journal: AsyncJournal) -> list[Destination]:
    """The journal's destinations at the effective backend; without a configured one all of them."""
    known = await journal.run(journal.queries.destinations)
    settings = configuration.settings.backend
    if settings.uri is not None:
        home = (await backend_uri(settings.uri), settings.workspace)
        known = [each for each in known if (each.backend_uri, each.workspace) == home]
    return known


async def review_spec(
    backend: Backend, configuration: Configuration, selection: TraceSelection, reviewer: str
) -> ReviewSpec:
    """What was asked to be reviewed. Raises `CommandFailed` when nothing was, `UnknownName`."""
    experiments = await experiments_at(backend, configuration)
    if selection.trace_ids:
        return spec_of(configuration, selection, reviewer, Destination(backend.uri, backend.workspace, ""))
    queue = await _asked_queue(backend, configuration, experiments, reviewer)
    experiment_ids: tuple[str, ...]
    if queue is not None:
        experiment_ids, label = (queue.experiment_id,), queue.name
    elif experiments:
        experiment_ids, label = tuple(each.id for each in experiments), ", ".join(each.name for each in experiments)
    else:
        raise CommandFailed(
            ExitCode.USAGE,
            "It is not known what to review. Give --queue NAME_OR_ID, --experiment NAME_OR_ID or trace IDs, or set "
            f"backend.experiments in {configuration.paths.config_file}",
        )
    spec = spec_of(configuration, selection, reviewer, Destination(backend.uri, backend.workspace, ""))
    return replace(spec, experiment_ids=experiment_ids, queue_id=queue.id if queue else None, label=label)


def spec_of(configuration: Configuration, selection: TraceSelection, reviewer: str, home: Destination) -> ReviewSpec:
    """What is known of a review without asking the backend. It is whole where traces are named."""
    order = configuration.settings.review.order
    return ReviewSpec(
        backend_uri=home.backend_uri,
        workspace=home.workspace,
        experiment_ids=(),
        reviewer=reviewer,
        filter=selection.filter,
        order_by=(order,) if order else (),
        since_ms=selection.since_ms,
        limit=selection.limit,
        sample=selection.sample,
        seed=selection.seed,
        trace_ids=selection.trace_ids,
        label=_counted(selection.trace_ids),
        notes_local=configuration.settings.review.notes == "local",
        address=backend_address(configuration.settings.backend.uri or home.backend_uri),
    )


async def questions_at(backend: Backend, configuration: Configuration, spec: ReviewSpec) -> AskedQuestions:
    """What a review asks. Raises `NoQuestions`."""
    of_queue: list[Question] = []
    of_experiments: list[Question] = []
    if configuration.settings.review.questions != "config" and (await backend.capabilities()).schemas:
        for experiment_id in spec.experiment_ids:
            names = {question.name for question in of_experiments}
            schemas = await backend.schemas(experiment_id)
            of_experiments += [question for question in schemas.questions if question.name not in names]
        if spec.queue_id is not None:
            queue = await backend.queue(spec.experiment_ids[0], spec.queue_id)
            # In the order of creation: a queue lists its schemas by their random IDs.
            of_queue = [question for question in of_experiments if question.schema_id in queue.schema_ids]
    return asked_questions(configuration, of_queue, of_experiments)


async def _asked_queue(
    backend: Backend, configuration: Configuration, experiments: list[Experiment], reviewer: str
) -> Queue | None:
    asked = configuration.settings.backend.queue
    if asked is None:
        return None
    if asked.lower() != "me":
        return await backend.queue(experiments[0].id if experiments else None, asked)
    if not experiments:
        raise CommandFailed(
            ExitCode.USAGE, "Your own queue is one of an experiment: say which with --experiment NAME_OR_ID"
        )
    return await backend.my_queue(experiments[0].id, reviewer)


async def _local_store(uri: str) -> LocalStore:
    from labeler.backends.local.store import LocalStore

    return await LocalStore.open(_store_path(uri))


def backend_address(uri: str) -> str:
    """What opens the backend again, from any directory and without credentials."""
    match backend_kind(uri):
        case BackendKind.LOCAL:
            return f"local:{_store_path(uri)}"
        case BackendKind.MLFLOW:
            return canonical_uri(uri)
        case BackendKind.MLFLOW_FILES:
            from labeler.backends.mlflow.served import local_store

            store = local_store(uri)
            return uri if store is None else store.canonical_uri
    return uri


def _store_path(uri: str) -> Path:
    return expand(uri.partition(":")[2]).absolute()


def _counted(trace_ids: tuple[str, ...]) -> str:
    return trace_ids[0] if len(trace_ids) == 1 else f"{len(trace_ids)} traces"
