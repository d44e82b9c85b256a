"""The themes that come with labeler, and how their roles that are read lie over each other."""

from __future__ import annotations

from labeler.tui.theme import ROLES

BUILT_IN = ("harbour-dark", "harbour-light", "high-contrast", "night-watch")
TONES = ("text", "answer", "request", "dim")
UNREAD = {"rule", "gutter"}
"""Roles that draw lines, not text."""
IN_TEXT = {
    role
    for role in ROLES
    if role.split(".")[0] not in {*TONES, *UNREAD, "role", "chrome", "key", "option", "ok", "warning", "row", "sign"}
}
IN_CHROME = (
    "chrome.dim",
    "chrome.strong",
    "key",
    "option.chosen",
    "option.focused",
    "ok",
    "warning",
    "error",
    "cursor",
)
ON_ROWS = ("cursor", *(role for role in ROLES if role.startswith("sign.")))


def layered() -> list[tuple[str, ...]]:
    """Every way in which roles that are read lie over each other."""
    alone = [(role,) for role in ROLES if role not in UNREAD]
    in_text = [(tone, role) for tone in TONES for role in sorted(IN_TEXT)]
    pinned = [("request.pinned", role) for role in ("strong",)]
    in_chrome = [("chrome", role) for role in IN_CHROME]
    return [
        *alone,
        *in_text,
        *pinned,
        *in_chrome,
        *((row, role) for row in ("row", "row.cursor", "row.dim") for role in ON_ROWS),
    ]
