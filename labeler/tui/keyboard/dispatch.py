"""From a row of the table of actions to the method that its target has for it."""

from __future__ import annotations

from inspect import isawaitable

from labeler.tui.action_table import OnScreen, Pane


async def dispatch(run: Pane | OnScreen, pane: object, screen: object) -> None:
    """Have what is in front, or the screen, do what an action stands for, and wait until it is done."""
    if isinstance(run, Pane):
        arguments: tuple[object, ...] = () if run.count is None else (run.count,)
        done = getattr(pane, run.method)(*arguments)
    else:
        done = getattr(screen, run.method)(*((run.about,) if run.about else ()))
    if isawaitable(done):
        await done
