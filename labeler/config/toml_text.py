"""Parsing TOML that somebody else may have written: deep nesting is refused before anything recurses."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, Final

_MAX_DEPTH: Final = 50
"""Levels of nested tables and arrays. A structured question, the deepest there is, takes four."""


class NestedTooDeeply(ValueError):
    """Raised for text with more nested containers than any configuration has."""

    def __init__(self) -> None:
        super().__init__(f"is nested deeper than {_MAX_DEPTH} levels")


def parse_toml(text: str) -> dict[str, Any]:
    """Return the values of a TOML text. Raises `tomllib.TOMLDecodeError` and `NestedTooDeeply`."""
    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise NestedTooDeeply from None
    level: list[object] = [values]
    for _ in range(_MAX_DEPTH):
        level = [inner for outer in level for inner in _contents(outer)]
        if not level:
            return values
    raise NestedTooDeeply


def _contents(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()
