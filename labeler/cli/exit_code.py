"""Exit codes: how a run ended, for scripts."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of all commands."""

    OK = 0
    PROBLEM = 1
    """Something was refused, does not verify, or could not be read."""
    USAGE = 2
    """The command line, the configuration, an unknown name, an unusable file or directory, no terminal."""
    NO_BACKEND = 69
    """What answers there is no MLflow server, or too old."""
    DEFECT = 70
    """A mistake in labeler itself."""
    WAITING = 75
    """Unreachable, or waiting; work is safe and queued."""
    CREDENTIALS = 77
    """Credentials are missing or refused."""
    INTERRUPTED = 130


FIRST_THAT_APPLIES = (
    ExitCode.INTERRUPTED,
    ExitCode.USAGE,
    ExitCode.CREDENTIALS,
    ExitCode.NO_BACKEND,
    ExitCode.DEFECT,
    ExitCode.PROBLEM,
    ExitCode.WAITING,
    ExitCode.OK,
)
"""Of several reasons to end, the one that counts."""


def gravest(*codes: ExitCode) -> ExitCode:
    """Return the code that takes precedence; `OK` when there is none."""
    return next(code for code in FIRST_THAT_APPLIES if code in codes or code is ExitCode.OK)


class CommandFailed(Exception):
    """Raised when a command cannot go on. The message is a sentence for the person who ran it."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code
