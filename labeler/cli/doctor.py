"""Check configuration, backend, journal, cache and terminal, and say what to do."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from enum import StrEnum
from typing import Final

from labeler.backends.base import Ambiguous, Experiment, Forbidden, NotABackend, NotAllowed, Unreachable
from labeler.cache.store import Cache
from labeler.cli.context import CliContext, configure, open_cache
from labeler.cli.destinations import destinations_at_backend, experiments_named
from labeler.cli.error_messages import explain
from labeler.cli.exit_code import ExitCode, gravest
from labeler.cli.log import log_trouble
from labeler.cli.open_backend import open_backend
from labeler.cli.open_journal import examine_journal
from labeler.cli.output import print_json, print_text
from labeler.cli.reviewer import reviewer_as_signed_in
from labeler.cli.screen_settings import check_screen_settings
from labeler.cli.sign_in import credentials_at
from labeler.config.backend_uri import BackendKind, backend_kind, without_userinfo
from labeler.config.load import Configuration
from labeler.config.problems import SettingSource
from labeler.dataclass import dataclass
from labeler.domain.byte_size import limit_words, size_words
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import OutboxCounts
from labeler.journal.removed_journal import how_to_deliver, waiting_beside


def run(arguments: argparse.Namespace) -> ExitCode:
    """Run every check and print what was found."""
    findings = asyncio.run(check_everything(arguments))
    if arguments.json:
        print_json(
            [
                {"check": each.check, "status": each.status.value, "detail": each.detail, "advice": each.advice}
                for each in findings
            ]
        )
    else:
        for each in findings:
            print_text(f"{each.status.value:<4}  {each.check:<13}  {each.detail}")
            if each.advice:
                print_text(f"{'':<21}{each.advice}")
    return gravest(*(each.code for each in findings if each.status is Status.FAIL))


SMALLEST_SCREEN: Final = (80, 24)


class Status(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    `advice` says what to do about it; it is empty where there is nothing to do. `code` is the exit code that a failed
    check stands for.
    """

    check: str
    status: Status
    detail: str
    advice: str = ""
    code: ExitCode = ExitCode.OK


async def check_everything(arguments: argparse.Namespace) -> list[Finding]:
    """Run all checks, in the order in which things are needed, and return what they found."""
    findings: list[Finding] = []
    async with AsyncExitStack() as opened:
        async for finding in _checks(arguments, opened):
            findings.append(finding)
    return findings


async def _checks(arguments: argparse.Namespace, opened: AsyncExitStack) -> AsyncIterator[Finding]:
    for finding in _terminal():
        yield finding
    try:
        configuration = configure(arguments)
        check_screen_settings(configuration)
    except Exception as error:
        yield _failed("configuration", error)
        return
    files = [layer.file for layer in configuration.layers if layer.file]
    yield Finding("configuration", Status.OK, ", ".join(files) or "no file; defaults, environment and flags")
    trouble = log_trouble(configuration.paths.log)
    if trouble is not None:
        yield Finding("log", Status.WARN, f"{configuration.paths.log}: {trouble}", "move it away; nothing is logged")
    try:
        yield await _cache(configuration, opened)
    except Exception as error:
        yield _failed("cache", error)
    try:
        journal, why_read_only = await opened.enter_async_context(examine_journal(configuration.paths))
        yield await _journal(journal, why_read_only)
        for rescued in await asyncio.to_thread(waiting_beside, configuration.paths.journal):
            yield Finding(
                "rescued journal",
                Status.WARN,
                f"{rescued.path}: {rescued.undelivered} deliveries wait in it",
                how_to_deliver(rescued.path),
            )
    except Exception as error:
        yield _failed("journal", error)
        return
    async for finding in _backend(configuration, journal, opened):
        yield finding


