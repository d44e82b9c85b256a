"""Print a completion script for a shell."""

from __future__ import annotations

import argparse

import shtab

from labeler.cli.command_line import build_parser
from labeler.cli.exit_code import ExitCode
from labeler.cli.stdout import write_out


def run(arguments: argparse.Namespace) -> ExitCode:
    """Print the script that shtab makes of the command line; its first lines say how to install it."""
    write_out(shtab.complete(build_parser(), arguments.shell) + "\n")
    return ExitCode.OK
