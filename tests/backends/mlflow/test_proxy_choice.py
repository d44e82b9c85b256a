"""Proxies of the environment: used where it says so, never for this machine, and never told a password."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from pydantic import SecretStr

from labeler.backends.base import BackendError
from labeler.backends.mlflow.backend import open_backend
from labeler.backends.mlflow.credentials import Credentials
from labeler.backends.mlflow.proxies import proxy_for
from tests.cli.scripted_server import answering

PROXY = "http://kim:s3cret@proxy.example.org:3128"


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """The environment with these variables and no other that names a proxy."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with patch.dict(os.environ, kept | variables, clear=True):
        yield


@pytest.fixture
def bystander() -> Iterator[list[bytes]]:
    """A proxy that only writes down what it is sent; the environment names it for everything."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    heard.append(connection.recv(65536))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with environment(http_proxy=url, https_proxy=url, all_proxy=url):
            yield heard
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "app.localhost",
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "2130706433",
        "0.0.0.0",
        "[::ffff:127.0.0.1]",
    ],
)
async def test_a_token_for_this_machine_reaches_it_and_no_proxy(host: str, bystander: list[bytes]) -> None:
    with answering(401) as server:
        backend = await open_backend(f"http://{host}:{server.port}", Credentials("a test", SecretStr("t0ken")))
        with pytest.raises(BackendError):
            await backend.experiments()
        await backend.close()
        assert server.authorizations == ["Bearer t0ken"]
    assert bystander == []


async def test_a_name_server_cannot_lead_a_name_of_this_machine_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*arguments: object, **named: object) -> list[object]:
        raise AssertionError(f"asked for {arguments}")

    with answering(401) as server, environment():
        monkeypatch.setattr(socket, "getaddrinfo", asked)
        backend = await open_backend(f"http://app.localhost:{server.port}", Credentials("a test", SecretStr("t0ken")))
        with pytest.raises(BackendError, match="does not accept the credentials"):
            await backend.experiments()
        await backend.close()


@pytest.mark.slow
async def test_another_host_is_reached_through_the_proxy_encrypted_where_the_address_says_so(
    bystander: list[bytes],
) -> None:
    for address in ("https://desk.example.org", "http://desk.example.org"):
        backend = await open_backend(address, Credentials("a test", SecretStr("t0ken")))
        with pytest.raises(BackendError):
            await backend.experiments()
        await backend.close()
    encrypted = [each for each in bystander if each.startswith(b"CONNECT desk.example.org:443")]
    plain = [each for each in bystander if each.startswith(b"POST http://desk.example.org/")]
    assert encrypted
    assert plain
    assert len(encrypted) + len(plain) == len(bystander)
    assert not any(b"t0ken" in each for each in encrypted)


def test_a_proxy_is_named_with_its_variable_and_without_its_password() -> None:
    with environment(http_proxy=PROXY):
        proxy = proxy_for("http://desk.example.org")
        assert proxy is not None
        assert proxy.url == PROXY
        assert str(proxy) == "the proxy of http_proxy (proxy.example.org:3128)"
        assert "s3cret" not in repr(proxy)
        assert proxy_for("https://desk.example.org") is None
    with environment(all_proxy="http://kim:s3/cr@et@proxy:1/"):
        assert str(proxy_for("https://desk.example.org")) == "the proxy of all_proxy (proxy:1)"
    with environment(HTTPS_PROXY="upper:1", https_proxy="lower:2"):
        assert str(proxy_for("https://desk.example.org")) == "the proxy of https_proxy (lower:2)"
    with environment(HTTPS_PROXY="upper:1"):
        assert str(proxy_for("https://desk.example.org")) == "the proxy of HTTPS_PROXY (upper:1)"
    with environment(HTTPS_PROXY="upper:1", https_proxy=""):
        assert proxy_for("https://desk.example.org") is None


EXCEPTED = [
    ("*", "http://desk.example.org"),
    ("desk.example.org", "http://desk.example.org"),
    ("DESK.example.org", "http://desk.example.org"),
    ("example.org", "http://desk.example.org"),
    (".example.org", "http://desk.example.org"),
    (".example.org", "http://example.org"),
    ("*.example.org", "http://desk.example.org"),
    ("example.org.", "http://desk.example.org."),
    ("other.org, example.org", "http://desk.example.org"),
    ("other.org example.org", "http://desk.example.org"),
    ("example.org:5000", "http://desk.example.org:5000"),
    ("example.org:443", "https://desk.example.org"),
    ("10.0.0.0/8", "http://10.1.2.3:5000"),
    ("10.0.0.9/8", "http://10.1.2.3"),
    ("10.0.0.0/8", "http://[::ffff:10.1.2.3]"),
    ("10.1.2.3", "http://10.1.2.3"),
    ("10.1.2.3:5000", "http://10.1.2.3:5000"),
    ("fd00::/8", "http://[fd12::1]"),
    ("fd12:0::1", "http://[fd12::1]"),
    ("[fd12::1]:5000", "http://[fd12::1]:5000"),
]
NOT_EXCEPTED = [
    ("", "http://desk.example.org"),
    (", ,", "http://desk.example.org"),
    (".", "http://desk.example.org"),
    ("sk.example.org", "http://desk.example.org"),
    ("desk.example.org", "http://example.org"),
    ("example.org:5000", "http://desk.example.org"),
    ("example.org:80", "http://desk.example.org:5000"),
    ("10.0.0.0/8", "http://11.0.0.1"),
    ("10.0.0.0/99", "http://10.0.0.1"),
    ("10.0.0.0/8", "http://10.example.org"),
    ("10.0.0.0/8", "http://[fd12::1]"),
    ("10.1.2", "http://10.1.2.3"),
    ("2.3", "http://10.1.2.3"),
    ("fd00::/8", "http://[fe80::1]"),
]


@pytest.mark.parametrize("variable", ["no_proxy", "NO_PROXY"])
@pytest.mark.parametrize(("exceptions", "url"), EXCEPTED)
def test_no_proxy_is_honoured(variable: str, exceptions: str, url: str) -> None:
    with environment(all_proxy=PROXY, **{variable: exceptions}):
        assert proxy_for(url) is None


@pytest.mark.parametrize(("exceptions", "url"), NOT_EXCEPTED)
def test_no_proxy_means_no_more_than_it_says(exceptions: str, url: str) -> None:
    with environment(all_proxy=PROXY, no_proxy=exceptions):
        assert proxy_for(url) is not None


def test_the_lower_case_list_of_exceptions_wins() -> None:
    with environment(all_proxy=PROXY, no_proxy="other.org", NO_PROXY="example.org"):
        assert proxy_for("http://desk.example.org") is not None
