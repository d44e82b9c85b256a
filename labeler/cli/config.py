"""Write, show, check and trust configurations."""

from __future__ import annotations

import argparse
from typing import Any, Final

from labeler.cli.exit_code import CommandFailed, ExitCode


def run(arguments: argparse.Namespace) -> ExitCode:
    """Run the action that was typed."""
    return _ACTIONS[arguments.action](arguments)


def _init(arguments: argparse.Namespace) -> ExitCode:
    from labeler.cli.first_configuration import write_first_configuration

    return write_first_configuration(arguments)


def _show(arguments: argparse.Namespace) -> ExitCode:
    from labeler.cli.context import configure
    from labeler.cli.output import print_json, print_table
    from labeler.config.backend_uri import without_userinfo
    from labeler.config.load import flattened

    configuration = configure(arguments)
    settings = [
        (
            key,
            without_userinfo(value) if key == "backend.uri" and value else _without_addresses_userinfo(value),
            str(configuration.origin(key)),
        )
        for key, value in flattened(configuration.settings)
    ]
    if arguments.json:
        print_json([{"key": key, "value": value, "origin": source} for key, value, source in settings])
    else:
        print_table(("KEY", "VALUE", "ORIGIN"), ((key, _shown(value), source) for key, value, source in settings))
    return ExitCode.OK


def _path(arguments: argparse.Namespace) -> ExitCode:
    from labeler.cli.context import paths_of
    from labeler.cli.output import print_text

    print_text(str(paths_of(arguments).config_file))
    return ExitCode.OK


def _check(arguments: argparse.Namespace) -> ExitCode:
    from labeler.cli.context import configure
    from labeler.cli.output import print_text
    from labeler.cli.screen_settings import check_screen_settings, with_screen_settings
    from labeler.config.load import ConfigurationError

    try:
        configuration = configure(arguments)
    except ConfigurationError as error:
        raise with_screen_settings(error) from None
    check_screen_settings(configuration)
    files = [layer.file for layer in configuration.layers if layer.file]
    print_text(f"In order: {', '.join(files)}" if files else "In order: there is no configuration file")
    return ExitCode.OK


def _trust(arguments: argparse.Namespace) -> ExitCode:
    import asyncio

    from labeler.cli.output import print_text
    from labeler.config.backend_uri import BadBackendUri, check_origin

    try:
        origin = check_origin(arguments.origin)
    except BadBackendUri as error:
        raise CommandFailed(ExitCode.USAGE, f"ORIGIN {error}") from None
    asyncio.run(_remember(arguments, origin))
    print_text(f"Trusted: {origin} may have your credentials, whichever file names it")
    return ExitCode.OK


async def _remember(arguments: argparse.Namespace, origin: str) -> None:
    from labeler.cli.context import paths_of
    from labeler.cli.open_journal import open_journal

    async with open_journal(paths_of(arguments)) as journal:
        await journal.run(journal.remembered.trust, origin)


def _without_addresses_userinfo(value: Any) -> Any:
    """Return a setting as it may be shown: even a command may hold an address with a password."""
    from labeler.domain.http_address import without_addresses_userinfo

    if isinstance(value, str):
        return without_addresses_userinfo(value)
    return [_without_addresses_userinfo(item) for item in value] if isinstance(value, list) else value


def _shown(value: object) -> str:
    import json

    return "" if value is None else json.dumps(value, ensure_ascii=False)


_ACTIONS: Final = {"init": _init, "show": _show, "path": _path, "check": _check, "trust": _trust}
