"""The embedded store behaves like an MLflow server with a SQL store, and says what it cannot do in sentences."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from labeler.backends.base import (
    AlreadyThere,
    MissingTarget,
    MissingTrace,
    NotABackend,
    Refused,
    UnknownName,
)
from labeler.backends.local.database import remove_database
from labeler.backends.local.store import LocalStore
from labeler.domain.assessment import Assessment, AssessmentKind
from labeler.domain.worklist import Query
from labeler.reading.files.read import read_traces
from tests.backends.local.samples import feedback, trace
from tests.reading.corpus import CORPUS


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[LocalStore]:
    store = await LocalStore.open_or_create(tmp_path / "new" / "store.db")
    await store.import_traces([trace("tr-1"), trace("tr-2", at_ms=2_000)])
    yield store
    await store.close()


async def valid_ids(store: LocalStore, trace_id: str = "tr-1") -> set[str]:
    return {assessment.id for assessment in (await store.summary(trace_id)).assessments if assessment.valid}


async def test_the_uri_is_the_stores_own_id_wherever_the_file_lies(tmp_path: Path) -> None:
    store = await LocalStore.open_or_create(tmp_path / "store.db")
    uri = store.uri
    assert (uri[:6], store.workspace) == ("local:", "")
    await store.close()
    moved_to = (tmp_path / "store.db").rename(tmp_path / "moved.db")
    moved = await LocalStore.open(moved_to)
    assert moved.uri == uri
    await moved.close()
    remove_database(moved_to)
    anew = await LocalStore.open_or_create(moved_to)
    assert anew.uri != uri
    await anew.close()


async def test_a_payload_comes_back_byte_for_byte(store: LocalStore) -> None:
    payload = b'{"spans": [ 1.0,\n\t"\xc3\xa9" ]}\xff'
    raw = trace("tr-exact", tags={"a\ud83d": "b"})
    await store.import_traces([dataclasses.replace(raw, payload=payload)])
    back = await store.trace("tr-exact")
    assert back.payload == payload
    assert back.summary == dataclasses.replace(raw.summary, experiment_id="1")


async def test_importing_again_adds_nothing_and_keeps_labels(store: LocalStore) -> None:
    await store.create(feedback("a-1"))
    again = dataclasses.replace(trace("tr-1"), payload=b"{}")
    assert await store.import_traces([again, trace("tr-3")], "elsewhere") == 1
    assert (await store.trace("tr-1")).payload == trace("tr-1").payload
    assert await valid_ids(store) == {"a-1"}
    assert [experiment.name for experiment in await store.experiments()] == ["elsewhere", "demo"]
    assert (await store.summary("tr-3")).experiment_id == (await store.experiment("elsewhere")).id
    assert await store.count((await store.experiment("demo")).id) == 2


async def test_labels_of_a_trace_that_an_earlier_version_imported_under_a_wrong_id_go_along_with_it(
    store: LocalStore,
) -> None:
    cases = {"artifact-": "tr-Xw==", "mlflow-2.22-artifact-": "61698d90cd77e3c158a2176954c0d7b9"}
    for number, (start, wrong) in enumerate(cases.items()):
        (path,) = (CORPUS / "identity").glob(f"{start}*.json")
        (trace,) = read_traces(path.name, path.read_bytes()).traces
        earlier = dataclasses.replace(trace, summary=dataclasses.replace(trace.summary, id=wrong))
        await store.import_traces([earlier])
        await store.create(feedback(f"a-{number}", wrong, value=False, rationale="not on channel 12"))
        assert await store.import_traces([trace]) == 1
        (moved,) = (await store.summary(trace.summary.id)).assessments
        assert (moved.value, moved.rationale, moved.source.id) == (False, "not on channel 12", "ana")
        assert [each.id for each in (await store.summary(wrong)).assessments] == [f"a-{number}"]
        assert await store.import_traces([trace]) == 0
        assert len((await store.summary(trace.summary.id)).assessments) == 1


async def test_labels_given_under_the_prefix_of_earlier_versions_are_found_under_the_file_s_own_id(
    store: LocalStore,
) -> None:
    hexadecimal = "0af7651916cd43dd8448eb211c80319c"
    spans = [{"traceId": hexadecimal, "spanId": f"{n:016x}", "name": "chat"} for n in (1, 2)]
    whole = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
    (before,) = read_traces("a.json", json.dumps(whole).encode()).traces
    await store.import_traces(
        [dataclasses.replace(before, summary=dataclasses.replace(before.summary, id=f"tr-{hexadecimal}"))]
    )
    await store.create(feedback("a-1", f"tr-{hexadecimal}", value=False, rationale="wrong pier"))
    grown = {"resourceSpans": [{"scopeSpans": [{"spans": [*spans, {**spans[0], "spanId": "0" * 15 + "3"}]}]}]}
    (now,) = read_traces("a.json", json.dumps(grown).encode()).traces
    assert await store.import_traces([now]) == 1
    (moved,) = (await store.summary(hexadecimal)).assessments
    assert (moved.value, moved.rationale) == (False, "wrong pier")


async def test_imported_assessments_keep_what_they_were_and_get_an_id_where_they_had_none(store: LocalStore) -> None:
    said = (
        dataclasses.replace(feedback("a-old"), trace_id="tr-4", valid=False),
        dataclasses.replace(feedback("a-new", overrides="a-old"), trace_id="tr-4", rationale="half \ud83d"),
        dataclasses.replace(feedback(""), trace_id="tr-4"),
        dataclasses.replace(feedback(""), trace_id="tr-4"),
    )
    await store.import_traces([trace("tr-4", assessments=said)])
    old, new, *nameless = (await store.summary("tr-4")).assessments
    assert (old, new.overrides, new.valid, new.rationale) == (said[0], "a-old", True, "half ?")
    assert len({assessment.id for assessment in nameless} - {""}) == 2


async def test_a_repeat_adds_nothing(store: LocalStore) -> None:
    await store.create(feedback("a-1"))
    with pytest.raises(AlreadyThere):
        await store.create(feedback("a-1", value=False))
    with pytest.raises(AlreadyThere):
        await store.create(feedback("a-1", "tr-2"))
    assert (await store.summary("tr-1")).assessments == (feedback("a-1"),)


async def test_what_overrides_makes_invalid_and_its_deletion_restores(store: LocalStore) -> None:
    await store.create(feedback("a-1"))
    echo = await store.create(feedback("a-2", value=False, overrides="a-1"))
    assert echo == feedback("a-2", value=False, overrides="a-1")
    assert await valid_ids(store) == {"a-2"}
    await store.create(feedback("a-3", overrides="a-2"))
    assert await valid_ids(store) == {"a-3"}
    await store.retract("tr-1", "a-3")
    assert await valid_ids(store) == {"a-2"}
    await store.retract("tr-1", "a-2")
    await store.retract("tr-1", "a-2")
    await store.retract("tr-none", "a-2")
    assert await valid_ids(store) == {"a-1"}


async def test_overriding_what_is_not_there_stores_nothing(store: LocalStore) -> None:
    await store.create(feedback("a-other", "tr-2"))
    for target in ("a-none", "a-other"):
        with pytest.raises(MissingTarget):
            await store.create(feedback("a-2", overrides=target))
    assert await store.find("tr-1", "a-2") is None
    assert await valid_ids(store, "tr-2") == {"a-other"}


async def test_an_expectation_carries_neither_rationale_nor_overrides(store: LocalStore) -> None:
    await store.create(feedback("a-1"))
    expectation = dataclasses.replace(
        feedback("a-2", value=["07:40"], overrides="a-1", rationale="timetable"), kind=AssessmentKind.EXPECTATION
    )
    echo = await store.create(expectation)
    assert echo == dataclasses.replace(expectation, rationale=None, overrides=None)
    assert await store.find("tr-1", "a-2") == echo
    assert await valid_ids(store) == {"a-1", "a-2"}


async def test_an_update_changes_the_named_fields_in_place(store: LocalStore) -> None:
    await store.create(feedback("a-1", rationale="first"))
    changed = dataclasses.replace(feedback("a-1", value=False, rationale="second"), metadata={"more": "1"})
    echo = await store.update(changed, ["value", "metadata"])
    assert (echo.value, echo.rationale) == (False, "first")
    assert echo.metadata == {"labeler.id": "a-1", "more": "1"}
    assert echo.updated_at_ms > echo.created_at_ms
    assert await store.find("tr-1", "a-1") == echo
    with pytest.raises(MissingTarget):
        await store.update(feedback("a-none"), ["value"])
    with pytest.raises(Refused):
        await store.update(changed, ["source"])


async def test_an_update_of_a_superseded_assessment_leaves_it_superseded(store: LocalStore) -> None:
    await store.create(feedback("a-1"))
    await store.create(feedback("a-2", overrides="a-1"))
    await store.update(feedback("a-1", value="x"), ["value"])
    assert await valid_ids(store) == {"a-2"}


@pytest.mark.parametrize(
    "bad",
    [
        feedback(""),
        dataclasses.replace(feedback("a-1"), name=" "),
        feedback("a-1", value=float("nan")),
        feedback("a-1", value=2**53 + 1),
        feedback("a-1", rationale="\ud800"),
        feedback("a-\ud800"),
        dataclasses.replace(feedback("a-1", value=None), kind=AssessmentKind.EXPECTATION),
    ],
)
async def test_what_no_backend_could_store_unchanged_is_refused(store: LocalStore, bad: Assessment) -> None:
    with pytest.raises(Refused):
        await store.create(bad)
    assert await valid_ids(store) == set()


async def test_a_missing_trace_is_told_from_a_missing_assessment(store: LocalStore) -> None:
    assert await store.find("tr-1", "a-none") is None
    for call in (
        store.find("tr-none", "a-1"),
        store.create(feedback("a-1", "tr-none")),
        store.update(feedback("a-1", "tr-none"), ["value"]),
        store.summary("tr-none"),
        store.trace("tr-none"),
        store.attachment("tr-none", "x", None),
    ):
        with pytest.raises(MissingTrace, match="tr-none"):
            await call
    with pytest.raises(MissingTarget):
        await store.attachment("tr-1", "x", None)


async def test_it_says_what_it_can_do_and_names_what_there_is(store: LocalStore) -> None:
    capabilities = await store.capabilities()
    assert (capabilities.queues, capabilities.schemas, capabilities.honours_ids) == (True, True, True)
    assert await store.whoami() is None
    assert await store.queues("1") == []
    assert (await store.schemas("1")).questions == ()
    with pytest.raises(UnknownName, match=r"no queue 'q'\. It has: none yet"):
        await store.queue("1", "q")
    await store.create_queue("1", "Autumn", ["ana"])
    with pytest.raises(UnknownName, match=r"no queue 'q'\. It has: 'Autumn'"):
        await store.queue(None, "q")
    with pytest.raises(UnknownName, match=r"'nowhere'.*'demo'"):
        await store.experiment("nowhere")


async def test_a_snapshot_holds_every_trace_once_while_others_import_and_label(store: LocalStore) -> None:
    await store.import_traces([trace(f"tr-many-{number}", at_ms=number) for number in range(1_200)])
    seen: list[str] = []
    async for page in store.snapshot(Query(("1",))):
        seen += [summary.id for summary in page]
        await store.import_traces([trace(f"tr-late-{len(seen)}", at_ms=10**9)])
        await store.create(feedback(f"a-{len(seen)}", page[0].id))
    assert len(seen) == len(set(seen)) == 1_202
    assert seen[:3] == ["tr-2", "tr-many-1199", "tr-many-1198"]


async def test_a_snapshot_keeps_to_its_experiments_its_bounds_its_order_and_its_limit(store: LocalStore) -> None:
    await store.import_traces([trace("tr-b", at_ms=7, name="b"), trace("tr-a", at_ms=8, name="a")], "other")
    other = (await store.experiment("other")).id
    both = (other, "1")

    async def found(query: Query) -> list[str]:
        return [summary.id async for page in store.snapshot(query) for summary in page]

    assert await found(Query(both)) == ["tr-2", "tr-1", "tr-a", "tr-b"]
    assert await found(Query((other,))) == ["tr-a", "tr-b"]
    assert await found(Query(("404", "x"))) == []
    assert await found(Query(both, since_ms=8, until_ms=1_000)) == ["tr-1", "tr-a"]
    assert await found(Query(both, order_by=("name", "timestamp_ms ASC"))) == ["tr-a", "tr-b", "tr-1", "tr-2"]
    assert await found(Query(both, order_by=("timestamp_ms asc",), limit=2)) == ["tr-b", "tr-a"]


async def test_summaries_come_in_the_order_asked_for_and_without_the_unknown(store: LocalStore) -> None:
    assert [summary.id for summary in await store.summaries(["tr-2", "tr-none", "tr-1"])] == ["tr-2", "tr-1"]


@pytest.fixture
async def unusable(tmp_path: Path) -> dict[str, Path]:
    """Paths where no store can be, by what is said about them."""
    text = tmp_path / "notes.txt"
    text.write_text("not a database, " * 100)
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE t (x)")
    newer = tmp_path / "newer.db"
    await (await LocalStore.open_or_create(newer)).close()
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("PRAGMA user_version = 99")
    return {
        "is not a labeler store, or is damaged": text,
        "is not a labeler store. Name another": foreign,
        "update labeler": newer,
        "is a directory": tmp_path,
    }


@pytest.mark.parametrize("opening", [LocalStore.open, LocalStore.open_or_create])
async def test_what_is_no_store_is_told_in_a_sentence_and_left_untouched(
    unusable: dict[str, Path], opening: Callable[[Path], Awaitable[LocalStore]]
) -> None:
    for said, path in unusable.items():
        content = path.read_bytes() if path.is_file() else b""
        with pytest.raises(NotABackend) as raised:
            await opening(path)
        assert said in str(raised.value)
        assert str(path) in str(raised.value)
        assert not path.is_file() or path.read_bytes() == content


async def test_a_path_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotABackend, match="cannot be used"):
        await LocalStore.open_or_create(tmp_path / "file" / "below.db")


async def test_only_a_store_is_ever_removed(unusable: dict[str, Path]) -> None:
    for path in unusable.values():
        with pytest.raises(NotABackend):
            remove_database(path)
        assert path.exists()


async def test_opening_makes_no_store_by_itself(tmp_path: Path) -> None:
    with pytest.raises(NotABackend, match="There is no store"):
        await LocalStore.open(tmp_path / "typo.db")
    assert not (tmp_path / "typo.db").exists()


async def test_the_file_is_readable_by_its_owner_alone(store: LocalStore, tmp_path: Path) -> None:
    await store.create(feedback("a-1"))
    for path in (tmp_path / "new").iterdir():
        assert path.stat().st_mode & 0o077 == 0
