from __future__ import annotations

import tomllib

import pytest

from tests.cli.embedded_store import filled_store
from tests.cli.program import Program

SECRET_URI = "https://ana:s3cret@mlflow.example.org"


@pytest.mark.slow
def test_everything_wrong_is_2_with_file_line_key_and_the_nearest_name(labeler: Program) -> None:
    labeler.config.write_text('[review]\nadvanse = "auto"\n[delivery]\ngrace = "5"\n')
    (labeler.work / "labeler.toml").write_text('[backend]\ntoken_command = "evil"\n')
    for command in (["config", "check"], ["keys"], ["sync"], ["doctor"]):
        ended = labeler.run(*command)
        assert ended.code == 2, command
        told = ended.err + ended.out
        assert f'{labeler.config}, line 2: review.advanse is not a key of [review]; did you mean "advance"?' in told
        assert f'{labeler.config}, line 4: delivery.grace must be a number, not "5"' in told
        assert "labeler.toml, line 2: backend.token_command" in told


@pytest.mark.parametrize(
    ("text", "line"),
    [('theme = "x"\n\na = [', 3), ("a = \n", 1), ("[review\n", 1), ("a = 1\na = 2\n", 2), ("= 1\n", 1)],
)
def test_broken_toml_is_2_with_file_and_line(labeler: Program, text: str, line: int) -> None:
    labeler.config.write_text(text)
    ended = labeler.run("sync")
    assert ended.code == 2
    assert f"{labeler.config}, line {line}: is not valid TOML: " in ended.err


def test_a_single_question_in_single_brackets_is_told_the_double_ones(labeler: Program) -> None:
    labeler.config.write_text('[questions]\nname = "helpful"\ninput = "pass_fail"\n')
    assert "line 1: questions must be tables in double brackets, [[questions]]" in labeler.run("config", "check").err


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[keys]\nanswer.positiv = "y"\n', "line 2: keys.answer.positiv is wrong: there is no action answer.positiv"),
        ('[keys]\n"edit.undo" = "y"\n', "line 2: keys.edit.undo is wrong: the key y is bound twice"),
        (
            '\n\ntheme = "harbor-dark"\n',
            "line 3: theme is wrong: There is no theme 'harbor-dark'; did you mean harbour-dark?",
        ),
    ],
)
def test_keys_and_themes_are_checked_too(labeler: Program, text: str, complaint: str) -> None:
    labeler.config.write_text(text)
    ended = labeler.run("config", "check")
    assert ended.code == 2
    assert complaint in ended.err


def test_wrong_settings_keys_and_theme_are_told_in_one_go(labeler: Program) -> None:
    labeler.config.write_text(
        'theme = "harbor-dark"\nmouse = "yes"\n[keys]\n"app.quit" = "ctrl+c"\n"item.defr" = "x"\n"view.up" = 3\n'
    )
    ended = labeler.run("config", "check")
    assert ended.code == 2
    told = [line.partition(", line ")[2].partition(" ")[::2] for line in ended.err.splitlines()]
    lines = {int(line.rstrip(":")): sentence for line, sentence in told}
    assert sorted(lines) == [1, 2, 4, 5, 6]
    assert lines[1].startswith("theme is wrong")
    assert lines[2].startswith("mouse must be true or false")
    assert lines[4].startswith("keys.app.quit is wrong: ctrl+c cannot be given to an action: it always leaves")
    assert lines[5].startswith("keys.item.defr is wrong: there is no action")
    assert lines[6].startswith("keys.view.up must be a key")


def test_a_configuration_in_order_is_0(labeler: Program) -> None:
    labeler.config.write_text("mouse = false\n")
    ended = labeler.run("config", "check")
    assert (ended.code, ended.out) == (0, f"In order: {labeler.config}\n")


def test_the_effective_settings_are_shown_with_their_origins_and_without_secrets(labeler: Program) -> None:
    labeler.config.write_text('[backend]\nexperiments = ["desk"]\n')
    ended = labeler.run("config", "show", "--json", "--reviewer", "ana", MLFLOW_TRACKING_URI=SECRET_URI)
    assert ended.code == 0
    (rows,) = ended.lines
    shown = {row["key"]: (row["value"], row["origin"]) for row in rows}
    assert shown["backend.experiments"] == (["desk"], f"{labeler.config}, line 2")
    assert shown["backend.uri"] == ("https://•••@mlflow.example.org", "environment variable MLFLOW_TRACKING_URI")
    assert shown["reviewer"] == ("ana", "option --reviewer")
    assert shown["delivery.grace"] == (5.0, "default")
    plain = labeler.run("config", "show", MLFLOW_TRACKING_URI=SECRET_URI)
    assert "delivery.grace" in plain.out
    assert "s3cret" not in plain.out + ended.out


