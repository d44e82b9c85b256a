"""A machine short of descriptors, memory or a home directory, and files nested without end: no defect of ours."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import Ended, Program
from tests.cli.scripted_server import answering

pytestmark = pytest.mark.slow  # starts a program for each case, some of them many

NOBODY = 12345
"""A user without an entry in the user database."""


def limited(labeler: Program, which: int, most: int, *command: str) -> Ended:
    ended = subprocess.run(
        [sys.executable, "-m", "labeler", *command],
        cwd=labeler.work,
        env=labeler.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(which, (most, most)),
        check=False,
    )
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def assert_no_defect(ended: Ended) -> None:
    assert "defect" not in ended.err
    assert "Traceback" not in ended.err
    assert "Exception ignored" not in ended.err


@pytest.mark.parametrize("descriptors", [5, 6, 7, 8])
def test_too_few_descriptors_are_named_as_what_is_wrong(labeler: Program, descriptors: int) -> None:
    labeler.run("outbox", "list")
    ended = limited(labeler, resource.RLIMIT_NOFILE, descriptors, "outbox", "list")
    assert ended.code == 2, ended
    assert "may not open as many files as it needs" in ended.err
    assert "ulimit -n" in ended.err
    assert_no_defect(ended)


def test_a_server_is_not_blamed_for_descriptors_that_are_missing_here(labeler: Program) -> None:
    with answering(401) as server:
        for descriptors in (9, 12):
            ended = limited(labeler, resource.RLIMIT_NOFILE, descriptors, "show", "tr-1", "-b", server.url)
            assert ended.code == 77 or (ended.code == 2 and "ulimit -n" in ended.err), (descriptors, ended)
            assert_no_defect(ended)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep to a limit of memory")
@pytest.mark.parametrize("megabytes", [40, 50, 55])
def test_too_little_memory_is_named_as_what_is_wrong(labeler: Program, megabytes: int) -> None:
    ended = limited(labeler, resource.RLIMIT_AS, megabytes << 20, "show", "tr-1", "-b", "http://127.0.0.1:9")
    if ended.code < 0 or "labeler" not in ended.err:
        pytest.skip(f"the interpreter itself does not run in {megabytes} MB here")
    assert ended.code == 2, ended
    assert "There is not enough memory" in ended.err
    assert_no_defect(ended)


def without_a_home(work: Path, *command: str, **environment: str) -> Ended:
    """Run as a user without HOME and without an entry, who may still read the interpreter in root's directories."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or setpriv is None:
        pytest.skip("only root, and setpriv, can run a program as a user that the system does not know")
    rights = ("--clear-groups", "--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search")
    ended = subprocess.run(
        [setpriv, "--reuid", str(NOBODY), "--regid", str(NOBODY), *rights, sys.executable, "-m", "labeler", *command],
        cwd=work,
        env={"PATH": os.environ["PATH"], **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if b"setpriv:" in ended.stderr:
        pytest.skip(ended.stderr.decode().strip())
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


@pytest.mark.parametrize(
    "command", ["--version", "--help", "keys", "doctor", "config path", "outbox list", "demo", "completion bash"]
)
def test_without_a_home_directory_every_command_says_what_to_do_or_does_without(labeler: Program, command: str) -> None:
    ended = without_a_home(labeler.work, *command.split())
    assert "Traceback" not in ended.err + ended.out
    if command in ("--version", "--help", "completion bash"):
        assert (ended.code, ended.err) == (0, "")
    else:
        assert ended.code == 2
        assert "There is no home directory" in ended.err + ended.out
        assert "--data-dir" in ended.err + ended.out


def test_without_a_home_directory_a_data_directory_is_enough(labeler: Program) -> None:
    data = labeler.home / "theirs"
    data.mkdir()
    os.chown(data, NOBODY, NOBODY)
    place = ("--data-dir", str(data))
    assert without_a_home(labeler.work, *place, "config", "path").out == f"{data / 'config.toml'}\n"
    assert without_a_home(labeler.work, *place, "config", "init", "-b", "http://127.0.0.1:9", "-r", "ana").code == 0
    assert 'reviewer = "ana"' in (data / "config.toml").read_text()
    assert without_a_home(labeler.work, "outbox", "list", LABELER_DATA_DIR=str(data)).code == 0
    tilde = without_a_home(labeler.work, *place, "push", "~/labels.jsonl", "-b", "local:x.db")
    assert (tilde.code, "There is no home directory for ~/labels.jsonl" in tilde.err) == (2, True)


DEEP = {
    "arrays": "reviewer = " + "[" * 3000 + "]" * 3000,
    "arrays that the parser still takes": "reviewer = " + "[" * 200 + "]" * 200,
    "inline tables": "reviewer = " + "{a=" * 3000 + "1" + "}" * 3000,
    "dotted keys": "keys." + ".".join("a" * 1500) + ' = "x"',
    "a table's name": "[" + ".".join("a" * 1500) + "]\nb = 1",
}


@pytest.mark.parametrize("what", DEEP)
@pytest.mark.parametrize("where", ["config.toml", "labeler.toml"])
def test_configuration_that_is_nested_without_end_is_named_by_its_file(labeler: Program, where: str, what: str) -> None:
    file = labeler.config if where == "config.toml" else labeler.work / where
    file.write_text(DEEP[what])
    ended = labeler.run("config", "check")
    assert (ended.code, ended.out) == (2, "")
    assert f"{file}: is nested deeper than 50 levels" in ended.err
    assert_no_defect(ended)


def test_a_theme_that_is_nested_without_end_is_named_by_its_file(labeler: Program) -> None:
    themes = labeler.config.parent / "themes"
    themes.mkdir()
    (themes / "deep.toml").write_text(DEEP["arrays"])
    labeler.config.write_text('theme = "deep"')
    ended = labeler.run("config", "check")
    assert ended.code == 2
    assert "deep.toml: is nested deeper than 50 levels" in ended.err
    assert_no_defect(ended)
