"""Detects a server's version and, by requesting routes, what it can do.

A route that exists responds to an unknown ID with JSON (or, on a basic-auth server, with 403); a route that does not
exist responds with an HTML 404. No probe creates anything on the server. (Listing the label schemas, for one, would.)
"""

from __future__ import annotations

import asyncio
import re
from typing import Final

from labeler.backends.base import Ambiguous, Capabilities, Forbidden, MissingTarget, NotABackend, NotAllowed
from labeler.backends.mlflow.failures import MissingRoute
from labeler.backends.mlflow.transport import Transport

OLDEST: Final = (3, 2)
_VERSION: Final = re.compile(r"([0-9]+)\.([0-9]+)[0-9A-Za-z.+-]{0,40}")
_STORES_WITHOUT_OUR_IDS: Final = {"FileStore"}
_QUEUES: Final = "/api/3.0/mlflow/review-queues/get?queue_id=rq-0"
_SCHEMAS: Final = "/api/3.0/mlflow/label-schemas/get?schema_id=ls-0"
_SERVER_INFO: Final = ("/api/3.0/mlflow/server-info", "/server-info")

DATABRICKS: Final = Capabilities(version="Databricks", queues=False, schemas=False, honours_ids=False)
"""Not probed, because Databricks reports no version. Its own review app keeps queues and schemas elsewhere."""


async def detect(transport: Transport) -> Capabilities:
    """Detect what a server can do. Raises `NotABackend` if it is not MLflow, or older than `OLDEST`."""
    version = await _version(transport)
    store, queues, schemas = await asyncio.gather(
        _store(transport), _exists(transport, _QUEUES), _exists(transport, _SCHEMAS)
    )
    return Capabilities(version, queues, schemas, honours_ids=store not in _STORES_WITHOUT_OUR_IDS)


async def signed_in_user(transport: Transport) -> str | None:
    """Return the name of the signed-in user of a basic-auth server, or None where the server has no users."""
    try:
        user = (await transport.get("/api/2.0/mlflow/users/current")).get("user")
    except (MissingRoute, MissingTarget):
        return None
    name = user.get("username") if isinstance(user, dict) else None
    return name if isinstance(name, str) and name else None


async def users(transport: Transport) -> list[str] | None:
    """Return the names of the users of a basic-auth server, or None where there are none, or it does not tell."""
    try:
        listed = (await transport.get("/api/2.0/mlflow/users/list")).get("users")
    except (MissingRoute, MissingTarget, NotAllowed):
        return None
    if not isinstance(listed, list):
        return None
    names = (each.get("username") for each in listed if isinstance(each, dict))
    return [name for name in names if isinstance(name, str)]


async def _version(transport: Transport) -> str:
    try:
        text = (await transport.body("/version")).decode("ascii", "replace").strip()
    except MissingRoute:
        text = ""
    except MissingTarget as missing:
        raise NotABackend(
            f"{transport.url} does not serve the workspace that the environment or backend.workspace names; check "
            f"MLFLOW_WORKSPACE: {missing}"
        ) from None
    found = _VERSION.fullmatch(text)
    if found is None:
        raise NotABackend(
            f"What answers at {transport.url} is not an MLflow tracking server: a login page, perhaps; "
            f"check the address, its port and its path{transport.perhaps_the_proxys}"
        )
    if (int(found[1]), int(found[2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise NotABackend(f"MLflow {text} at {transport.url} is too old: labeler needs {oldest} or later")
    return text


async def _store(transport: Transport) -> str:
    """Return the name of the server's store class. It is empty before MLflow 3.9, which does not report it."""
    for path in _SERVER_INFO:
        try:
            info = await transport.get(path)
        except (NotABackend, MissingTarget):
            continue
        except Ambiguous as failed:
            if not failed.server_answered:
                raise  # if this counted as "not reported", a file store would get every assessment twice
            continue
        return str(info.get("store_type", ""))
    return ""


async def _exists(transport: Transport, path: str) -> bool:
    """Return whether the server has the feature behind a route. A file store has the route, but responds with a 500."""
    try:
        await transport.get(path)
    except (MissingTarget, Forbidden):
        return True
    except MissingRoute:
        return False
    except Ambiguous as failed:
        if failed.server_answered:
            return False
        raise
    return True
