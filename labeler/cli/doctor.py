"""Check configuration, backend, journal, cache and terminal, and say what to do."""

from __future__ import annotations

import argparse

from labeler.cli.exit_code import ExitCode, gravest
from labeler.cli.options import add_backend, add_json, add_reviewer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `labeler doctor` takes."""
    add_json(parser)
    add_backend(parser)
    add_reviewer(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    """Run every check and print what was found."""
    import asyncio

    from labeler.cli.checks import Status, check_everything
    from labeler.cli.output import print_json, print_text

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
