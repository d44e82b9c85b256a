"""The document view: a trace as a conversation, styled, folded, searched."""

from labeler.tui.document.position import ViewPosition
from labeler.tui.document.view import DocumentView, LineRangeChanged

__all__ = ["DocumentView", "LineRangeChanged", "ViewPosition"]
