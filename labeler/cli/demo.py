"""Try labeler on a bundled sample: no server, no configuration, no network."""

from __future__ import annotations

import argparse

from labeler.cli.exit_code import ExitCode
from labeler.cli.options import add_reviewer, add_screen


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reset", action="store_true", help="start over with a new store")
    add_reviewer(parser)
    add_screen(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    import asyncio

    from labeler.tui.collecting import put_off

    put_off()

    from labeler.cli.local_review import review_demo

    return asyncio.run(review_demo(arguments))
