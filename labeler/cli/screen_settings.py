"""Settings that only a screen reads, checked beyond their types: the keys and the theme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.config.load import Configuration, ConfigurationError
from labeler.config.problems import SettingProblem

if TYPE_CHECKING:
    from labeler.tui.keymap import Keymap
    from labeler.tui.theme.theme import Theme


def keymap_of(configuration: Configuration) -> Keymap:
    """Return the effective keys. Raises `ConfigurationError` that says where each wrong one was set."""
    from labeler.tui.keymap import BadKeys, build_keymap

    try:
        return build_keymap(configuration.settings.keys)
    except BadKeys as error:
        raise ConfigurationError(
            [
                SettingProblem(configuration.origin(f"keys.{action}"), f"keys.{action}", f"is wrong: {sentence}")
                for action, sentence in error.problems
            ]
        ) from None


def theme_of(configuration: Configuration) -> Theme:
    """Return the theme in effect. Raises `ConfigurationError` that says where its name was set."""
    from labeler.tui.theme.files import DEFAULT_THEME, load_theme
    from labeler.tui.theme.theme import ThemeError

    try:
        return load_theme(configuration.settings.theme or DEFAULT_THEME, theme_directories(configuration))
    except ThemeError as error:
        raise ConfigurationError(
            [SettingProblem(configuration.origin("theme"), "theme", f"is wrong: {error}")]
        ) from None


def theme_directories(configuration: Configuration) -> tuple[Path, ...]:
    """Return where the user's own themes lie: `themes` beside the configuration file."""
    return (configuration.paths.config_file.parent / "themes",)


def check_screen_settings(configuration: Configuration) -> None:
    """Raise `ConfigurationError` with every mistake in the keys and the theme."""
    problems = list(_problems(configuration))
    if problems:
        raise ConfigurationError(problems)


def with_screen_settings(error: ConfigurationError) -> ConfigurationError:
    """Return an error of loading, completed by the mistakes in the keys and the theme."""
    if error.rest is None:
        return error
    return ConfigurationError([*error.problems, *_problems(error.rest)])


def _problems(configuration: Configuration) -> Iterator[SettingProblem]:
    for read in (theme_of, keymap_of):
        try:
            read(configuration)
        except ConfigurationError as error:
            yield from error.problems
