"""Serves MLflow's own local stores (``sqlite:`` files and directories) by an ``mlflow server`` that we start."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final
from urllib.parse import unquote

from labeler.backends.base import Ambiguous, NotABackend, Unreachable
from labeler.backends.mlflow.failures import MissingRoute
from labeler.backends.mlflow.transport import Transport
from labeler.dataclass import dataclass
from labeler.storage.home_directory import expand

START_TIMEOUT_S: Final = 90.0
_ASK_AGAIN_S: Final = 0.2
_MAX_SHOWN: Final = 400
"""The longest part of the server's last error that our message quotes, in characters."""


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """A local store of MLflow's: a SQLite file, or a directory of files."""

    path: Path

    @property
    def canonical_uri(self) -> str:
        return str(self.path) if self.path.is_dir() else f"sqlite:{self.path}"

    @property
    def mlflow_uri(self) -> str:
        return str(self.path) if self.path.is_dir() else f"sqlite:///{self.path}"


def local_store(uri: str) -> StoreAddress | None:
    """Return the store that ``sqlite:///PATH``, ``sqlite:PATH``, ``file:PATH`` or a path names; None for other URIs.

    Raises `NotABackend` if nothing is at the path (MLflow would make an empty store at a mistyped one), or something
    that cannot be a store, such as a pipe, on which the server would wait.
    """
    scheme, colon, rest = uri.partition(":")
    if colon and scheme.lower() == "sqlite":
        path = Path(rest.removeprefix("///")) if rest.startswith("///") else Path(rest)
    elif colon and scheme.lower() == "file":
        path = Path(unquote(rest.removeprefix("//")))
    elif "://" in uri or scheme in ("databricks", "local"):
        return None
    else:
        path = Path(uri)
    store = StoreAddress(expand(str(path)).resolve())
    if not store.path.exists():
        raise NotABackend(f"There is no MLflow store at {store.path}; nothing was made there")
    if not (store.path.is_file() or store.path.is_dir()):
        raise NotABackend(f"{store.path} is neither a file nor a directory, so no MLflow store")
    return store


class ServedStore:
    """A running server for a store. It listens at `url`, on the loopback interface alone.

    `directory` is its working directory, an empty one of its own: Python and uvicorn import whatever is in the working
    directory, and files beside a store may be somebody else's.
    """

    def __init__(
        self, url: str, process: asyncio.subprocess.Process, log: IO[bytes], directory: TemporaryDirectory[str]
    ) -> None:
        self.url = url
        self._process = process
        self._log = log
        self._directory = directory

    async def close(self) -> None:
        """Stop the server and wait until it is gone."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
        self._log.close()
        self._directory.cleanup()


async def serve(store: StoreAddress) -> ServedStore:
    """Start ``mlflow server`` on a free loopback port, and wait until it responds. Raises `NotABackend`."""
    port = _free_port()
    command = _command(store, port)
    log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
    directory = TemporaryDirectory(prefix="labeler-", ignore_cleanup_errors=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "labeler.backends.mlflow.die_with_parent",
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=log,
        stderr=log,
        cwd=directory.name,
        env=os.environ | {"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true"},
    )
    served = ServedStore(f"http://127.0.0.1:{port}", process, log, directory)
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            await _until_it_answers(served.url, process)
    except BaseException as error:
        said = _last_error(log)
        await served.close()
        if isinstance(error, TimeoutError | ChildProcessError):
            raise NotABackend(f"mlflow server could not serve {store.path}: {said}") from None
        raise
    return served


async def _until_it_answers(url: str, process: asyncio.subprocess.Process) -> None:
    transport = Transport(url)
    try:
        while process.returncode is None:
            with contextlib.suppress(Unreachable, Ambiguous, MissingRoute):
                await transport.body("/version")
                return
            await asyncio.sleep(_ASK_AGAIN_S)
        raise ChildProcessError
    finally:
        await transport.close()


def _command(store: StoreAddress, port: int) -> list[str]:
    options = ["--backend-store-uri", store.mlflow_uri, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    options += ["--artifacts-destination", str(store.path.parent / "mlartifacts")]
    if find_spec("mlflow") is not None:
        return [sys.executable, "-m", "mlflow", "server", *options]
    if (program := shutil.which("mlflow")) is not None:
        return [program, "server", *options]
    raise NotABackend(
        f"{store.path} is a store of MLflow's own, and mlflow is not installed here to serve it. Where it is, run: "
        f"mlflow server --backend-store-uri {store.mlflow_uri} --port 5000, and use http://127.0.0.1:5000"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _last_error(log: IO[bytes]) -> str:
    log.seek(0)
    lines = [line for line in log.read().decode("utf-8", "replace").splitlines() if line.strip()]
    errors = [line for line in lines if "Error: " in line]
    return (errors or lines or ["it said nothing"])[-1][:_MAX_SHOWN]
