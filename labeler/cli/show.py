"""Print traces as they are read: plain text, unfolded and unwrapped."""

from __future__ import annotations

import argparse

from labeler.cli.exit_code import ExitCode
from labeler.cli.options import add_backend, add_json, complete_with_files


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `labeler show` takes."""
    complete_with_files(
        parser.add_argument("targets", nargs="+", metavar="TRACE_ID|FILE", help="trace IDs, or files that hold traces")
    )
    parser.add_argument("--raw", action="store_true", help="the exact JSON instead")
    parser.add_argument("--spans", action="store_true", help="the span tree too")
    add_json(parser)
    add_backend(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    """Read and print one trace after the other."""
    import asyncio

    from labeler.cli.showing import show

    return asyncio.run(show(arguments))
