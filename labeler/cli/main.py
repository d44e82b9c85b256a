"""The program: which command was asked for, and how it ended."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from labeler import __version__

if TYPE_CHECKING:
    import argparse

    from labeler.cli.exit_code import ExitCode


def main(arguments: Sequence[str] | None = None) -> int:
    """Run labeler and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if list(given) == ["--version"]:
        # Answered before even the parser is imported: scripts ask this often.
        print(f"labeler {__version__}")
        return 0
    from labeler.cli.command_line import build_parser

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    parsed = build_parser().parse_args(given)
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


def _failed(error: BaseException, parsed: argparse.Namespace) -> ExitCode:
    from labeler.cli.exit_code import ExitCode
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
    from labeler.cli.exit_code import ExitCode

    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.OK
