"""The whole command line. Every command's file is imported, so nothing heavy may stand at the top of one."""

from __future__ import annotations

import argparse

from labeler import __version__
from labeler.cli import (
    completion,
    config,
    demo,
    doctor,
    export,
    keys,
    outbox,
    pull,
    push,
    review,
    show,
    start,
    sync,
    themes,
    verify,
)
from labeler.cli.options import add_common

COMMANDS = {
    "demo": demo,
    "review": review,
    "show": show,
    "pull": pull,
    "sync": sync,
    "outbox": outbox,
    "verify": verify,
    "export": export,
    "push": push,
    "doctor": doctor,
    "config": config,
    "keys": keys,
    "themes": themes,
    "completion": completion,
}


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="labeler",
        description="Label LLM traces in the terminal. Without a command: go on with the last review.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"labeler {__version__}")
    start.add_arguments(parser)
    parser.set_defaults(run=start.run)
    add_common(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name, command in COMMANDS.items():
        summary = (command.__doc__ or "").partition("\n")[0].rstrip(".")
        inner = commands.add_parser(name, help=summary, description=f"{summary}.", allow_abbrev=False)
        command.add_arguments(inner)
        add_common(inner)
        inner.set_defaults(run=command.run)
    return parser
