"""Assessments on an MLflow server: creates them under our own IDs, reads them back, changes and deletes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from labeler.backends.base import Ambiguous, LacksPermission, MissingTarget, Refused
from labeler.backends.mlflow.asking import ask, check_about, segment, why_not_asked
from labeler.backends.mlflow.traces import Traces, trace_path
from labeler.backends.mlflow.transport import Transport
from labeler.domain.assessment import Assessment
from labeler.domain.trace import short_id
from labeler.domain.value import JsonValue
from labeler.reading.wire.envelopes import MalformedEnvelope, assessment, assessment_to_wire, value_to_wire

_UPDATABLE: Final = ("rationale", "metadata", "value")
"""The value comes last, as in a create."""


class Assessments:
    """The assessments of one server. Every write forgets the trace's recent summary, which it makes stale."""

    def __init__(self, transport: Transport, traces: Traces) -> None:
        self._transport = transport
        self._traces = traces

    async def create(self, wanted: Assessment) -> Assessment:
        """Create an assessment, and return the server's echo of it without comparing the two.

        Raises `AlreadyThere` when the ID exists, `MissingTarget` when the assessment that it overrides is gone, and
        `MissingTrace`.
        """
        self._traces.recent.forget(wanted.trace_id)
        try:
            answer = await self._transport.send(
                "POST", f"{trace_path(wanted.trace_id)}/assessments", {"assessment": assessment_to_wire(wanted)}
            )
        except MissingTarget as missing:
            await self._traces.summary(wanted.trace_id)
            if wanted.overrides is not None:
                raise
            raise Ambiguous(
                f"The server did not find the trace, and then did: {missing}", server_answered=True
            ) from None
        return _written(answer, wanted.trace_id)

    async def are_allowed_on(self, trace_id: str) -> bool | None:
        """Return whether this login may create assessments on a trace, or None if the response does not tell.

        It sends a create without an assessment: MLflow checks permissions first, and then refuses the payload, so that
        nothing is created. Raises `NotAllowed` when something in front of the server forbids the call.
        """
        try:
            await self._transport.send("POST", f"{trace_path(trace_id)}/assessments", {})
        except LacksPermission:
            return False
        except Refused:
            return True
        except Ambiguous as failed:
            if not failed.server_answered:
                raise
        return None

    async def find(self, trace_id: str, assessment_id: str) -> Assessment | None:
        """Return the assessment with that ID, valid or overridden, or None if the trace exists without it.

        Raises `MissingTrace`.
        """

        async def look_up(transport: Transport) -> Assessment:
            found = _echo(await transport.get(_path(trace_id, assessment_id)), trace_id)
            check_about("assessment of trace", trace_id, found.trace_id, trace_id)
            check_about("assessment", assessment_id, found.id, trace_id)
            return found

        try:
            return await ask(self._transport, look_up)
        except MissingTarget:
            await self._traces.summary(trace_id)
            return None

    async def update(self, changed: Assessment, fields: Sequence[str]) -> Assessment:
        """Change ``value``, ``rationale`` or ``metadata`` in place, and return the server's echo.

        Metadata is merged: a key that is left out keeps its value. Raises `MissingTarget`, `MissingTrace`, and
        `Refused` for any other field.
        """
        if unknown := set(fields) - set(_UPDATABLE):
            raise Refused(f"An update changes {', '.join(_UPDATABLE)}, not {', '.join(sorted(unknown))}")
        content: dict[str, JsonValue] = {}
        for field in (field for field in _UPDATABLE if field in fields):
            content |= _field_to_wire(changed, field)
        self._traces.recent.forget(changed.trace_id)
        payload = {"update_mask": ",".join(content), "assessment": content}
        try:
            answer = await self._transport.send("PATCH", _path(changed.trace_id, changed.id), payload)
        except MissingTarget:
            await self._traces.summary(changed.trace_id)
            raise
        return _written(answer, changed.trace_id)

    async def retract(self, trace_id: str, assessment_id: str) -> None:
        """Delete an assessment, which makes the one that it overrode valid again. It may be gone already.

        Raises `MissingTrace`.
        """
        self._traces.recent.forget(trace_id)
        try:
            await self._transport.send("DELETE", _path(trace_id, assessment_id))
        except MissingTarget:
            await self._traces.summary(trace_id)


def _echo(answer: dict[str, Any], trace_id: str) -> Assessment:
    try:
        return assessment(answer.get("assessment"), trace_id)
    except MalformedEnvelope as error:
        raise Ambiguous(f"The server answered with something else than the assessment: {error}") from None


def _written(answer: dict[str, Any], trace_id: str) -> Assessment:
    """Return the server's echo of a write. Raises `Ambiguous` for one that does not tell whether it was carried out."""
    echo = _echo(answer, trace_id)
    if echo.trace_id != trace_id:
        raise Ambiguous(f"The server answered with an assessment of another trace, {short_id(echo.trace_id)}")
    return echo


def _path(trace_id: str, assessment_id: str) -> str:
    """Return the path of an assessment. Raises `MissingTrace` or `MissingTarget` for an ID that no path can hold."""
    path = trace_path(trace_id)
    if why := why_not_asked(assessment_id):
        raise MissingTarget(f"There is no assessment {short_id(assessment_id)}: the ID {why}")
    return f"{path}/assessments/{segment(assessment_id)}"


def _field_to_wire(changed: Assessment, field: str) -> dict[str, JsonValue]:
    match field:
        case "rationale":
            return {"rationale": changed.rationale or ""}
        case "metadata":
            return {"metadata": dict(changed.metadata)}
        case _:
            return value_to_wire(changed)
