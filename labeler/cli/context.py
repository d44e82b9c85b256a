"""What commands work with: the configuration in effect, and the journal, cache and backend that it names."""

from __future__ import annotations

import argparse
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from labeler.backends.base import Backend
from labeler.cache.async_cache import AsyncCache
from labeler.cli.log import keep_out_of_log, start_log
from labeler.cli.options import flags_of
from labeler.config.backend_uri import secrets_in
from labeler.config.load import Configuration, load_configuration
from labeler.config.paths import Paths, find_paths, prepare_directory
from labeler.dataclass import dataclass
from labeler.journal.async_journal import AsyncJournal


@dataclass(frozen=True, slots=True)
class CliContext:
    """What a command works with at a backend: the settings in effect, the journal, and the backend itself.

    It owns nothing: whoever opened the journal and the backend closes them.
    """

    configuration: Configuration
    journal: AsyncJournal
    backend: Backend


def configure(arguments: argparse.Namespace) -> Configuration:
    """Load the effective configuration and start the log. Raises `ConfigurationError`."""
    paths = paths_of(arguments)
    start_log(paths.log, verbose=getattr(arguments, "verbose", False))
    keep_out_of_log(secrets_in(getattr(arguments, "backend", None) or ""))
    configuration = load_configuration(
        paths,
        flags=flags_of(arguments),
        environment=os.environ,
        directory=Path.cwd(),
        config_is_named=bool(getattr(arguments, "config", None) or os.environ.get("LABELER_CONFIG")),
    )
    keep_out_of_log(secrets_in(configuration.settings.backend.uri or ""))
    return configuration


def paths_of(arguments: argparse.Namespace) -> Paths:
    """Return the paths of the files that this run uses."""
    return find_paths(os.environ, getattr(arguments, "config", None), getattr(arguments, "data_dir", None))


@asynccontextmanager
async def open_cache(configuration: Configuration) -> AsyncIterator[AsyncCache]:
    """Open the cache. Raises `UnusableDirectory`."""
    prepare_directory(configuration.paths.cache_dir)
    max_bytes = configuration.settings.cache.max_mb * 1024 * 1024
    async with await AsyncCache.open(configuration.paths.cache, max_bytes) as cache:
        yield cache
