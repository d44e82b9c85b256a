"""What signs in is seen by the server it is for, and by nothing and nobody else."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labeler.domain.destination import Destination
from tests.cli.program import Program
from tests.cli.queued_labels import queue
from tests.cli.scripted_server import answering
from tests.cli.waiting import wait_until

pytestmark = pytest.mark.slow

SECRET = "s3cret-0f-the-harbour"
BASIC = base64.b64encode(f"ana:{SECRET}".encode()).decode()
HTML = {"Content_Type": "text/html"}

Way = Callable[[Program, str], dict[str, str]]
"""Gives the secret for the server at a URL to the program; returns what has to be in the environment for it."""


def by_token(labeler: Program, url: str) -> dict[str, str]:
    return {"MLFLOW_TRACKING_URI": url, "MLFLOW_TRACKING_TOKEN": SECRET}


def by_password(labeler: Program, url: str) -> dict[str, str]:
    user = {"MLFLOW_TRACKING_USERNAME": "ana", "MLFLOW_TRACKING_PASSWORD": SECRET}
    return {"MLFLOW_TRACKING_URI": url, **user}


def by_address(labeler: Program, url: str) -> dict[str, str]:
    return {"MLFLOW_TRACKING_URI": url.replace("://", f"://ana:{SECRET}@")}


def by_file(labeler: Program, url: str) -> dict[str, str]:
    file = labeler.home / ".mlflow" / "credentials"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"[mlflow]\nmlflow_tracking_username = ana\nmlflow_tracking_password = {SECRET}\n")
    return {"MLFLOW_TRACKING_URI": url}


def by_command(labeler: Program, url: str) -> dict[str, str]:
    (labeler.home / "keyring").write_text(SECRET)
    labeler.config.write_text(f'[backend]\ntoken_command = ["cat", "{labeler.home}/keyring"]\n')
    return {"MLFLOW_TRACKING_URI": url}


WAYS: dict[str, Way] = {
    "MLFLOW_TRACKING_TOKEN": by_token,
    "MLFLOW_TRACKING_PASSWORD": by_password,
    "the address": by_address,
    "~/.mlflow/credentials": by_file,
    "backend.token_command": by_command,
}

BY_TOKEN = {"MLFLOW_TRACKING_TOKEN", "backend.token_command"}


def said_back(way: str) -> str:
    """What a server answers that quotes the request it cannot take."""
    sent = f"Bearer {SECRET}" if way in BY_TOKEN else f"Basic {BASIC}, {SECRET}"
    return json.dumps({"error_code": "BAD_REQUEST", "message": f"cannot parse Authorization: {sent}"})


ANSWERS = {
    "401": (401, "Please sign in", {"WWW_Authenticate": "Basic"}),
    "403": (403, "Permission denied", HTML),
    "500": (500, "<h1>Internal Server Error</h1>", HTML),
    "a redirect": (302, "", {"Location": "/login"}),
    "a login page": (200, "<!doctype html><title>Sign in</title>", HTML),
}


def tells(text: str) -> bool:
    return SECRET in text or BASIC in text


def files_that_tell(labeler: Program) -> list[Path]:
    own = {labeler.config, labeler.home / "keyring", labeler.home / ".mlflow" / "credentials"}
    files = [file for file in labeler.home.rglob("*") if file.is_file() and file not in own]
    return [file for file in files if SECRET.encode() in file.read_bytes() or BASIC.encode() in file.read_bytes()]


@pytest.mark.parametrize("way", WAYS)
def test_a_secret_gets_into_no_output_no_journal_and_no_log_however_it_is_given(labeler: Program, way: str) -> None:
    with answering(400, said_back(way), Content_Type="application/json") as server:
        environment = WAYS[way](labeler, server.url)
        queue(labeler, Destination(server.url, "", "1"), ["tr-1"])
        for command in (
            ("sync", "-v"),
            ("outbox", "list", "--json"),
            ("doctor", "--json", "-v"),
            ("config", "show", "--json"),
        ):
            ended = labeler.run(*command, **environment)
            assert not tells(ended.out + ended.err), command
        assert any(server.authorizations)
    assert "cannot parse" in labeler.run("outbox", "list", "--json").out
    assert files_that_tell(labeler) == []


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_secret_gets_into_nothing_whatever_the_server_answers(labeler: Program, answer: str) -> None:
    status, body, headers = ANSWERS[answer]
    with answering(status, body, **headers) as server:
        environment = by_password(labeler, server.url)
        queue(labeler, Destination(server.url, "", "1"), ["tr-1"])
        ended = labeler.run("sync", "--json", "-v", **environment)
        assert ended.lines[0]["delivered"] == 0
        assert set(server.authorizations) == {f"Basic {BASIC}"}
    assert not tells(ended.out + ended.err + labeler.run("outbox", "list", "--json").out)
    assert files_that_tell(labeler) == []


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_to_another_origin_is_not_followed_so_that_one_gets_nothing(labeler: Program, status: int) -> None:
    with answering(200, "{}") as elsewhere, answering(status, "", Location=f"{elsewhere.url}/api") as server:
        queue(labeler, Destination(server.url, "", "1"), ["tr-1"])
        ended = labeler.run("sync", "--json", **by_token(labeler, server.url))
        assert (ended.code, ended.lines[0]["delivered"]) == (75, 0)
        assert "a login page or a moved server" in ended.err
        assert labeler.run("show", "tr-1", **by_token(labeler, server.url)).code == 69
        assert set(server.authorizations) == {f"Bearer {SECRET}"}
        assert elsewhere.authorizations == []


@pytest.mark.parametrize("way", WAYS)
def test_no_secret_goes_over_plain_http_to_another_host_without_a_setting_that_allows_it(
    labeler: Program, way: str
) -> None:
    server = "http://mlflow.invalid:5000"
    environment = WAYS[way](labeler, server)
    queue(labeler, Destination(server, "", "1"), ["tr-1"])
    ended = labeler.run("sync", **environment)
    assert ended.code == 77
    assert f"{server}" in ended.err
    assert "allow_plain_http" in ended.err
    assert not tells(ended.err)
    (row,) = labeler.run("outbox", "list", "--json").lines
    assert (row["state"], row["attempts"]) == ("waiting", 0)


def test_the_report_of_a_crash_tells_no_secret(labeler: Program) -> None:
    crash = f"""
