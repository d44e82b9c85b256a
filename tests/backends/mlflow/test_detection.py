"""What a server can do is found out or not known: never guessed because the network failed."""

from __future__ import annotations

import pytest

from labeler.backends.base import Ambiguous
from labeler.backends.mlflow.backend import open_backend
from tests.servers import fault_proxy as faults
from tests.servers.fault_proxy import Exchange, Fault, fault_proxy
from tests.servers.mlflow_server import shared_server


@pytest.mark.parametrize("broken", [faults.drop_response, faults.answer(502, "bad gateway")], ids=["lost", "502"])
async def test_a_store_that_could_not_be_asked_for_is_asked_for_again(broken: Fault) -> None:
    is_broken = True

    async def fault(exchange: Exchange) -> None:
        await (broken if is_broken and "server-info" in exchange.path else faults.none)(exchange)

    async with fault_proxy(shared_server().url) as proxy:
        proxy.otherwise = fault
        backend = await open_backend(proxy.url)
        with pytest.raises(Ambiguous):
            await backend.capabilities()
        is_broken = False
        assert (await backend.capabilities()).honours_ids
        await backend.close()
