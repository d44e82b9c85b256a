"""Mistakes in a configuration, as sentences that say where they are and what is allowed."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from labeler.dataclass import dataclass


class SettingSource(StrEnum):
    """Where a value can come from, the strongest source first."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    WORKING_DIRECTORY = "labeler.toml"
    USER = "config.toml"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from. `name` is the option, the environment variable or the file; `line` counts from 1."""

    source: SettingSource
    name: str = ""
    line: int | None = None

    def __str__(self) -> str:
        match self.source:
            case SettingSource.DEFAULT:
                return "default"
            case SettingSource.FLAG:
                return f"option {self.name}"
            case SettingSource.ENVIRONMENT:
                return f"environment variable {self.name}"
        return self.name if self.line is None else f"{self.name}, line {self.line}"


DEFAULT_ORIGIN: Final = Origin(SettingSource.DEFAULT)


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One mistake. `key` is dotted, or empty where the whole file is meant; `sentence` has no full stop."""

    origin: Origin
    key: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.origin}: {self.key}{' ' if self.key else ''}{self.sentence}"
