"""The palette: roles turned into Rich styles, once each."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style

from labeler.tui.theme.look import Look
from labeler.tui.theme.roles import ROLES, parent

_MUTED = 0.5
"""How far code colours go towards ``dim`` inside secondary text, so that tool traffic stays quiet."""


class Palette:
    """How every role looks in one theme. `background` is what lies below everything, ``#rrggbb``."""

    def __init__(self, looks: Mapping[str, Look], background: str) -> None:
        self.background = background
        below = looks.get("text", Look()).over(Look(background=background))
        self._looks = {role: _inherited(role, looks).over(below) for role in ROLES}
        self._own = {role: _inherited(role, looks) for role in ROLES}
        self._styles: dict[tuple[str, ...], Style] = {}

    def look(self, *roles: str) -> Look:
        """Return the roles laid over each other, the last on top. The first also fills in what text looks like."""
        look = self._looks[roles[0]]
        for role in roles[1:]:
            upper = self._own[role]
            if roles[0] == "dim" and role.startswith("code") and upper.color and look.color:
                upper = Look(color=blend(upper.color, look.color, _MUTED)).over(upper)
            look = upper.over(look)
        return look

    def style(self, *roles: str) -> Style:
        """Return the same as a Rich style, cached. Raises `KeyError` for a role that does not exist."""
        style = self._styles.get(roles)
        if style is None:
            style = self._styles[roles] = self.look(*roles).rich()
        return style


def blend(one: str, other: str, share: float) -> str:
    """Return the colour `share` of the way from one ``#rrggbb`` to another."""
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in pairs)


def _inherited(role: str, looks: Mapping[str, Look]) -> Look:
    """Return what a theme says of a role itself, or of its nearest named ancestor below ``text``."""
    above: str | None = role
    while above is not None and above != "text":
        if above in looks:
            return looks[above]
        above = parent(above)
    return looks.get("text", Look()) if role == "text" else Look()
