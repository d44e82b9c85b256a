"""Pictures from hostile bytes: drawn within bounds, or a sentence."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from labeler.tui.media.decoding import MOST_PIXELS, UnreadablePicture, decoded
from tests.reading.pictures import picture, png

FORMATS = ("PNG", "GIF", "JPEG", "WEBP", "BMP")


@pytest.mark.parametrize("format", FORMATS)
def test_pictures_become_pixels_no_larger_than_asked_for(format: str) -> None:
    pixels = decoded(picture(format, (640, 320)), 100)
    assert pixels.size == (100, 50)
    pixel = pixels.convert("RGB").getpixel((50, 25))
    assert isinstance(pixel, tuple)
    red, green, blue = pixel
    assert red > 150 > green + blue
    assert not pixels.info


def test_what_is_seen_through_stays_so_and_of_a_moving_picture_the_first_is_drawn() -> None:
    file = io.BytesIO()
    frames = [Image.new("RGBA", (8, 8), colour) for colour in ((200, 0, 0, 0), (0, 200, 0, 255))]
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    pixels = decoded(file.getvalue(), 100)
    assert pixels.mode == "RGBA"
    pixel = pixels.getpixel((4, 4))
    assert isinstance(pixel, tuple)
    assert pixel[3] == 0


@pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 1), (1, MOST_PIXELS + 1), (0, 5)])
def test_a_picture_of_far_too_many_pixels_is_not_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(UnreadablePicture, match=r"\.$"):
        decoded(png(*size, bytes(1000)), 100)


@pytest.mark.parametrize("format", FORMATS)
def test_cut_pictures_are_told_in_a_sentence(format: str) -> None:
    whole = picture(format, (300, 200))
    for kept in (0, 4, 20, len(whole) // 2):
        with pytest.raises(UnreadablePicture, match="damaged or was cut"):
            decoded(whole[:kept], 100)


@pytest.mark.parametrize("content", [b"GIF89a", b"<svg/>", b"%!PS-Adobe\n(x) show", b"\0" * 100, b"P6 9 9 255 "])
def test_other_formats_are_not_even_tried(content: bytes) -> None:
    with pytest.raises(UnreadablePicture):
        decoded(content, 100)


@settings(deadline=None)
@given(st.sampled_from(FORMATS), st.data())
def test_damaged_bytes_give_a_picture_or_a_sentence(format: str, data: st.DataObject) -> None:
    content = bytearray(picture(format, (24, 16)))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        pixels = decoded(bytes(content), 50)
    except UnreadablePicture as error:
        assert str(error).endswith(".")  # noqa: PT017
    else:
        assert max(pixels.size) <= 50


BOMB = """
import resource
from labeler.tui.media.decoding import decoded
from tests.reading.pictures import png
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open(__import__("sys").argv[1], "rb") as file:
    decoded(file.read(), 100)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_forty_million_pixels_from_a_hundred_kilobytes_take_bounded_memory(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png(6000, 6600, bytes(6600 * (6000 * 3 + 1))))
    assert bomb.stat().st_size < 200_000
    command = [sys.executable, "-c", BOMB, str(bomb)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert int(done.stdout) < 500 * 1024
