"""Deliver everything queued."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, Never

from labeler.backends.pulse import Pulse
from labeler.cli.context import configure
from labeler.cli.destinations import destinations_in_scope
from labeler.cli.exit_code import ExitCode
from labeler.cli.open_backend import open_backend
from labeler.cli.open_journal import open_journal
from labeler.cli.output import ProgressBar, print_json, print_message
from labeler.config.load import Configuration
from labeler.config.problems import SettingSource
from labeler.delivery.drain import SyncResult, result_since
from labeler.delivery.engine import MAX_CONCURRENCY, DeliveryEngine
from labeler.delivery.events import ConnectionChanged, CountsChanged, DeliveryEvent, Settled, StillWaiting
from labeler.domain.clock import wall_clock_ms
from labeler.domain.destination import Destination
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import DeliveryState, OutboxCounts

_REASONS = 3
"""How many reasons for parked deliveries are printed; `labeler outbox list` has them all."""


def run(arguments: argparse.Namespace) -> ExitCode:
    """Deliver, and report what came of it."""
    if arguments.watch:
        return asyncio.run(keep_delivering(arguments))
    result = asyncio.run(deliver_once(arguments))
    _report(result, as_json=arguments.json)
    return _code(result)


def _report(result: SyncResult, *, as_json: bool) -> None:
    if as_json:
        names = ("delivered", "queued", "parked", "refused", "elsewhere")
        print_json({name: getattr(result, name) for name in names})
    else:
        counted = ("delivered", "queued", "parked", "refused")
        print_message(", ".join(f"{getattr(result, name)} {name}" for name in counted))
    if result.held:
        print_message(
            f"{result.held} queued: on an item that a running labeler has open; delivered when that item is left."
        )
    for sentence, count in result.because[:_REASONS]:
        print_message(f"{count} parked: {sentence.rstrip('.')}.")
    if result.refused or len(result.because) > _REASONS:
        print_message("labeler outbox list says why.")
    for place, count in result.elsewhere_at.items():
        print_message(
            f"{count} more for {place.backend_uri}, experiment {place.experiment_id}; nothing was sent there."
        )


def _code(result: SyncResult) -> ExitCode:
    if result.refused:
        return ExitCode.PROBLEM
    if result.needs_credentials:
        return ExitCode.CREDENTIALS
    return ExitCode.WAITING if result.parked or result.queued else ExitCode.OK


_LOOK_FOR_NEW_PLACES_S: Final = 5.0


async def deliver_once(arguments: argparse.Namespace) -> SyncResult:
    """Deliver everything queued in scope, as far as that is possible now."""
    configuration = configure(arguments)
    async with open_journal(configuration.paths) as journal:
        scope = await destinations_in_scope(configuration, journal)
        total = _total(await journal.run(journal.queries.counts, scope))
        if not total:
            return await result_since(journal, scope, wall_clock_ms())
        with ProgressBar("Delivering") as progress:
            teller = _ProgressListener(progress, total)
            async with _engine(configuration, journal, scope, teller, _at_full_speed(configuration)) as engine:
                return await engine.drain()


async def keep_delivering(arguments: argparse.Namespace) -> Never:
    """Deliver whatever gets queued, until cancelled."""
    configuration = configure(arguments)
    async with open_journal(configuration.paths) as journal:
        while True:
            scope = await destinations_in_scope(configuration, journal)
            concurrency = configuration.settings.delivery.concurrency
            async with _engine(configuration, journal, scope, _LogListener(), concurrency) as engine:
                running = asyncio.create_task(engine.run())
                try:
                    while not running.done() and await destinations_in_scope(configuration, journal) == scope:
                        await asyncio.wait((running,), timeout=_LOOK_FOR_NEW_PLACES_S)
                finally:
                    running.cancel()
                    await asyncio.wait((running,))  # awaiting the task itself would take a Ctrl+C for its cancellation
                    if not running.cancelled():
                        running.result()


@asynccontextmanager
async def _engine(
    configuration: Configuration,
    journal: AsyncJournal,
    scope: Sequence[Destination],
    listener: _ProgressListener | _LogListener,
    concurrency: int,
) -> AsyncIterator[DeliveryEngine]:
    async with open_backend(configuration, journal, Pulse(listener.waiting)) as backend:
        yield DeliveryEngine(
            journal,
            backend,
            scope,
            grace_s=configuration.settings.delivery.grace,
            concurrency=concurrency,
            on_event=listener.hear,
        )


def _at_full_speed(configuration: Configuration) -> int:
    """Return how many requests to send at a time: what saturates a server, unless a number is configured."""
    if configuration.origin("delivery.concurrency").source is SettingSource.DEFAULT:
        return MAX_CONCURRENCY
    return configuration.settings.delivery.concurrency


class _ProgressListener:
    """Shows how far one delivery of everything got."""

    def __init__(self, progress: ProgressBar, total: int) -> None:
        self._progress = progress
        self._total = total

    def hear(self, event: DeliveryEvent) -> None:
        match event:
            case CountsChanged(counts):
                left = _total(counts)
                self._total = max(self._total, left)
                self._progress.show(self._total - left, self._total)
            case StillWaiting(_, sentence):
                print_message(sentence)
            case ConnectionChanged(state) if state.sentence and not state.is_closed:  # a closed one is in the result
                print_message(state.sentence)

    def waiting(self, waiting: bool) -> None:
        self._progress.note("waiting for the server" if waiting else "")


class _LogListener:
    """Tells what happens, a line at a time."""

    def hear(self, event: DeliveryEvent) -> None:
        match event:
            case ConnectionChanged(state):
                print_message(state.sentence or f"The backend is {state.status}.")
            case Settled(_, trace_id, delivery):
                reason = f": {delivery.reason}" if delivery.reason else ""
                if delivery.state is not DeliveryState.WAITING:
                    print_message(f"{trace_id} {delivery.name} {delivery.state}{reason}")
            case StillWaiting(_, sentence):
                print_message(sentence)

    def waiting(self, waiting: bool) -> None:
        print_message("Waiting for the server: it does not answer." if waiting else "The server answers again.")


def _total(counts: OutboxCounts) -> int:
    return counts.waiting + counts.parked + counts.refused
