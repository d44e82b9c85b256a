"""The whole command line. A command's module is imported only when the command runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from labeler import __version__
from labeler.cli import command_options as options_of
from labeler.cli import sprint_options
from labeler.cli.options import add_common

if TYPE_CHECKING:
    from labeler.cli.exit_code import ExitCode


class Command(NamedTuple):
    """A command: its summary in a line, and its options. Its module ``labeler.cli.NAME`` has ``run(arguments)``."""

    summary: str
    add_options: Callable[[argparse.ArgumentParser], None]


COMMANDS: Final = {
    "demo": Command("Review the bundled sample: no server, configuration or network", options_of.demo),
    "review": Command("Review the configured worklist, or exactly the traces or files named", options_of.review),
    "show": Command("Print traces as plain text", options_of.show),
    "pull": Command("Download the worklist with whole traces, for work without a network", options_of.pull),
    "sync": Command("Deliver everything queued, without a screen", options_of.sync),
    "outbox": Command("What is not delivered, and what to do with it", options_of.outbox),
    "verify": Command("Compare the journal with what the backend holds", options_of.verify),
    "export": Command("Write labels as JSON Lines or CSV, or files with their labels", options_of.export),
    "push": Command("Queue labels from a file", options_of.push),
    "report": Command("How far people agree, and judges with them, with intervals", options_of.report),
    "sprint": Command("Have several people label the same traces, and follow how far they are", sprint_options.sprint),
    "doctor": Command("Check configuration, backend, journal, cache and terminal", options_of.doctor),
    "config": Command("Write, show, check or locate the configuration", options_of.config),
    "keys": Command("Show the keys in effect", options_of.keys),
    "themes": Command("List the themes", options_of.themes),
    "completion": Command("Print a completion script for a shell", options_of.completion),
}

_WITHOUT_COMMAND: Final = "start"
_ON_SCREEN: Final = ("start", "demo", "review")


class _Parser(argparse.ArgumentParser):
    """A parser whose error messages name what was probably meant.

    They quote no password: somebody may type an address where none belongs.
    """

    _typed: Sequence[str] = ()

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as argparse does; of an option that does not exist say which one is like it."""
        parsed, unknown = self.parse_known_args(args, namespace)
        if unknown:
            command = self._command_of(self._typed)
            hints = [hint for word in unknown if (hint := _did_you_mean(word.partition("=")[0], command._option_names))]
            command.error(f"unrecognized arguments: {' '.join(unknown)}{hints[0] if hints else ''}")
        return parsed

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as argparse does, and remember what was typed."""
        self._typed = sys.argv[1:] if args is None else tuple(args)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Print what is wrong with the command line, without the credentials in it, and exit.

        Where something must not be shown, the line is parsed again without it. So the message quotes no part of it,
        whichever part argparse would have quoted.
        """
        from labeler.config.backend_uri import words_without_userinfo

        shown = words_without_userinfo(self._typed)
        if shown != [*self._typed]:
            self.parse_args(shown)
            message = "an address with a name or a password stands where none belongs"
        super().error(message)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError:
            hint = _did_you_mean(str(value), list(action.choices or ()))
            if not hint:
                raise
            raise argparse.ArgumentError(action, f"invalid choice: {value!r}{hint}") from None

    def _command_of(self, words: Sequence[str]) -> _Parser:
        """Return the parser of the command, or of its action, that the words name."""
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                for at, word in enumerate(words):
                    if word in action.choices:
                        named: _Parser = action.choices[word]
                        return named._command_of(words[at + 1 :])
        return self

    @property
    def _option_names(self) -> list[str]:
        return [name for action in self._actions for name in action.option_strings]


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return how a sentence goes on that has named a word that is not known; empty where none is like it."""
    from difflib import get_close_matches

    nearest = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {nearest[0]}?" if nearest else ""


def build_parser() -> argparse.ArgumentParser:
    """Build the command line."""
    parser = _Parser(
        prog="labeler",
        description="Label LLM traces in the terminal. Without a command: go on with the last review.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"labeler {__version__}")
    options_of.labeler_alone(parser)
    add_common(parser)
    parser.set_defaults(run=partial(_run, _WITHOUT_COMMAND))
    added = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name, (summary, add_options) in COMMANDS.items():
        command = added.add_parser(name, help=summary, description=f"{summary}.", allow_abbrev=False)
        add_options(command)
        add_common(command)
        command.set_defaults(run=partial(_run, name))
    return parser


def _run(name: str, arguments: argparse.Namespace) -> ExitCode:
    """Import a command and run it. For the commands with a screen, garbage collection is put off until it stands."""
    if name in _ON_SCREEN:
        from labeler.tui.gc_pauses import put_off

        put_off()
    code: ExitCode = import_module(f"labeler.cli.{name}").run(arguments)
    return code
