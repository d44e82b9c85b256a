"""Where credentials come from, where they go, and that nobody ever reads them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from labeler import __version__
from labeler.backends.base import BackendError
from labeler.backends.mlflow.backend import open_backend
from labeler.backends.mlflow.credentials import (
    Credentials,
    Tls,
    UnusableSettings,
    credentials_for,
    endpoint,
    tls_settings,
)
from tests.servers import fault_proxy as faults
from tests.servers.fault_proxy import Exchange, FaultProxy

SERVER = "https://tracking.example.com/mlflow"
ALICE = {"MLFLOW_TRACKING_USERNAME": "alice", "MLFLOW_TRACKING_PASSWORD": "s3cret"}
TOKEN = {"MLFLOW_TRACKING_TOKEN": "t0ken"}


def signing_in(uri: str, environ: Mapping[str, str], home: Path) -> str | None:
    found = credentials_for(uri, environ, home)
    return None if found is None else found.authorization


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def test_the_settings_count_in_mlflows_order(tmp_path: Path) -> None:
    assert signing_in(SERVER, {}, tmp_path) is None
    assert signing_in(SERVER, TOKEN, tmp_path) == "Bearer t0ken"
    assert signing_in(SERVER, TOKEN | ALICE, tmp_path) == basic("alice", "s3cret")
    (tmp_path / ".mlflow").mkdir()
    (tmp_path / ".mlflow" / "credentials").write_text(
        "[mlflow]\nmlflow_tracking_username = filer\nmlflow_tracking_password = 100%safe\n"
    )
    assert signing_in(SERVER, TOKEN, tmp_path) == basic("filer", "100%safe")
    assert signing_in(SERVER, ALICE, tmp_path) == basic("alice", "s3cret")
    assert signing_in("https://bo:p%40ss@tracking.example.com", ALICE, tmp_path) == basic("bo", "p@ss")


def test_userinfo_is_taken_out_of_the_address() -> None:
    there = endpoint("HTTPS://bo:p%40ss@Tracking.Example.com:443/mlflow/?x=1#y")
    assert there.url == SERVER
    assert "p%40ss" not in repr(there)
    assert "p@ss" not in repr(there)


def test_databricks_is_found_by_environment_and_by_profile(tmp_path: Path) -> None:
    (tmp_path / ".databrickscfg").write_text(
        "[DEFAULT]\nhost = https://one.cloud.databricks.com/\ntoken = dapi1\n"
        "[team]\nhost = two.cloud.databricks.com\ntoken = dapi2\n[empty]\n"
    )
    for uri, environ, url, authorization in (
        ("databricks", {}, "https://one.cloud.databricks.com", "Bearer dapi1"),
        ("databricks://team", {}, "https://two.cloud.databricks.com", "Bearer dapi2"),
        ("databricks", {"DATABRICKS_CONFIG_PROFILE": "team"}, "https://two.cloud.databricks.com", "Bearer dapi2"),
        (
            "databricks",
            {"DATABRICKS_HOST": "https://three.databricks.com", "DATABRICKS_TOKEN": "dapi3"} | ALICE,
            "https://three.databricks.com",
            "Bearer dapi3",
        ),
    ):
        there = endpoint(uri, environ, tmp_path)
        assert (there.url, there.databricks) == (url, True)
        assert signing_in(uri, environ, tmp_path) == authorization
    with pytest.raises(UnusableSettings, match="No Databricks host"):
        endpoint("databricks://nowhere", {}, tmp_path)
    with pytest.raises(UnusableSettings, match="https"):
        endpoint("databricks", {"DATABRICKS_HOST": "http://three.databricks.com"}, tmp_path)


def test_settings_that_cannot_be_honoured_are_named(tmp_path: Path) -> None:
    for name in ("MLFLOW_TRACKING_AWS_SIGV4", "MLFLOW_TRACKING_AUTH"):
        with pytest.raises(UnusableSettings, match=name):
            credentials_for(SERVER, {name: "true"}, tmp_path)
    insecure = {"MLFLOW_TRACKING_INSECURE_TLS": "true"}
    assert tls_settings(insecure) == Tls(verify=False)
    with pytest.raises(UnusableSettings, match="contradict"):
        tls_settings(insecure | {"MLFLOW_TRACKING_SERVER_CERT_PATH": "ca.pem"})
    for uri in ("ftp://x", "http://", "http://x:port", "postgresql://u:s3cret@x/db"):
        with pytest.raises(UnusableSettings) as raised:
            endpoint(uri)
        assert "s3cret" not in str(raised.value)


async def test_a_certificate_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for path in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with pytest.raises(UnusableSettings, match=path.name):
            await open_backend(SERVER, tls=Tls(ca=path))


async def test_a_workspace_that_no_request_can_carry_is_named() -> None:
    for workspace in ("two\r\nlines", "hafen-büro"):
        with pytest.raises(UnusableSettings, match="workspace"):
            await open_backend(SERVER, workspace=workspace)


async def test_only_credentials_that_were_passed_are_sent_with_workspace_and_name(
    proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: list[bytes] = []

    async def overhear(exchange: Exchange) -> None:
        requests.append(exchange.request.lower())
        await faults.answer(200, "{}")(exchange)

    proxy.otherwise = overhear
    for name, value in (ALICE | TOKEN).items():
        monkeypatch.setenv(name, value)
    with_userinfo = proxy.url.replace("http://", "http://bo:s3cret@")
    for credentials in (None, Credentials("a test", SecretStr("t0ken"))):
        backend = await open_backend(with_userinfo, credentials, "harbour")
        assert await backend.experiments() == []
        assert backend.uri == proxy.url
        assert backend.workspace == "harbour"
        await backend.close()
    anonymous, signed_in = requests
    assert b"authorization" not in anonymous
    assert b"authorization: bearer t0ken\r\n" in signed_in
    for request in requests:
        assert b"x-mlflow-workspace: harbour\r\n" in request
        assert f"user-agent: labeler/{__version__}\r\n".encode() in request


async def test_no_secret_is_ever_told(proxy: FaultProxy) -> None:
    credentials = Credentials("MLFLOW_TRACKING_TOKEN", SecretStr("s3cret"))
    assert "s3cret" not in f"{credentials!r} {credentials}"
    with pytest.raises(UnusableSettings, match="MLFLOW_TRACKING_TOKEN") as unusable:
        await open_backend(proxy.url, Credentials("MLFLOW_TRACKING_TOKEN", SecretStr("s3cret\n")))
    told = [str(unusable.value)]
    for fault in (
        faults.answer(401),
        faults.answer(403),
        faults.answer(500),
        faults.answer(302, Location="/login"),
        faults.drop_request,
        faults.half_a_body,
    ):
        proxy.otherwise = fault
        backend = await open_backend(proxy.url, credentials)
        with pytest.raises(BackendError) as raised:
            await backend.summary("tr-1")
        told += [str(raised.value), repr(raised.value), repr(raised.value.__cause__)]
        await backend.close()
    assert not [sentence for sentence in told if "s3cret" in sentence]
