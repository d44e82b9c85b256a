from __future__ import annotations

import resource
from pathlib import Path

import pytest

from labeler.config.identity import BadReviewer, Candidate, Reviewer, check_reviewer, resolve_reviewer
from labeler.config.paths import UnusableDirectory, find_paths, prepare_directory

FLAG = Candidate("ana", "option --reviewer")


@pytest.mark.parametrize(
    ("stated", "remembered", "signed_in", "username", "expected"),
    [
        (FLAG, "bo", "cy", "di", Reviewer("ana", "option --reviewer")),
        (None, None, "cy", "di", Reviewer("cy", "the user signed in at the server")),
        (None, None, None, "di", Reviewer("di", "MLFLOW_TRACKING_USERNAME")),
        (None, None, "default", "di", Reviewer("di", "MLFLOW_TRACKING_USERNAME")),
        (None, "bo", None, None, Reviewer("bo", "remembered")),
        (None, "Bo", " bo ", None, Reviewer("Bo", "remembered")),
        (None, "bo", "cy", "di", Reviewer("bo", "remembered", "cy (the user signed in at the server)")),
        (None, None, None, None, None),
    ],
)
def test_the_reviewer_is_what_was_stated_else_what_is_remembered_else_who_signed_in(
    stated: Candidate | None,
    remembered: str | None,
    signed_in: str | None,
    username: str | None,
    expected: Reviewer | None,
) -> None:
    assert resolve_reviewer(stated, remembered, signed_in, username) == expected


@pytest.mark.parametrize("reviewer", ["", "  ", "default", " Default ", "a\x00b", "\ud800", "x" * 251])
def test_an_id_that_no_label_can_carry_is_refused(reviewer: str) -> None:
    with pytest.raises(BadReviewer):
        check_reviewer(reviewer)


def test_an_id_is_kept_as_it_was_written() -> None:
    assert check_reviewer(" Rhéa K. <r@example.org> ") == " Rhéa K. <r@example.org> "


def test_everything_but_the_configuration_lies_in_the_data_directory_when_there_is_one(tmp_path: Path) -> None:
    for environment, data_dir in (({"LABELER_DATA_DIR": str(tmp_path)}, None), ({}, str(tmp_path))):
        paths = find_paths(environment, data_dir=data_dir)
        assert {paths.journal.parent, paths.log.parent, paths.cache.parent} == {tmp_path}
        assert paths.config_file.name == "config.toml"
        assert paths.config_file.parent != tmp_path
    assert find_paths({"LABELER_CONFIG": "a.toml"}, config="b.toml").config_file.name == "b.toml"


def test_a_directory_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    prepare_directory(tmp_path / "new" / "deep")
    assert (tmp_path / "new" / "deep").stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").write_text("")
    for unusable in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UnusableDirectory, match="--data-dir"):
            prepare_directory(unusable)


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        with pytest.raises(UnusableDirectory, match="Free some space"):
            prepare_directory(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
