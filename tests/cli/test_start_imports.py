"""A start imports what the first trace needs, and nothing else: each module costs about a millisecond."""

from __future__ import annotations

from tests.cli.program import Program

UNNEEDED = (
    "httpx",
    "importlib.metadata",
    "labeler.agreement",
    "labeler.backends.local",
    "labeler.backends.mlflow",
    "labeler.cli.doctor",
    "labeler.cli.open_backend",
    "labeler.cli.open_review",
    "labeler.cli.review",
    "labeler.cli.sign_in",
    "labeler.cli.trace_files",
    "labeler.config.credentials_consent",
    "labeler.config.edit",
    "labeler.config.sentences",
    "labeler.journal.damaged_journal",
    "labeler.journal.damaged_schema",
    "labeler.journal.dangling_references",
    "labeler.journal.read_only",
    "labeler.labels",
    "labeler.reading.files",
    "labeler.reading.views.raw_json",
    "labeler.reading.views.retrieved_documents",
    "labeler.reading.views.span",
    "labeler.reading.views.trace_metadata",
    "labeler.reading.wire.envelopes",
    "labeler.reading.wire.forms",
    "labeler.reports",
    "labeler.review.progress",
    "labeler.tui.document.highlighter",
    "labeler.tui.media.decoding",
    "labeler.tui.media.viewer",
    "labeler.tui.outbox",
    "labeler.tui.progress",
    "labeler.tui.review.external_editor",
    "labeler.tui.review.open_media",
    "labeler.tui.screens.help",
    "labeler.tui.screens.overlay",
    "labeler.tui.screens.picture",
    "labeler.tui.screens.start",
    "labeler.tui.screens.too_small",
    "mlflow",
    "pydantic",
    "pygments",
    "tomlkit",
)


def test_a_start_imports_nothing_that_the_first_trace_does_not_need(labeler: Program) -> None:
    ended = labeler.python(
        "import sys\nimport labeler.cli.command_line, labeler.cli.start, labeler.tui.app\n"
        f"print(*(name for name in {UNNEEDED!r} if name in sys.modules))"
    )
    assert ended.err == ""
    assert ended.out.split() == []
