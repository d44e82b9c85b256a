"""A forward proxy on the way: what is its doing is told as its doing, and what may be is told as that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from labeler.backends.base import Ambiguous, BackendError, Forbidden, NotABackend, Unreachable
from labeler.backends.mlflow.backend import open_backend
from labeler.backends.mlflow.credentials import tls_settings
from tests.servers.certificates import certificate_for
from tests.servers.fault_proxy import fault_proxy
from tests.servers.forward_proxy import ForwardProxy, forward_proxy
from tests.servers.mlflow_server import MlflowServer, free_port

PLAIN, TLS = "http://10.1.2.3", "https://10.1.2.3"
PAGE = "<html><h1>Access denied by the network policy</h1></html>"


@pytest.fixture
async def forward(mlflow_server: MlflowServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ForwardProxy]:
    async with forward_proxy({"10.1.2.3": mlflow_server.url}) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url.replace("//", "//kim:s3cret@"))
        yield proxy


async def failure_at(url: str, **environ: str) -> BackendError:
    backend = await open_backend(url, tls=tls_settings(environ))
    try:
        with pytest.raises(BackendError) as raised:
            await backend.capabilities()
    finally:
        await backend.close()
    assert "s3cret" not in str(raised.value)
    return raised.value


async def test_a_server_is_reached_through_the_proxy_in_plain_text_and_in_a_tunnel(
    forward: ForwardProxy, mlflow_server: MlflowServer, tmp_path: Path
) -> None:
    backend = await open_backend(PLAIN)
    assert (await backend.capabilities()).version
    await backend.close()
    assert f"GET {PLAIN}/version" in forward.seen
    chain = certificate_for(tmp_path, "10.1.2.3")
    async with fault_proxy(mlflow_server.url, chain.context) as behind:
        forward.names["10.1.2.3"] = behind.url
        trusting = tls_settings({"REQUESTS_CA_BUNDLE": str(chain.authority)})
        backend = await open_backend(TLS, tls=trusting)
        assert (await backend.capabilities()).version
        await backend.close()
    assert "CONNECT 10.1.2.3:443" in forward.seen


@pytest.mark.parametrize(
    ("status", "kind"), [(403, NotABackend), (502, Ambiguous), (503, Ambiguous), (404, NotABackend), (200, NotABackend)]
)
async def test_a_page_that_may_be_the_proxys_own_is_told_as_that(
    status: int, kind: type[BackendError], forward: ForwardProxy
) -> None:
    forward.refusal = (status, PAGE)
    error = await failure_at(PLAIN)
    assert isinstance(error, kind)
    assert f"through the proxy of http_proxy ({forward.host}) and may be its own" in str(error)
    assert "MLFLOW_TRACKING" not in str(error)


async def test_what_is_recognisably_mlflows_own_is_not_put_down_to_the_proxy(forward: ForwardProxy) -> None:
    for status, body in ((403, "Permission denied"), (400, '{"error_code": "BAD_REQUEST", "message": "no"}')):
        forward.refusal = (status, body)
        assert "proxy" not in str(await failure_at(PLAIN))


@pytest.mark.parametrize("url", [PLAIN, TLS])
async def test_a_proxy_that_wants_a_password_of_its_own_is_told_from_a_server_that_does(
    url: str, forward: ForwardProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward.refusal = (407, PAGE)
    variable = f"{url.partition(':')[0]}_proxy"
    error = await failure_at(url)
    assert isinstance(error, Forbidden)
    assert f"The proxy of {variable} ({forward.host}) does not accept the name and password" in str(error)
    monkeypatch.setenv(variable, forward.url)
    error = await failure_at(url)
    assert f"The proxy of {variable} ({forward.host}) wants a name and password of its own" in str(error)
    assert "MLFLOW_TRACKING" not in str(error)


@pytest.mark.parametrize(("status", "kind"), [(403, NotABackend), (502, Unreachable), (504, Unreachable)])
async def test_a_tunnel_that_the_proxy_does_not_make_is_its_doing(
    status: int, kind: type[BackendError], forward: ForwardProxy
) -> None:
    forward.refusal = (status, PAGE)
    error = await failure_at(TLS)
    assert isinstance(error, kind)
    assert f"The proxy of https_proxy ({forward.host}) does not connect to {TLS}: it answered {status}" in str(error)


@pytest.mark.parametrize("url", [PLAIN, TLS])
async def test_a_dead_proxy_is_named_and_the_server_is_not_blamed(
    url: str, forward: ForwardProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = f"{url.partition(':')[0]}_proxy".upper()
    monkeypatch.delenv(variable.lower())
    for host, why in ((f"127.0.0.1:{free_port()}", "refused"), ("proxy.invalid:3128", "cannot be looked up")):
        monkeypatch.setenv(variable, f"http://kim:s3cret@{host}")
        error = await failure_at(url)
        assert isinstance(error, Unreachable)
        assert f"No connection to the proxy of {variable} ({host}): " in str(error)
        assert why in str(error)
        assert f"{url} itself was not reached" in str(error)


async def test_why_a_server_is_not_reached_is_told_as_far_as_the_network_tells() -> None:
    for url, why in ((f"http://127.0.0.1:{free_port()}", "refused"), ("http://mlflow.invalid", "cannot be looked up")):
        error = await failure_at(url)
        assert isinstance(error, Unreachable)
        assert f"No connection to {url}: " in str(error)
        assert why in str(error)
