"""Snapshots: what stands on the screen, compared with what stood there when somebody last looked at it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.app import App


def screen_text(app: App[Any]) -> str:
    """The screen as it is painted, line by line, without its colours; blanks at the ends are left out."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips).rstrip() + "\n"


class Snapshots:
    """Compares screens with the files in `folder`; with `update` the files are written anew."""

    def __init__(self, folder: Path, *, update: bool) -> None:
        self._folder = folder
        self._update = update

    def check(self, name: str, app: App[Any]) -> None:
        """Assert that the screen is as the file `name` has it."""
        file, text = self._folder / f"{name}.txt", screen_text(app)
        if self._update:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            return
        assert file.exists(), f"no snapshot {file}; look at this and run with --update-snapshots:\n{text}"
        assert text == file.read_text(encoding="utf-8"), f"the screen is not as in {file}:\n{text}"
