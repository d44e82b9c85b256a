from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from labeler.config.backend_uri import is_loopback, without_userinfo
from labeler.config.credentials_consent import OriginNotTrusted, PlainHttpNotAllowed, check_consent
from labeler.config.edit import CannotEdit, allow_plain_http, with_plain_http
from labeler.config.load import FlagSetting
from tests.config.loading import Layers, load

TEAM = "https://mlflow.example.org"
NAMED = f'backend.uri = "{TEAM}/prefix"\n'


def test_a_backend_that_only_a_working_directory_names_gets_no_credentials_until_it_is_trusted(tmp_path: Path) -> None:
    configuration = load(tmp_path, shared=NAMED)
    with pytest.raises(OriginNotTrusted, match=f"labeler config trust {TEAM}") as caught:
        check_consent(configuration, f"{TEAM}/prefix", trusted=[])
    assert caught.value.origin == TEAM
    check_consent(configuration, f"{TEAM}/prefix", trusted=[TEAM])


@pytest.mark.parametrize(
    "layers",
    [
        {"user": 'backend.uri = "https://MLFLOW.example.org:443"\n'},
        {"environment": {"MLFLOW_TRACKING_URI": TEAM}},
        {"flags": [FlagSetting("--backend", "backend.uri", TEAM)]},
    ],
)
def test_a_backend_that_the_user_names_too_gets_them(tmp_path: Path, layers: Layers) -> None:
    check_consent(load(tmp_path, **(Layers(shared=NAMED) | layers)), f"{TEAM}/prefix", trusted=[])


def test_another_origin_named_by_the_user_does_not_count(tmp_path: Path) -> None:
    configuration = load(tmp_path, shared=NAMED, user='backend.uri = "https://mlflow.example.org:8443"\n')
    with pytest.raises(OriginNotTrusted):
        check_consent(configuration, TEAM, trusted=[])


def test_credentials_go_over_plain_http_to_this_machine_alone_unless_the_user_allows_it(tmp_path: Path) -> None:
    plain = "http://desk.example.org:5000"
    named = f'backend.uri = "{plain}"\n'
    with pytest.raises(PlainHttpNotAllowed, match="not encrypted"):
        check_consent(load(tmp_path, user=named), plain, trusted=[plain])
    allowed = f'backend.allow_plain_http = ["{plain}"]\n'
    check_consent(load(tmp_path, user=named + allowed), plain, trusted=[])
    for loopback in ("http://localhost:5000", "http://127.0.0.2", "http://[::1]:80", "http://x.localhost"):
        assert is_loopback(loopback)
        check_consent(load(tmp_path, environment={"MLFLOW_TRACKING_URI": loopback}), loopback, trusted=[])
    assert not is_loopback("http://localhost.example.org")


def test_the_question_about_plain_http_names_the_proxy_that_reads_along(tmp_path: Path) -> None:
    plain = "http://desk.example.org:5000"
    configuration = load(tmp_path, user=f'backend.uri = "{plain}"\n')
    with pytest.raises(
        PlainHttpNotAllowed, match=r"everybody on the way, the proxy of http_proxy \(p:1\) first of all,"
    ):
        check_consent(configuration, plain, trusted=[], through="the proxy of http_proxy (p:1)")


def test_a_working_directory_allows_plain_http_only_to_what_the_user_trusts(tmp_path: Path) -> None:
    plain = "http://desk.example.org:5000"
    configuration = load(
        tmp_path, user=f'backend.uri = "{plain}"\n', shared=f'backend.allow_plain_http = ["{plain}/"]\n'
    )
    with pytest.raises(PlainHttpNotAllowed):
        check_consent(configuration, plain, trusted=[])
    check_consent(configuration, plain, trusted=[plain])


def test_addresses_are_shown_without_their_password() -> None:
    assert without_userinfo("https://ana:s3cret@mlflow.example.org/a/b") == "https://•••@mlflow.example.org/a/b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        'theme = "x"',
        "# mine\n[backend]  # here\nworkspace = ''\n\n[review]\nblind = true\n",
        'backend.uri = "local:x"\nmouse = true\n',
        '[backend]\nallow_plain_http = [\n  # old\n  "http://old:1",\n]\nqueue = "q"\n',
        "[backend]\nallow_plain_http = []\n",
        "[review]\nblind = true\n[keys]\n",
        "backend = { workspace = 'w' }\n",
        "backend.workspace = 'w'\n\n[review]  # mine\nblind = true\n",
    ],
)
def test_allowing_plain_http_changes_nothing_else_in_the_file(text: str) -> None:
    before = tomllib.loads(text)
    edited = with_plain_http(text, "http://new:2")
    after = tomllib.loads(edited)
    allowed = after["backend"].pop("allow_plain_http")
    old = before.setdefault("backend", {}).pop("allow_plain_http", [])
    assert allowed == ["http://new:2", *old]
    assert after == before
    assert [line for line in text.splitlines() if "#" in line] == [line for line in edited.splitlines() if "#" in line]
    assert with_plain_http(edited, "http://new:2") == edited


def test_a_file_that_cannot_be_extended_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("backend = 'w'\n")
    with pytest.raises(CannotEdit, match="yourself"):
        allow_plain_http(path, "http://new:2")
    assert path.read_text() == "backend = 'w'\n"
    allow_plain_http(tmp_path / "new" / "config.toml", "http://new:2")
    assert (tmp_path / "new" / "config.toml").stat().st_mode & 0o777 == 0o600
