"""What a value or a text is that is no trace, in words."""

from __future__ import annotations

from collections.abc import Mapping

from labeler.domain.value import JsonValue
from labeler.reading.files.containers import ACCEPTED


def why_no_trace(value: JsonValue) -> str:
    """Return what a value is instead of a trace, as the end of a sentence that its place begins."""
    match value:
        case None:
            return "is null, not a trace"
        case bool():
            return "is true or false, not a trace"
        case int() | float():
            return "is a number, not a trace"
        case str():
            return "is an empty text"
        case Mapping():
            return _why_no_trace(value)
        case _:
            return "is a list of neither traces nor messages" if value else "is an empty list, not a trace"


def why_no_text(start: str) -> str:
    """Return what a text is of which nothing can be read, as the end of a sentence that the file's name begins."""
    first = start.lstrip()[:200].lower()
    if first.startswith(("<!doctype html", "<html")):
        kind = "a web page"
    elif first.startswith("<"):
        kind = "XML"
    elif first.startswith(("---\n", "%yaml")):
        kind = "YAML"
    elif "\x00" in start[:1000]:
        kind = "a binary file"
    else:
        kind = "text that is no JSON"
    hint = "; --text shows it as one text" if kind == "text that is no JSON" else ""
    return f"is not JSON: it looks like {kind}{hint}; {ACCEPTED}"


def _why_no_trace(value: Mapping[str, JsonValue]) -> str:
    if "error_code" in value:
        message = value.get("message")
        return f"is an error that a server answered ({value['error_code']}: {message})"
    if "trace_info" in value or isinstance(value.get("trace"), Mapping) or "traces" in value:
        return "is trace info without spans, as a search returns it; save the body of traces/get instead"
    if "assessment_id" in value or {"trace_id", "name", "value"} <= value.keys():
        return "is a label, not a trace; labels are queued with `labeler push`"
    keys = ", ".join(str(key)[:40] for key in list(value)[:6])
    if not keys:
        return "is an empty object, not a trace"
    return (
        f"is an object with the keys {keys}, not a trace; where two of them are a request and a response, name them "
        "with --request and --response"
    )
