"""Where things are: each file of the rooms where work is kept and done is documented, and helpers lie beside the tests.

docs/architecture.md has a line for every such file: the first one of its docstring.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from labeler.domain.connection import ConnectionStatus
from labeler.journal.models import DeliveryState

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "architecture.md"
ROOMS = ("review", "journal", "delivery", "desk", "storage", "agreement", "sprint")
HEADING = "## Every file of the rooms where work is kept and done\n"


def first_line(path: Path) -> str:
    """The first paragraph of a module's docstring, as one line."""
    documented = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(documented.partition("\n\n")[0].split()).replace("|", "\\|")


def section() -> str:
    """The whole section, a table a room."""
    parts = [HEADING, "\nWritten by `python -m tests.test_architecture` from the files' own first lines.\n"]
    for room in ROOMS:
        files = sorted(path for path in (ROOT / "labeler" / room).glob("*.py") if path.stem != "__init__")
        parts.append(f"\n### `{room}/`\n\n| file | what it is about |\n|---|---|\n")
        parts.extend(f"| `{path.name}` | {first_line(path)} |\n" for path in files)
    return "".join(parts)


def test_the_documented_files_are_the_files_there_are() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text[text.index(HEADING) :] == section(), "write it anew: python -m tests.test_architecture"


def test_every_file_says_what_it_is_about() -> None:
    silent = [path for path in (ROOT / "labeler").rglob("*.py") if not first_line(path)]
    assert [path for path in silent if path.name != "__init__.py"] == []


def test_no_test_is_imported_from() -> None:
    """Helpers lie beside the tests: whoever moves or deletes a test breaks no other."""
    importing = re.compile(r"^\s*(?:from|import) tests[\w.]*\.test_\w+", re.MULTILINE)
    files = (ROOT / "tests").rglob("*.py")
    assert [path for path in files if importing.search(path.read_text(encoding="utf-8"))] == []


def test_the_wall_clock_is_read_in_one_place() -> None:
    """`domain.clock` names both clocks, so that no duration is taken from the one that can be set."""
    reading = re.compile(r"\btime\.time(?:_ns)?\(|\bmonotonic_ns\(|^def _?now_ms", re.MULTILINE)
    files = (ROOT / "labeler").rglob("*.py")
    assert [path.name for path in files if reading.search(path.read_text(encoding="utf-8"))] == ["clock.py"]


def test_states_are_compared_by_their_names() -> None:
    """A word of a connection or a delivery in a comparison would go on standing there when the word is changed."""
    words = "|".join(re.escape(each) for each in (*ConnectionStatus, *DeliveryState))
    comparing = re.compile(rf'[=!]= "(?:{words})"|\bcase "(?:{words})"')  # SQL has single quotes
    files = (ROOT / "labeler").rglob("*.py")
    assert [path for path in files if comparing.search(path.read_text(encoding="utf-8"))] == []


if __name__ == "__main__":
    before = DOCUMENT.read_text(encoding="utf-8").partition(HEADING)[0]
    DOCUMENT.write_text(before.rstrip() + "\n\n" + section(), encoding="utf-8")
