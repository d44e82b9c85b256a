"""Keys that edit a text: Backspace, Delete, those that move the cursor."""

from __future__ import annotations

from textual import events
from textual.widgets import Input, TextArea


async def edit(widget: Input | TextArea, key: str) -> bool:
    """Do what a key edits in a widget, at once; tells whether it edits anything.

    By itself Textual does that when the key has come round by the app, behind keys that were pressed after it: an Enter
    would take a text from which a Backspace is still to take a letter.
    """
    for binding in widget._bindings.key_to_bindings.get(key, ()):
        if await widget.app.run_action(binding.action, widget):
            return True
    return False


async def hear_edit(widget: Input | TextArea, event: events.Key) -> bool:
    """Have a widget hear a key that edits, and nobody else; tells whether it was one."""
    is_edit = not event.is_printable and await edit(widget, event.key)
    if is_edit:
        event.stop()
        event.prevent_default()
    return is_edit
