"""The worklist view: which items there are, where each stands, and where the reviewer is."""

from labeler.tui.worklist.rows import WorklistRowView, WorklistSource
from labeler.tui.worklist.view import RowPicked, WorklistView

__all__ = ["RowPicked", "WorklistRowView", "WorklistSource", "WorklistView"]
