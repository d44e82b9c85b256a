from __future__ import annotations

import time
from pathlib import Path

import pytest

from labeler.config.load import ConfigurationError, FlagSetting, flattened, load_configuration
from labeler.config.paths import find_paths
from labeler.config.problems import SettingSource
from tests.config.loading import Layers, complaints, load
from tests.in_the_way import put_in_the_way


def test_flags_win_over_environment_over_the_directory_s_file_over_the_user_s_file_over_defaults(
    tmp_path: Path,
) -> None:
    user, shared = 'theme = "user"\n', 'theme = "shared"\n'
    environment, flags = {"LABELER_THEME": "environment"}, [FlagSetting("--theme", "theme", "flag")]
    for layers, strongest, source in (
        (Layers(user=user, shared=shared, environment=environment, flags=flags), "flag", SettingSource.FLAG),
        (Layers(user=user, shared=shared, environment=environment), "environment", SettingSource.ENVIRONMENT),
        (Layers(user=user, shared=shared), "shared", SettingSource.WORKING_DIRECTORY),
        (Layers(user=user), "user", SettingSource.USER),
        (Layers(), None, SettingSource.DEFAULT),
    ):
        home = tmp_path / source.name
        home.mkdir()
        configuration = load(home, **layers)
        assert configuration.settings.theme == strongest
        assert configuration.origin("theme").source is source


def test_files_are_merged_key_by_key_and_every_value_tells_its_origin_with_file_and_line(tmp_path: Path) -> None:
    configuration = load(
        tmp_path,
        user='reviewer = "ana"\n[review]\nadvance = "manual"\nguard_ms = 0\n'
        '[keys]\n"edit.undo" = "x"\n"edit.redo" = "X"\n',
        shared='[review]\n\nadvance = "required"\n',
        environment={"MLFLOW_TRACKING_URI": "https://mlflow.example.org", "MLFLOW_EXPERIMENT_NAME": ""},
    )
    assert configuration.settings.review.advance == "required"
    assert configuration.settings.review.guard_ms == 0
    assert configuration.settings.keys == {"edit.undo": ("x",), "edit.redo": ("X",)}
    origins = {
        "review.advance": f"{tmp_path}/work/labeler.toml, line 3",
        "review.guard_ms": f"{tmp_path}/config.toml, line 4",
        "keys.edit.undo": f"{tmp_path}/config.toml, line 6",
        "keys.edit.redo": f"{tmp_path}/config.toml, line 7",
        "reviewer": f"{tmp_path}/config.toml, line 1",
        "backend.uri": "environment variable MLFLOW_TRACKING_URI",
        "backend.experiments": "default",
    }
    assert {key: str(configuration.origin(key)) for key in origins} == origins


def test_judges_are_mapped_to_questions_whatever_is_in_their_names(tmp_path: Path) -> None:
    configuration = load(
        tmp_path,
        user='[judges]\nhelpful_v1 = "helpful"\n"team/safe v2.1" = "safe"\n',
        shared='[judges]\ntone.v2 = "tone"\n',
    )
    assert configuration.settings.judges == {"helpful_v1": "helpful", "team/safe v2.1": "safe", "tone.v2": "tone"}
    assert str(configuration.origin("judges.team/safe v2.1")) == f"{tmp_path}/config.toml, line 3"
    assert str(configuration.origin("judges.tone.v2")) == f"{tmp_path}/work/labeler.toml, line 2"
    assert dict(flattened(configuration.settings))["judges.tone.v2"] == "tone"
    told = complaints(tmp_path, 'theme = "no"\n[judges]\nhelpful_v1 = true\ntone = ""\n')
    assert told == [
        "config.toml, line 3: judges.helpful_v1 must be text in quotes, not true",
        "config.toml, line 4: judges.tone must not be empty",
    ]


