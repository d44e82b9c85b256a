"""Traces on an MLflow server whose spans are gone: the info and its previews are all that is left."""

from __future__ import annotations

import sqlite3
import uuid
from contextlib import closing
from enum import StrEnum
from urllib.parse import urlsplit

from tests.servers.filling import log, recordings
from tests.servers.mlflow_server import MlflowServer

LONG_REQUEST = "What is the fee? " + "x" * 980 + "..."
"""As MLflow cuts it, at 1,000 characters."""

RESPONSE = "The fee is 5 %."


class Loss(StrEnum):
    """What became of the spans."""

    ARTIFACT_LOST = "the artifact was never uploaded, or is lost"
    ARTIFACT_EMPTY = "the artifact is an empty file"
    ROWS_DELETED = "the rows of the spans were deleted from the database"
    ARCHIVE_LOST = "the spans were archived, and the archive is gone"


def log_without_spans(server: MlflowServer, experiment_id: str, loss: Loss) -> str:
    """Log a trace and have its spans lost. Returns its ID."""
    if loss is Loss.ROWS_DELETED:
        (recording,) = recordings("openai_tool_roundtrip")
        recording.info.update({"request_preview": LONG_REQUEST, "response_preview": RESPONSE})
        log(server, experiment_id, [recording])
        _execute(server, "DELETE FROM spans WHERE trace_id = ?", recording.id)
        return recording.id
    trace_id = f"tr-{uuid.uuid4().hex}"
    info = {
        "trace_id": trace_id,
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment_id}},
        "request_time": "2026-11-29T00:00:00Z",
        "state": "OK",
        "request_preview": LONG_REQUEST,
        "response_preview": RESPONSE,
    }
    answer = server.post("/api/3.0/mlflow/traces", {"trace": {"trace_info": info}})
    tags = answer["trace"]["trace_info"]["tags"]
    if loss is Loss.ARTIFACT_EMPTY:
        place = server.directory / "artifacts" / urlsplit(tags["mlflow.artifactLocation"]).path.lstrip("/")
        place.mkdir(parents=True)
        (place / "traces.json").touch()
    elif loss is Loss.ARCHIVE_LOST:
        for key, value in (
            ("mlflow.trace.spansLocation", "ARCHIVE_REPO"),
            ("mlflow.trace.archiveLocation", f"file://{server.directory}/archive/{trace_id}"),
        ):
            _execute(server, "INSERT INTO trace_tags (request_id, key, value) VALUES (?, ?, ?)", trace_id, key, value)
    return trace_id


def _execute(server: MlflowServer, statement: str, *parameters: str) -> None:
    with closing(sqlite3.connect(server.directory / "mlflow.db", timeout=30)) as database, database:
        database.execute(statement, parameters)
