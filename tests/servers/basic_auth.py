"""A real MLflow server with users (``--app-name basic-auth``)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.environments import packages
from tests.servers.mlflow_server import MlflowServer

ADMIN = ("admin", "an admin's password")
READER = ("ana", "ana's own password")
"""A user who may read everything and change nothing."""


@contextmanager
def basic_auth_server(cache: pytest.Cache, directory: Path) -> Iterator[MlflowServer]:
    """A running one, with `ADMIN` and `READER`. Its extra packages are downloaded once, into `cache`."""
    config = directory / "basic_auth.ini"
    config.write_text(
        "[mlflow]\ndefault_permission = READ\n"
        f"database_uri = sqlite:///{directory}/users.db\nadmin_username = {ADMIN[0]}\nadmin_password = {ADMIN[1]}\n"
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
    )
    extra = packages(cache, "Flask-WTF")
    server = MlflowServer(
        directory,
        options=("--workers", "1", "--app-name", "basic-auth"),
        environ={
            "PYTHONPATH": os.pathsep.join(filter(None, [str(extra), os.environ.get("PYTHONPATH", "")])),
            "MLFLOW_AUTH_CONFIG_PATH": str(config),
            "MLFLOW_AUTH_ADMIN_PASSWORD": ADMIN[1],
            "MLFLOW_FLASK_SERVER_SECRET_KEY": "only for tests",
        },
        auth=ADMIN,
    )
    try:
        server.start()
        server.post("/api/2.0/mlflow/users/create", {"username": READER[0], "password": READER[1]})
        yield server
    finally:
        server.close()
