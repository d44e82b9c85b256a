"""The settings that only a screen reads, checked beyond what their types say: keys and theme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.config.load import Configuration, ConfigurationError
from labeler.config.problems import Problem

if TYPE_CHECKING:
    from labeler.tui.keymap import Keymap
    from labeler.tui.theme.theme import Theme


def keymap_of(configuration: Configuration) -> Keymap:
    """The effective keys. Raises `ConfigurationError` with where each wrong one was set."""
    from labeler.tui.keymap import BadKeys, build_keymap

    try:
        return build_keymap(configuration.settings.keys)
    except BadKeys as error:
        raise ConfigurationError(
            [
                Problem(configuration.origin(f"keys.{action}"), f"keys.{action}", f"is wrong: {sentence}")
                for action, sentence in error.problems
            ]
        ) from None


def theme_of(configuration: Configuration) -> Theme:
    """The theme in effect. Raises `ConfigurationError` with where its name was set."""
    from labeler.tui.theme.files import DEFAULT_THEME, load_theme
    from labeler.tui.theme.theme import ThemeError

    try:
        return load_theme(configuration.settings.theme or DEFAULT_THEME, theme_directories(configuration))
    except ThemeError as error:
        raise ConfigurationError([Problem(configuration.origin("theme"), "theme", f"is wrong: {error}")]) from None


def theme_directories(configuration: Configuration) -> tuple[Path, ...]:
    """Where the user's own themes lie: `themes` beside the configuration file."""
    return (configuration.paths.config_file.parent / "themes",)


def check_screen_settings(configuration: Configuration) -> None:
    """Raise `ConfigurationError` with everything that is wrong with the keys and the theme."""
    problems = list(_problems(configuration))
    if problems:
        raise ConfigurationError(problems)


def with_screen_settings(error: ConfigurationError) -> ConfigurationError:
    """An error of loading, with what else is wrong with the keys and the theme in the rest of the configuration."""
    if error.rest is None:
        return error
    return ConfigurationError([*error.problems, *_problems(error.rest)])


def _problems(configuration: Configuration) -> Iterator[Problem]:
    for read in (theme_of, keymap_of):
        try:
            read(configuration)
        except ConfigurationError as error:
            yield from error.problems
