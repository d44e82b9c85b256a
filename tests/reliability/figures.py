"""Small tables of figures."""

from __future__ import annotations

from collections.abc import Mapping


def print_figures(figures: Mapping[str, object]) -> None:
    """A row for each figure: its name, and the figure right-aligned."""
    name_width = max(len(name) for name in figures)
    shown = {name: f"{value:,}" if isinstance(value, int) else str(value) for name, value in figures.items()}
    width = max(len(value) for value in shown.values())
    for name, value in shown.items():
        print(f"{name:<{name_width}}  {value:>{width}}")
    print(flush=True)
