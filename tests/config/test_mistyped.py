"""Addresses as they are pasted and mistyped: what is wrong is said, and what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.config.backend_uri import (
    BadBackendUri,
    check_backend_uri,
    secrets_in,
    without_userinfo,
    words_without_userinfo,
)
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
        "http://kim:s3cret@host/experiments/3",
        "http://kim:s3cret\uff20host:5000/#/experiments/1",
        "http://kim:s3cret\ufe6bho st",
        "http;//kim:s3cret@host",
        "http.//kim:s3cret@host",
        "hhtp//s3cret@host",
        "http:.//kim:s3cret@host",
        "//kim:s3cret@host",
        "//s3cret@host",
        "./kim:s3cret@host",
        "kim/s3:cret@host",
        "kim@s3cret:5000",
        "s3cret@mlflow.example.org",
        "kim\uff1as3cret\uff20host",
        "\uff48\uff54\uff54\uff50\uff1a//kim:s3cret@host",
        "http://12/s3cret\uff20host",
        "http://kim:s3@cret\uff20ho[st",
        "sqlite://kim:s3cret@host/db",
    ],
)
def test_an_address_with_a_password_is_never_repeated(written: str) -> None:
    shown = without_userinfo(written)
    try:
        check_backend_uri(written)
    except BadBackendUri as error:
        shown += str(error)
    assert "•••" in shown
    assert secrets_in(written)
    assert not any(part in shown for part in ("kim", "s3", "cret"))


@pytest.mark.parametrize("path", ["./runs@2", "/srv/kim@home/mlruns", "local:/a:b@c/store.db", "sqlite:////srv/a@b.db"])
def test_a_path_is_shown_whole(path: str) -> None:
    assert without_userinfo(path) == path
    assert secrets_in(path) == frozenset()
    assert check_backend_uri(path) == path


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["sync", "-Xhttp://kim:s3cret@host"], ["sync", "-Xhttp://•••@host"]),
        (["--frob=http://kim:s3cret@host"], ["--frob=http://•••@host"]),
        (["sync", "-b", "http://kim:s3", "cret@host", "--frob"], ["sync", "-b", "•••", "•••", "--frob"]),
        (["-b", "http://12", "-s3", "cret", "-x@host"], ["-b", "•••", "•••", "•••", "•••"]),
        (["kim@home", "tr-1"], ["kim@home", "tr-1"]),
    ],
)
def test_words_are_shown_without_an_address_that_lies_over_several_of_them(words: list[str], shown: list[str]) -> None:
    assert words_without_userinfo(words) == shown
    assert words_without_userinfo(shown) == shown


def test_a_page_at_an_address_with_a_password_is_told_as_a_page() -> None:
    with pytest.raises(BadBackendUri, match=r'the address of a page.*ends before its "/experiments"'):
        check_backend_uri("http://kim:s3cret@host/experiments/3")
    with pytest.raises(BadBackendUri, match=r"has a # or a \? in it"):
        check_backend_uri("http://kim:s3cret@host/#/experiments/3")


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
