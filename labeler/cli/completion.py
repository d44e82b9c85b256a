"""Print a completion script for a shell."""

from __future__ import annotations

import argparse
from typing import Final

from labeler.cli.exit_code import ExitCode

INSTALLATION: Final = {
    "bash": "labeler completion bash > ~/.local/share/bash-completion/completions/labeler",
    "zsh": "labeler completion zsh > a file _labeler in a directory of $fpath",
    "fish": "labeler completion fish > ~/.config/fish/completions/labeler.fish",
}
"""Where the script of each shell goes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler completion` takes."""
    parser.add_argument("shell", choices=tuple(INSTALLATION))


def run(arguments: argparse.Namespace) -> ExitCode:
    """Print the script that shtab makes of the command line, behind a line that says how to install it."""
    import shtab

    from labeler.cli.command_line import build_whole_parser

    print(shtab.complete(build_whole_parser(), arguments.shell, preamble=f"# Install: {INSTALLATION[arguments.shell]}"))
    return ExitCode.OK
