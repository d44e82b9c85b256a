"""TLS that does not come about: each reason has its sentence, and no setting is blamed that took no part in it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from labeler.backends.base import BackendError, NotABackend
from labeler.backends.mlflow.backend import MlflowBackend, open_backend
from labeler.backends.mlflow.credentials import Tls, UnusableSettings, tls_settings
from labeler.backends.mlflow.handshake import failed_handshake, speaks_tls
from labeler.backends.mlflow.transport import Patience, Timeouts
from tests.servers import fault_proxy as faults
from tests.servers.certificates import certificate_for
from tests.servers.fault_proxy import FaultProxy, fault_proxy
from tests.servers.mlflow_server import MlflowServer

CA, CLIENT = "MLFLOW_TRACKING_SERVER_CERT_PATH", "MLFLOW_TRACKING_CLIENT_CERT_PATH"


@asynccontextmanager
async def backend_at(url: str, tls: Tls = Tls()) -> AsyncIterator[MlflowBackend]:  # noqa: B008 - frozen
    patience = Patience(10, 10)
    backend = await open_backend(url, tls=tls, timeouts=Timeouts(5, patience, patience, patience))
    try:
        yield backend
    finally:
        await backend.close()


@contextmanager
def shaking_hands(context: ssl.SSLContext) -> Iterator[str]:
    """A server that sends the alerts of a handshake that fails, as all do but those on asyncio. It answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as encrypted:
                    encrypted.recv(1000)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def shake_hands(url: str, context: ssl.SSLContext) -> None:
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as connection:
        context.wrap_socket(connection, server_hostname="127.0.0.1").close()


async def refusal_at(url: str, tls: Tls) -> str:
    async with backend_at(url, tls) as backend:
        with pytest.raises(BackendError) as raised:
            await backend.capabilities()
    return str(raised.value)


async def said_by(proxy: FaultProxy, tls: Tls) -> str:
    """What is said when `proxy` is asked; nothing may have reached it."""
    async with backend_at(proxy.url, tls) as backend:
        with pytest.raises(NotABackend) as raised:
            await backend.capabilities()
    assert proxy.seen == []
    return str(raised.value)


async def test_a_certificate_for_another_name_is_told_with_both_names(
    mlflow_server: MlflowServer, tmp_path: Path
) -> None:
    chain = certificate_for(tmp_path, "mlflow.harbour.example", "10.1.2.3")
    async with fault_proxy(mlflow_server.url, chain.context) as proxy:
        said = await said_by(proxy, tls_settings({CA: str(chain.authority)}))
    assert "127.0.0.1 was asked for, and it is for mlflow.harbour.example and 10.1.2.3" in said
    assert CA not in said


async def test_a_certificate_that_has_run_out_is_said_to_have_by_this_machines_clock(
    mlflow_server: MlflowServer, tmp_path: Path
) -> None:
    chain = certificate_for(tmp_path, "127.0.0.1", days_left=-2)
    async with fault_proxy(mlflow_server.url, chain.context) as proxy:
        said = await said_by(proxy, tls_settings({CA: str(chain.authority)}))
    assert "has expired, by this machine's clock" in said
    assert CA not in said


