"""A theme for terminals of 16 colours: the nearest would put grey on grey, so each role gets one that can be read."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Final

from rich.console import Console
from textual import constants

from labeler.tui.theme.look import Look
from labeler.tui.theme.theme import Theme

_VALUES: Final = (
    "#000000 #aa0000 #00aa00 #aa5500 #0000aa #aa00aa #00aaaa #aaaaaa "
    "#555555 #ff5555 #55ff55 #ffff55 #5555ff #ff55ff #55ffff #ffffff"
)
_COLOURS: Final = tuple(_VALUES.split())
"""The VGA's, by number, which Rich takes a terminal's to be."""

READABLE: Final = {True: (2, 6, 7, 9, 10, 11, 13, 14, 15), False: (0, 1, 4, 5, 12)}
"""Numbers of the colours with a contrast of 4.5 in the VGA's values and in xterm's: on black, and on white."""


def for_terminal(theme: Theme) -> Theme:
    """Return the theme as this terminal can show it."""
    console = Console(color_system=constants.COLOR_SYSTEM, file=sys.__stdout__, force_terminal=True)  # type: ignore[arg-type]
    return in_sixteen_colours(theme) if console.color_system == "standard" else theme


def in_sixteen_colours(theme: Theme) -> Theme:
    """Return the theme on black or white, in colours that can be read there; what had a background is reversed."""
    background = _COLOURS[0 if theme.dark else 15]
    colors = {name: _nearest(color, theme.dark) for name, color in theme.colors.items()}
    colors |= {name: background for name in ("background", "surface", "panel", "boost") if name in theme.colors}
    base = theme.colors["background"]
    return replace(theme, colors=colors, looks={role: _look(look, base, theme) for role, look in theme.looks.items()})


def _look(look: Look, base: str, theme: Theme) -> Look:
    stands_out = look.background not in (None, base)
    color = None if look.color is None else _nearest(look.color, theme.dark)
    return replace(look, color=color, background=None, reverse=True if stands_out else look.reverse)


def _nearest(color: str, is_dark: bool) -> str:
    """Return the readable colour that is nearest in hue and lightness."""
    wanted = _channels(color)

    def distance(number: int) -> int:
        return sum((one - other) ** 2 for one, other in zip(wanted, _channels(_COLOURS[number]), strict=True))

    return _COLOURS[min(READABLE[is_dark], key=distance)]


def _channels(color: str) -> tuple[int, ...]:
    return tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))
