"""Whose labels these are: what holds for one run, what is remembered, and what is proposed to whoever is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.cli.reviewer import git_email
from tests.cli.embedded_store import filled_store
from tests.cli.program import Program

PULL = ("pull", "-b", "local:store.db", "-e", "1")


@pytest.fixture
def at_store(labeler: Program) -> Program:
    """The program beside an embedded store with one trace."""
    filled_store(labeler.work / "store.db", "openai_tool_roundtrip")
    return labeler


def reviewer_at_doctor(labeler: Program, **environment: str) -> dict[str, str]:
    """What doctor says about the reviewer."""
    ended = labeler.run("doctor", "--json", *PULL[1:], **environment)
    return next(finding for finding in ended.lines[0] if finding["check"] == "reviewer")


@pytest.mark.slow
def test_a_reviewer_given_for_a_run_holds_for_that_run_alone(at_store: Program) -> None:
    assert at_store.run(*PULL, "-r", "bo").code == 0
    assert at_store.run(*PULL, LABELER_REVIEWER="bo").code == 0
    assert at_store.run(*PULL).code == 2, "nobody has answered who reviews"
    assert at_store.at_terminal(*PULL, typed="ana\n").code == 0
    assert at_store.run(*PULL, "-r", "bo").code == 0
    assert reviewer_at_doctor(at_store)["detail"] == "ana (remembered)"


@pytest.mark.slow
def test_the_answer_stays_where_somebody_else_signs_in_and_doctor_says_so(at_store: Program) -> None:
    assert at_store.run(*PULL, MLFLOW_TRACKING_USERNAME="cy").code == 0
    assert at_store.run(*PULL).code == 2, "who was signed in is no answer"
    assert at_store.at_terminal(*PULL, typed="ana\n").code == 0
    found = reviewer_at_doctor(at_store, MLFLOW_TRACKING_USERNAME="di")
    assert found["status"] == "warn"
    assert found["detail"] == "ana (remembered), not di (MLFLOW_TRACKING_USERNAME)"
    stated = reviewer_at_doctor(at_store, LABELER_REVIEWER="bo")
    assert (stated["status"], stated["detail"]) == ("ok", "bo (environment variable LABELER_REVIEWER)")


@pytest.mark.parametrize(
    ("program", "known"),
    [
        ("sleep 60", ""),
        ("exit 1", ""),
        (r"printf 'ana@example.org\n'", "ana@example.org"),
        (r"printf '\377'", "\ufffd"),
    ],
    ids=["hangs", "knows nobody", "knows", "not UTF-8"],
)
def test_git_is_asked_for_two_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, known: str
) -> None:
    git = tmp_path / "git"
    git.write_text(f"#!/bin/sh\nexec 2>/dev/null\n{program}\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert git_email() == known


def test_without_git_there_is_no_suggestion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_email() == ""
