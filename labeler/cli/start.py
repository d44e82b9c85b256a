"""Go on with the last review, or choose what to review."""

from __future__ import annotations

import argparse

from labeler.cli.exit_code import ExitCode
from labeler.cli.options import add_backend, add_reviewer, add_screen


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_backend(parser)
    add_reviewer(parser)
    add_screen(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    import asyncio

    from labeler.tui.collecting import put_off

    put_off()

    from labeler.cli.starting import start

    return asyncio.run(start(arguments))
