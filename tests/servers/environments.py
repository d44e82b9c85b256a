"""Other Pythons for tests: an older MLflow in a venv of its own, packages that the test environment lacks."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

CACHE_VARIABLE = "LABELER_TEST_ENVIRONMENTS"
"""Names the directory in which environments are kept from run to run; without it, pytest's cache holds them."""


def venv_with(cache: pytest.Cache, *requirements: str) -> Path:
    """The Python of a venv that has `requirements`, made at the first call (it downloads)."""
    home = _home(cache, requirements)
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        venv.create(home, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *requirements], check=True)
        (home / "complete").touch()
    return python


def packages(cache: pytest.Cache, *requirements: str) -> Path:
    """A directory for PYTHONPATH that adds `requirements` to the running Python's packages."""
    home = _home(cache, requirements)
    if not (home / "complete").exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", home, *requirements], check=True)
        (home / "complete").touch()
    return home


def _home(cache: pytest.Cache, requirements: tuple[str, ...]) -> Path:
    name = hashlib.sha256(" ".join((sys.version, *requirements)).encode()).hexdigest()[:12]
    chosen = os.environ.get(CACHE_VARIABLE)
    return (Path(chosen) if chosen else cache.mkdir("environments")) / name
