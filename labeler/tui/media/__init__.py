"""What a terminal cannot show as text: drawn where it can draw, else handed to the system's viewer or to a file."""

from __future__ import annotations

from pathlib import Path

from labeler.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """Where media are saved, the program that opens them (none: the system's own), and whether pictures are drawn."""

    folder: Path
    viewer: tuple[str, ...] = ()
    pictures: bool = True
