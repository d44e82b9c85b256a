"""Traces on an MLflow server whose spans are gone: the info and its previews are all that is left."""

from __future__ import annotations

import json
import sqlite3
import uuid
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.servers.filling import log, recordings
from tests.servers.mlflow_server import MlflowServer

LONG_REQUEST = "What is the fee? " + "x" * 980 + "..."
"""As MLflow cuts it, at 1,000 characters."""

RESPONSE = "The fee is 5 %."
WHOLE_RESPONSE = "The whole fee is 7 %."


class Loss(StrEnum):
    """What became of the spans."""

    ARTIFACT_LOST = "the artifact was never uploaded, or is lost"
    ARTIFACT_EMPTY = "the artifact is an empty file"
    ROWS_DELETED = "the rows of the spans were deleted from the database"
    ARCHIVE_LOST = "the spans were archived, and the archive is gone"


class Damage(StrEnum):
    """Why spans cannot be read that are there."""

    ARTIFACT_TRUNCATED = "the artifact ends in the middle"
    ARTIFACT_OTHER = "the artifact is JSON, and no spans"
    ARTIFACT_REFUSED = "the server fails to read the artifact"


CONTENTS: dict[Loss | Damage, str] = {
    Loss.ARTIFACT_EMPTY: "",
    Damage.ARTIFACT_TRUNCATED: '{"spans": [{"name": "answer", "context": {"span_id": "0x01", "trace',
    Damage.ARTIFACT_OTHER: '{"page": "Not found"}',
}


def log_without_spans(server: MlflowServer, experiment_id: str, loss: Loss | Damage) -> str:
    """Log a trace and have its spans lost or damaged. Returns its ID."""
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
    if loss in CONTENTS or loss is Damage.ARTIFACT_REFUSED:
        artifact = _artifact(server, answer["trace"]["trace_info"])
        artifact.parent.mkdir(parents=True)
        if loss in CONTENTS:
            artifact.write_text(CONTENTS[loss])
        else:
            artifact.mkdir()
    elif loss is Loss.ARCHIVE_LOST:
        for key, value in (
            ("mlflow.trace.spansLocation", "ARCHIVE_REPO"),
            ("mlflow.trace.archiveLocation", f"file://{server.directory}/archive/{trace_id}"),
        ):
            _execute(server, "INSERT INTO trace_tags (request_id, key, value) VALUES (?, ?, ?)", trace_id, key, value)
    return trace_id


def mend(server: MlflowServer, trace_id: str) -> None:
    """Put spans that can be read where damaged ones were: `WHOLE_RESPONSE` is what they answer."""
    info = server.http.get(f"/api/3.0/mlflow/traces/{trace_id}").json()["trace"]["trace_info"]
    artifact = _artifact(server, info)
    if artifact.is_dir():
        artifact.rmdir()
    attributes = {
        "mlflow.traceRequestId": json.dumps(trace_id),
        "mlflow.spanInputs": json.dumps("What is the whole fee?"),
        "mlflow.spanOutputs": json.dumps(WHOLE_RESPONSE),
    }
    span = {"name": "answer", "context": {"span_id": "0x01"}, "start_time": 1, "end_time": 2, "attributes": attributes}
    artifact.write_text(json.dumps({"spans": [span]}))


def _artifact(server: MlflowServer, info: dict[str, Any]) -> Path:
    """Return where the server keeps the spans of a trace."""
    place: str = urlsplit(info["tags"]["mlflow.artifactLocation"]).path.lstrip("/")
    return server.directory / "artifacts" / place / "traces.json"


def _execute(server: MlflowServer, statement: str, *parameters: str) -> None:
    with closing(sqlite3.connect(server.directory / "mlflow.db", timeout=30)) as database, database:
        database.execute(statement, parameters)
