"""Asking before something of a sprint is changed."""

from __future__ import annotations

import argparse

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import print_message
from labeler.cli.prompts import is_interactive, read_line


def may_go_on(arguments: argparse.Namespace, question: str) -> bool:
    """Return whether to do it: as ``--yes`` and ``--dry-run`` say, or as answered now.

    Raises `CommandFailed` where nobody can be asked.
    """
    if arguments.dry_run or arguments.yes:
        return bool(arguments.yes)
    if not is_interactive():
        raise CommandFailed(
            ExitCode.USAGE, "Nothing was changed: give --yes to do it, or --dry-run only to see what would be done"
        )
    if read_line(f"{question}   Enter does it · n leaves ") in ("\n", "\r\n"):
        return True
    print_message("Nothing was changed.")
    return False
