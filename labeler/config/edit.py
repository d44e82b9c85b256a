"""Writing to the user's configuration without touching a comment in it."""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labeler.config.toml_lines import key_lines


class CannotEdit(Exception):
    """The file could not be changed and was left as it is. The message is a sentence."""


def allow_plain_http(config_file: Path, origin: str) -> None:
    """Add `origin` to `backend.allow_plain_http` in the user's file, made when there is none. Raises `CannotEdit`."""
    try:
        text = config_file.read_text(encoding="utf-8") if config_file.exists() else ""
        write_private(config_file, with_plain_http(text, origin))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise CannotEdit(
            f"{config_file} could not be changed ({error}). "
            f'Put allow_plain_http = ["{origin}"] under [backend] yourself'
        ) from error


def with_plain_http(text: str, origin: str) -> str:
    """TOML `text` with `origin` among those allowed; every other character stays. Raises `ValueError`."""
    values = tomllib.loads(text)
    allowed = values.get("backend", {}).get("allow_plain_http", [])
    if origin in allowed:
        return text
    entry = json.dumps(origin)
    known = key_lines(text)
    lines = text.splitlines(keepends=True)
    at = known.get(("backend", "allow_plain_http"))
    header = known.get(("backend",))
    if at is not None:
        before, rest = "".join(lines[: at - 1]), "".join(lines[at - 1 :])
        key, opening, inside = rest.partition("[")
        edited = f"{before}{key}{opening}{entry}{', ' if allowed else ''}{inside}"
    elif header is None:
        gap = "\n" if text.strip() else ""
        newline = "" if text.endswith("\n") or not text else "\n"
        edited = f"{text}{newline}{gap}[backend]\nallow_plain_http = [{entry}]\n"
    elif lines[header - 1].lstrip().startswith("["):
        lines.insert(header, f"allow_plain_http = [{entry}]\n")
        edited = "".join(lines)
    else:
        lines.insert(header - 1, f"backend.allow_plain_http = [{entry}]\n")
        edited = "".join(lines)
    _check(edited, values, [origin, *allowed])
    return edited


def write_private(path: Path, text: str) -> None:
    """Write `text` whole or not at all, readable by the owner alone. Raises `OSError`."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _check(edited: str, before: Mapping[str, Any], allowed: list[str]) -> None:
    expected = {**before, "backend": {**before.get("backend", {}), "allow_plain_http": allowed}}
    if tomllib.loads(edited) != expected:
        raise ValueError("its [backend] table is written in a way that cannot be extended")
