"""What a key press is called in our tables: its character, or a name such as ``shift+tab``."""

from __future__ import annotations

from textual import events


def key_name(event: events.Key) -> str:
    """``y``, ``?``, ``space``, ``enter``, ``ctrl+e``."""
    character = event.character
    if character is not None and len(character) == 1 and character.isprintable() and character != " ":
        return character
    return event.key
