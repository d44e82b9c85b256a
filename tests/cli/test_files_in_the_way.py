"""Pipes, sockets, devices, directories and huge files where a file is expected: an error at once, never a hang."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.cli.scripted_server import answering
from tests.in_the_way import put_in_the_way

pytestmark = pytest.mark.slow  # starts a program for each case, some of them many

KINDS = ("pipe", "device")
"""What a program waits for, and what it reads without end; the other kinds are tried where configurations are read."""

LABEL = '{"trace_id": "tr-1", "name": "a", "value": 1}\n'


@pytest.mark.parametrize("kind", KINDS)
def test_no_command_waits_for_what_lies_under_the_name_of_a_configuration(labeler: Program, kind: str) -> None:
    told = put_in_the_way(labeler.work / "labeler.toml", kind)
    for command in (("keys",), ("doctor", "--json")):
        ended = labeler.run(*command)
        assert ended.code == 2
        assert f"{labeler.work}/labeler.toml: cannot be read: {told}" in ended.out + ended.err


def test_a_named_configuration_has_to_be_a_file(labeler: Program) -> None:
    told = put_in_the_way(labeler.home / "mine.toml", "pipe")
    ended = labeler.run("config", "check", "--config", str(labeler.home / "mine.toml"))
    assert (ended.code, ended.err) == (2, f"labeler: {labeler.home}/mine.toml: cannot be read: {told}\n")


@pytest.mark.parametrize("kind", KINDS)
def test_credentials_and_profiles_have_to_be_files(labeler: Program, kind: str) -> None:
    (labeler.home / ".mlflow").mkdir()
    told = put_in_the_way(labeler.home / ".mlflow" / "credentials", kind)
    ended = labeler.run("show", "tr-1", "-b", "http://127.0.0.1:9")
    assert (ended.code, ended.err) == (2, f"labeler: {labeler.home}/.mlflow/credentials cannot be read: {told}\n")
    put_in_the_way(labeler.home / ".databrickscfg", kind)
    ended = labeler.run("show", "tr-1", "-b", "databricks")
    assert (ended.code, ended.err) == (2, f"labeler: {labeler.home}/.databrickscfg cannot be read: {told}\n")


def test_a_theme_is_a_file_of_the_directory_of_themes(labeler: Program) -> None:
    themes = labeler.home / "themes"
    themes.mkdir()
    (labeler.work / "elsewhere.toml").write_text("dark = true\n")
    put_in_the_way(themes / "pipe.toml", "pipe")
    put_in_the_way(themes / "huge.toml", "huge")
    for name, told in {
        "pipe": "There is no theme 'pipe'",
        "huge": "huge.toml: cannot be read (it holds more than 1 MB)",
        "../work/elsewhere": "There is no theme '../work/elsewhere'",
        str(labeler.work / "elsewhere"): "There is no theme",
    }.items():
        (labeler.work / "labeler.toml").write_text(f"theme = '{name}'\n")
        ended = labeler.run("config", "check")
        assert ended.code == 2
        assert f"labeler.toml, line 1: theme is wrong: {told}" in ended.err


@pytest.mark.parametrize(
    ("command", "kind"),
    [("show", "socket"), ("show", "device"), ("push", "socket"), ("push", "device"), ("push", "directory")],
)
def test_what_never_ends_is_no_file_of_traces_or_labels(labeler: Program, command: str, kind: str) -> None:
    path = labeler.work / "in.jsonl"
    put_in_the_way(path, kind)
    backend = ("-b", "http://127.0.0.1:9", "-r", "ana") if command == "push" else ()
    ended = labeler.run(command, str(path), *backend)
    assert ended.code == 2
    assert f"{path} cannot be read: " in ended.err


def test_a_directory_without_a_file_of_traces_is_said_to_hold_none(labeler: Program) -> None:
    (labeler.work / "in").mkdir()
    ended = labeler.run("show", "in")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("labeler: in ")


def test_labels_larger_than_memory_are_refused(labeler: Program) -> None:
    put_in_the_way(labeler.work / "in.jsonl", "huge")
    ended = labeler.run("push", "in.jsonl", "-b", "http://127.0.0.1:9", "-r", "ana")
    assert (ended.code, ended.err) == (2, "labeler: in.jsonl cannot be read: it holds more than 512 MB\n")


@pytest.mark.parametrize("name", ["/dev/stdin", "-", "pipe", "/dev/fd/N"])
def test_labels_may_come_from_a_pipe(labeler: Program, name: str) -> None:
    end, other = os.pipe()
    if name == "pipe":
        name = str(labeler.work / "pipe")
        put_in_the_way(Path(name), "pipe")
        write = threading.Thread(target=lambda: Path(name).write_text(LABEL))
        write.start()
    else:
        os.write(other, LABEL.encode())
        name = name.replace("N", str(end))
    os.close(other)
    with answering(404) as server:
        ended = subprocess.run(
            [sys.executable, "-m", "labeler", "push", name, "-b", server.url, "-r", "ana"],
            cwd=labeler.work,
            env=labeler.environment,
            stdin=end,
            pass_fds=[end],
            capture_output=True,
            timeout=60,
            check=False,
        )
    os.close(end)
    assert ended.returncode == 69, ended.stderr  # read, and then the server was asked
    assert b"cannot be read" not in ended.stderr