async def test_who_does_not_vouch_is_named_by_the_variable_that_says_whom_to_trust(
    mlflow_server: MlflowServer, tmp_path: Path
) -> None:
    chain, other = certificate_for(tmp_path / "one", "127.0.0.1"), certificate_for(tmp_path / "other", "127.0.0.1")
    async with fault_proxy(mlflow_server.url, chain.context) as proxy:
        assert f"is not trusted; set {CA}" in await said_by(proxy, tls_settings({}))
        for name in (CA, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            said = await said_by(proxy, tls_settings({name: str(other.authority)}))
            assert f"no authority of {name} ({other.authority}) vouches for it" in said
            assert name == CA or CA not in said
    alone = certificate_for(tmp_path / "alone", "127.0.0.1", by_itself=True)
    async with fault_proxy(mlflow_server.url, alone.context) as proxy:
        assert f"set {CA} to that certificate" in await said_by(proxy, tls_settings({}))
        said = await said_by(proxy, tls_settings({"REQUESTS_CA_BUNDLE": str(other.authority)}))
        assert f"signed by itself alone, and not among those of REQUESTS_CA_BUNDLE ({other.authority})" in said
        async with backend_at(proxy.url, tls_settings({CA: str(alone.own)})) as backend:
            assert (await backend.capabilities()).version


async def test_the_bundles_that_mlflows_client_honours_are_honoured_in_its_order(
    mlflow_server: MlflowServer, tmp_path: Path
) -> None:
    chain, other = certificate_for(tmp_path / "one", "127.0.0.1"), certificate_for(tmp_path / "other", "127.0.0.1")
    right, wrong = str(chain.authority), str(other.authority)
    async with fault_proxy(mlflow_server.url, chain.context) as proxy:
        for environ in (
            {"REQUESTS_CA_BUNDLE": right},
            {"CURL_CA_BUNDLE": right, "SSL_CERT_FILE": wrong},
            {"REQUESTS_CA_BUNDLE": right, "CURL_CA_BUNDLE": wrong},
            {CA: right, "REQUESTS_CA_BUNDLE": wrong},
            {"REQUESTS_CA_BUNDLE": wrong, "MLFLOW_TRACKING_INSECURE_TLS": "true"},
        ):
            async with backend_at(proxy.url, tls_settings(environ)) as backend:
                assert (await backend.capabilities()).version


@pytest.mark.parametrize("name", [CA, "REQUESTS_CA_BUNDLE", "MLFLOW_TRACKING_CLIENT_CERT_PATH"])
async def test_a_file_that_cannot_be_used_is_named_with_its_variable(name: str, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no certificate")
    for path, told in ((tmp_path / "gone.pem", "there is no such file"), (text, "in PEM form")):
        with pytest.raises(UnusableSettings, match=rf"^{name} names {path}.*{told}"):
            await open_backend("https://127.0.0.1:1", tls=tls_settings({name: str(path)}))


async def test_a_missing_bundle_of_openssls_own_variable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    with pytest.raises(UnusableSettings, match="SSL_CERT_FILE names a file that is not there"):
        await open_backend("https://127.0.0.1:1", tls=tls_settings())


async def test_a_key_with_a_passphrase_is_refused_and_nobody_is_asked(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    chain = certificate_for(tmp_path, "ana")
    encrypted = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"s3cret")
    )
    locked = tmp_path / "locked.pem"
    locked.write_bytes(chain.own.read_bytes().partition(b"-----BEGIN PRIVATE")[0] + encrypted)
    with pytest.raises(UnusableSettings, match="has a passphrase"):
        await open_backend("https://127.0.0.1:1", tls=tls_settings({"MLFLOW_TRACKING_CLIENT_CERT_PATH": str(locked)}))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_client_certificate_that_is_wanted_is_asked_for_by_its_setting(
    version: ssl.TLSVersion, mlflow_server: MlflowServer, tmp_path: Path
) -> None:
    chain, person = certificate_for(tmp_path / "server", "127.0.0.1"), certificate_for(tmp_path / "person", "ana")
    chain.context.verify_mode = ssl.CERT_REQUIRED
    chain.context.load_verify_locations(person.authority)
    chain.context.minimum_version = chain.context.maximum_version = version
    trusted, stranger = {CA: str(chain.authority)}, certificate_for(tmp_path / "stranger", "eve")
    with shaking_hands(chain.context) as url:
        assert re.search(rf"want(s)? a client certificate.*{CLIENT}", await refusal_at(url, tls_settings(trusted)))
        said = await refusal_at(url, tls_settings(trusted | {CLIENT: str(stranger.own)}))
        assert f"the certificate of {CLIENT}" in said
    async with fault_proxy(mlflow_server.url, chain.context) as proxy:
        async with backend_at(proxy.url, tls_settings(trusted)) as backend:
            with pytest.raises(BackendError, match=f"client certificate.*{CLIENT}"):
                await backend.capabilities()
        async with backend_at(proxy.url, tls_settings(trusted | {CLIENT: str(person.own)})) as backend:
            assert (await backend.capabilities()).version


async def test_a_server_without_a_version_of_tls_in_common_is_told(tmp_path: Path) -> None:
    """This machine's OpenSSL cannot play an old server, so a modern one is asked in an old way."""
    chain = certificate_for(tmp_path, "127.0.0.1")
    chain.context.minimum_version = ssl.TLSVersion.TLSv1_3
    old = ssl.create_default_context(cafile=chain.authority)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with shaking_hands(chain.context) as url:
        with pytest.raises(ssl.SSLError) as raised:
            await asyncio.to_thread(shake_hands, url, old)
        error = await failed_handshake(raised.value, url, url, Tls(), None)
    assert "no version of TLS in common" in str(error)


async def test_http_to_a_port_that_speaks_tls_and_https_to_one_that_does_not_are_recognised(
    mlflow_server: MlflowServer, tmp_path: Path
) -> None:
    chain = certificate_for(tmp_path, "127.0.0.1")
    async with fault_proxy(mlflow_server.url, chain.context) as proxy:
        async with backend_at(proxy.url.replace("https://", "http://")) as backend:
            with pytest.raises(NotABackend, match=f"speaks TLS there, and not plain http; the address is {proxy.url}"):
                await backend.capabilities()
        async with backend_at(mlflow_server.url.replace("http://", "https://")) as backend:
            with pytest.raises(NotABackend, match="is it http instead of https"):
                await backend.capabilities()


async def test_a_first_request_that_breaks_is_tried_again_like_any_other(
    mlflow_server: MlflowServer, tmp_path: Path
) -> None:
    chain = certificate_for(tmp_path, "127.0.0.1")
    async with fault_proxy(mlflow_server.url, chain.context) as proxy:
        proxy.script.append(faults.drop_request)
        async with backend_at(proxy.url, tls_settings({CA: str(chain.authority)})) as backend:
            assert (await backend.capabilities()).version


@pytest.mark.slow
async def test_a_client_certificate_is_suspected_only_of_what_breaks_at_once(
    mlflow_server: MlflowServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def drop_late(exchange: faults.Exchange) -> None:
        await asyncio.sleep(0.3)
        exchange.close()

    chain = certificate_for(tmp_path, "127.0.0.1")
    trusted = tls_settings({CA: str(chain.authority)})
    async with fault_proxy(mlflow_server.url, chain.context) as proxy:
        proxy.otherwise = faults.drop_request
        said = await refusal_at(proxy.url, trusted)
        assert said.endswith(f"right after the TLS handshake; it may want a client certificate ({CLIENT})")
        monkeypatch.setattr("labeler.backends.mlflow.transport._AT_ONCE_S", 0.25)
        proxy.otherwise = drop_late
        said = await refusal_at(proxy.url, trusted)
        assert said == f"The connection to {proxy.url} broke"


async def test_no_name_server_is_asked_where_this_machine_is(
    mlflow_server: MlflowServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo

    def asked(host: str | None, *about: object, **more: object) -> object:
        assert host != "app.localhost"
        return look_up(host, *about, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    async with fault_proxy(mlflow_server.url, certificate_for(tmp_path, "127.0.0.1").context) as proxy:
        assert await speaks_tls(proxy.url.replace("https://127.0.0.1", "http://app.localhost"))
