"""From the desk to the views over a conversation: what each is opened with, and brought up to date with."""

from __future__ import annotations

from labeler.desk.desk import Desk
from labeler.review.decision import verbatim
from labeler.tui.review.trace_pane import TracePane
from labeler.tui.review.view_models import what_was_said


async def toggle_view(desk: Desk, pane: TracePane, action_id: str) -> str:
    """Open a view of the current trace, or close it when it is open; returns why not, or nothing."""
    item = desk.state.item
    prepared = desk.library.get(item.trace_id) if item else None
    if pane.close_if_open(action_id):
        return ""
    if prepared is None:
        return desk.why_absent(item.trace_id) if item else "The worklist is empty"
    summary = prepared.raw.summary
    match action_id:
        case "view.raw":
            await pane.open_raw()
        case "view.spans":
            return verbatim(await pane.open_spans())
        case "view.documents":
            await pane.toggle_documents()
        case "view.metadata":
            await pane.open_facts(*what_was_said(desk, summary.id))
        case "view.session":
            if not summary.session_id:
                return "This trace is not part of a session"
            desk.sessions.look_for(summary, desk.connection)
            pane.open_session(summary.session_id, await desk.sessions.document(prepared))
    return ""


async def update_session(desk: Desk, pane: TracePane, trace_id: str) -> None:
    """Show more of the session of a trace, if that is in front."""
    item, over, prepared = desk.state.item, pane.over, desk.library.get(trace_id)
    if item is None or item.trace_id != trace_id or prepared is None or over is None:
        return
    if over.action_id == "view.session":
        document = await desk.sessions.document(prepared)
        if pane.over is over:
            pane.update_session(document)


async def update_facts(desk: Desk, pane: TracePane) -> None:
    """Tell anew what was said and how far answers got, if that is in front."""
    item, over = desk.state.item, pane.over
    if item is not None and over is not None and over.action_id == "view.metadata":
        await pane.update_facts(*what_was_said(desk, item.trace_id))


def read_beside(desk: Desk, pane: TracePane) -> None:
    """Have the documents beside this trace read, then those beside the traces that come next."""
    if pane.has_documents_beside:
        wanted = (desk.library.get(each) for each in desk.wanted())
        pane.read_beside([each for each in wanted if each is not None])
