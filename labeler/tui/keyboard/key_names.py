"""What a key press is called in our tables, its character or a name such as ``shift+tab``, and when it was made."""

from __future__ import annotations

from textual import events

from labeler.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key press: the key's name, and when it came to the terminal, in seconds of the monotonic clock.

    `character` is what it types, if it types anything.
    """

    key: str
    at_s: float
    character: str = ""


def key_name(event: events.Key) -> str:
    """``y``, ``?``, ``space``, ``enter``, ``ctrl+e``."""
    character = event.character
    if character is not None and len(character) == 1 and character.isprintable() and character != " ":
        return character
    return event.key


def pressed(event: events.Key) -> Pressed:
    """Return the press that an event tells of. Its time is that of the read which brought it."""
    return Pressed(key_name(event), event.time, (event.character or "") if event.is_printable else "")


def same_key(event: events.Key) -> events.Key:
    """Return the event of the same press once more, for another screen: an event that was heard is not sent again."""
    again = events.Key(event.key, event.character)
    again.time = event.time
    return again
