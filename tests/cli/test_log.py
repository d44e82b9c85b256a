from __future__ import annotations

from tests.cli.program import Program

CONFIGURING = """
import logging
from labeler.cli.context import configure
from labeler.cli.command_line import build_parser
"""


def test_nothing_is_written_to_the_log_while_all_is_well(labeler: Program) -> None:
    assert labeler.run("keys").code == 0
    assert labeler.run("outbox", "list").code == 0
    assert not (labeler.data / "labeler.log").exists()


def test_records_go_to_a_private_file_and_never_to_the_terminal(labeler: Program) -> None:
    code = (
        f"{CONFIGURING}configure(build_parser().parse_args(['-v', 'keys']))\n"
        "logging.getLogger('labeler.x').debug('a detail of https://ana:s3cret@host')\n"
        "logging.getLogger('httpx').debug('too much')\nlogging.warning('from elsewhere')\n"
    )
    ended = labeler.python(code)
    assert (ended.code, ended.err) == (0, "")
    log = labeler.data / "labeler.log"
    text = log.read_text()
    assert "a detail of https://•••@host" in text
    assert "from elsewhere" in text
    assert "too much" not in text
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_log_that_cannot_be_written_disturbs_nobody(labeler: Program) -> None:
    labeler.data.write_text("in the way")
    ended = labeler.python(f"{CONFIGURING}configure(build_parser().parse_args(['keys']))\nlogging.error('lost')\n")
    assert (ended.code, ended.err) == (0, "")
