"""Configurations for tests: files in a directory of their own, no environment but the one given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

from labeler.config.load import Configuration, ConfigurationError, FlagSetting, load_configuration
from labeler.config.paths import find_paths


class StrongerLayers(TypedDict, total=False):
    """What wins over the user's file: the working directory's file, the environment, the flags."""

    shared: str
    environment: Mapping[str, str]
    flags: Sequence[FlagSetting]


class Layers(StrongerLayers, total=False):
    """Everything that wins over the defaults."""

    user: str


def load(
    home: Path,
    *,
    user: str = "",
    shared: str | None = None,
    environment: Mapping[str, str] | None = None,
    flags: Sequence[FlagSetting] = (),
) -> Configuration:
    """Load with `user` as config.toml and `shared` as labeler.toml of the working directory."""
    (home / "config.toml").write_text(user, encoding="utf-8")
    work = home / "work"
    work.mkdir(exist_ok=True)
    if shared is not None:
        (work / "labeler.toml").write_text(shared, encoding="utf-8")
    paths = find_paths({}, config=str(home / "config.toml"), data_dir=str(home / "data"))
    return load_configuration(paths, flags=flags, environment=environment or {}, directory=work)


def complaints(home: Path, user: str = "", **stronger: Unpack[StrongerLayers]) -> list[str]:
    """What loading complains about, a line a mistake, without the directory's name."""
    try:
        load(home, user=user, **stronger)
    except ConfigurationError as error:
        return [str(problem).replace(f"{home}/", "") for problem in error.problems]
    return []