import labeler.cli.sync
from labeler.cli.main import main

def defect(arguments):
    raise RuntimeError("GET http://ana:{SECRET}@host/ with Basic {BASIC}, and again {SECRET}")

labeler.cli.sync.run = defect
raise SystemExit(main(["sync"]))
"""
    ended = labeler.python(crash, MLFLOW_TRACKING_TOKEN=SECRET)
    assert ended.code == 70
    assert not tells(ended.out + ended.err)
    text = (labeler.data / "labeler.log").read_text()
    assert "RuntimeError: GET http://•••@host/ with Basic •••, and again •••" in text
    assert files_that_tell(labeler) == []


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to see what others see")
def test_the_list_of_processes_tells_no_secret_and_all_files_are_the_owners_alone_while_it_delivers(
    labeler: Program,
) -> None:
    with silence() as url:
        queue(labeler, Destination(url, "", "1"), ["tr-1"])
        environment = by_password(labeler, url)
        labeler.environment.update(environment)
        delivering = labeler.start("sync", "-v")
        try:
            wait_until(lambda: [row["attempts"] for row in labeler.run("outbox", "list", "--json").lines] == [1])
            own = Path(f"/proc/{delivering.pid}")
            started = (own / "task" / own.name / "children").read_text().split()
            command_lines = [(own.with_name(pid) / "cmdline").read_bytes() for pid in (own.name, *started)]
            assert b"labeler\0sync" in command_lines[0]
            assert not [line for line in command_lines if SECRET.encode() in line]
            for path in labeler.data.rglob("*"):
                assert path.stat().st_mode & 0o077 == 0, path
        finally:
            delivering.kill()
            delivering.communicate()


@contextmanager
def silence() -> Iterator[str]:
    """Where connections are accepted and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("host", ["app.localhost", "LOCALHOST.", "127.1", "0.0.0.0", "[::ffff:127.0.0.1]"])
def test_no_secret_for_this_machine_goes_through_a_proxy(labeler: Program, host: str) -> None:
    with answering(401) as proxy, answering(401) as server:
        proxies = {"http_proxy": proxy.url, "https_proxy": proxy.url, "ALL_PROXY": proxy.url}
        address = f"http://{host}:{server.port}"
        ended = labeler.run("show", "tr-1", "-b", address, MLFLOW_TRACKING_TOKEN=SECRET, **proxies)
        assert ended.code == 77
        assert set(server.authorizations) == {f"Bearer {SECRET}"}
        assert proxy.authorizations == []


