"""Review the configured worklist, or exactly the traces or files named."""

from __future__ import annotations

import argparse

from labeler.cli.exit_code import ExitCode
from labeler.cli.options import add_backend, add_reviewer, add_screen, add_selection, complete_with_files


def add_arguments(parser: argparse.ArgumentParser) -> None:
    complete_with_files(
        parser.add_argument(
            "targets", nargs="*", metavar="TRACE_ID|FILE", help="exactly these; each not found is named"
        )
    )
    add_backend(parser)
    add_reviewer(parser)
    add_selection(parser)
    add_screen(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    import asyncio

    from labeler.tui.collecting import put_off

    put_off()

    from labeler.cli.reviewing import review

    return asyncio.run(review(arguments))
