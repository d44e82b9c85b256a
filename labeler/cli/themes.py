"""List the themes."""

from __future__ import annotations

import argparse

from labeler.cli.context import configure
from labeler.cli.exit_code import ExitCode
from labeler.cli.output import print_text
from labeler.cli.screen_settings import theme_directories
from labeler.tui.theme.files import DEFAULT_THEME, theme_names


def run(arguments: argparse.Namespace) -> ExitCode:
    """Print one name a line, and mark the theme in effect."""
    configuration = configure(arguments)
    effective = configuration.settings.theme or DEFAULT_THEME
    for name in theme_names(theme_directories(configuration)):
        print_text(f"{name} *" if name == effective else name)
    return ExitCode.OK
