from __future__ import annotations

import resource
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.cache.async_cache import AsyncCache
from labeler.cache.encoding import decode_summary, encode_summary
from labeler.cache.store import Cache
from labeler.cache.tables import FORMAT
from labeler.domain.destination import Destination
from labeler.domain.trace import RawTrace, TraceSummary
from tests.cache.traces import HOME, any_text, summaries, trace

MIB = 1024 * 1024


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Writes beyond `size` bytes of a file fail, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@given(summaries)
def test_a_summary_with_its_assessments_comes_back_as_it_was(summary: TraceSummary) -> None:
    assert decode_summary(encode_summary(summary)) == summary


@settings(max_examples=30, deadline=None)
@given(summaries, st.binary(max_size=2000), any_text, st.binary(max_size=200))
def test_a_trace_and_its_attachments_come_back_byte_for_byte_in_a_later_run(
    summary: TraceSummary, payload: bytes, path: str, content: bytes
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        first = Cache(Path(directory, "cache.db"), MIB)
        first.put(HOME, RawTrace(summary, payload))
        first.put_attachment(HOME, summary.id, path, content)
        first.close()
        later = Cache(Path(directory, "cache.db"), MIB)
        assert later.trace(HOME, summary.id) == RawTrace(summary, payload)
        assert later.attachment(HOME, summary.id, path) == content
        later.close()


def test_traces_belong_to_a_backend_and_workspace_whatever_the_experiment(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache.db", MIB)
    cache.put(HOME, trace("tr-1"))
    assert cache.trace(replace(HOME, experiment_id="7"), "tr-1") == trace("tr-1")
    for elsewhere in (replace(HOME, workspace="w"), Destination("http://127.0.0.1:5001", "", "1")):
        assert cache.trace(elsewhere, "tr-1") is None
        assert cache.have(elsewhere, ["tr-1"]) == set()
        assert cache.summaries(elsewhere, ["tr-1"]) == []
    cache.close()


@settings(max_examples=30, deadline=None)
@given(st.lists(summaries, max_size=4, unique_by=lambda each: each.id), any_text)
def test_the_whole_traces_of_a_session_are_found_oldest_first(others: list[TraceSummary], session: str) -> None:
    mine = [replace(trace(f"tr-{n}").summary, session_id=session, requested_at_ms=9 - n) for n in range(3)]
    with tempfile.TemporaryDirectory() as directory:
        cache = Cache(Path(directory, "cache.db"), MIB)
        cache.put_summaries(HOME, [replace(mine[0], id="without spans")])
        for each in [*others, *mine]:
            cache.put(HOME, RawTrace(each, b"{}"))
        found = cache.of_session(HOME, session)
        assert [each for each in found if each not in others] == mine[::-1]
        assert all(each.session_id == session for each in found)
        assert cache.of_session(replace(HOME, workspace="w"), session) == []
        assert cache.trouble is None
        cache.close()


def test_newer_summaries_replace_older_ones_and_leave_the_spans(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache.db", MIB)
    cache.put(HOME, trace("tr-1"))
    newer = replace(trace("tr-1").summary, name="renamed")
    cache.put_summaries(HOME, [trace("tr-2").summary, newer])
    assert cache.summaries(HOME, ["tr-2", "tr-0", "tr-1"]) == [trace("tr-2").summary, newer]
    assert cache.trace(HOME, "tr-1") == RawTrace(newer, trace("tr-1").payload)
    assert cache.have(HOME, ["tr-0", "tr-1", "tr-2"]) == {"tr-1"}
    assert cache.trace(HOME, "tr-2") is None
    cache.close()


def test_the_least_recently_read_trace_goes_first_and_the_size_stays_under_the_cap(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache.db", 50_000)
    for number in range(4):
        cache.put(HOME, trace(f"tr-{number}", 10_000))
    assert cache.trace(HOME, "tr-0") is not None
    cache.put(HOME, trace("tr-4", 10_000))
    assert cache.have(HOME, [f"tr-{number}" for number in range(5)]) == {"tr-0", "tr-2", "tr-3", "tr-4"}
    cache.put_attachment(HOME, "tr-4", "picture.png", bytes(20_000))
    assert cache.have(HOME, [f"tr-{number}" for number in range(5)]) == {"tr-0", "tr-4"}
    assert 40_000 < cache.total_bytes() <= 50_000
    cache.close()


def test_a_trace_larger_than_the_cap_is_kept_while_it_is_the_newest(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache.db", 1_000)
    cache.put(HOME, trace("tr-1", 5_000))
    assert cache.trace(HOME, "tr-1") is not None
    cache.put(HOME, trace("tr-2", 5_000))
    assert cache.have(HOME, ["tr-1", "tr-2"]) == {"tr-2"}
    cache.close()


def test_a_lowered_cap_shrinks_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    generous = Cache(path, 100 * MIB)
    for number in range(50):
        generous.put(HOME, trace(f"tr-{number}", 100_000))
    generous.close()
    before = path.stat().st_size
    strict = Cache(path, MIB)
    strict.close()
    assert before > 5_000_000
    assert path.stat().st_size < 2 * MIB


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "summary", "attach", "read"]), st.integers(0, 5), st.integers(0, 3000)),
        max_size=25,
    )
)
def test_the_size_told_is_the_size_kept(steps: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "cache.db")
        cache = Cache(path, 8_000)
        for act, number, size in steps:
            trace_id = f"tr-{number}"
            if act == "put":
                cache.put(HOME, trace(trace_id, size))
            elif act == "summary":
                cache.put_summaries(HOME, [replace(trace(trace_id).summary, name="n" * size)])
            elif act == "attach":
                cache.put_attachment(HOME, trace_id, f"{size % 2}", bytes(size))
            else:
                cache.trace(HOME, trace_id)
        told = cache.total_bytes()
        cache.close()
        database = sqlite3.connect(path)
        columns = (("summary", "trace"), ("payload", "spans"), ("content", "attachment"))
        kept = sum(
            len(cell) for column, table in columns for (cell,) in database.execute(f"SELECT {column} FROM {table}")
        )
        database.close()
        assert told == kept


