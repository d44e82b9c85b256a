"""Words for figures, rounded for people: no difference is rounded away to 100 % or 1.00, and nothing found to 0 %."""

from __future__ import annotations

from typing import Final

NO_FIGURE: Final = "–"


def percent_words(share: float | None) -> str:
    """Return ``73 %``."""
    if share is None:
        return NO_FIGURE
    rounded = round(share * 100)
    return f"{min(max(rounded, 1), 99) if 0 < share < 1 else rounded} %"


def coefficient_words(figure: float | None) -> str:
    """Return ``0.38``, also for negative ones; 1.00 stands for 1 alone."""
    if figure is None:
        return NO_FIGURE
    return f"{min(figure, 0.99) if figure < 1 else figure:.2f}".replace("-0.00", "0.00")
