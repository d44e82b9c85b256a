"""Where themes lie, and loading one by its name: the stem of its file."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import labeler
from labeler.config.toml_text import NestedTooDeeply, parse_toml
from labeler.storage.file_reading import read_small_file
from labeler.tui.theme.theme import Theme, ThemeError, read_theme

DEFAULT_THEME: Final = "harbour-dark"
_LEADING_ELSEWHERE: Final = frozenset("/\\:\0")
"""Characters that make a path of a name; a working directory's file may say which theme."""


def built_in_directory() -> Path:
    """Return the themes that come with labeler: inside the package when installed, beside it in a checkout."""
    package = Path(labeler.__file__).parent
    installed = package / "themes"
    return installed if installed.is_dir() else package.parent / "themes"


def theme_names(directories: Sequence[Path] = ()) -> list[str]:
    """Return the themes that can be chosen: those that come with labeler, then those in `directories`, each sorted."""
    stems = [path.stem for folder in (built_in_directory(), *directories) for path in sorted(folder.glob("*.toml"))]
    return list(dict.fromkeys(stems))


def load_theme(name: str = DEFAULT_THEME, directories: Sequence[Path] = ()) -> Theme:
    """Load a theme; one in `directories` (the first wins) goes before one of the same name that comes with labeler.

    Raises `ThemeError` when there is none of that name, its file cannot be read, or something in it is wrong.
    """
    return _load(name, tuple(directories), inherited_by=())


def _load(name: str, directories: tuple[Path, ...], inherited_by: tuple[Path, ...]) -> Theme:
    path = _find(name, directories, inherited_by)
    where = path.name
    try:
        content = parse_toml(read_small_file(path).decode("utf-8"))
    except OSError as error:
        raise ThemeError(f"{where}: cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError as error:
        raise ThemeError(f"{where}: cannot be read ({error})") from None
    except tomllib.TOMLDecodeError as error:
        raise ThemeError(f"{where}: not valid TOML: {error}") from None
    except NestedTooDeeply as error:
        raise ThemeError(f"{where}: {error}") from None
    inherits = content.get("inherits")
    if inherits is None:
        return read_theme(name, content, where)
    if not isinstance(inherits, str):
        raise ThemeError(f"{where}: inherits is {inherits!r}; write the name of a theme in quotes")
    try:
        base = _load(inherits, directories, (*inherited_by, path))
    except _NoSuchTheme as error:
        raise ThemeError(f"{where}: inherits: {error}") from None
    return read_theme(name, content, where, base)


class _NoSuchTheme(ThemeError):
    pass


def _find(name: str, directories: tuple[Path, ...], passed_over: tuple[Path, ...]) -> Path:
    """Return the file of a theme, in one of the directories and nowhere else, whatever the name.

    A file never inherits itself, so a user's theme may build on the one it replaces.
    """
    if not set(name) & _LEADING_ELSEWHERE:
        for folder in (*directories, built_in_directory()):
            path = folder / f"{name}.toml"
            if path not in passed_over and path.is_file():
                return path
    names = theme_names(directories)
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
    raise _NoSuchTheme(f"There is no theme {name!r}; {hint}")
