"""Queue labels from a file."""

from __future__ import annotations

import argparse

from labeler.cli.exit_code import ExitCode
from labeler.cli.options import add_backend, add_reviewer, complete_with_files


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `labeler push` takes."""
    complete_with_files(
        parser.add_argument("file", metavar="FILE.jsonl", help="labels as labeler export writes them; - for stdin")
    )
    parser.add_argument("--skip-bad", action="store_true", help="queue the good lines although others are bad")
    add_backend(parser)
    add_reviewer(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    """Queue what is neither in the journal nor at the backend; labeler sync delivers it."""
    import asyncio

    from labeler.cli.pushing import push

    return asyncio.run(push(arguments))
