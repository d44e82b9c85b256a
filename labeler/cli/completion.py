"""Print a completion script for a shell."""

from __future__ import annotations

import argparse
from typing import Final

from labeler.cli.exit_code import ExitCode
from labeler.cli.stdout import write_out

SHELLS: Final = ("bash", "zsh", "fish")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler completion` takes."""
    parser.add_argument("shell", choices=SHELLS)


def run(arguments: argparse.Namespace) -> ExitCode:
    """Print the script that shtab makes of the command line; its first lines say how to install it."""
    import shtab

    from labeler.cli.command_line import build_whole_parser

    write_out(shtab.complete(build_whole_parser(), arguments.shell) + "\n")
    return ExitCode.OK