def _terminal() -> Iterator[Finding]:
    columns, lines = shutil.get_terminal_size()
    term = os.environ.get("TERM", "")
    if not sys.stdout.isatty():
        yield Finding("terminal", Status.WARN, "stdout is no terminal", "the screen needs one; other commands do not")
    elif term in ("", "dumb"):
        yield Finding("terminal", Status.WARN, f"TERM is {term or 'not set'}", "set it to what your terminal is")
    elif columns < SMALLEST_SCREEN[0] or lines < SMALLEST_SCREEN[1]:
        yield Finding("terminal", Status.WARN, f"{columns}x{lines}", "80x24 is the smallest that shows everything")
    else:
        yield Finding("terminal", Status.OK, f"{term}, {columns}x{lines}")
    encoding = (sys.stdout.encoding or "").lower()
    if encoding.replace("-", "") != "utf8":
        yield Finding("encoding", Status.WARN, encoding or "unknown", "use a UTF-8 locale, or set ui.ascii = true")
    if os.environ.get("NO_COLOR"):
        yield Finding("colour", Status.OK, "off, by NO_COLOR")


async def _journal(journal: AsyncJournal, why_read_only: str) -> Finding:
    counts = await journal.run(journal.queries.counts, await journal.run(journal.queries.destinations))
    detail = f"{journal.path}: {counts.waiting} waiting, {counts.parked} parked, {counts.refused} refused"
    if why_read_only:
        return Finding(
            "journal",
            Status.FAIL,
            f"{detail}; read as it is, and nothing is written to it ({why_read_only})",
            "free some space or check who owns it; labeler outbox export FILE saves elsewhere what is not delivered",
            ExitCode.USAGE,
        )
    if journal.recovery is not None:
        return Finding("journal", Status.WARN, journal.recovery.sentence, f"keep {journal.recovery.set_aside}")
    if counts.refused or counts.parked:
        return Finding("journal", Status.WARN, detail, "labeler outbox list says why")
    return Finding("journal", Status.OK, detail)


async def _cache(configuration: Configuration, opened: AsyncExitStack) -> Finding:
    cache = await opened.enter_async_context(open_cache(configuration))
    trouble = await cache.run(lambda store: store.trouble)
    if trouble is not None:
        return Finding("cache", Status.WARN, trouble)
    used = size_words(await cache.run(Cache.total_bytes))
    most = limit_words(configuration.settings.cache.max_mb << 20)
    return Finding("cache", Status.OK, f"{configuration.paths.cache}: {used} of {most}")


async def _backend(
    configuration: Configuration, journal: AsyncJournal, opened: AsyncExitStack
) -> AsyncIterator[Finding]:
    uri = configuration.settings.backend.uri
    if (proxy := _proxy(uri)) is not None:
        yield proxy
    if uri is None:
        yield Finding("backend", Status.WARN, "none configured", "run labeler config init; labeler demo needs none")
        return
    where = f"{without_userinfo(uri)} ({configuration.origin('backend.uri')})"
    try:
        yield await _credentials(uri, configuration)
        backend = await opened.enter_async_context(open_backend(configuration, journal))
        found = await backend.capabilities()
    except Exception as error:
        yield _failed("backend", error, where)
        return
    yield Finding("backend", Status.OK, f"{where}: {found.version}")
    if found.queues and found.schemas:
        yield Finding("features", Status.OK, "review queues and label schemas")
    else:
        yield Finding(
            "features",
            Status.WARN,
            "no review queues and label schemas",
            "they need MLflow 3.14; questions come from the configuration, traces from a search",
        )
    if not found.honours_ids:
        yield Finding("features", Status.WARN, "the server gives labels IDs of its own", "delivery looks twice")
    asked = _AskedOnce(CliContext(configuration, journal, backend))
    for check in (_experiments, _reviewer, _rights):
        try:
            finding = await check(asked)
        except Exception as error:
            finding = _failed(check.__name__.removeprefix("_"), error)
        if finding is not None:
            yield finding


def _proxy(uri: str | None) -> Finding | None:
    """Tell through which proxy the backend is asked; None where there is none."""
    if uri is None or backend_kind(uri) not in (BackendKind.MLFLOW, BackendKind.DATABRICKS):
        return None
    from labeler.backends.mlflow.credentials import UnusableSettings, endpoint
    from labeler.backends.mlflow.proxies import proxy_for

    try:
        proxy = proxy_for(endpoint(uri).url)
    except UnusableSettings:
        return None  # reported by the check of the backend
    return None if proxy is None else Finding("proxy", Status.OK, f"requests go through {proxy}")


