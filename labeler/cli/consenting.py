"""Asking once, in the terminal, before credentials go where the user has not sent them before."""

from __future__ import annotations

import argparse
import sys

from labeler.cli.context import backend_at, configure
from labeler.cli.output import print_message
from labeler.config.backend_uri import BackendKind, backend_kind
from labeler.config.consent import CredentialsWithheld, OriginNotTrusted
from labeler.config.edit import allow_plain_http
from labeler.config.load import Configuration
from labeler.journal.journal import Journal
from labeler.journal.thread import JournalThread


async def with_consent(
    arguments: argparse.Namespace, configuration: Configuration, journal: JournalThread
) -> Configuration:
    """The configuration once the user has agreed to where credentials go; asks for what has not been agreed to.

    Raises `CredentialsWithheld` when the answer is no.
    """
    uri = configuration.settings.backend.uri
    while uri is not None and backend_kind(uri) is BackendKind.MLFLOW:
        try:
            backend = await backend_at(uri, configuration, journal)
        except CredentialsWithheld as withheld:
            print_message(str(withheld))
            if not _agrees(withheld):
                raise
            if isinstance(withheld, OriginNotTrusted):
                await journal.run(Journal.trust, withheld.origin)
            else:
                allow_plain_http(configuration.paths.config_file, withheld.origin)
                configuration = configure(arguments)
        else:
            await backend.close()
            break
    return configuration


def _agrees(withheld: CredentialsWithheld) -> bool:
    sys.stderr.write(f"Send them to {withheld.origin} from now on? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
