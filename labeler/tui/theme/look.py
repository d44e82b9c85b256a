"""Looks: how a role is drawn, read from a short text such as ``bold #8fb8de on #10202c``."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Final

from rich.style import Style

from labeler.dataclass import dataclass

_HEX: Final = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_ATTRIBUTES: Final = ("bold", "dim", "italic", "underline", "strike", "reverse")


class BadLook(ValueError):
    """The text describes no look. The message is a sentence without subject: what is wrong, and what is allowed."""


@dataclass(frozen=True, slots=True)
class Look:
    """Colours as ``#rrggbb`` (None: whatever is below) and attributes, any of which a role may leave unset."""

    color: str | None = None
    background: str | None = None
    bold: bool | None = None
    dim: bool | None = None
    italic: bool | None = None
    underline: bool | None = None
    strike: bool | None = None
    reverse: bool | None = None

    def over(self, below: Look) -> Look:
        """This look laid over another: what is unset here shows the one below."""
        return Look(*(getattr(self if getattr(self, f.name) is not None else below, f.name) for f in fields(Look)))

    def rich(self) -> Style:
        """Return the same as a Rich style."""
        return Style(
            color=self.color,
            bgcolor=self.background,
            bold=self.bold,
            dim=self.dim,
            italic=self.italic,
            underline=self.underline,
            strike=self.strike,
            reverse=self.reverse,
        )


def parse_color(text: str) -> str:
    """Return the colour as ``#rrggbb``. Raises `BadLook` for anything but ``#rgb`` and ``#rrggbb``."""
    if not _HEX.fullmatch(text):
        raise BadLook(f"{text!r} is no colour; write it as #rrggbb")
    digits = text[1:].lower()
    return f"#{digits}" if len(digits) == 6 else "#" + "".join(digit * 2 for digit in digits)


def parse_look(text: str) -> Look:
    """Read attributes, a colour, and ``on`` with a background, in any order. Raises `BadLook`."""
    settings: dict[str, bool] = {}
    color = background = None
    words = iter(text.split())
    for word in words:
        if word in _ATTRIBUTES:
            settings[word] = True
        elif word.startswith("not-") and word[4:] in _ATTRIBUTES:
            settings[word[4:]] = False
        elif word == "on":
            background = parse_color(next(words, ""))
        elif word.startswith("#"):
            color = parse_color(word)
        else:
            raise BadLook(
                f"{word!r} is neither a colour (#rrggbb), nor 'on' with one, nor one of {', '.join(_ATTRIBUTES)}"
            )
    return Look(color=color, background=background, **settings)
