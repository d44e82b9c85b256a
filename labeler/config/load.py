"""Merging the layers of settings: flags, environment, the working directory's file, the user's file, defaults."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final

from labeler.config.backend_uri import secrets_in
from labeler.config.checks import Wrong
from labeler.config.model import Settings, check_settings
from labeler.config.paths import SHORTAGES, Paths
from labeler.config.problems import DEFAULT_ORIGIN, Origin, SettingProblem, SettingSource
from labeler.config.questions import NOT_OF_A_FIELD, QuestionRefinement
from labeler.config.toml_lines import KeyPath, key_lines, nearest_line
from labeler.config.toml_text import NestedTooDeeply, parse_toml
from labeler.dataclass import dataclass
from labeler.storage.file_reading import read_small_file

WORKING_DIRECTORY_FILE: Final = "labeler.toml"

ENVIRONMENT_KEYS: Final[Sequence[tuple[str, str]]] = (
    ("MLFLOW_TRACKING_URI", "backend.uri"),
    ("MLFLOW_EXPERIMENT_NAME", "backend.experiments"),
    ("MLFLOW_EXPERIMENT_ID", "backend.experiments"),
    ("MLFLOW_WORKSPACE", "backend.workspace"),
    ("LABELER_REVIEWER", "reviewer"),
    ("LABELER_THEME", "theme"),
)
"""Environment variables and the keys they set. Of two for one key the later wins; an empty one sets nothing."""

_MOST_TOLD: Final = 100
"""How many mistakes of one file are reported: nobody reads more, and finding the nearest name of each takes time."""

_LISTS: Final = {"backend.experiments"}
_TABLES_OF_NAMES: Final = ("keys", "judges", "snippets")
"""Tables whose keys are names of the user's own, which may have dots."""

_SIGNS_IN: Final = (
    "has a name or password in it, which are one person's, in a file that others share; leave them out and set "
    "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
)
_RUNS_A_PROGRAM: Final = (
    "runs a program, so it is read from your own config.toml alone, never from a working directory; move it there"
)
_USER_ONLY: Final = {
    "backend.token_command": _RUNS_A_PROGRAM,
    "ui.viewer": _RUNS_A_PROGRAM,
    "reviewer": "says whose labels these are, which a working directory that others share cannot know; put it into "
    "your own config.toml, or give --reviewer",
    "keys": "are one person's, and a working directory could swap yes and no without a word; put them into your own "
    "config.toml",
}
"""What a working directory's file, perhaps somebody else's, may not set, and why."""


