from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from labeler import __version__
from labeler.cli.command_line import COMMANDS
from labeler.cli.exit_code import ExitCode, gravest
from tests.cli.program import Program

HEAVY = (
    "asyncio",
    "httpx",
    "logging",
    "markdown_it",
    "platformdirs",
    "pydantic",
    "pygments",
    "rich",
    "sqlite3",
    "textual",
)


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["review", "--help"], ["config", "init", "--help"]])
def test_version_and_help_import_nothing_heavy(labeler: Program, arguments: list[str]) -> None:
    ended = labeler.python(
        "import sys\nfrom labeler.cli.main import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit as ended:\n    assert not ended.code\n"
        f"sys.stderr.write(' '.join(name for name in {HEAVY!r} if name in sys.modules))"
    )
    assert ended.err == ""
    assert ended.out


def test_the_version_is_printed(labeler: Program) -> None:
    assert labeler.run("--version").out == f"labeler {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(labeler: Program, command: str) -> None:
    ended = labeler.run(command, "-h")
    assert ended.code == 0
    assert ended.out.startswith(f"usage: labeler {command}")
    assert "--config" in ended.out or "ACTION" in ended.out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["shwo"], "invalid choice: 'shwo'"),
        (["review", "--sinc", "7d"], "unrecognized arguments: --sinc"),
        (["pull", "--since", "yesterday"], "“yesterday” is neither like 7d nor an ISO 8601 date or time"),
        (["pull", "--limit", "0"], "“0” is not a whole number of at least 1"),
        (["config"], "required: ACTION"),
        (["outbox", "discard", "--yes"], "required: ID"),
        (["outbox", "retry", "x"], "invalid int value: 'x'"),
    ],
)
def test_a_wrong_command_line_is_2_and_says_what_is_wrong(
    labeler: Program, arguments: list[str], complaint: str
) -> None:
    ended = labeler.run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert complaint in ended.err


@pytest.mark.parametrize("arguments", [[], ["review", "-e", "desk"], ["demo"]])
def test_a_screen_needs_a_terminal(labeler: Program, arguments: list[str]) -> None:
    ended = labeler.run(*arguments, "-b", "http://127.0.0.1:9") if arguments[:1] != ["demo"] else labeler.run("demo")
    assert ended.code == 2
    assert ended.err.startswith("labeler: ")
    assert "Traceback" not in ended.err


def test_options_may_stand_before_or_after_the_command(labeler: Program) -> None:
    for arguments in (["-b", "local:a.db", "config", "show"], ["config", "show", "-b", "local:a.db"]):
        (shown,) = labeler.run(*arguments, "--json").lines
        assert {"key": "backend.uri", "value": "local:a.db", "origin": "option --backend"} in shown


def test_the_keys_and_the_themes_are_printed(labeler: Program) -> None:
    (keys,) = labeler.run("keys", "--json").lines
    assert {"action": "answer.positive", "keys": ["y"]}.items() <= keys[0].items()
    assert {"action", "keys", "group", "help", "context"} == set(keys[0])
    labeler.config.write_text('[keys]\nanswer.positive = ["+", "f5"]\nanswer.accept = []\n')
    (remapped,) = labeler.run("keys", "--json").lines
    assert remapped[0]["keys"] == ["+", "f5"]
    assert "answer.positive" in labeler.run("keys").out
    assert "harbour-dark *\n" in labeler.run("themes").out


def test_a_defect_is_70_and_its_details_are_in_the_log_alone_without_secrets(labeler: Program) -> None:
    ended = labeler.python(
        "import sys\nfrom labeler.cli import keys, main\n"
        "def defect(arguments): raise ZeroDivisionError('https://ana:s3cret@host s3cret-token')\n"
        "keys.run = defect\nsys.exit(main.main(['keys']))",
        MLFLOW_TRACKING_TOKEN="s3cret-token",
    )
    assert ended.code == 70
    assert "labeler.log" in ended.err
    assert "Traceback" not in ended.err
    log = labeler.data / "labeler.log"
    assert log.stat().st_mode & 0o777 == 0o600
    assert "ZeroDivisionError" in log.read_text()
    assert "s3cret" not in log.read_text()


