"""LangSmith: run trees (``child_runs``), and runs as rows joined by their trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from labeler.domain.assessment import Assessment, Source, SourceType
from labeler.domain.trace import NOT_RECORDED
from labeler.domain.value import JsonValue
from labeler.reading.wire.forms.form import (
    Facts,
    Form,
    Recognised,
    Side,
    as_list,
    as_object,
    encoded_span,
    exception_event,
    first_text,
    nanoseconds,
    objects,
    texts_of,
    unpacked,
    usage,
)
from labeler.reading.wire.forms.said import IN_FILE, feedback
from labeler.reading.wire.identifiers import Object

_TYPES: Final = {
    "llm": "CHAT_MODEL",
    "chain": "CHAIN",
    "tool": "TOOL",
    "retriever": "RETRIEVER",
    "embedding": "EMBEDDING",
    "prompt": "TASK",
    "parser": "PARSER",
}
_SOURCES: Final = {"app": SourceType.HUMAN, "api": SourceType.CODE, "model": SourceType.LLM_JUDGE}
_THREADS: Final = ("session_id", "thread_id", "conversation_id")
_DEEPEST: Final = 100


def recognise(value: JsonValue) -> Recognised | None:
    """Return a trace of LangSmith: a run with the runs below it, or its runs as a list."""
    rows = objects(value) if isinstance(value, list) else [as_object(value)]
    if not rows or not all(map(_is_run, rows)) or (isinstance(value, list) and len(rows) != len(value)):
        return None
    runs = [run for row in rows for run in _with_children(row, None)]
    ids = {first_text(run, "id") for run, _ in runs}
    top = next((run for run, parent in runs if parent not in ids), runs[0][0])
    return Recognised([_span(run, parent) for run, parent in runs], _facts(top, [run for run, _ in runs]))


def _is_run(row: Object) -> bool:
    return isinstance(row.get("run_type"), str) and "id" in row and ("inputs" in row or "outputs" in row)


def _with_children(run: Object, above: str | None, depth: int = 0) -> Iterator[tuple[Object, str | None]]:
    """Yield the runs of a tree with the ID of their parent, outermost first."""
    yield run, first_text(run, "parent_run_id") or above
    if depth < _DEEPEST:
        for child in objects(run.get("child_runs")):
            yield from _with_children(child, first_text(run, "id"), depth + 1)


def _part_of(value: JsonValue) -> str | None:
    row = as_object(value)
    if not _is_run(row) or row.get("child_runs"):
        return None
    return first_text(row, "trace_id") or (first_text(row, "id") if row.get("parent_run_id") is None else None)


def _members(value: JsonValue) -> Sequence[JsonValue] | None:
    for key in ("runs", "data", "results"):
        runs = as_object(value).get(key)
        if isinstance(runs, list) and runs and all(map(_is_run, map(as_object, runs))):
            return runs
    return None


def _span(run: Object, parent: str | None) -> Object:
    kind = str(run.get("run_type")).lower()
    metadata = _metadata(run)
    invocation = as_object(as_object(unpacked(run.get("extra"))).get("invocation_params"))
    model = first_text(metadata, "ls_model_name") or first_text(invocation, "model", "model_name")
    error = text if isinstance(text := run.get("error"), str) and text else None
    failed = error is not None or run.get("status") == "error"
    return encoded_span(
        first_text(run, "id") or "",
        parent=parent,
        name=first_text(run, "name") or kind,
        kind=_TYPES.get(kind, "UNKNOWN"),
        start=run.get("start_time"),
        end=run.get("end_time"),
        failed=failed,
        message=error or "",
        inputs=_side(run, "inputs"),
        outputs=NOT_RECORDED if failed and not run.get("outputs") else _side(run, "outputs"),
        attributes={
            "gen_ai.request.model": model,
            "mlflow.chat.tokenUsage": (usage(run) or None) if kind == "llm" else None,
        },
        events=[exception_event(error, at=run.get("end_time"))] if error else (),
    )


def _side(run: Object, key: str) -> Side:
    """Inputs or outputs; LangSmith wraps a value that is no object as its only key."""
    side = unpacked(run.get(key))
    if side is None:
        return NOT_RECORDED
    if isinstance(side, dict) and len(side) == 1:
        only = next(iter(side))
        is_argument = only == "input" and isinstance(side[only], str) and run.get("run_type") != "tool"
        if only in ("input", "output", "__root__") and not is_argument:
            return unpacked(side[only])
    return side


def _metadata(run: Object) -> Object:
    return as_object(as_object(unpacked(run.get("extra"))).get("metadata"))


def _facts(top: Object, runs: Sequence[Object]) -> Facts:
    tags = [tag for tag in as_list(unpacked(top.get("tags"))) if isinstance(tag, str)]
    metadata = _metadata(top)
    started, ended = nanoseconds(top.get("start_time")), nanoseconds(top.get("end_time"))
    return Facts(
        trace_id=first_text(top, "trace_id") or first_text(top, "id"),
        name=first_text(top, "name") or "",
        started_ns=started,
        duration_ms=(ended - started) // 1_000_000 if ended >= started > 0 else None,
        session=first_text(metadata, *_THREADS),
        user=first_text(metadata, "user_id", "user"),
        tags={"tags": ", ".join(tags)} if tags else {},
        metadata=texts_of([*metadata.items(), ("project", top.get("session_name"))]),
        assessments=tuple(each for run in runs for each in _said(run, is_top=run is top)),
    )


def _said(run: Object, *, is_top: bool) -> Iterator[Assessment]:
    span_id = None if is_top else first_text(run, "id")
    for each in objects(unpacked(run.get("feedback"))):
        source = as_object(each.get("feedback_source"))
        kind = _SOURCES.get(str(source.get("type")), SourceType.UNSPECIFIED)
        who = first_text(source, "user_name", "user_id") or first_text(source, "type") or "LangSmith"
        value = next((each[key] for key in ("value", "score") if each.get(key) is not None), None)
        yield feedback(
            first_text(each, "key") or "feedback",
            value,
            Source(kind, who),
            comment=each.get("comment"),
            at=each.get("created_at"),
            span_id=span_id,
        )
    if run.get("feedback"):
        return
    for name, statistics in as_object(unpacked(run.get("feedback_stats"))).items():
        counts = as_object(statistics)
        value = counts.get("avg")
        if value is None:
            value = ", ".join(as_object(counts.get("values"))) or None
        comments = [text for text in as_list(counts.get("comments")) if isinstance(text, str)]
        if value is not None:
            count = counts.get("n")
            mean = f"the mean of {count}" if isinstance(count, int) and count > 1 else ""
            comment = "\n".join(part for part in (mean, *comments) if part)
            yield feedback(name, value, IN_FILE, comment=comment, span_id=span_id)


LANGSMITH: Final = Form("LangSmith", recognise, _part_of, _members)
