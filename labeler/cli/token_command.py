"""A token from a program of the user's, such as a password manager's."""

from __future__ import annotations

import asyncio
import time
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from labeler.cli.exit_code import CommandFailed, ExitCode

if TYPE_CHECKING:
    from labeler.backends.mlflow.credentials import Credentials

_TIMEOUT_S: Final = 60.0
"""Long enough for a person to unlock a key."""

_USED_FOR_S: Final = 60.0
"""Seconds for which a token is used without running its command again: one start needs it several times, and a command
may ask a person each time."""

_printed: Final[dict[tuple[str, ...], tuple[str, float]]] = {}
"""What each command printed, and until when by the monotonic clock it is used."""


async def token_of(command: Sequence[str]) -> Credentials:
    """The first line that `command` prints, as a bearer token. Raises `CommandFailed`, never with what was printed."""
    from pydantic import SecretStr

    from labeler.backends.mlflow.credentials import Credentials

    token, until = _printed.get(tuple(command), ("", 0.0))
    if time.monotonic() >= until:
        token = await _first_line(command)
        _printed[tuple(command)] = (token, time.monotonic() + _USED_FOR_S)
    return Credentials("backend.token_command", SecretStr(token))


async def _first_line(command: Sequence[str]) -> str:
    process = None
    try:
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
        async with asyncio.timeout(_TIMEOUT_S):
            printed, _ = await process.communicate()
    except OSError as error:
        raise _failed(f"cannot be run ({command[0]}: {error.strerror or error})") from None
    except TimeoutError:
        raise _failed(f"printed no token within {_TIMEOUT_S:.0f} s") from None
    finally:
        if process is not None and process.returncode is None:
            process.kill()
    if process.returncode:
        raise _failed(f"ended with exit code {process.returncode}")
    token = printed.decode("utf-8", "replace").partition("\n")[0].strip()
    if not token:
        raise _failed("printed no token on its first line")
    return token


def _failed(what: str) -> CommandFailed:
    return CommandFailed(ExitCode.CREDENTIALS, f"backend.token_command {what}. Nothing was sent to the server")
