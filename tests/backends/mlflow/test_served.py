"""MLflow's own local stores, served for as long as somebody needs them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labeler.backends.base import NotABackend
from labeler.backends.mlflow import served
from labeler.backends.mlflow.backend import open_backend
from labeler.backends.mlflow.served import local_store
from labeler.domain.worklist import Query
from tests.in_the_way import put_in_the_way
from tests.servers.filling import log, recordings
from tests.servers.mlflow_server import MlflowServer


def test_a_store_has_one_name_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "mlflow.db"
    database.touch()
    monkeypatch.chdir(tmp_path)
    for uri in (
        f"sqlite:///{database}",
        "sqlite:///mlflow.db",
        f"sqlite:{database}",
        f"sqlite:///{tmp_path}/./mlflow.db",
    ):
        store = local_store(uri)
        assert store is not None
        assert store.canonical_uri == f"sqlite:{database}"
    for uri in (str(tmp_path), ".", f"file://{tmp_path}"):
        store = local_store(uri)
        assert store is not None
        assert store.canonical_uri == str(tmp_path)
    for uri in ("http://127.0.0.1:5000", "databricks", "databricks://team", "local:here.db", "postgresql://db"):
        assert local_store(uri) is None


def test_nothing_is_made_where_no_store_is(tmp_path: Path) -> None:
    for uri in (f"sqlite:///{tmp_path}/typo.db", str(tmp_path / "typo")):
        with pytest.raises(NotABackend, match="no MLflow store"):
            local_store(uri)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_what_is_neither_file_nor_directory_is_no_store(kind: str, tmp_path: Path) -> None:
    put_in_the_way(tmp_path / "mlflow.db", kind)
    for uri in (f"sqlite:///{tmp_path}/mlflow.db", str(tmp_path / "mlflow.db")):
        with pytest.raises(NotABackend, match="neither a file nor a directory"):
            local_store(uri)


async def test_without_mlflow_the_command_to_run_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "mlflow.db"
    database.touch()
    monkeypatch.setattr(served, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NotABackend, match=f"mlflow server --backend-store-uri sqlite:///{database} --port 5000"):
        await open_backend(f"sqlite:///{database}")


@pytest.mark.parametrize("ending", ["closed", "killed"])
def test_a_server_ends_with_whoever_started_it(ending: str, tmp_path: Path) -> None:
    lifeline = [sys.executable, "-m", "labeler.backends.mlflow.die_with_parent", "sleep", "60"]
    script = f"import subprocess, sys; p = subprocess.Popen({lifeline!r}, stdin=subprocess.PIPE); input()"
    starter = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, start_new_session=True)
    children = _descendants_once_started(starter.pid, 2)
    if ending == "killed":
        starter.kill()
    else:
        starter.communicate(b"\n")
    starter.wait()
    _wait_until_gone(children)


@pytest.mark.slow
async def test_a_sqlite_store_is_served_while_the_backend_is_open(tmp_path: Path) -> None:
    server = MlflowServer(tmp_path)
    server.start()
    experiment_id = server.new_experiment()
    traces = recordings("openai_chat_multiturn")
    log(server, experiment_id, traces)
    server.close()

    before = _descendants_of(os.getpid())
    backend = await open_backend(f"sqlite:///{tmp_path}/mlflow.db")
    try:
        assert backend.uri == f"sqlite:{tmp_path}/mlflow.db"
        assert (await backend.capabilities()).honours_ids
        pages = [page async for page in backend.snapshot(Query((experiment_id,)))]
        assert [summary.id for summary in pages[0]] == [traces[0].id]
        assert b"pine-smoked" in (await backend.trace(traces[0].id)).payload
    finally:
        started = [each for each in _descendants_of(os.getpid()) if each not in before]
        await backend.close()
    assert started
    await asyncio.to_thread(_wait_until_gone, started)


@pytest.mark.slow
async def test_a_directory_is_served_and_known_to_choose_its_server_ids(tmp_path: Path) -> None:
    directory = tmp_path / "mlruns"
    directory.mkdir()
    backend = await open_backend(str(directory))
    told = await backend.capabilities()
    assert (told.honours_ids, told.queues, told.schemas) == (False, False, False)
    assert backend.uri == str(directory)
    assert await backend.experiments() == []
    await backend.close()


@pytest.mark.slow
async def test_a_store_that_cannot_be_served_says_why(tmp_path: Path) -> None:
    database = tmp_path / "mlflow.db"
    database.write_text("this is no database, whatever its name")
    with pytest.raises(NotABackend, match=r"could not serve .*not a database"):
        await open_backend(f"sqlite:///{database}")


@pytest.mark.slow
async def test_a_store_that_somebody_else_made_runs_none_of_their_code(tmp_path: Path) -> None:
    store = tmp_path / "mlruns"
    store.mkdir()
    for module in ("mlflow", "labeler", "uvicorn", "click", "json", "sitecustomize"):
        (tmp_path / f"{module}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({module!r} + chr(10))\n")
    backend = await open_backend(str(store))
    assert await backend.experiments() == []
    await backend.close()
    assert not (tmp_path / "ran").exists()


def _descendants_of(pid: int) -> list[int]:
    """The processes below `pid` at this moment, but for the one that lists them."""
    listing = subprocess.Popen(["ps", "-eo", "pid=,ppid="], stdout=subprocess.PIPE, text=True)
    pairs = [line.split() for line in listing.communicate()[0].splitlines()]
    parents = {int(child): int(parent) for child, parent in pairs if int(child) != listing.pid}
    generation, found = [pid], list[int]()
    while generation := [child for child, parent in parents.items() if parent in generation]:
        found += generation
    return found


def _descendants_once_started(pid: int, count: int) -> list[int]:
    """The processes below `pid`, once there are so many."""
    for _ in range(200):
        if len(found := _descendants_of(pid)) == count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{len(found)} processes were started, not {count}")


def _wait_until_gone(pids: list[int]) -> None:
    for _ in range(200):
        listed = subprocess.run(["ps", "-o", "stat=", "-p", ",".join(map(str, pids))], capture_output=True, text=True)
        if not [state for state in listed.stdout.split() if not state.startswith("Z")]:
            return
        time.sleep(0.05)
    raise AssertionError(f"still running: {pids}")
