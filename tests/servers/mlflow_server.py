"""A real ``mlflow server`` on a free loopback port, with SQLite in a directory of its own unless told otherwise."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

START_TIMEOUT_S = 120.0

_LIMITS = httpx.Limits(keepalive_expiry=3.0)
"""No connection is used again in the moment in which the server closes it: uvicorn does after 5 s."""

_NO_JOBS = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
"""The server's own background jobs start four more processes, and have nothing to do with labels."""


class MlflowServer:
    """One server. It keeps its port and its database when it is stopped or killed and started again."""

    def __init__(
        self,
        directory: Path,
        *,
        program: Sequence[str] = (sys.executable, "-m", "mlflow"),
        options: Sequence[str] = ("--workers", "1"),
        environ: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        store: str = "",
    ) -> None:
        self.directory = directory
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=self.url, timeout=60, trust_env=False, auth=auth, limits=_LIMITS)
        self._command = [*program, "server", "--host", "127.0.0.1", "--port", str(self.port), *options]
        self._database, self._backup = directory / "mlflow.db", directory / "backup.db"
        self.store = store or f"sqlite:///{self._database}"
        self._command += ["--backend-store-uri", self.store]
        self._command += ["--artifacts-destination", str(directory / "artifacts")]
        self._environ = (
            os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", **_NO_JOBS} | dict(environ or {})
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return when requests are answered."""
        with (self.directory / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self._environ,
                cwd=self.directory,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if self.http.get("/health").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"mlflow server did not start:\n{(self.directory / 'server.log').read_text()[-4000:]}")

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """``kill -9`` of the server and its workers."""
        self._end(signal.SIGKILL)

    def send_signal(self, how: signal.Signals) -> None:
        """What `kill` sends to it and its workers."""
        assert self._process is not None
        os.killpg(self._process.pid, how)

    def restart(self) -> None:
        self.stop()
        self.start()

    def back_up(self) -> None:
        """Keep a copy of the SQLite database as it is now."""
        with closing(sqlite3.connect(self._database)) as source, closing(sqlite3.connect(self._backup)) as copy:
            source.backup(copy)

    def restore(self) -> None:
        """Come back, after a stop, with the database of the last `back_up`."""
        self.stop()
        for suffix in ("-wal", "-shm"):
            Path(f"{self._database}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self._backup, self._database)
        self.start()

    def close(self) -> None:
        self.kill()
        self.http.close()

    def new_experiment(self) -> str:
        """The ID of a fresh experiment, so that tests on one server do not meet."""
        named = {"name": f"test {uuid.uuid4().hex}"}
        experiment_id: str = self.post("/api/2.0/mlflow/experiments/create", named)["experiment_id"]
        return experiment_id

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """What the server answers to a POST, which has to succeed."""
        answer = self.http.post(path, json=body)
        assert answer.is_success, answer.text
        answered: dict[str, Any] = answer.json()
        return answered

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, how)
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        except ProcessLookupError:
            self._process.wait()
        self._process = None


@functools.cache
def shared_server() -> MlflowServer:
    """The server that all tests of a run share: starting one takes seconds. Use an experiment of your own on it.

    It ends with the run, also with one that is terminated.
    """
    directory = Path(tempfile.mkdtemp(prefix="labeler-mlflow-"))
    server = MlflowServer(directory)
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    atexit.register(server.close)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    server.start()
    return server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
