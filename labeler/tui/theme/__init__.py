"""Themes: what roles look like, from TOML files, checked before Textual sees them."""

from labeler.tui.theme.files import DEFAULT_THEME, built_in_directory, load_theme, theme_names
from labeler.tui.theme.look import Look
from labeler.tui.theme.palette import Palette
from labeler.tui.theme.roles import ROLES
from labeler.tui.theme.theme import Theme, ThemeError

__all__ = [
    "DEFAULT_THEME",
    "ROLES",
    "Look",
    "Palette",
    "Theme",
    "ThemeError",
    "built_in_directory",
    "load_theme",
    "theme_names",
]