def test_experiments_on_the_command_line_replace_a_queue_that_a_file_names(tmp_path: Path) -> None:
    flag = FlagSetting("-e", "backend.experiments", ("desk",))
    configuration = load(tmp_path, shared='backend.queue = "autumn"\n', flags=[flag])
    assert configuration.settings.backend.queue is None
    configuration = load(tmp_path, flags=[flag, FlagSetting("-q", "backend.queue", "winter")])
    assert configuration.settings.backend.queue == "winter"
    configuration = load(tmp_path, environment={"MLFLOW_EXPERIMENT_NAME": "desk"})
    assert configuration.settings.backend.queue == "autumn"


def test_everything_wrong_is_told_at_once_with_file_line_key_what_is_allowed_and_the_nearest_name(
    tmp_path: Path,
) -> None:
    told = complaints(
        tmp_path,
        "theme = 3\n"
        'advance = "auto"\n'
        "[review]\n"
        'advanse = "auto"\n'
        'questions = "sever"\n'
        "guard_ms = 9000\n"
        "[keys]\n"
        '"edit.undo" = 1\n',
        shared='[delivery]\nconcurrency = 9\n[backend]\nuri = "localhost:5000"\n',
        environment={"LABELER_REVIEWER": "default"},
    )
    assert told == [
        'environment variable LABELER_REVIEWER: reviewer cannot be "default", which MLflow writes when nobody is '
        "known; give your own name",
        "work/labeler.toml, line 2: delivery.concurrency must be at most 4, not 9",
        "work/labeler.toml, line 4: backend.uri must begin with http:// or https://: did you mean "
        '"http://localhost:5000"?',
        "config.toml, line 1: theme must be text in quotes, not 3",
        'config.toml, line 2: advance is not a key of the top level; did you mean "review.advance"?',
        'config.toml, line 4: review.advanse is not a key of [review]; did you mean "advance"? Known there: questions, '
        "advance, blind, show_after, order, guard_ms, notes, bulk_max",
        'config.toml, line 5: review.questions must be "auto", "server", "config" or "both"; did you mean "server"?',
        "config.toml, line 6: review.guard_ms must be at most 5000, not 9000",
        'config.toml, line 8: keys.edit.undo must be a key such as "y", or a list of keys',
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a = 1\nb = \n", "config.toml, line 2: is not valid TOML: Invalid value"),
        ("[review\n", "config.toml, line 1: is not valid TOML: Expected ']' at the end of a table declaration"),
        ("review = 1\n", "config.toml, line 1: review must be a table, not 1"),
        ('[backend]\nqueue = ""\n', "config.toml, line 2: backend.queue must not be empty"),
        (
            '[backend]\nallow_plain_http = ["http://a:1", "b"]\n',
            'config.toml, line 2: backend.allow_plain_http[2] must be an origin such as "https://mlflow.example.org", '
            'not "b"',
        ),
        (
            '[backend]\nuri = "https://ana:secret@a:70000"\n',
            'config.toml, line 2: backend.uri has an impossible port in "https://•••@a:70000"',
        ),
        (
            '[backend]\nuri = "ftp://a"\n',
            "config.toml, line 2: backend.uri must be http://…, https://…, databricks, databricks://PROFILE, "
            "local:PATH, sqlite:///PATH or a directory",
        ),
        ("delivery.grace = nan\n", "config.toml, line 1: delivery.grace must be a finite number"),
    ],
)
def test_a_mistake_is_a_sentence(tmp_path: Path, text: str, complaint: str) -> None:
    assert complaints(tmp_path, text) == [complaint]


