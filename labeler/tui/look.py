"""How the screens look: the palette of the chosen theme and the signs."""

from __future__ import annotations

from dataclasses import dataclass

from labeler.tui.signs import Signs
from labeler.tui.theme.palette import Palette


@dataclass(frozen=True, slots=True)
class ScreenLook:
    palette: Palette
    signs: Signs
