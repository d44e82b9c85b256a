from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from labeler.backends.mlflow.backend import MlflowBackend, open_backend
from labeler.backends.mlflow.transport import Patience, Timeouts
from tests.servers.fault_proxy import FaultProxy, fault_proxy
from tests.servers.mlflow_server import MlflowServer, shared_server


@pytest.fixture(scope="session")
def mlflow_server() -> MlflowServer:
    return shared_server()


@pytest.fixture
async def mlflow_backend(mlflow_server: MlflowServer) -> AsyncIterator[MlflowBackend]:
    backend = await open_backend(mlflow_server.url)
    yield backend
    await backend.close()


@pytest.fixture
async def proxy(mlflow_server: MlflowServer) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(mlflow_server.url) as proxy:
        yield proxy


@pytest.fixture
async def through_proxy(proxy: FaultProxy) -> AsyncIterator[MlflowBackend]:
    backend = await open_backend(proxy.url)
    yield backend
    await backend.close()


@pytest.fixture
async def impatient(proxy: FaultProxy) -> AsyncIterator[MlflowBackend]:
    """The backend behind the proxy, for what would otherwise take its full patience to fail."""
    little = Patience(silence_s=1, total_s=2)
    backend = await open_backend(proxy.url, timeouts=Timeouts(1, little, little, little))
    yield backend
    await backend.close()
