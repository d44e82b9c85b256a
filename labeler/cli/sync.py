"""Deliver everything queued."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from labeler.cli.exit_code import ExitCode
from labeler.cli.options import add_backend, add_json

if TYPE_CHECKING:
    from labeler.delivery.drain import SyncResult

_REASONS = 3
"""Reasons of what is parked that are told at most; the outbox tells all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `labeler sync` takes."""
    parser.add_argument("--watch", action="store_true", help="go on until interrupted")
    add_json(parser)
    add_backend(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    """Deliver, and tell what came of it."""
    import asyncio

    from labeler.cli.delivering import deliver_once, keep_delivering

    if arguments.watch:
        return asyncio.run(keep_delivering(arguments))
    result = asyncio.run(deliver_once(arguments))
    _report(result, as_json=arguments.json)
    return _code(result)


def _report(result: SyncResult, *, as_json: bool) -> None:
    from labeler.cli.output import print_json, print_message

    if as_json:
        names = ("delivered", "queued", "parked", "refused", "elsewhere")
        print_json({name: getattr(result, name) for name in names})
    else:
        counted = ("delivered", "queued", "parked", "refused")
        print_message(", ".join(f"{getattr(result, name)} {name}" for name in counted))
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
