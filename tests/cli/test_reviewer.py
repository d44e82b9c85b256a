"""Whoever is asked for a reviewer ID gets a suggestion, or none; never a wait or a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.cli.reviewer import git_email


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