def test_an_interruption_is_130(labeler: Program) -> None:
    ended = labeler.python(
        "import sys\nfrom labeler.cli import keys, main\n"
        "def interrupted(arguments): raise KeyboardInterrupt\n"
        "keys.run = interrupted\nsys.exit(main.main(['keys']))"
    )
    assert ended.code == 130
    assert "Traceback" not in ended.err


def test_a_reader_that_has_enough_is_no_error(labeler: Program) -> None:
    piped = subprocess.run(
        f"{sys.executable} -m labeler keys | head -1; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        env=labeler.environment,
        capture_output=True,
        check=False,
    )
    assert piped.stderr == b""
    assert piped.stdout.endswith(b"\n0\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_that_cannot_be_written_is_2_and_a_sentence(labeler: Program) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "labeler", "keys"],
            env=labeler.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert ended.returncode == 2
    assert ended.stderr.decode().startswith("labeler: The output could not be written (No space left on device)")
    assert ended.stderr.count(b"\n") == 1


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_stream_closed_before_the_start_is_no_error(labeler: Program, closed: str) -> None:
    ended = subprocess.run(
        f"{sys.executable} -m labeler sync {closed}",
        shell=True,
        executable="/bin/bash",
        env=labeler.environment,
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr.count(b"\n") < 2) == (0, b"", True)


def test_json_stays_json_where_the_locale_has_no_unicode(labeler: Program) -> None:
    shown = labeler.run("config", "show", "--json", LABELER_REVIEWER="zoë 🚢", PYTHONIOENCODING="ascii")
    assert {"key": "reviewer", "value": "zoë 🚢", "origin": "environment variable LABELER_REVIEWER"} in shown.lines[0]


def test_a_damaged_journal_is_told_by_whichever_command_finds_it(labeler: Program) -> None:
    labeler.data.mkdir()
    (labeler.data / "journal.db").write_bytes(b"no database " * 1000)
    found = labeler.run("sync")
    assert "The journal was damaged. It was set aside as journal.db.damaged-" in found.err
    assert "damaged" not in labeler.run("sync").err


def test_of_several_reasons_the_one_that_counts_wins() -> None:
    assert gravest() is ExitCode.OK
    assert gravest(ExitCode.WAITING, ExitCode.PROBLEM) is ExitCode.PROBLEM
    assert gravest(ExitCode.PROBLEM, ExitCode.CREDENTIALS, ExitCode.OK) is ExitCode.CREDENTIALS
    assert gravest(ExitCode.NO_BACKEND, ExitCode.USAGE) is ExitCode.USAGE


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_command_and_option(labeler: Program, shell: str) -> None:
    script = labeler.run("completion", shell).out
    for word in (*COMMANDS, "retry", "watch", "experiment"):
        assert word in script


def test_the_bash_completion_works(labeler: Program, tmp_path: Path) -> None:
    (tmp_path / "labeler.bash").write_text(labeler.run("completion", "bash").out)
    completed = subprocess.run(
        [
            "bash",
            "-c",
            f"source {tmp_path}/labeler.bash; COMP_WORDS=(labeler outbox re); COMP_CWORD=2; _shtab_labeler; "
            'echo "${COMPREPLY[@]}"; COMP_WORDS=(labeler sync --wa); _shtab_labeler; echo "${COMPREPLY[@]}"; '
            f"cd {tmp_path}; COMP_WORDS=(labeler push labe); _shtab_labeler; echo ${{COMPREPLY[@]}}",
        ],
        capture_output=True,
        check=True,
    )
    assert completed.stdout.decode().split() == ["retry", "--watch", "labeler.bash"]


def test_json_output_is_one_parsable_value_without_invisible_characters(labeler: Program) -> None:
    labeler.config.write_text('reviewer = "\\u202ERh\\u00e9a"\n')
    out = labeler.run("config", "show", "--json").out
    assert "\u202e" not in out
    (value,) = [row["value"] for row in json.loads(out) if row["key"] == "reviewer"]
    assert value == "\u202eRhéa"
