"""Editing the user's configuration file without losing a comment in it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from labeler.config.toml_text import parse_toml
from labeler.storage.file_reading import read_small_file


class CannotEdit(Exception):
    """Raised where the file could not be changed; it is as it was. The message is a sentence."""


def allow_plain_http(config_file: Path, origin: str) -> None:
    """Add `origin` to `backend.allow_plain_http` in the user's file, creating the file. Raises `CannotEdit`."""
    try:
        text = read_small_file(config_file).decode("utf-8") if config_file.exists() else ""
        write_private(config_file, with_plain_http(text, origin))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise CannotEdit(
            f"{config_file} could not be changed ({error}). "
            f'Put allow_plain_http = ["{origin}"] under [backend] yourself'
        ) from error


def with_plain_http(text: str, origin: str) -> str:
    """Return TOML `text` with `origin` among those allowed; every other character stays. Raises `ValueError`."""
    import tomlkit  # loaded for this rare edit alone

    parse_toml(text)  # refuses deep nesting, into which tomlkit would recurse
    document = tomlkit.parse(text)
    backend = document.setdefault("backend", tomlkit.table())
    if not isinstance(backend, dict) or not isinstance(backend.get("allow_plain_http", []), list):
        raise ValueError("backend.allow_plain_http is no list there")
    allowed = backend.setdefault("allow_plain_http", tomlkit.array())
    if origin in allowed:
        return text
    expected = [origin, *allowed]
    allowed.insert(0, origin)
    edited = tomlkit.dumps(document)
    if parse_toml(edited)["backend"]["allow_plain_http"] != expected:
        raise ValueError("its [backend] table is written in a way that cannot be extended")
    return edited


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Write `text` completely or not at all, readable by its owner alone unless `mode` says more. Raises `OSError`."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
