"""A cache that is removed or replaced while it is open: made anew, and what was in it is read as long as it is open."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from labeler.cache.store import Cache
from tests.cache.traces import HOME, trace
from tests.journal.taking_away import OCCUPIED, TAKEN_AWAY

MIB = 1024 * 1024


@pytest.mark.parametrize("take_away", TAKEN_AWAY.values(), ids=TAKEN_AWAY)
def test_a_cache_that_was_taken_away_is_made_anew_and_still_read(
    take_away: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "cache" / "cache.db"
    cache = Cache(path, MIB)
    cache.put(HOME, trace("tr-1"))
    for number in (2, 3):
        take_away(path)
        cache.put(HOME, trace(f"tr-{number}"))
        assert cache.have(HOME, ["tr-1", "tr-2", "tr-3"]) == {f"tr-{each}" for each in range(1, number + 1)}
    assert cache.trace(HOME, "tr-1") == trace("tr-1")
    assert cache.trouble is None
    cache.close()
    later = Cache(path, MIB)
    assert later.trace(HOME, "tr-3") == trace("tr-3")
    later.close()


@pytest.mark.parametrize("occupy", [OCCUPIED["a directory"], OCCUPIED["a pipe"]])
def test_where_it_cannot_be_made_anew_what_is_new_stays_in_memory(
    occupy: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "cache" / "cache.db"
    cache = Cache(path, MIB)
    cache.put(HOME, trace("tr-1"))
    occupy(path)
    cache.put(HOME, trace("tr-2"))
    assert cache.have(HOME, ["tr-1", "tr-2"]) == {"tr-1", "tr-2"}
    assert cache.trouble is not None
    cache.close()


def test_another_program_that_made_it_anew_is_joined(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "cache.db"
    one = Cache(path, MIB)
    one.put(HOME, trace("tr-1"))
    shutil.rmtree(path.parent)
    other = Cache(path, MIB)
    other.put(HOME, trace("tr-2"))
    assert one.have(HOME, ["tr-1", "tr-2"]) == {"tr-1", "tr-2"}
    one.put(HOME, trace("tr-3"))
    assert other.have(HOME, ["tr-2", "tr-3"]) == {"tr-2", "tr-3"}
    one.close()
    other.close()
