"""Every bad input that can be met without a screen: the exit code, and a sentence instead of a traceback."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.cli.program import Ended, Program
from tests.cli.scripted_server import answering
from tests.servers.mlflow_server import free_port, shared_server

pytestmark = pytest.mark.slow

PULL = ("pull", "-e", "desk", "-r", "ana")


def assert_sentence(ended: Ended, code: int, *told: str) -> None:
    assert ended.code == code, ended.err
    assert ended.out == ""
    assert "Traceback" not in ended.err
    assert ended.err.startswith("labeler: ")
    for words in told:
        assert words in ended.err


@pytest.mark.parametrize("command", [PULL, ("export",), ("show", "tr-1")])
def test_an_unreachable_server_is_75(labeler: Program, command: tuple[str, ...]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert_sentence(labeler.run(*command, "-b", url), 75, url)


@pytest.mark.parametrize("command", [PULL, ("export",), ("show", "tr-1")])
def test_something_that_is_no_mlflow_server_is_69(labeler: Program, command: tuple[str, ...]) -> None:
    with answering(200, "<html><title>Router login</title></html>", Content_Type="text/html") as router:
        assert_sentence(labeler.run(*command, "-b", router.url), 69)
    with answering(404, "Not Found", Content_Type="text/html") as nothing:
        assert_sentence(labeler.run(*command, "-b", nothing.url), 69)


@pytest.mark.parametrize("command", [PULL, ("export",), ("show", "tr-1")])
def test_missing_and_wrong_credentials_are_77(labeler: Program, command: tuple[str, ...]) -> None:
    with answering(401, "Please sign in", WWW_Authenticate='Basic realm="mlflow"') as server:
        assert_sentence(labeler.run(*command, "-b", server.url), 77, "MLFLOW_TRACKING_USERNAME")
        wrong = labeler.run(
            *command, "-b", server.url, MLFLOW_TRACKING_USERNAME="ana", MLFLOW_TRACKING_PASSWORD="s3cret"
        )
        assert_sentence(wrong, 77)
        assert "s3cret" not in wrong.err
    log = labeler.data / "labeler.log"
    assert not log.exists() or "s3cret" not in log.read_text()


def test_a_backend_that_only_the_working_directory_names_gets_credentials_after_it_is_trusted(labeler: Program) -> None:
    with answering(401) as server:
        (labeler.work / "labeler.toml").write_text(f'[backend]\nuri = "{server.url}"\n')
        assert_sentence(labeler.run("show", "tr-1", MLFLOW_TRACKING_TOKEN="t0ken"), 77, f"config trust {server.url}")
        assert server.authorizations == []
        labeler.run("show", "tr-1")
        assert set(server.authorizations) == {None}
        assert labeler.run("config", "trust", server.url).code == 0
        labeler.run("show", "tr-1", MLFLOW_TRACKING_TOKEN="t0ken")
        assert "Bearer t0ken" in server.authorizations


def test_credentials_do_not_go_over_plain_http_to_another_host(labeler: Program) -> None:
    command = ("show", "tr-1", "-b", "http://mlflow.invalid:5000")
    assert_sentence(
        labeler.run(*command, MLFLOW_TRACKING_TOKEN="t0ken"), 77, "http://mlflow.invalid:5000", "allow_plain_http"
    )
    labeler.config.write_text('[backend]\nallow_plain_http = ["http://mlflow.invalid:5000"]\n')
    assert labeler.run(*command, MLFLOW_TRACKING_TOKEN="t0ken").code == 75


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("exit 3", "ended with exit code 3"),
        ("true", "printed no token"),
        ("/no/such/program", "cannot be run"),
    ],
)
def test_a_token_command_that_fails_is_77(labeler: Program, command: str, told: str) -> None:
    words = ["/bin/sh", "-c", command] if " " in command else [command]
    labeler.config.write_text(f"[backend]\ntoken_command = {words}\n")
    assert_sentence(labeler.run("show", "tr-1", "-b", "http://127.0.0.1:9"), 77, told)


def test_a_token_command_signs_in(labeler: Program) -> None:
    labeler.config.write_text('[backend]\ntoken_command = ["printf", "t0ken\\\\nmore\\\\n"]\n')
    with answering(401) as server:
        ended = labeler.run("show", "tr-1", "-b", server.url)
        assert set(server.authorizations) == {"Bearer t0ken"}
        assert "t0ken" not in ended.err + ended.out


def test_an_unknown_experiment_queue_or_filter_is_2(labeler: Program) -> None:
    server = shared_server()
    options = ("-b", server.url, "-r", "ana")
    assert_sentence(labeler.run("pull", "-e", "no such experiment", *options), 2, "no such experiment")
    assert_sentence(labeler.run("pull", "-q", "no such queue", "-e", "Default", *options), 2, "no such queue")
    assert_sentence(labeler.run("pull", "-e", "Default", "-f", "nonsense ~ 3", *options), 2)
    assert_sentence(labeler.run("export", "-e", "no such experiment", "-b", server.url), 2, "no such experiment")


def test_nothing_to_review_nobody_reviewing_and_no_backend_are_2(labeler: Program) -> None:
    server = shared_server()
    assert_sentence(labeler.run("pull", "-b", server.url, "-e", "Default"), 2, "--reviewer", "LABELER_REVIEWER")
    assert_sentence(labeler.run("pull", "-b", server.url, "-r", "ana"), 2, "--experiment", "--queue")
    for command in (PULL, ("show", "tr-1"), ("export",)):
        assert_sentence(labeler.run(*command), 2, "--backend", "MLFLOW_TRACKING_URI", "config init")


@pytest.mark.parametrize("command", [("outbox", "list"), ("sync",), ("config", "trust", "https://a"), PULL])
def test_an_unwritable_data_directory_is_2(labeler: Program, command: tuple[str, ...]) -> None:
    labeler.data.write_text("a file where a directory should be")
    backend = ("-b", "http://127.0.0.1:9") if command[0] != "config" else ()
    assert_sentence(labeler.run(*command, *backend), 2, str(labeler.data), "--data-dir")


def test_a_journal_of_a_newer_labeler_is_2_and_stays_as_it_is(labeler: Program) -> None:
    labeler.run("outbox", "list")
    journal = labeler.data / "journal.db"
    with closing(sqlite3.connect(journal)) as database:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        database.execute(f"PRAGMA user_version = {version + 1}")
    before = journal.read_bytes()
    for command in (("outbox", "list"), ("sync", "-b", "http://127.0.0.1:9"), (*PULL, "-b", "http://127.0.0.1:9")):
        assert_sentence(labeler.run(*command), 2)
    assert journal.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("none.json", None),
        ("empty.json", b""),
        ("text.json", b"this is no JSON"),
        ("list.json", b"[]"),
        ("number.jsonl", b"1\n2\n"),
        ("cut.json.gz", b"\x1f\x8b\x08\x00cut"),
        ("binary.json", bytes(range(256))),
        ("label.jsonl", b'{"trace_id": "tr-1", "name": "a", "value": 1}\n'),
    ],
)
def test_a_file_without_a_trace_is_2(labeler: Program, name: str, content: bytes | None) -> None:
    if content is not None:
        (labeler.work / name).write_bytes(content)
    assert_sentence(labeler.run("show", name), 2, name)


def test_a_store_that_is_not_there_or_is_none_is_told_and_nothing_is_made(labeler: Program) -> None:
    for uri in ("local:none.db", "sqlite:///none.db", "./none"):
        ended = labeler.run("export", "-b", uri)
        assert ended.code in (2, 69), (uri, ended)
        assert "Traceback" not in ended.err
        assert "none" in ended.err
    assert list(labeler.work.iterdir()) == []


def test_settings_that_contradict_each_other_are_2(labeler: Program) -> None:
    contradiction = {"MLFLOW_TRACKING_INSECURE_TLS": "true", "MLFLOW_TRACKING_SERVER_CERT_PATH": "/ca.pem"}
    assert_sentence(labeler.run("export", "-b", "https://127.0.0.1:9", **contradiction), 2, "contradict")
