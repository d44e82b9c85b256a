"""The whole command line. A command's module is imported when the command is named, and no sooner."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

from labeler import __version__
from labeler.cli import start
from labeler.cli.options import add_common

COMMANDS: Final = {
    "demo": "Review the bundled sample: no server, configuration or network",
    "review": "Review the configured worklist, or exactly the traces or files named",
    "show": "Print traces as plain text",
    "pull": "Download the worklist with whole traces, for work without a network",
    "sync": "Deliver everything queued, without a screen",
    "outbox": "What is not delivered, and what to do with it",
    "verify": "Compare the journal with what the backend holds",
    "export": "Write labels as JSON Lines or CSV",
    "push": "Queue labels from a file",
    "doctor": "Check configuration, backend, journal, cache and terminal",
    "config": "Write, show, check or locate the configuration",
    "keys": "Show the keys in effect",
    "themes": "List the themes",
    "completion": "Print a completion script for a shell",
}
"""What each command does. The module ``labeler.cli.NAME`` has its ``add_arguments(parser)`` and ``run(arguments)``."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors quote no password: an address may have been typed where none belongs."""

    _typed: Sequence[str] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as ever, and remember what was typed."""
        self._typed = sys.argv[1:] if args is None else tuple(args)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Print what is wrong with the command line, addresses without their credentials, and exit."""
        from labeler.config.backend_uri import without_userinfo

        for word in filter(lambda word: "@" in word, self._typed):
            option, equals, value = word.partition("=") if word.startswith("-") else ("", "", word)
            shown = f"{option}{equals}{without_userinfo(value)}"
            message = message.replace(word, shown).replace(repr(word), repr(shown))
        super().error(message)


class _CommandParser(_Parser):
    """The parser of one command. Its options are those of the module, from when they are first needed."""

    module = ""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as ever, with the command's options."""
        self.complete()
        return super().parse_known_args(args, namespace)

    def complete(self) -> None:
        """Import the command's module and take its options over, unless that has been done."""
        if self.module:
            command, self.module = import_module(self.module), ""
            command.add_arguments(self)
            add_common(self)
            self.set_defaults(run=command.run)


def build_parser() -> argparse.ArgumentParser:
    """Build the command line. A command has no options before its arguments are parsed."""
    parser, _ = _build()
    return parser


def build_whole_parser() -> argparse.ArgumentParser:
    """Build the command line with every command's options, for what reads it instead of parsing."""
    parser, commands = _build()
    for command in commands:
        command.complete()
    return parser


def _build() -> tuple[argparse.ArgumentParser, list[_CommandParser]]:
    parser = _Parser(
        prog="labeler",
        description="Label LLM traces in the terminal. Without a command: go on with the last review.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"labeler {__version__}")
    start.add_arguments(parser)
    parser.set_defaults(run=start.run)
    add_common(parser)
    added = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", parser_class=_CommandParser)
    commands = []
    for name, summary in COMMANDS.items():
        command = added.add_parser(name, help=summary, description=f"{summary}.", allow_abbrev=False)
        command.module = f"labeler.cli.{name}"
        commands.append(command)
    return parser, commands
