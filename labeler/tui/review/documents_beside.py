"""The documents that a trace retrieved, beside its conversation: read ahead of need, shown trace by trace."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from labeler.desk.document_cache import PreparedTrace
from labeler.domain.assessment import Assessment
from labeler.reading.document import Document
from labeler.tui.appearance import Signs
from labeler.tui.document.view import DocumentView
from labeler.tui.review.readings import Readings
from labeler.tui.theme import Palette

_KEPT: Final = 24
"""Traces whose documents stay read."""

_NOTHING_YET: Final = Document("", "", "", (), None, None)


class DocumentsBeside(DocumentView):
    """Shows what one trace retrieved, as soon as that is read."""

    def __init__(self, palette: Palette, signs: Signs, *, id: str | None = None) -> None:
        super().__init__(palette, signs, id=id)
        self._read: OrderedDict[str, tuple[Sequence[Assessment], Document]] = OrderedDict()
        """The documents of traces, by ID, with what others said when they were read, which stands among them."""
        self._trace_id = ""
        self._others: Sequence[Assessment] = ()
        self._shown: Document | None = None

    def show_of(self, trace_id: str, prepared: PreparedTrace | None) -> None:
        """Show the documents of a trace; nothing until they are read."""
        self._trace_id = trace_id
        self._others = prepared.others if prepared is not None else ()
        self._show_read()

    def has_read(self, traces: Sequence[PreparedTrace]) -> bool:
        """Return whether the documents of all these traces can be shown."""
        return all(self._has_read(each) for each in traces)

    def _has_read(self, prepared: PreparedTrace) -> bool:
        read = self._read.get(prepared.raw.summary.id)
        return read is not None and read[0] == prepared.others

    async def read(self, traces: Sequence[PreparedTrace]) -> None:
        """Read the documents of these traces, in their order, and show those that are waited for."""
        for prepared in traces:
            trace_id = prepared.raw.summary.id
            if not self._has_read(prepared):
                self._read[trace_id] = prepared.others, await asyncio.to_thread(Readings().documents, prepared)
            if not self.is_attached:
                return
            if trace_id == self._trace_id:
                self._show_read()
        while len(self._read) > _KEPT:
            self._read.popitem(last=False)

    def _show_read(self) -> None:
        others, document = self._read.get(self._trace_id, (self._others, _NOTHING_YET))
        if others != self._others:
            document = _NOTHING_YET
        if document is not self._shown:
            self._shown = document
            self.show(document, searched=self._searched)
