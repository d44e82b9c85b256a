"""What an error means to the person who ran the command: an exit code and a sentence."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from labeler.cli.exit_code import FIRST_THAT_APPLIES, CommandFailed, ExitCode


def explain(error: BaseException) -> tuple[ExitCode, str] | None:
    """Return the exit code and the sentence for an error that is nobody's defect; None for a defect of ours.

    In a group of errors, the gravest one counts.
    """
    if isinstance(error, BaseExceptionGroup):
        explained = [explain(inner) for inner in error.exceptions]
        known = [one for one in explained if one is not None]
        return min(known, key=lambda one: FIRST_THAT_APPLIES.index(one[0])) if len(known) == len(explained) else None
    if isinstance(error, CommandFailed):
        return error.code, str(error)
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED, "Interrupted. Nothing that was answered is lost"
    for kind, code in _codes():
        if isinstance(error, kind):
            return code, _sentence(error)
    return _full_disk(error) if isinstance(error, OSError) else None


def _full_disk(error: OSError) -> tuple[ExitCode, str] | None:
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return None
    where = f" for {error.filename}" if error.filename else ""
    return ExitCode.USAGE, f"There is no room{where} ({error.strerror}). Free some space and run it again"


def _sentence(error: BaseException) -> str:
    from labeler.backends.base import BadFilter

    # Its message may be the server's own, which does not say what failed.
    return f"The backend cannot search like this: {error}" if isinstance(error, BadFilter) else str(error)


def _codes() -> Iterator[tuple[type[BaseException], ExitCode]]:
    """Yield error types with their exit codes, subclasses before their bases."""
    from labeler.backends import base
    from labeler.config.asked import NoQuestions
    from labeler.config.credentials_consent import CredentialsWithheld
    from labeler.config.edit import CannotEdit
    from labeler.config.load import ConfigurationError
    from labeler.config.paths import UnusableDirectory
    from labeler.delivery.lock import LockUnusable
    from labeler.journal.models import JournalError
    from labeler.sprint.errors import MissingRight, SprintError
    from labeler.storage.home_directory import NoHome

    usage = (ConfigurationError, UnusableDirectory, CannotEdit, NoQuestions, JournalError, LockUnusable, NoHome)
    yield from ((kind, ExitCode.USAGE) for kind in (*usage, base.UnknownName, base.BadFilter))
    yield from ((kind, ExitCode.CREDENTIALS) for kind in (CredentialsWithheld, base.Forbidden, MissingRight))
    yield SprintError, ExitCode.USAGE
    yield base.NotABackend, ExitCode.NO_BACKEND
    yield from ((kind, ExitCode.WAITING) for kind in (base.Unreachable, base.Ambiguous))
    yield base.BackendError, ExitCode.PROBLEM

    from labeler.backends.mlflow.credentials import UnusableSettings

    yield UnusableSettings, ExitCode.USAGE
