"""A PostgreSQL cluster of its own on a free loopback port, from Debian's package, gone when it is closed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.servers.mlflow_server import free_port

_INSTALLED = Path("/usr/lib/postgresql")
_PACKAGE = "postgresql"
_SUPERUSER = "labeler"


class Postgres:
    """A server with its data in a temporary directory. PostgreSQL refuses root, so root starts it as user postgres."""

    def __init__(self) -> None:
        self._programs = _programs()
        self.port = free_port()
        self.directory = Path(tempfile.mkdtemp(prefix="labeler-postgres-"))
        if os.geteuid() == 0:
            shutil.chown(self.directory, "postgres")
        self._data = self.directory / "data"

    def start(self) -> None:
        """Make the cluster, start it and make the database `mlflow`. Commits are on the disk, as in production."""
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", _SUPERUSER, "-E", "UTF8", "--no-locale", "-N")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        log = self.directory / "server.log"
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", log, "-w", "start")
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", _SUPERUSER, "mlflow")

    @property
    def uri(self) -> str:
        """The database as ``mlflow server --backend-store-uri`` takes it."""
        return f"postgresql+psycopg2://{_SUPERUSER}@127.0.0.1:{self.port}/mlflow"

    @property
    def version(self) -> str:
        return self._run("postgres", "--version").strip()

    def close(self) -> None:
        """Stop it and remove everything it wrote."""
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.directory, ignore_errors=True)

    def _run(self, program: str, *arguments: str | Path) -> str:
        command: list[str | Path] = [self._programs / program, *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        return _run(command, self.directory)


def _programs() -> Path:
    """Where the newest PostgreSQL's programs are; installed first when there are none. Raises RuntimeError."""
    if not _versions():
        if os.geteuid() != 0:
            raise RuntimeError(f"PostgreSQL is not installed, and only root can: apt-get install {_PACKAGE}")
        environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        _run(["apt-get", "install", "-y", "-q", _PACKAGE], Path("/"), environ)
        _run(["pg_dropcluster", "--stop", _versions()[-1], "main"], Path("/"))
    return _INSTALLED / _versions()[-1] / "bin"


def _versions() -> list[str]:
    """The versions whose server is installed, the newest last."""
    return sorted((path.parts[-3] for path in _INSTALLED.glob("[0-9]*/bin/initdb")), key=int)


def _run(command: Sequence[str | Path], cwd: Path, environ: dict[str, str] | None = None) -> str:
    ended = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if ended.returncode:
        raise RuntimeError(f"{command[0]} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    return ended.stdout
