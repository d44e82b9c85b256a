"""What is mistyped on the command line is told with what was probably meant."""

from __future__ import annotations

import pytest

from labeler.cli.command_line import build_parser


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["reveiw"], "argument COMMAND: invalid choice: 'reveiw'; did you mean review?"),
        (["config", "int"], "argument ACTION: invalid choice: 'int'; did you mean init?"),
        (["export", "--format", "json"], "argument --format: invalid choice: 'json'; did you mean jsonl?"),
        (["review", "--experimnt", "1"], "unrecognized arguments: --experimnt; did you mean --experiment?"),
        (["--ofline"], "unrecognized arguments: --ofline; did you mean --offline?"),
        (["outbox", "retry", "--verbos"], "unrecognized arguments: --verbos; did you mean --verbose?"),
        (["pull", "--sampel=3"], "unrecognized arguments: --sampel=3; did you mean --sample?"),
        (["sync", "--colour"], "unrecognized arguments: --colour\n"),
        (["harbour"], "argument COMMAND: invalid choice: 'harbour'"),
    ],
)
def test_what_is_not_known_is_told_with_the_nearest_name(
    typed: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(typed)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_a_hint_quotes_no_password(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["review", "--bakend", "http://ana:s3cret@mlflow.example"])
    assert "s3cret" not in capsys.readouterr().err
