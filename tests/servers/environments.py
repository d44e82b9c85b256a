"""Other environments for tests: an older MLflow in a venv, packages that the test environment lacks, node packages."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CACHE_VARIABLE = "LABELER_TEST_ENVIRONMENTS"
"""Names the directory in which environments are kept from run to run; without it, pytest's cache holds them."""


def venv_with(cache: pytest.Cache, *requirements: str) -> Path:
    """The Python of a venv that has `requirements`, made at the first call (it downloads)."""
    home = _home(cache, requirements)
    python = home / "bin" / "python"
    with _making(home) as is_complete:
        if not is_complete:
            venv.create(home, clear=True, with_pip=True)
            subprocess.run([python, "-m", "pip", "install", "-q", *requirements], check=True)
    return python


def packages(cache: pytest.Cache, *requirements: str) -> Path:
    """A directory for PYTHONPATH that adds `requirements` to the running Python's packages."""
    home = _home(cache, requirements)
    with _making(home) as is_complete:
        if not is_complete:
            subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", home, *requirements], check=True)
    return home


def node_modules(cache: pytest.Cache, *requirements: str) -> Path:
    """A directory whose ``node_modules`` holds packages from npm. Skips the test where they cannot be had at all:
    without node, or when the registry that npm is set to has no such package.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    home = _home(cache, requirements)
    with _making(home) as is_complete:
        if not is_complete:
            home.mkdir(parents=True, exist_ok=True)
            command = ["npm", "install", "--prefix", str(home), "--no-audit", "--no-fund", *requirements]
            ran = subprocess.run(command, capture_output=True, text=True, check=False)
            if "E404" in ran.stderr:
                pytest.skip(f"the registry of npm here does not have all of {', '.join(requirements)}:\n{ran.stderr}")
            assert ran.returncode == 0, ran.stderr
    return home


@contextmanager
def _making(home: Path) -> Iterator[bool]:
    """Make an environment while no other process makes the same one; yields whether it is complete already."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield (home / "complete").exists()
        (home / "complete").touch()


def _home(cache: pytest.Cache, requirements: tuple[str, ...]) -> Path:
    name = hashlib.sha256(" ".join((sys.version, *requirements)).encode()).hexdigest()[:12]
    chosen = os.environ.get(CACHE_VARIABLE)
    return (Path(chosen) if chosen else cache.mkdir("environments")) / name
