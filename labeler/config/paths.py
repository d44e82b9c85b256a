"""The paths of labeler's files."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import platformdirs

from labeler.dataclass import dataclass
from labeler.storage.home_directory import NoHome, expand

APP_NAME = "labeler"

SHORTAGES: Final = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}
"""Errors of opening a file that have nothing to do with the file: this process may open no more of them."""


class UnusableDirectory(Exception):
    """Raised for a directory that cannot be written. The message is a sentence; `reason` is the system's own."""

    def __init__(self, directory: Path, reason: str) -> None:
        super().__init__(
            f"Nothing can be written to {directory} ({reason}). Nothing was changed. "
            "Free some space or check its owner, or give another directory with --data-dir"
        )
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Paths:
    """The files of one user. All but `config_file` lie under the data directory where one is given."""

    config_file: Path
    state_dir: Path
    cache_dir: Path

    @property
    def journal(self) -> Path:
        return self.state_dir / "journal.db"

    @property
    def log(self) -> Path:
        return self.state_dir / "labeler.log"

    @property
    def copies(self) -> Path:
        """Where texts are written that a reviewer copies to files."""
        return self.state_dir / "copied"

    @property
    def demo_store(self) -> Path:
        return self.state_dir / "demo.db"

    @property
    def imports_store(self) -> Path:
        """The embedded store that trace files are imported into."""
        return self.state_dir / "files.db"

    @property
    def cache(self) -> Path:
        return self.cache_dir / "cache.db"


def find_paths(environment: Mapping[str, str], config: str | None = None, data_dir: str | None = None) -> Paths:
    """Return the effective paths: `config` and `data_dir` by flag, else by the environment, else the platform's.

    Raises `NoHome`.
    """
    config = config or environment.get("LABELER_CONFIG")
    data_dir = data_dir or environment.get("LABELER_DATA_DIR")
    if data_dir:
        data_path = expand(data_dir).absolute()
        return Paths(_config_file(config, data_path), data_path, data_path)
    dirs = platformdirs.PlatformDirs(APP_NAME, appauthor=False)
    return Paths(_config_file(config), _known(lambda: dirs.user_state_path), _known(lambda: dirs.user_cache_path))


def _config_file(named: str | None, without_home: Path | None = None) -> Path:
    """Return the named file, else the user's own; without a home directory, the one in `without_home`."""
    if named:
        return expand(named).absolute()
    try:
        directory = _known(lambda: platformdirs.PlatformDirs(APP_NAME, appauthor=False).user_config_path)
    except NoHome:
        if without_home is None:
            raise
        directory = without_home
    return directory / "config.toml"


def _known(directory: Callable[[], Path]) -> Path:
    """Return a directory of the platform's. Raises `NoHome` where it needs a home directory and there is none."""
    try:
        found = directory()
    except RuntimeError:
        raise NoHome("labeler's files") from None
    if not found.is_absolute():
        raise NoHome("labeler's files")
    return found


def prepare_directory(directory: Path) -> None:
    """Create `directory` for its owner alone, and check that it can be written. Raises `UnusableDirectory`."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=directory) as probe:
            probe.write(bytes(4096))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        if error.errno in SHORTAGES:
            raise
        raise UnusableDirectory(directory, error.strerror or str(error)) from error