def test_a_proxy_gets_a_secret_unencrypted_only_where_plain_http_is_allowed(labeler: Program) -> None:
    with answering(401) as proxy:
        proxies = {"http_proxy": proxy.url.replace("://", "://kim:pr0xy-secret@")}
        command = ("show", "tr-1", "-b", "http://mlflow.invalid:5000")
        asked = labeler.run(*command, MLFLOW_TRACKING_TOKEN=SECRET, **proxies)
        assert asked.code == 77
        assert f"the proxy of http_proxy (127.0.0.1:{proxy.port})" in asked.err
        assert "pr0xy-secret" not in asked.err
        assert proxy.authorizations == []
        labeler.config.write_text('[backend]\nallow_plain_http = ["http://mlflow.invalid:5000"]\n')
        assert labeler.run(*command, MLFLOW_TRACKING_TOKEN=SECRET, **proxies).code == 77
        assert set(proxy.authorizations) == {f"Bearer {SECRET}"}
        proxy.authorizations.clear()
        labeler.run(*command, MLFLOW_TRACKING_TOKEN=SECRET, **proxies, no_proxy="invalid")
        assert proxy.authorizations == []


def test_a_review_goes_on_with_the_password_of_the_address_and_the_journal_has_none(labeler: Program) -> None:
    code = """
import asyncio
from labeler.backends.base import Forbidden
from labeler.backends.pulse import Pulse
from labeler.cli.backend_address import backend_address
from labeler.cli.context import configure
from labeler.cli.open_journal import open_journal
from labeler.cli.command_line import build_parser
from labeler.cli.open_backend import reopened
from labeler.domain.worklist import ReviewSpec

async def go_on():
    configuration = configure(build_parser().parse_args(["review"]))
    address = backend_address(configuration.settings.backend.uri)
    print(address)
    spec = ReviewSpec(address, "", ("1",), "ana", address=address)
    async with open_journal(configuration.paths) as journal:
        backend = await reopened(spec, configuration, journal, Pulse())
        try:
            await backend.capabilities()
            await backend.experiments()
        except Forbidden:
            pass
        await backend.close()

asyncio.run(go_on())
"""
    with answering(401) as server:
        ended = labeler.python(code, **by_address(labeler, server.url))
        assert ended.out == f"{server.url}\n", ended.err
        assert set(server.authorizations) == {f"Basic {BASIC}"}, ended.err
    assert files_that_tell(labeler) == []


def test_a_configuration_is_written_without_the_password_of_an_address(labeler: Program) -> None:
    labeler.config.unlink()
    with_password = {"MLFLOW_TRACKING_URI": f"https://ana:{SECRET}@desk.example.org"}
    asked = labeler.at_terminal("config", "init", typed="\n\n", **with_password)
    assert "[https://desk.example.org]" in asked.err
    assert not tells(asked.out + asked.err)
    assert 'uri = "https://desk.example.org"' in labeler.config.read_text()
    labeler.config.unlink()
    given = labeler.run("config", "init", "-b", with_password["MLFLOW_TRACKING_URI"])
    assert given.code == 0
    assert "were left out" in given.err
    assert not tells(given.out + given.err + labeler.config.read_text())


def test_the_log_tells_no_secret_whatever_an_exception_quotes(labeler: Program) -> None:
    crash = f"""
import labeler.cli.sync
from labeler.cli.main import main

def defect(arguments):
    from labeler.cli.context import configure
    configure(arguments)
    raise ValueError("Port could not be cast: 's3/cret-é', {SECRET}, s3%2Fcret-%C3%A9, s3/cret-\\\\xe9")

labeler.cli.sync.run = defect
raise SystemExit(main(["sync", "-b", "http://ana:{SECRET}@desk.example.org"]))
"""
    ended = labeler.python(crash, http_proxy="http://kim:s3%2Fcret-%C3%A9@proxy:1")
    assert ended.code == 70
    text = (labeler.data / "labeler.log").read_text()
    assert "Port could not be cast: '•••', •••, •••" in text
    assert files_that_tell(labeler) == []


@pytest.mark.parametrize("password", ["a@SECRETX", "a/SECRETX", "12/SECRETX?y", "a[b]SECRETX℀"])
def test_a_password_with_characters_that_end_others_is_told_by_no_command(labeler: Program, password: str) -> None:
    with answering(401) as server:
        address = server.url.replace("://", f"://kim:{password}@")
        for command in (("doctor", "-v"), ("doctor", "--json"), ("config", "show", "--json")):
            ended = labeler.run(*command, MLFLOW_TRACKING_URI=address)
            assert "SECRETX" not in ended.out + ended.err
            if "/" not in password:
                assert server.url.replace("://", "://•••@") in ended.out
        assert "/" in password or any(server.authorizations)
    assert not [file for file in labeler.data.rglob("*") if file.is_file() and b"SECRETX" in file.read_bytes()]