def test_a_file_that_is_no_text_or_not_there_is_a_sentence(tmp_path: Path) -> None:
    assert complaints(tmp_path) == []
    (tmp_path / "config.toml").write_bytes(b"theme = '\xff'")
    (tmp_path / "work" / "labeler.toml").mkdir()
    paths = find_paths({}, config=str(tmp_path / "config.toml"))
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(paths, environment={}, directory=tmp_path / "work")
    assert [problem.sentence for problem in caught.value.problems] == [
        "cannot be read: Is a directory",
        "is not UTF-8 text",
    ]
    missing = find_paths({}, config=str(tmp_path / "none.toml"))
    with pytest.raises(ConfigurationError, match="No such file"):
        load_configuration(missing, environment={}, config_is_named=True)
    assert load_configuration(missing, environment={}).settings.theme is None


def test_a_program_is_never_run_because_a_working_directory_says_so(tmp_path: Path) -> None:
    assert complaints(tmp_path, '[backend]\ntoken_command = "pass show token"\n') == []
    (told,) = complaints(tmp_path, shared='[backend]\ntoken_command = "curl evil"\n')
    assert told.startswith("work/labeler.toml, line 2: backend.token_command runs a program")


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ('reviewer = "mallory"\n', 1, "reviewer"),
        ('"reviewer" = "mallory"\n', 1, "reviewer"),
        ("mouse = true\n[keys]\n\"answer.positive\" = 'n'\n", 2, "keys"),
        ("[keys.answer]\npositive = 'n'\n", 1, "keys"),
        ("mouse = true\nkeys.\"answer.positive\" = 'n'\n", 2, "keys"),
        ("'keys'.answer.positive = ['n']\n", 1, "keys"),
        ("keys = { answer = { positive = 'n', negative = 'y' } }\n", 1, "keys"),
        ("['k\\u0065ys']\nanswer.positive = 'n'\n".replace("'", '"'), 1, "keys"),
        ("keys.digits = 'azerty'\n", 1, "keys"),
        ("keys = 'y'\n", 1, "keys"),
        ("ui.viewer = ['sh']\n", 1, "ui.viewer"),
        ("ui = { viewer = ['sh'] }\n", 1, "ui.viewer"),
        ("[backend]\ntoken_command = ['sh']\n", 2, "backend.token_command"),
        ("[backend]\nuri = 'https://mallory:pw@mlflow.example.org'\n", 2, "backend.uri"),
        ("[backend]\nuri = 'https://mallory@mlflow.example.org'\n", 2, "backend.uri"),
    ],
)
def test_a_working_directory_sets_nothing_that_is_one_persons(tmp_path: Path, text: str, line: int, key: str) -> None:
    told = complaints(tmp_path, shared=text)
    assert any(each.startswith(f"work/labeler.toml, line {line}: {key} ") for each in told), told
    (tmp_path / "work" / "labeler.toml").unlink()
    assert [each for each in complaints(tmp_path, text) if "own config.toml" in each or "others share" in each] == []


def test_a_working_directory_still_sets_what_a_team_shares(tmp_path: Path) -> None:
    shared = (
        "theme = 'night-watch'\n[backend]\nuri = 'https://mlflow.example.org'\nqueue = 'autumn'\nexperiments = ['1']\n"
        "[review]\nblind = true\n[keys]\n[[questions]]\nname = 'correct'\ninput = 'pass_fail'\n"
    )
    settings = load(tmp_path, user='reviewer = "ana"\n', shared=shared).settings
    assert (settings.reviewer, settings.backend.queue, settings.review.blind) == ("ana", "autumn", True)


def test_what_is_wrong_with_a_stranger_s_keys_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, user='keys."edit.undo" = "x"\n', shared='keys."no.such" = "x"\nui.viewer = "sh"\n')
    assert caught.value.rest is not None
    assert caught.value.rest.settings.keys == {"edit.undo": ("x",)}
    assert caught.value.rest.settings.ui.viewer == ()


