"""The program: run the command that was typed, and end with its exit code."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from labeler import __version__
from labeler.cli.shortage import shortage
from labeler.cli.stdout import OutputFailed, finish_output, give_up, write_out

if TYPE_CHECKING:
    import argparse

    from labeler.cli.exit_code import ExitCode


def main(arguments: Sequence[str] | None = None) -> int:
    """Run labeler and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    _prepare_streams()
    try:
        code = _run(given)
        finish_output()
        return code
    except OutputFailed as failure:
        give_up(sys.stdout)
        return 0 if failure.is_closed_by_its_reader else _say_so(failure)
    except BaseException as error:
        sentence = shortage(error)
        if sentence is None:
            raise
        return _give_up(sentence)


def _run(given: Sequence[str]) -> int:
    if list(given) == ["--version"]:
        # Answered before even the parser is imported: scripts ask this often.
        write_out(f"labeler {__version__}\n")
        return 0
    from labeler.cli.command_line import build_parser

    try:
        parsed = build_parser().parse_args(given)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0  # help or an error was printed
    try:
        code: ExitCode = parsed.run(parsed)
        return code
    except (OutputFailed, SystemExit):
        raise
    except BaseException as error:
        if shortage(error) is not None and not isinstance(error, KeyboardInterrupt):
            raise
        return _failed(error, parsed)


def _give_up(sentence: str) -> int:
    """Report what ran out without taking more of it, and silence what Python would say while it clears up."""
    sys.unraisablehook = lambda _: None
    if "warnings" in sys.modules:
        sys.modules["warnings"].simplefilter("ignore")
    with suppress(OSError):
        sys.stderr.write(f"labeler: {sentence}\n")
    return 2


def _failed(error: BaseException, parsed: argparse.Namespace) -> ExitCode:
    from labeler.cli.error_messages import explain
    from labeler.cli.exit_code import ExitCode
    from labeler.cli.output import print_message

    explained = explain(error)
    if explained is not None:
        code, sentence = explained
        for line in sentence.splitlines():
            print_message(line)
        if code is ExitCode.WAITING:
            print_message("What is queued is safe. labeler doctor checks the address and the network; then try again.")
        return code
    where = _log_defect(error, parsed)
    print_message(
        f"A defect in labeler itself ({type(error).__name__}). What you answered is safe in the journal. {where}"
    )
    return ExitCode.DEFECT


def _log_defect(error: BaseException, parsed: argparse.Namespace) -> str:
    """Write the traceback to the log and return a sentence that says where it is."""
    import logging

    from labeler.cli.log import log_trouble, start_log
    from labeler.config.paths import UnusableDirectory, find_paths, prepare_directory
    from labeler.storage.home_directory import NoHome

    try:
        path = find_paths(os.environ, data_dir=getattr(parsed, "data_dir", None)).log
        prepare_directory(path.parent)
        trouble = log_trouble(path)
    except UnusableDirectory as unusable:
        trouble = unusable.reason
    except NoHome:
        trouble = "there is no home directory"
    if trouble is not None:
        return f"The details could not be written to the log ({trouble})"
    start_log(path, verbose=False)
    logging.getLogger("labeler").critical("A defect ended the run", exc_info=error)
    return f"Please report it; the details are in {path}"


def _prepare_streams() -> None:
    """Make the standard streams safe to write to.

    No output fails for a character that a stream cannot encode. A stream that was closed gets a replacement, so that no
    file of ours is opened under its number: a replaced stdin is empty, messages to a replaced stderr go nowhere, and
    writing to a replaced stdout fails, since results have to arrive.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            flags = os.O_WRONLY if name == "stderr" else os.O_RDONLY
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode, closefd=False))
    codecs.register_error("labeler.escape", _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="labeler.escape")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    r"""Spell what the encoding lacks as JSON does (``\u00eb``), since our JSON has to stay JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)), error.end


def _say_so(failure: OutputFailed) -> ExitCode:
    from labeler.cli.exit_code import ExitCode
    from labeler.cli.output import print_message

    print_message(str(failure))
    return ExitCode.USAGE