@pytest.mark.parametrize("content", [b"this is no database", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_corrupt_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cache.db"
    path.write_bytes(content)
    cache = Cache(path, MIB)
    cache.put(HOME, trace("tr-1"))
    assert cache.trouble is None
    assert cache.trace(HOME, "tr-1") == trace("tr-1")
    cache.close()


def test_a_file_of_another_format_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    Cache(path, MIB).close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    cache = Cache(path, MIB)
    cache.put(HOME, trace("tr-1"))
    cache.close()
    assert sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (FORMAT,)


def test_a_file_that_is_damaged_in_the_middle_of_a_run_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    cache = Cache(path, 10 * MIB)
    for number in range(20):
        cache.put(HOME, trace(f"tr-{number}", 20_000))
    cache.close()
    cache = Cache(path, 10 * MIB)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    for number in range(20):
        cache.put(HOME, trace(f"tr-{number}"))
        assert cache.trace(HOME, f"tr-{number}") == trace(f"tr-{number}")
    cache.close()


def test_a_file_that_cannot_be_written_is_read_while_new_traces_stay_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    cache = Cache(path, MIB)
    cache.put(HOME, trace("tr-old"))
    with no_file_larger_than(1_000):
        cache.put(HOME, trace("tr-new"))
    assert cache.trace(HOME, "tr-new") == trace("tr-new")
    assert cache.trace(HOME, "tr-old") == trace("tr-old")
    assert cache.have(HOME, ["tr-old", "tr-new", "tr-none"]) == {"tr-old", "tr-new"}
    assert "labels are not affected" in (cache.trouble or "")
    cache.close()


def test_a_directory_in_the_place_of_the_file_costs_nothing_but_memory(tmp_path: Path) -> None:
    (tmp_path / "cache.db").mkdir()
    cache = Cache(tmp_path / "cache.db", MIB)
    cache.put(HOME, trace("tr-1"))
    assert cache.trace(HOME, "tr-1") == trace("tr-1")
    assert cache.trouble
    cache.close()


def test_the_files_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "deep" / "cache.db", MIB)
    cache.put(HOME, trace("tr-1"))
    for path in (tmp_path / "deep").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((tmp_path / "deep").stat().st_mode) == 0o700
    cache.close()


def test_two_processes_may_share_the_file(tmp_path: Path) -> None:
    one, other = Cache(tmp_path / "cache.db", MIB), Cache(tmp_path / "cache.db", MIB)
    one.put(HOME, trace("tr-1"))
    other.put(HOME, trace("tr-2"))
    assert one.have(HOME, ["tr-1", "tr-2"]) == other.have(HOME, ["tr-1", "tr-2"]) == {"tr-1", "tr-2"}
    assert one.total_bytes() == other.total_bytes()
    one.close()
    other.close()


async def test_the_thread_answers_what_the_cache_answers(tmp_path: Path) -> None:
    async with await AsyncCache.open(tmp_path / "cache.db", MIB) as cache:
        await cache.run(Cache.put, HOME, trace("tr-1"))
        assert await cache.run(Cache.trace, HOME, "tr-1") == trace("tr-1")
        assert await cache.run(Cache.have, HOME, ["tr-1", "tr-2"]) == {"tr-1"}
