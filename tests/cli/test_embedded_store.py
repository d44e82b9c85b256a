"""Several programs at one embedded store, each with a journal of its own."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from labeler.backends.local.store import LocalStore
from labeler.domain.assessment import Assessment
from tests.cli.embedded_store import filled_store
from tests.cli.program import Program

NAMES = ("clarity", "tone")


async def labels_in(path: Path, trace_ids: list[str]) -> list[Assessment]:
    store = await LocalStore.open(path)
    try:
        return [label for summary in await store.summaries(trace_ids) for label in summary.assessments]
    finally:
        await store.close()


@pytest.mark.slow
def test_two_programs_that_push_the_same_labels_at_once_store_each_once(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    trace_ids = filled_store(path, "openai_tool_roundtrip", "openai_chat_multiturn")
    before = {label.id for label in asyncio.run(labels_in(path, trace_ids))}
    lines = [{"trace_id": each, "name": name, "value": 3} for each in trace_ids for name in NAMES]
    programs = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        programs.append(Program(tmp_path / name))
        (programs[-1].work / "labels.jsonl").write_text("\n".join(map(json.dumps, lines)))
    backend = ("-b", f"local:{path}", "-e", "1")
    pushing = [each.start("push", "labels.jsonl", *backend, "-r", "ana") for each in programs]
    said = [each.communicate() for each in pushing]
    assert [each.returncode for each in pushing] == [0, 0], said
    syncing = [each.start("sync", "--json", "-b", f"local:{path}") for each in programs]
    said = [each.communicate() for each in syncing]
    assert [each.returncode for each in syncing] == [0, 0], said
    pushed = [label for label in asyncio.run(labels_in(path, trace_ids)) if label.id not in before]
    assert sorted((label.trace_id, label.name) for label in pushed) == sorted(
        (each, name) for each in trace_ids for name in NAMES
    )
    assert all(each.run("verify", "-b", f"local:{path}").code == 0 for each in programs)


def test_a_queue_that_an_embedded_store_does_not_have_is_told_not_to_be_there(labeler: Program) -> None:
    filled_store(labeler.work / "store.db", "openai_tool_roundtrip")
    ended = labeler.run("pull", "-b", "local:store.db", "-q", "Autumn", "-r", "ana")
    assert ended.code == 2
    assert "The store has no queue 'Autumn'. It has: none yet." in ended.err
