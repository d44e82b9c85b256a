"""The program: which command was asked for, and how it ended."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from labeler import __version__

if TYPE_CHECKING:
    import argparse

    from labeler.cli.exit_code import ExitCode


_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""What writing to stdout fails with. Whatever else writes has errors and sentences of its own."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run labeler and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if list(given) == ["--version"]:
        # Answered before even the parser is imported: scripts ask this often.
        print(f"labeler {__version__}")
        return 0
    from labeler.cli.command_line import build_parser
    from labeler.cli.exit_code import ExitCode

    _prepare_streams()
    parsed = build_parser().parse_args(given)
    try:
        code: ExitCode = parsed.run(parsed)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _give_up_stdout()
        return ExitCode.OK  # whoever read the output has enough: labeler show … | head
    except OSError as error:
        return _not_written(error) if error.errno in _FULL else _failed(error, parsed)
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
        if code is ExitCode.WAITING:
            print_message("What is queued is safe. labeler doctor checks the address and the network; then try again.")
        return code
    where = _log_defect(error, parsed)
    print_message(
        f"A defect in labeler itself ({type(error).__name__}). What you answered is safe in the journal. {where}"
    )
    return ExitCode.DEFECT


def _log_defect(error: BaseException, parsed: argparse.Namespace) -> str:
    """Keep the traceback in the log and say where that is."""
    import logging

    from labeler.cli.log import log_trouble, start_log
    from labeler.config.paths import UnusableDirectory, find_paths, prepare_directory

    path = find_paths(os.environ, data_dir=getattr(parsed, "data_dir", None)).log
    try:
        prepare_directory(path.parent)
        trouble = log_trouble(path)
    except UnusableDirectory as unusable:
        trouble = unusable.reason
    if trouble is not None:
        return f"The details could not be written to the log ({trouble})"
    start_log(path, verbose=False)
    logging.getLogger("labeler").critical("A defect ended the run", exc_info=error)
    return f"Please report it; the details are in {path}"


def _prepare_streams() -> None:
    """Let no output fail for what a stream cannot spell, and none for a stream that was closed before the start."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(
                sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), "r" if name == "stdin" else "w", closefd=False)
            )
    codecs.register_error("labeler.escape", _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="labeler.escape")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    r"""What the stream's encoding lacks, as JSON spells it: ``\u00eb``, for our JSON has to stay JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)), error.end


def _not_written(error: OSError) -> ExitCode:
    from labeler.cli.exit_code import ExitCode
    from labeler.cli.output import print_message

    _give_up_stdout()
    print_message(f"The output could not be written ({error.strerror or error}); part of it may be missing.")
    return ExitCode.USAGE


def _give_up_stdout() -> None:
    """Let what is still to be written go nowhere, also when the interpreter ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
