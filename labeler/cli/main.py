"""The program: which command was asked for, and how it ended.

Nothing heavy is imported here or at the top of a command's file, so that `--version` and `--help` are quick.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

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
from labeler.cli.exit_code import ExitCode
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run labeler and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    parsed = build_parser().parse_args(arguments)
    try:
        code: ExitCode = parsed.run(parsed)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return _reader_went_away()
    except BaseException as error:
        if isinstance(error, SystemExit):
            raise
        return _failed(error, parsed)


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


def _failed(error: BaseException, parsed: argparse.Namespace) -> ExitCode:
    from labeler.cli.failures import explain
    from labeler.cli.output import print_message

    explained = explain(error)
    if explained is not None:
        code, sentence = explained
        for line in sentence.splitlines():
            print_message(line)
        return code
    where = _log_defect(error, parsed)
    print_message(
        f"A defect in labeler itself ({type(error).__name__}). What you answered is safe in the journal. {where}"
    )
    return ExitCode.DEFECT


def _log_defect(error: BaseException, parsed: argparse.Namespace) -> str:
    """Keep the traceback in the log and say where that is."""
    import logging

    from labeler.cli.log import start_log
    from labeler.config.paths import UnusableDirectory, find_paths, prepare_directory

    path = find_paths(os.environ, data_dir=getattr(parsed, "data_dir", None)).log
    try:
        prepare_directory(path.parent)
    except UnusableDirectory:
        return "The details could not be written to the log"
    start_log(path, verbose=False)
    logging.getLogger("labeler").critical("A defect ended the run", exc_info=error)
    return f"Please report it; the details are in {path}"


def _reader_went_away() -> ExitCode:
    """Whoever read the output has enough (`labeler show … | head`): end in silence, at exit too."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.OK