@dataclass(frozen=True, slots=True)
class FlagSetting:
    """A setting given on the command line: the option as it was typed, the dotted key that it sets, and the value."""

    option: str
    key: str
    value: str | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of settings: nested values as TOML gives them, and where each was written."""

    source: SettingSource
    values: Mapping[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)
    """For flags and the environment: option or variable by dotted key."""
    file: str = ""
    lines: Mapping[KeyPath, int] = field(default_factory=dict)

    def origin(self, path: KeyPath) -> Origin:
        """Return where `path` was set in this layer."""
        if self.file:
            return Origin(self.source, self.file, nearest_line(self.lines, path))
        dotted = ".".join(map(str, path))
        name = next((name for key, name in self.names.items() if f"{dotted}.".startswith(f"{key}.")), "")
        return Origin(self.source, name)

    def get(self, key: str) -> Any:
        """Return the raw value of a dotted key, or None."""
        value: Any = self.values
        for name in key.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return value


@dataclass(frozen=True, slots=True)
class Configuration:
    """The effective settings, the origin of each, and the paths."""

    settings: Settings
    paths: Paths
    layers: tuple[Layer, ...]
    """The strongest first."""

    def origin(self, key: str) -> Origin:
        """Return where the effective value of a dotted key was set.

        One of a table of names is ``keys.`` and the name.
        """
        head, _, name = key.partition(".")
        for layer in self.layers:
            if head in _TABLES_OF_NAMES and name:
                path = _key_path(layer.values.get(head), name)
                if path is not None:
                    return layer.origin((head, *path))
            elif layer.get(key) is not None:
                return layer.origin(tuple(key.split(".")))
        return DEFAULT_ORIGIN


class ConfigurationError(Exception):
    """Raised with everything that is wrong with the configuration.

    `rest` is the configuration without the mistakes, so that more of it can be checked; None where there is none.
    """

    def __init__(self, problems: list[SettingProblem], rest: Configuration | None = None) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
        self.rest = rest


def load_configuration(
    paths: Paths,
    *,
    flags: Sequence[FlagSetting] = (),
    environment: Mapping[str, str] = os.environ,
    directory: Path | None = None,
    config_is_named: bool = False,
) -> Configuration:
    """Read and check every layer. Raises `ConfigurationError` with the mistakes of all of them.

    `labeler.toml` is looked for in `directory` (None: nowhere). With `config_is_named` the user asked for this very
    configuration file, so it has to exist.
    """
    problems: list[SettingProblem] = []
    layers = [_flag_layer(flags), _environment_layer(environment)]
    in_directory = None if directory is None else directory / WORKING_DIRECTORY_FILE
    if in_directory is not None and in_directory.exists() and not _same_file(in_directory, paths.config_file):
        layers += _file_layer(in_directory, SettingSource.WORKING_DIRECTORY, problems)
    if config_is_named or paths.config_file.exists():
        layers += _file_layer(paths.config_file, SettingSource.USER, problems)
    for layer in layers:
        problems += sorted(_problems_of(layer), key=lambda problem: problem.origin.line or 0)
    if problems:
        raise ConfigurationError(problems, _together([_sound_part(layer) for layer in layers], paths))
    return _together(layers, paths)


def _together(layers: Sequence[Layer], paths: Paths) -> Configuration:
    merged: dict[str, Any] = {}
    for layer in reversed(layers):
        merged = _merge(merged, layer.values)
    if layers[0].get("review.blind") is True:
        _set(merged, "review.blind", next((each for each in _values(layers[1:], "review.blind") if each), True))
    if _experiments_without_queue(layers[0]):
        merged.get("backend", {}).pop("queue", None)
    return Configuration(check_settings(merged), paths, tuple(layers))


def _sound_part(layer: Layer) -> Layer:
    """Return the layer without the settings that are wrong in it."""
    values = {name: dict(value) if isinstance(value, Mapping) else value for name, value in layer.values.items()}
    for key, _ in _not_its_own(layer):
        _leave_out(values, tuple(key.split(".")))
    while True:
        try:
            check_settings(values)
        except Wrong as error:
            for mistake in error.mistakes:
                _leave_out(values, mistake.path)
        else:
            return replace(layer, values=values)


def _leave_out(values: dict[str, Any], path: KeyPath) -> None:
    """Remove the setting at `path`: a single entry of a table, else the whole key."""
    table = values.get(str(path[0]))
    if len(path) > 1 and isinstance(table, dict) and path[1] in table:
        del table[path[1]]
    else:
        values.pop(str(path[0]), None)


def _flag_layer(flags: Sequence[FlagSetting]) -> Layer:
    values: dict[str, Any] = {}
    for flag in flags:
        _set(values, flag.key, flag.value)
    return Layer(SettingSource.FLAG, values, names={flag.key: flag.option for flag in flags})


def _environment_layer(environment: Mapping[str, str]) -> Layer:
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    for variable, key in ENVIRONMENT_KEYS:
        value = environment.get(variable)
        if value:
            _set(values, key, (value,) if key in _LISTS else value)
            names[key] = variable
    return Layer(SettingSource.ENVIRONMENT, values, names=names)


def _file_layer(path: Path, source: SettingSource, problems: list[SettingProblem]) -> Iterator[Layer]:
    try:
        text = read_small_file(path).decode("utf-8-sig")
        values = parse_toml(text)
    except OSError as error:
        if error.errno in SHORTAGES:
            raise
        problems.append(SettingProblem(Origin(source, str(path)), "", f"cannot be read: {error.strerror or error}"))
    except UnicodeDecodeError:
        problems.append(SettingProblem(Origin(source, str(path)), "", "is not UTF-8 text"))
    except tomllib.TOMLDecodeError as error:
        problems.append(_syntax_problem(path, source, str(error), text))
    except NestedTooDeeply as error:
        problems.append(SettingProblem(Origin(source, str(path)), "", str(error)))
    else:
        yield Layer(source, values, file=str(path), lines=key_lines(text))


def _syntax_problem(path: Path, source: SettingSource, message: str, text: str) -> SettingProblem:
    """Return what `tomllib` reports, with its line.

    Where it says "at end of document", that is the last line.
    """
    where = re.search(r"line (\d+)", message)
    line = int(where[1]) if where else max(len(text.splitlines()), 1)
    reason = message.partition(" (at ")[0]
    return SettingProblem(Origin(source, str(path), line), "", f"is not valid TOML: {reason}")


def _problems_of(layer: Layer) -> Iterator[SettingProblem]:
    try:
        check_settings(layer.values)
    except Wrong as error:
        from labeler.config.sentences import explain

        for path, sentence in explain(error.mistakes[:_MOST_TOLD]):
            yield SettingProblem(layer.origin(path), _dotted(path), sentence)
        if (more := len(error.mistakes) - _MOST_TOLD) > 0:
            yield SettingProblem(layer.origin(()), "", f"has {more:,} mistakes more")
    for key, sentence in _not_its_own(layer):
        yield SettingProblem(layer.origin(tuple(key.split("."))), key, sentence)


def _not_its_own(layer: Layer) -> Iterator[tuple[str, str]]:
    """Yield the settings that a working directory's file may not have, each with the reason."""
    if layer.source is SettingSource.WORKING_DIRECTORY:
        yield from ((key, why) for key, why in _USER_ONLY.items() if layer.get(key) not in (None, {}))
        if secrets_in(str(layer.get("backend.uri"))):
            yield "backend.uri", _SIGNS_IN