@pytest.mark.parametrize("kind", ["pipe", "socket", "device", "directory", "huge"])
@pytest.mark.parametrize("name", ["config.toml", "work/labeler.toml"])
def test_only_a_regular_file_of_a_sane_size_is_read(tmp_path: Path, kind: str, name: str) -> None:
    load(tmp_path)
    path = tmp_path / name
    path.unlink(missing_ok=True)
    told = f"{name}: cannot be read: {put_in_the_way(path, kind)}"
    paths = find_paths({}, config=str(tmp_path / "config.toml"))
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(paths, environment={}, directory=tmp_path / "work")
    assert [str(problem).replace(f"{tmp_path}/", "") for problem in caught.value.problems] == [told]


def test_the_null_device_is_an_empty_configuration() -> None:
    paths = find_paths({}, config="/dev/null")
    assert load_configuration(paths, environment={}, config_is_named=True).settings.theme is None


def test_a_file_of_very_many_keys_takes_no_time(tmp_path: Path) -> None:
    began = time.monotonic()
    told = complaints(tmp_path, shared="".join(f"a{number} = 1\n" for number in range(40_000)))
    more, *first = told
    assert more == "work/labeler.toml: has 39,900 mistakes more"
    assert [each.partition(" is")[0] for each in first[98:]] == [
        "work/labeler.toml, line 99: a98",
        "work/labeler.toml, line 100: a99",
    ]
    assert time.monotonic() - began < 20


def test_commands_are_words(tmp_path: Path) -> None:
    configuration = load(tmp_path, user="backend.token_command = \"pass show 'ml flow'\"\n")
    assert configuration.settings.backend.token_command == ("pass", "show", "ml flow")
    configuration = load(tmp_path, user='backend.token_command = ["a b", "c"]\n')
    assert configuration.settings.backend.token_command == ("a b", "c")


def test_every_setting_can_be_listed(tmp_path: Path) -> None:
    listed = dict(flattened(load(tmp_path, user='keys."edit.undo" = "x"\n').settings))
    assert listed["keys.edit.undo"] == ["x"]
    assert listed["delivery.grace"] == 5.0
    assert listed["backend.experiments"] == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [("http//localhost:5000", "http://localhost:5000"), ("https//example.org/mlflow", "https://example.org/mlflow")],
)
def test_a_forgotten_colon_makes_no_directory_of_an_address(tmp_path: Path, written: str, meant: str) -> None:
    assert complaints(tmp_path, f'[backend]\nuri = "{written}"\n') == [
        f'config.toml, line 2: backend.uri must begin with http:// or https://: did you mean "{meant}"?'
    ]


def test_snippets_have_names_of_one_word_and_texts_that_are_not_empty(tmp_path: Path) -> None:
    configuration = load(tmp_path, user='[snippets]\nlate = "Too late."\n"a.b" = "x\\ny"\n')
    assert configuration.settings.snippets == {"late": "Too late.", "a.b": "x\ny"}
    told = complaints(tmp_path, '[snippets]\n"two words" = "x"\nempty = ""\n')
    assert told == [
        "config.toml, line 2: snippets.two words is no name of a snippet: it must be one word, without spaces",
        "config.toml, line 3: snippets.empty must not be empty",
    ]


def test_a_blind_review_is_blind_in_one_of_the_ways_there_are_and_the_flag_never_makes_it_less_so(
    tmp_path: Path,
) -> None:
    flag = FlagSetting("--blind", "review.blind", True)
    for written, alone, with_flag in (
        ("false", False, True),
        ("true", True, True),
        ('"until_answered"', "until_answered", "until_answered"),
        ('"locked"', "locked", "locked"),
    ):
        user = f"review.blind = {written}\n"
        assert load(tmp_path, user=user).settings.review.blind == alone
        assert load(tmp_path, user=user, flags=[flag]).settings.review.blind == with_flag
    assert load(tmp_path, user="", flags=[flag]).settings.review.blind is True
    assert complaints(tmp_path, 'review.blind = "lock"\n') == [
        'config.toml, line 1: review.blind must be true, false, "until_answered" or "locked", not "lock"; did you mean '
        '"locked"?'
    ]
