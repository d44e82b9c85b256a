"""TOML as people write it: text that is nested without end is refused before anything recurses into it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, Final

_MAX_DEPTH: Final = 50
"""Tables and arrays within each other. A structured question, the deepest there is, takes four."""


class NestedTooDeeply(ValueError):
    """The text holds more containers within each other than any file of ours does."""

    def __init__(self) -> None:
        super().__init__(f"is nested deeper than {_MAX_DEPTH} levels")


def parse_toml(text: str) -> dict[str, Any]:
    """The values of a TOML text. Raises `tomllib.TOMLDecodeError` and `NestedTooDeeply`."""
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
