"""The peer: the least a Textual app can do. `j` puts another text into its one Static.

``python -m tests.benchmarks.bare_app lines`` changes one line, ``page`` a screenful of chat.
"""

from __future__ import annotations

import sys
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

PAGE = (
    "The passage came back with three notices, of which notice 17 counts most; the answer, however, leans on "
    "notice 4, which says nothing of the year. Ask for a berth on channel 12 before the breakwater.\n\n"
)


class BareApp(App[None]):
    """Shows ``item N/…`` on its first line, as the review screen does."""

    BINDINGS: ClassVar[list[BindingType]] = [("j", "another"), ("q", "quit")]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self._number = 1

    def compose(self) -> ComposeResult:
        yield Static(self._content(), markup=False)

    def action_another(self) -> None:
        self._number += 1
        self.query_one(Static).update(self._content())

    def _content(self) -> str:
        return f"item {self._number}/many\n" + self._text.replace("notice 17", f"notice {self._number}")


if __name__ == "__main__":
    BareApp(PAGE * 15 if sys.argv[1:] == ["page"] else "").run()
