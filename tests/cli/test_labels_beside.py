"""Labels of files while a review goes on: written once a minute, and only where something was said since."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from labeler.cli import labels_out
from labeler.cli.labels_out import LabelChoice, kept_written
from labeler.journal.async_journal import AsyncJournal
from tests.cli.labelled_rows import STORE, rows_of, say
from tests.cli.program import Program
from tests.labels.files import labelled_file
from tests.reading.files.examples import lines

ROWS = [{"prompt": f"q{number}", "response": "a"} for number in range(3)]


async def until(path: Path, count: int) -> None:
    """Wait until so many rows of a labelled file have labels."""
    for _ in range(500):
        if labelled(path) == count:
            return
        await asyncio.sleep(0.04)
    raise AssertionError(f"{labelled(path)} rows are labelled, and not {count}")


def test_the_labelled_file_follows_what_is_said(labeler: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels_out, "_EVERY_S", 0.05)
    source = labeler.work / "data.jsonl"
    source.write_bytes(lines(ROWS))
    ids = rows_of(source.read_bytes())
    say(labeler, [])

    async def review() -> None:
        journal = await AsyncJournal.open(labeler.data / "journal.db")
        file = labelled_file(source)
        try:
            async with kept_written([file], journal, LabelChoice(frozenset([STORE.backend_uri]), None, None, ())):
                await asyncio.sleep(0.3)
                assert not file.path.exists(), "nothing was said yet"
                for count in (1, 3):
                    await asyncio.to_thread(say, labeler, ids[:count])
                    await until(file.path, count)
                before = file.path.stat().st_mtime_ns
                await asyncio.sleep(0.3)
                assert file.path.stat().st_mtime_ns == before, "nothing was said since"
        finally:
            await journal.close()

    asyncio.run(review())


def labelled(path: Path) -> int:
    """How many rows of a labelled file have labels."""
    if not path.exists():
        return 0
    return sum(bool(json.loads(line)["labels"]) for line in path.read_text().splitlines())
