"""Attachments that a real MLflow holds: fetched when they are asked for, kept, or a sentence that says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.backends.base import MissingTarget
from labeler.backends.local.store import LocalStore
from labeler.backends.mlflow import traces
from labeler.backends.mlflow.backend import open_backend
from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.delivery.attachments import AttachmentAway, bring_attachment
from labeler.desk.media_content import ContentAway, Contents
from labeler.desk.remote import OFFLINE, Offline
from labeler.domain.destination import Destination
from labeler.journal.async_journal import AsyncJournal
from labeler.reading.document import BlockKind
from labeler.reading.media.detect import attachment_address
from labeler.reading.read import read_document
from tests.reading.pictures import data_uri, picture
from tests.servers.attaching import log_attachments
from tests.servers.mlflow_server import free_port, shared_server

STAMP = picture("PNG", (40, 20))
SOUND = b"RIFF\x24\0\0\0WAVEfmt " + bytes(32)


@pytest.fixture(scope="module")
def attached() -> str:
    """A trace with two attachments."""
    server = shared_server()
    files = {"scan": ("image/png", STAMP), "note": ("audio/wav", SOUND)}
    return log_attachments(server.url, server.new_experiment(), files)


@pytest.mark.slow
async def test_attachments_are_fetched_when_asked_for_and_then_kept(attached: str, tmp_path: Path) -> None:
    backend = await open_backend(shared_server().url)
    cache = await AsyncCache.open(tmp_path / "cache.db", 1 << 28)
    journal = await AsyncJournal.open(tmp_path / "journal.db")
    home = Destination(backend.uri, backend.workspace, "1")
    asked: list[str] = []

    class Fetching(Offline):
        async def attachment(self, trace_id: str, path: str, size: int | None) -> bytes:
            asked.append(path)
            return await bring_attachment(backend, cache, trace_id, path, size)

    raw = await backend.trace(attached)
    await cache.run(Cache.put, home, raw)
    media = [block for block in read_document(raw).blocks if block.kind is BlockKind.MEDIA]
    assert [block.text for block in media] == [f"[image/png {len(STAMP)} B]", f"[audio/wav {len(SOUND)} B]"]
    contents = Contents(cache, journal, lambda trace_id: home, Fetching())
    for _ in range(2):
        assert [await contents.of(block.uri, attached) for block in media] == [STAMP, SOUND]
    assert len(asked) == 2
    for closing in (backend, cache, journal):
        await closing.close()


async def test_why_an_attachment_cannot_be_had_is_a_sentence(
    attached: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = await open_backend(shared_server().url)
    gone = await open_backend(f"http://127.0.0.1:{free_port()}")
    store = await LocalStore.open_or_create(tmp_path / "store.db")
    cache = await AsyncCache.open(tmp_path / "cache.db", 1 << 28)
    raw = await backend.trace(attached)
    await store.import_traces([raw])
    block = next(block for block in read_document(raw).blocks if block.kind is BlockKind.MEDIA)
    named = attachment_address(block.uri)
    assert named is not None
    trace_id, path, size = named
    assert (trace_id, size) == (attached, len(STAMP))
    for where, told in ((gone, "nothing answers"), (store, "was not imported"), (None, "cannot be reached")):
        with pytest.raises(AttachmentAway, match=told):
            await bring_attachment(where, cache, trace_id, path, size)
    with pytest.raises(AttachmentAway, match=r"could not be fetched: .*\.$"):
        await bring_attachment(backend, cache, trace_id, "a5e2b6a4-7ad3-4c5c-8ef1-8c7f3e0a0b51", None)
    with pytest.raises(MissingTarget):
        await backend.attachment(trace_id, "../traces.json", None)
    monkeypatch.setattr(traces, "MOST_ATTACHED", 16)
    with pytest.raises(AttachmentAway, match="more than"):
        await bring_attachment(backend, cache, trace_id, path, size)
    for closing in (backend, gone, store, cache):
        await closing.close()


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("", "Only a placeholder"),
        ("https://x.test/a\x1b[2J.png", "Only its address was recorded"),
        ("file:///etc/passwd", "Only its address was recorded"),
        ("mlflow-attachment://../../etc?trace_id=tr-1", "Only its address was recorded"),
        ("data:image/png;base64,AAA!", "damaged or was cut"),
        ("b'\\x8", "damaged or was cut"),
        ("mlflow-attachment://1b2c?trace_id=tr-1", "The network is not used now"),
    ],
)
async def test_nothing_but_attachments_is_ever_fetched(uri: str, told: str, tmp_path: Path) -> None:
    async with await AsyncCache.open(tmp_path / "cache.db", 1 << 28) as cache:
        journal = await AsyncJournal.open(tmp_path / "journal.db")
        contents = Contents(cache, journal, lambda trace_id: Destination("local:x", "", "1"), OFFLINE)
        with pytest.raises(ContentAway, match=told) as caught:
            await contents.of(uri, "tr-1")
        assert "\x1b" not in str(caught.value)
        assert await contents.of(data_uri(STAMP), "tr-1") == STAMP
        await journal.close()


async def test_a_program_may_run_once_the_reviewer_has_agreed_to_it_also_after_a_restart(tmp_path: Path) -> None:
    for agreed in (False, True):
        async with await AsyncCache.open(tmp_path / "cache.db", 1 << 28) as cache:
            journal = await AsyncJournal.open(tmp_path / "journal.db")
            contents = Contents(cache, journal, lambda trace_id: Destination("local:x", "", "1"), OFFLINE)
            assert await contents.may_run("xdg-open") is agreed
            await contents.agree("xdg-open")
            assert not await contents.may_run("feh")
            await journal.close()
