"""Print the effective keys."""

from __future__ import annotations

import argparse

from labeler.cli.context import configure
from labeler.cli.exit_code import ExitCode
from labeler.cli.output import print_json, print_table
from labeler.cli.screen_settings import keymap_of


def run(arguments: argparse.Namespace) -> ExitCode:
    """Print every action with its keys."""
    actions = keymap_of(configure(arguments)).actions
    if arguments.json:
        print_json(
            [
                {
                    "action": action.id,
                    "keys": list(action.keys),
                    "group": action.group.value,
                    "help": action.does,
                    "context": action.context.value,
                }
                for action in actions
            ]
        )
    else:
        print_table(
            ("KEYS", "ACTION", "WHAT IT DOES", "WHERE"),
            ((" ".join(action.keys) or "(none)", action.id, action.does, action.context) for action in actions),
        )
    return ExitCode.OK
