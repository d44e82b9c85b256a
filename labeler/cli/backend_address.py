"""The address of a backend as it is kept: without credentials, and the same from any directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from labeler.config.backend_uri import BackendKind, backend_kind
from labeler.domain.destination import canonical_uri
from labeler.storage.home_directory import expand

if TYPE_CHECKING:
    from labeler.backends.local.store import LocalStore


async def backend_uri(uri: str) -> str:
    """Return the canonical URI of a backend, as destinations carry it, without asking or starting a server."""
    match backend_kind(uri):
        case BackendKind.LOCAL:
            store = await open_local_store(uri)
            await store.close()
            return store.uri
        case BackendKind.DATABRICKS:
            from labeler.backends.mlflow.credentials import endpoint

            return endpoint(uri).url
    return backend_address(uri)


def backend_address(uri: str) -> str:
    """Return an address that opens the backend again, from any directory and without credentials."""
    match backend_kind(uri):
        case BackendKind.LOCAL:
            return f"local:{_store_path(uri)}"
        case BackendKind.MLFLOW:
            return canonical_uri(uri)
        case BackendKind.MLFLOW_FILES:
            from labeler.backends.mlflow.served import local_store

            store = local_store(uri)
            return uri if store is None else store.canonical_uri
    return uri


def network_share_warning(uri: str) -> str | None:
    """Return a sentence about an embedded store that lies on a network share; None for any other backend."""
    if backend_kind(uri) is not BackendKind.LOCAL:
        return None
    from labeler.storage.network_share import network_file_system

    path = _store_path(uri)
    system = network_file_system(path)
    if system is None:
        return None
    return (
        f"The store at {path} is on a network share ({system}), where SQLite cannot keep programs on several machines "
        "apart: the file can be damaged. Keep it on a disk of one machine, or use an MLflow server."
    )


async def open_local_store(uri: str) -> LocalStore:
    """Open the embedded store that a `local:` address names. Raises `NotABackend`."""
    from labeler.backends.local.store import LocalStore

    return await LocalStore.open(_store_path(uri))


def _store_path(uri: str) -> Path:
    return expand(uri.partition(":")[2]).absolute()
