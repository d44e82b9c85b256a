"""A theme: Textual's colours and the looks of our roles, read from TOML and checked before Textual sees them.

Textual registers a theme with a bad colour without a word and dies when it is chosen, so nothing gets
past `read_theme` that is not a colour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cached_property
from typing import Final, TypeVar

from textual.theme import Theme as TextualTheme

from labeler.dataclass import dataclass
from labeler.tui.theme.look import BadLook, Look, parse_color, parse_look
from labeler.tui.theme.palette import Palette
from labeler.tui.theme.roles import ROLES

COLORS: Final = (
    "primary",
    "secondary",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "boost",
    "success",
    "warning",
    "error",
)
"""The keys of ``[colors]``: what Textual derives the colours of its own widgets from."""

_NEEDED: Final = ("primary", "foreground", "background")
_KEYS: Final = ("dark", "inherits", "about", "colors", "roles")


class ThemeError(ValueError):
    """A theme cannot be used. The message is a sentence that names the file and the key."""


@dataclass(frozen=True)
class Theme:
    """A checked theme. `about` is one line for ``labeler themes``."""

    name: str
    dark: bool
    about: str
    colors: Mapping[str, str]
    looks: Mapping[str, Look]

    @cached_property
    def palette(self) -> Palette:
        return Palette(self.looks, self.colors["background"])

    def textual(self) -> TextualTheme:
        """Return the same for Textual. Every role is a CSS variable: ``role.user`` is ``$look-role-user``."""
        palette = self.palette
        looks = {f"look-{role.replace('.', '-')}": palette.look(role).color for role in ROLES}
        background = self.colors["background"]
        rule = palette.look("rule").color or background
        variables = {name: color for name, color in looks.items() if color}
        variables |= {
            "scrollbar": rule,
            "scrollbar-hover": palette.look("dim").color or rule,
            "scrollbar-active": palette.look("cursor").color or rule,
            "scrollbar-background": background,
            "scrollbar-background-hover": background,
            "scrollbar-background-active": background,
            "scrollbar-corner-color": background,
        }
        return TextualTheme(
            name=self.name,
            dark=self.dark,
            variables=variables,
            primary=self.colors["primary"],
            secondary=self.colors.get("secondary"),
            accent=self.colors.get("accent"),
            foreground=self.colors["foreground"],
            background=background,
            surface=self.colors.get("surface"),
            panel=self.colors.get("panel"),
            boost=self.colors.get("boost"),
            success=self.colors.get("success"),
            warning=self.colors.get("warning"),
            error=self.colors.get("error"),
        )


def read_theme(name: str, content: Mapping[str, object], where: str, base: Theme | None = None) -> Theme:
    """Check what a theme's file holds; `where` names the file in messages, `base` is the theme it inherits.

    Raises `ThemeError` for an unknown key, a bad colour, or a missing colour.
    """
    _check_names(content, _KEYS, where, "")
    dark = content.get("dark", base.dark if base else True)
    if not isinstance(dark, bool):
        raise ThemeError(f"{where}: dark is {dark!r}; write true or false")
    colors = dict(base.colors) if base else {}
    for key, value in _table(content, "colors", COLORS, where).items():
        colors[key] = _checked(parse_color, value, f"{where}: colors.{key}")
    missing = [key for key in _NEEDED if key not in colors]
    if missing:
        raise ThemeError(f"{where}: colors.{missing[0]} is missing; a theme needs {', '.join(_NEEDED)}")
    looks = {"text": Look(color=colors["foreground"])} | (dict(base.looks) if base else {})
    for role, value in _table(content, "roles", tuple(ROLES), where).items():
        looks[role] = _checked(parse_look, value, f'{where}: roles."{role}"')
    about = content.get("about", "")
    if not isinstance(about, str):
        raise ThemeError(f"{where}: about is {about!r}; write text in quotes")
    return Theme(name, dark, about, colors, looks)


_T = TypeVar("_T")


def _checked(parse: Callable[[str], _T], value: object, key: str) -> _T:
    if not isinstance(value, str):
        raise ThemeError(f"{key} is {value!r}; write text in quotes")
    try:
        return parse(value)
    except BadLook as error:
        raise ThemeError(f"{key}: {error}") from None


def _table(content: Mapping[str, object], key: str, allowed: tuple[str, ...], where: str) -> Mapping[str, object]:
    table = content.get(key, {})
    if not isinstance(table, Mapping):
        raise ThemeError(f"{where}: {key} is {table!r}; it has to be a table, [{key}]")
    for name, value in table.items():
        if isinstance(value, Mapping):
            inner = next(iter(value), "name")
            raise ThemeError(f'{where}: {key}.{name} is a table; put dotted names in quotes: "{name}.{inner}"')
    _check_names(table, allowed, where, f"{key}.")
    return table


def _check_names(names: Mapping[str, object], allowed: tuple[str, ...], where: str, prefix: str) -> None:
    for name in names:
        if name not in allowed:
            near = get_close_matches(name, allowed, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(allowed)}"
            raise ThemeError(f"{where}: unknown key {prefix}{name}; {hint}")