def test_the_path_is_printed(labeler: Program) -> None:
    assert labeler.run("config", "path").out == f"{labeler.config}\n"
    assert labeler.run("config", "path", "--config", "other.toml").out == f"{labeler.work}/other.toml\n"


def test_a_named_configuration_that_is_not_there_is_2(labeler: Program) -> None:
    ended = labeler.run("keys", "--config", "other.toml")
    assert ended.code == 2
    assert "other.toml: cannot be read: No such file or directory" in ended.err


def test_a_first_configuration_is_written_from_flags_without_a_terminal(labeler: Program) -> None:
    labeler.config.unlink()
    asked = labeler.run("config", "init")
    assert asked.code == 2
    assert "--backend URI" in asked.err
    ended = labeler.run("config", "init", "-b", "http://127.0.0.1:5000", "-r", 'Rhéa "K"', "-e", "desk", "-e", "quay")
    assert ended.code == 0, ended.err
    text = labeler.config.read_text(encoding="utf-8")
    written = tomllib.loads(text)
    assert written["backend"]["uri"] == "http://127.0.0.1:5000"
    assert written["backend"]["experiments"] == ["desk", "quay"]
    assert written["reviewer"] == 'Rhéa "K"'
    assert "questions" not in written
    assert "# [[questions]]" in text
    assert labeler.config.stat().st_mode & 0o777 == 0o600
    assert labeler.run("config", "check").code == 0
    again = labeler.run("config", "init", "-b", "http://127.0.0.1:5001")
    assert again.code == 2
    assert "was left alone" in again.err
    assert labeler.config.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("arguments", [["-b", "127.0.0.1:5000"], ["-b", "http://x", "-r", "default"]])
def test_a_first_configuration_is_not_written_with_wrong_values(labeler: Program, arguments: list[str]) -> None:
    labeler.config.unlink()
    ended = labeler.run("config", "init", *arguments)
    assert ended.code == 2
    assert ended.err.startswith("labeler: The ")
    assert not labeler.config.exists()


def test_a_first_configuration_is_written_after_a_short_dialogue(labeler: Program) -> None:
    labeler.config.unlink()
    ended = labeler.at_terminal("config", "init", typed="\nana\n", MLFLOW_TRACKING_URI="http://desk.example.org")
    assert ended.code == 0, ended.err
    assert "Where are your traces? [http://desk.example.org]" in ended.err
    written = tomllib.loads(labeler.config.read_text(encoding="utf-8"))
    assert (written["backend"]["uri"], written["reviewer"]) == ("http://desk.example.org", "ana")


def test_the_dialogue_proposes_what_is_known(labeler: Program) -> None:
    filled_store(labeler.work / "store.db", "openai_tool_roundtrip")
    pulled = labeler.at_terminal("pull", "-b", "local:store.db", "-e", "1", typed="ana\n")
    assert pulled.code == 0, pulled.err
    labeler.config.unlink()
    ended = labeler.at_terminal("config", "init", typed="\n\n\n")
    assert ended.code == 0, ended.err
    store = f"local:{labeler.work / 'store.db'}"
    assert f"Where are your traces? [{store}]" in ended.err
    assert "Whose labels are these? [ana, from your answer before; - for whoever is signed in]" in ended.err
    assert "Which experiments, with commas between? [demo; - for none]" in ended.err
    written = tomllib.loads(labeler.config.read_text(encoding="utf-8"))
    assert (written["backend"]["uri"], written["backend"]["experiments"]) == (store, ["demo"])
    assert written["reviewer"] == "ana"


def test_a_proposal_can_be_left_out(labeler: Program) -> None:
    labeler.config.unlink()
    stated = {"LABELER_REVIEWER": "bo", "MLFLOW_EXPERIMENT_NAME": "Harbour"}
    ended = labeler.at_terminal("config", "init", typed="http://desk.example.org\n-\n-\n", **stated)
    assert ended.code == 0, ended.err
    assert "[bo, from LABELER_REVIEWER; - for whoever is signed in]" in ended.err
    written = tomllib.loads(labeler.config.read_text(encoding="utf-8"))
    assert "reviewer" not in written
    assert written["backend"]["experiments"] == []


def test_a_dialogue_that_is_left_writes_nothing(labeler: Program) -> None:
    labeler.config.unlink()
    ended = labeler.at_terminal("config", "init", typed="\x04")
    assert ended.code == 2
    assert "nothing was written" in ended.err
    assert not labeler.config.exists()


def test_an_origin_is_trusted_once_and_for_all(labeler: Program) -> None:
    ended = labeler.run("config", "trust", "https://MLflow.example.org:443/prefix")
    assert ended.code == 0
    assert "https://mlflow.example.org may have your credentials" in ended.out
    wrong = labeler.run("config", "trust", "mlflow.example.org")
    assert wrong.code == 2
    assert 'must be an origin such as "https://mlflow.example.org"' in wrong.err
