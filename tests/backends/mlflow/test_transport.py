"""What a request costs the client, beside what it costs the server."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from labeler.backends.mlflow.backend import open_backend
from tests.servers.mlflow_server import MlflowServer


class Looked:
    """A finder that finds nothing, and notes what was looked for."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        self.names.append(name)
        return None


async def test_no_request_looks_for_modules(mlflow_server: MlflowServer, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = await open_backend(mlflow_server.url)
    try:
        await backend.experiments()  # imports what requests take
        looked = Looked()
        monkeypatch.setattr(sys, "meta_path", [looked, *sys.meta_path])
        for _ in range(3):
            await backend.experiments()
        assert looked.names == []
    finally:
        await backend.close()
