"""Compare the journal with the backend; --resend sends again what the backend has lost."""

from __future__ import annotations

import argparse

from labeler.cli.exit_code import ExitCode
from labeler.cli.options import add_backend, add_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `labeler verify` takes."""
    parser.add_argument(
        "--resend", action="store_true", help="queue again what was delivered and the server has lost; asks first"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_json(parser)
    add_backend(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    """Look up everything that was delivered, and tell what is not as it should be and the way back."""
    import asyncio

    from labeler.cli.verifying import verify

    return asyncio.run(verify(arguments))
