"""Where traces and runs are seen in MLflow's own pages."""

from __future__ import annotations

from urllib.parse import quote


def web_address(backend_uri: str, workspace: str, experiment_id: str, trace_id: str) -> str | None:
    """Return the address of a trace's page; None for a backend that has no pages."""
    if not backend_uri.startswith(("http://", "https://")):
        return None
    inside = f"&workspace={quote(workspace, safe='')}" if workspace else ""
    experiment, trace = quote(experiment_id, safe=""), quote(trace_id, safe="")
    return f"{backend_uri}/#/experiments/{experiment}/traces?selectedEvaluationId={trace}{inside}"


def run_address(backend_uri: str, workspace: str, experiment_id: str, run_id: str) -> str | None:
    """Return the address of a run's page; None for a backend that has no pages."""
    if not backend_uri.startswith(("http://", "https://")):
        return None
    inside = f"?workspace={quote(workspace, safe='')}" if workspace else ""
    return f"{backend_uri}/#/experiments/{quote(experiment_id, safe='')}/runs/{quote(run_id, safe='')}{inside}"
