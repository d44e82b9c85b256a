"""Addresses as they are pasted and mistyped: what is wrong is said, and what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.config.backend_uri import BadBackendUri, check_backend_uri
from labeler.config.load import ConfigurationError, FlagSetting, load_configuration
from labeler.config.paths import find_paths

SERVER = "http://mlflow.example.org:5000"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (f"{SERVER} ", "has a space around it"),
        (f"{SERVER}\n", "has a line break around it"),
        (f"\t{SERVER}", "has a tab around it"),
        (f'"{SERVER}"', "has quotation marks around it"),
        (f"“{SERVER}”\n", "has a line break and quotation marks around it"),
        ("http://mlflow.example.org :5000", "has a space in it"),
        ("http://mlflow.example\u200b.org:5000", "has an invisible character (U+200B) in it"),
        ("mlflow.example.org:5000", "must begin with http:// or https://"),
        ("//mlflow.example.org:5000", "must begin with http:// or https://"),
        ("htp://mlflow.example.org:5000", "must begin with http:// or https://"),
        ("ttp://mlflow.example.org:5000", "must begin with http:// or https://"),
        ("http//mlflow.example.org:5000", "must begin with http:// or https://"),
        ("http:/mlflow.example.org:5000", "must begin with http:// or https://"),
        ("http:///mlflow.example.org:5000", "must begin with http:// or https://"),
        (f"{SERVER}/#/experiments/1", "is the address of a page"),
        (f"{SERVER}/#/experiments/1/traces?o=7&token=s3cret", "its experiment is chosen with -e 1 or"),
        (f"{SERVER}/experiments/12", "is the address of a page"),
        (f"{SERVER}/?x=1", "is the address of a page"),
        (f"{SERVER}/api/2.0/mlflow/experiments/search", "is the address of a page or a call"),
    ],
)
def test_what_is_wrong_is_said_with_what_was_meant(written: str, told: str) -> None:
    with pytest.raises(BadBackendUri) as raised:
        check_backend_uri(written)
    assert told in str(raised.value)
    assert f'"{SERVER}"' in str(raised.value)
    assert "s3cret" not in str(raised.value)


def test_a_name_that_may_be_a_directory_or_a_server_is_said_to_be_neither_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadBackendUri, match=r'no file or directory.*"http://mlflow.example.org"\?'):
        check_backend_uri("mlflow.example.org")
    (tmp_path / "mlflow.example.org").mkdir()
    assert check_backend_uri("mlflow.example.org") == "mlflow.example.org"


@pytest.mark.parametrize(
    "right",
    [
        SERVER,
        f"{SERVER}/",
        "HTTPS://Host/prefix/of/it/",
        "http://[::1]:5000",
        "http://kim:p w'd@host:5000",
        "databricks",
        "databricks://PROFILE",
        "local:/a dir/store.db",
        "sqlite:///a dir/mlflow.db",
        "./mlruns",
        "mlruns",
        "file:///srv/mlruns",
    ],
)
def test_what_is_right_is_left_as_it_is(right: str) -> None:
    assert check_backend_uri(right) == right


@pytest.mark.parametrize(
    "written",
    [
        "'http://kim:s3cret@host:5000'",
        "htp://kim:s3cret@host",
        "http://kim:s3#cret@host:5000",
        "http://kim:s3?cret@host",
        "http://kim:s3cret@host:5000/#/experiments/1",
        "http://kim:s3cret@ho st:5000 ",
    ],
)
def test_an_address_with_a_password_is_never_repeated(written: str) -> None:
    with pytest.raises(BadBackendUri) as raised:
        check_backend_uri(written)
    assert not any(part in str(raised.value) for part in ("kim", "s3", "cret"))


def test_the_setting_that_it_comes_from_is_named(tmp_path: Path) -> None:
    home = find_paths({"HOME": str(tmp_path)}, str(tmp_path / "config.toml"), str(tmp_path))
    spoiled = f"{SERVER} "
    (tmp_path / "config.toml").write_text(f'[backend]\n\nuri = "{spoiled}"\n')
    with pytest.raises(ConfigurationError) as raised:
        load_configuration(
            home,
            flags=[FlagSetting("--backend", "backend.uri", spoiled)],
            environment={"MLFLOW_TRACKING_URI": spoiled},
        )
    said = f'backend.uri has a space around it: did you mean "{SERVER}"?'
    assert [str(problem) for problem in raised.value.problems] == [
        f"option --backend: {said}",
        f"environment variable MLFLOW_TRACKING_URI: {said}",
        f"{tmp_path / 'config.toml'}, line 3: {said}",
    ]
