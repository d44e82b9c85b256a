"""Signing in to a backend: with which credentials, and whether they may be sent there."""

from __future__ import annotations

import argparse
import asyncio
import time
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from labeler.cli.context import configure
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.log import keep_out_of_log
from labeler.cli.output import print_message
from labeler.cli.prompts import agrees
from labeler.config.backend_uri import BackendKind, backend_kind
from labeler.config.credentials_consent import CredentialsWithheld, OriginNotTrusted, check_consent
from labeler.config.edit import allow_plain_http
from labeler.config.load import Configuration
from labeler.domain.destination import origin
from labeler.journal.async_journal import AsyncJournal

if TYPE_CHECKING:
    from labeler.backends.mlflow.credentials import Credentials

_TIMEOUT_S: Final = 60.0
"""Seconds that the token command may take: a person may have to unlock a key."""

_USED_FOR_S: Final = 60.0
"""Seconds that a token is used without running its command again: one start needs it several times, and the command may
ask a person each time."""

_printed: Final[dict[tuple[str, ...], tuple[str, float]]] = {}
"""The token that each command printed, and until when it is used, by the monotonic clock in seconds."""


async def with_consent(
    arguments: argparse.Namespace, configuration: Configuration, journal: AsyncJournal
) -> Configuration:
    """Return the configuration once the user has agreed to where credentials go, asking where that is needed.

    Raises `CredentialsWithheld` where the answer is no.
    """
    uri = configuration.settings.backend.uri
    while uri is not None and backend_kind(uri) is BackendKind.MLFLOW:
        try:
            await permitted_credentials(uri, configuration, journal)
        except CredentialsWithheld as withheld:
            print_message(str(withheld))
            if not agrees(f"Send them to {withheld.origin} from now on?"):
                raise
            if isinstance(withheld, OriginNotTrusted):
                await journal.run(journal.remembered.trust, withheld.origin)
            else:
                allow_plain_http(configuration.paths.config_file, withheld.origin)
                configuration = configure(arguments)
        else:
            break
    return configuration


async def permitted_credentials(uri: str, configuration: Configuration, journal: AsyncJournal) -> Credentials | None:
    """Return the credentials for `uri` where they may be sent there, and remember that they may.

    Raises `CredentialsWithheld` where they may not, `UnusableSettings`, `CommandFailed`.
    """
    from labeler.backends.mlflow.credentials import endpoint
    from labeler.backends.mlflow.proxies import proxy_for

    credentials = await credentials_at(uri, configuration)
    if credentials is not None and backend_kind(uri) is BackendKind.MLFLOW:
        url = endpoint(uri).url
        proxy = proxy_for(url)
        trusted = await journal.run(journal.remembered.trusted)
        check_consent(configuration, url, trusted, through=None if proxy is None else str(proxy))
        if origin(url) not in trusted and not journal.is_read_only:
            await journal.run(journal.remembered.trust, origin(url))
    return credentials


async def credentials_at(uri: str, configuration: Configuration) -> Credentials | None:
    """Return the credentials for `uri`: a token from `backend.token_command`, else by MLflow's own settings."""
    from labeler.backends.mlflow.credentials import credentials_for

    command = configuration.settings.backend.token_command
    credentials = await _token_of(command) if command else credentials_for(uri)
    if credentials is not None:
        keep_out_of_log(credentials.secrets)
    return credentials


async def _token_of(command: Sequence[str]) -> Credentials:
    """Return the first line that `command` prints, as a bearer token. Raises `CommandFailed`."""
    from pydantic import SecretStr

    from labeler.backends.mlflow.credentials import Credentials

    token, until = _printed.get(tuple(command), ("", 0.0))
    if time.monotonic() >= until:
        token = await _first_line(command)
        _printed[tuple(command)] = (token, time.monotonic() + _USED_FOR_S)
    return Credentials("backend.token_command", SecretStr(token))


async def _first_line(command: Sequence[str]) -> str:
    """Run a command and return its first line. Raises `CommandFailed`, never with what was printed."""
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
