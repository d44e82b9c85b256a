"""What the texts tell people to install is this project, under the name that it is published by."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]

WITH_EXTRA = re.compile(r"(?<![\w.-])([A-Za-z][\w.-]*)\[([a-z]+)\]")
INSTALLED = re.compile(r"pip install(?: -\S+)* ['\"]?([A-Za-z][\w-]*)")

TEXTS = [
    path
    for folder in ("README.md", "config.example.toml", "docs", "labeler")
    for path in ([ROOT / folder] if (ROOT / folder).is_file() else sorted((ROOT / folder).rglob("*")))
    if path.suffix in {".md", ".toml", ".py"}
]


def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def named_for_installation(text: str, extras: set[str]) -> set[tuple[str, str | None]]:
    """Names of distributions, with an extra of ours or behind `pip install`; `.` and other projects are none."""
    named: set[tuple[str, str | None]] = {
        (name, extra) for name, extra in WITH_EXTRA.findall(text) if extra in extras or "labeler" in name
    }
    return named | {(name, None) for name in INSTALLED.findall(text) if "labeler" in name}


def test_the_installed_distribution_has_the_published_name() -> None:
    name = project()["name"]
    assert metadata(name)["Name"] == name != "labeler"


def test_texts_name_this_distribution_and_extras_that_it_has() -> None:
    name, extras = project()["name"], set(project()["optional-dependencies"])
    found = 0
    for path in TEXTS:
        for named, extra in named_for_installation(path.read_text(encoding="utf-8"), extras):
            found += 1
            assert named == name, f"{path.relative_to(ROOT)} tells people to install {named}"
            assert extra is None or extra in extras, f"{path.relative_to(ROOT)} names the extra {extra}"
    assert found >= 3


@pytest.mark.parametrize("text", ["pip install 'labeler[images]'", "needs labeler[images]", "pip install -U labeler"])
def test_the_old_name_would_be_noticed(text: str) -> None:
    assert {name for name, _ in named_for_installation(text, {"images"})} == {"labeler"}
