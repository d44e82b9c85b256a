"""A journal that is only read: what cannot be read is told in a sentence, and nothing is made in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from labeler.journal.journal import Journal
from labeler.journal.models import JournalUnusable


def nothing(path: Path) -> None:
    path.parent.mkdir()


def directory(path: Path) -> None:
    path.mkdir(parents=True)


def link_to_itself(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(path)


@pytest.mark.parametrize("lies_there", [nothing, directory, link_to_itself])
def test_what_cannot_be_read_is_named_in_a_sentence_and_left_as_it_is(
    lies_there: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "state" / "journal.db"
    lies_there(path)
    before = sorted(path.parent.iterdir())
    with pytest.raises(JournalUnusable, match=f"The journal {path} cannot be read"):
        Journal.open_read_only(path)
    assert sorted(path.parent.iterdir()) == before
