"""Pictures decoded to pixels within bounds: whatever the bytes are, a picture or a sentence."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS: Final = 40_000_000
"""Pixels of a picture that is decoded at most; they take four bytes each."""

_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP")


class UnreadablePicture(ValueError):
    """What should be a picture cannot be drawn. The message is a sentence."""


def decoded(content: bytes, most_side: int) -> Image:
    """Return the pixels of a picture, of a moving one the first, at most `most_side` wide and high. Takes a while.

    Needs Pillow. Raises `UnreadablePicture`.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(content), formats=_FORMATS)
            width, height = image.size
            if width * height <= MOST_PIXELS:
                image.draft("RGB", (most_side, most_side))
                pixels = image.convert("RGBA" if image.has_transparency_data else "RGB")
                pixels.thumbnail((most_side, most_side))
                pixels.info.clear()  # profiles and texts, which would be written on with the pixels
                return pixels
    except Image.DecompressionBombError:
        raise UnreadablePicture("This picture has far more pixels than can be drawn.") from None
    except Exception as error:  # decoders of hostile bytes fail in every way
        raise UnreadablePicture("This picture is damaged or was cut; it cannot be drawn.") from error
    raise UnreadablePicture(f"This picture has {width:,}×{height:,} pixels, more than are drawn here.")
