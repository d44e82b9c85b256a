"""Compare the journal with the backend: each delivered answer present once and valid."""

from __future__ import annotations

import argparse

from labeler.cli.exit_code import ExitCode
from labeler.cli.options import add_backend, add_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `labeler verify` takes."""
    add_json(parser)
    add_backend(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    """Look every delivered answer up and tell what is not as it should be."""
    import asyncio
    from dataclasses import asdict

    from labeler.cli.output import print_json, print_message, print_text
    from labeler.cli.verifying import verify

    checked, problems = asyncio.run(verify(arguments))
    ok = checked - len({problem.assessment_id for problem in problems})
    if arguments.json:
        print_json({"checked": checked, "ok": ok, "problems": [asdict(problem) for problem in problems]})
    else:
        for problem in problems:
            by = f" by {problem.by}" if problem.by else ""
            print_text(f"{problem.kind}{by}: {problem.assessment_id} on {problem.trace_id}")
        print_message(f"{checked} delivered answers checked, {ok} as they should be.")
    return ExitCode.PROBLEM if problems else ExitCode.OK