def _dotted(path: KeyPath) -> str:
    """Return ``questions[2].min`` for the key `min` of the second question."""
    dotted = ""
    for part in path:
        dotted += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return dotted.removeprefix(".")


def _set(values: dict[str, Any], key: str, value: Any) -> None:
    *tables, name = key.split(".")
    for table in tables:
        values = values.setdefault(table, {})
    values[name] = value


def _merge(weak: Mapping[str, Any], strong: Mapping[str, Any]) -> dict[str, Any]:
    """Merge tables; replace anything else as a whole, lists included."""
    merged = dict(weak)
    for name, value in strong.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(name), Mapping)
        merged[name] = _merge(merged[name], value) if both else value
    return merged


def _key_path(table: object, name: str) -> tuple[str, ...] | None:
    """Find how `name` is spelled in a raw table of names: as one quoted key, or as tables in tables."""
    if not isinstance(table, Mapping):
        return None
    if name in table:
        return (name,)
    head, _, rest = name.partition(".")
    inner = _key_path(table.get(head), rest) if rest else None
    return None if inner is None else (head, *inner)


def _values(layers: Sequence[Layer], key: str) -> Iterator[Any]:
    """Yield what the layers say of a key, the strongest first."""
    return (layer.get(key) for layer in layers)


def _experiments_without_queue(flags: Layer) -> bool:
    """Return whether experiments on the command line take the place of a queue in a file."""
    return flags.get("backend.experiments") is not None and flags.get("backend.queue") is None


def _same_file(one: Path, other: Path) -> bool:
    return other.exists() and one.samefile(other)


def flattened(settings: object, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every setting as a dotted key and a plain value, in the order of the model."""
    for name in (setting.name for setting in fields(settings)):  # type: ignore[arg-type]
        value = getattr(settings, name)
        if is_dataclass(value):
            yield from flattened(value, f"{prefix}{name}.")
        elif name in _TABLES_OF_NAMES:
            yield from (
                (f"{name}.{key}", list(each) if isinstance(each, tuple) else each) for key, each in value.items()
            )
        elif isinstance(value, tuple):
            yield f"{prefix}{name}", [_plain(item) for item in value]
        else:
            yield f"{prefix}{name}", value


def _plain(item: Any) -> Any:
    """Return a question as the table that stands for it."""
    if not isinstance(item, QuestionRefinement):
        return item
    plain = {name: value for name, value in asdict(item).items() if value is not None}
    if "fields" in plain:
        plain["fields"] = [_stated(field) for field in plain["fields"]]
    return plain


def _stated(field: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a field of a structured question states, without what only a question can."""
    return {name: value for name, value in field.items() if value is not None and name not in NOT_OF_A_FIELD}
