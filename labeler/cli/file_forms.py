"""The forms of files that can be opened, as every help lists them: a name and an example each."""

from __future__ import annotations

from typing import Final

FILE_FORMS: Final = """\
files that can be opened: JSON, JSON Lines, CSV and Parquet, also as gzip or in a zip
  MLflow          traces/get, Trace.to_json(), search_traces() as JSON, CSV or Parquet
                  {"info": {"trace_id": ...}, "data": {"spans": [...]}}
  OTLP/JSON       {"resourceSpans": [...]}, {"batches": [...]}, OpenTelemetry's console spans
  Jaeger          {"data": [{"traceID": ..., "spans": [...], "processes": {...}}]}
  chat rows       {"messages": [{"role": "user", "content": "..."}, ...]}
                  {"conversations": [{"from": "human", "value": "..."}, ...]}
                  {"prompt": "...", "response": "..."}; also input, question, instruction with
                  output, completion, answer; with contexts, system, expected
                  {"request": {"messages": [...]}, "response": {"choices": [...]}}
  Langfuse        {"trace": {...}, "observations": [...]}, observations as rows
  LangSmith       {"run_type": "chain", "child_runs": [...]}, runs as rows
  Phoenix         {"data": [{"context": {"trace_id": ...}, "attributes": {...}}]}
  agent sessions  files of Claude Code and Codex; {"events": [...]} of Google's ADK
  Datadog         {"trace_id": ..., "span_id": ..., "meta": {"kind": "llm", "input": {...}}}
  Weave, Inspect  calls as rows; a log with its samples
  plain texts     "...", {"text": "..."}; a .txt or .md file, or --text
"""