async def _credentials(uri: str, configuration: Configuration) -> Finding:
    if backend_kind(uri) in (BackendKind.LOCAL, BackendKind.MLFLOW_FILES):
        return Finding("credentials", Status.OK, "none needed")
    credentials = await credentials_at(uri, configuration)
    return Finding("credentials", Status.OK, "none" if credentials is None else f"from {credentials.source}")


class _AskedOnce:
    """What several checks need to know of the backend. It is asked once each; a failure is raised every time."""

    def __init__(self, context: CliContext) -> None:
        self.context = context
        self._signed_in: asyncio.Task[str | None] | None = None
        self._experiments: asyncio.Task[list[Experiment]] | None = None

    async def signed_in(self) -> str | None:
        """Return who is signed in, or None where the backend knows no users."""
        self._signed_in = self._signed_in or asyncio.create_task(self.context.backend.whoami())
        return await self._signed_in

    async def experiments(self) -> list[Experiment]:
        """Return the configured experiments. Raises `UnknownName`."""
        if self._experiments is None:
            names = self.context.configuration.settings.backend.experiments
            self._experiments = asyncio.create_task(experiments_named(self.context.backend, names))
        return await self._experiments


async def _experiments(asked: _AskedOnce) -> Finding:
    if not asked.context.configuration.settings.backend.experiments:
        there = await asked.context.backend.experiments()
        return Finding("experiments", Status.OK, f"{len(there)} there, none configured")
    found = await asked.experiments()
    return Finding("experiments", Status.OK, ", ".join(f"{each.name} ({each.id})" for each in found))


async def _rights(asked: _AskedOnce) -> Finding | None:
    """Tell whether this login may label, in the configured experiments and where something waits to be delivered."""
    signed_in = await asked.signed_in()
    if signed_in is None:
        return None
    configuration, journal, backend = asked.context.configuration, asked.context.journal, asked.context.backend
    names = {each.id: each.name for each in await asked.experiments()}
    if configuration.origin("backend.experiments").source is not SettingSource.FLAG:
        for place in await destinations_at_backend(configuration, journal):
            counts = await journal.run(journal.queries.counts, [place])
            if place.experiment_id not in names and counts != OutboxCounts():
                names[place.experiment_id] = (await backend.experiment(place.experiment_id)).name
    may = {experiment_id: await backend.may_label(experiment_id) for experiment_id in names}
    lacking = [f'"{names[each]}" ({each})' for each, allowed in may.items() if allowed is False]
    if not lacking:
        return Finding("rights", Status.OK, f"{signed_in} may label") if any(may.values()) else None
    return Finding(
        "rights",
        Status.FAIL,
        f"{signed_in} may read and not label: the permission EDIT on experiment {', '.join(lacking)} is missing",
        "ask who administers the server for it; what you answer is kept until then",
        ExitCode.CREDENTIALS,
    )


async def _reviewer(asked: _AskedOnce) -> Finding:
    reviewer = await reviewer_as_signed_in(asked.context, asked.signed_in)
    if reviewer is None:
        return Finding("reviewer", Status.WARN, "unknown", "give --reviewer, or set reviewer in the configuration")
    if reviewer.passed_over:
        return Finding(
            "reviewer",
            Status.WARN,
            f"{reviewer.id} ({reviewer.origin}), not {reviewer.passed_over}",
            "labels stay under the ID that was given here before; reviewer in the configuration changes it",
        )
    return Finding("reviewer", Status.OK, f"{reviewer.id} ({reviewer.origin})")


def _failed(check: str, error: Exception, where: str = "") -> Finding:
    explained = explain(error)
    if explained is None:
        raise error
    code, sentence = explained
    return Finding(check, Status.FAIL, f"{where}: {sentence}" if where else sentence, _advice(error), code)


def _advice(error: Exception) -> str:
    """Return advice that the error's own sentence does not already give."""
    match error:
        case NotAllowed():
            return "ask who administers the server what this login may do; what is queued is safe"
        case Forbidden():
            return "put right what the server or the proxy does not accept; what is queued is safe"
        case NotABackend():
            return "put right what that says; MLflow 3.2 or later has to answer there; what is queued is safe"
        case Unreachable() | Ambiguous():
            return "check the address and the network, or try again later; what is queued is safe"
    return ""
