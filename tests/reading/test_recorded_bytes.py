"""Media that lie in the trace itself: their bytes, their size in pixels, and what they are by those bytes alone."""

import base64
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.reading.document import BlockKind
from labeler.reading.media.detect import described, encoded, inline, label
from labeler.reading.media.file_type import content_type
from labeler.reading.media.image_size import dimensions
from labeler.reading.media.inline_bytes import UnreadableContent, recorded_bytes, recorded_start
from labeler.reading.read import read_document
from tests.reading.corpus import span, trace_of
from tests.reading.pictures import data_uri, picture

FORMATS = ("PNG", "GIF", "JPEG", "WEBP", "BMP")


@given(st.binary(max_size=300))
def test_what_was_recorded_comes_back_to_the_byte(content: bytes) -> None:
    encoded = base64.b64encode(content).decode()
    wrapped = "\n".join(encoded[at : at + 76] for at in range(0, len(encoded), 76))
    url_safe = base64.urlsafe_b64encode(content).decode().rstrip("=")
    for written in (encoded, wrapped, url_safe):
        assert recorded_bytes(f"data:image/png;base64,{written}") == content
    assert recorded_bytes(repr(content)) == content


@given(st.text(max_size=80))
def test_nothing_else_comes_of_what_is_damaged(text: str) -> None:
    for uri in (f"data:image/png;base64,{text}", f"data:{text}", f"b'{text}'", f'b"{text}"'):
        recorded_start(uri, 64)
        with suppress(UnreadableContent):
            recorded_bytes(uri)


def test_a_cut_recording_is_told_in_a_sentence() -> None:
    for uri in ("data:image/png;base64", "data:image/png;base64,A", "data:image/png;base64,A=A?", "b'cut", "b'\\q'"):
        with pytest.raises(UnreadableContent, match=r"cut\.$"):
            recorded_bytes(uri)


@pytest.mark.parametrize("format", FORMATS)
def test_a_picture_tells_its_size_in_pixels_however_it_was_recorded(format: str) -> None:
    content = picture(format, (640, 48))
    assert dimensions(content) == (640, 48)
    in_place = inline(base64.b64encode(content).decode(), "image")
    as_repr = described(repr(content + bytes(300)))
    assert in_place.dimensions == (640, 48)
    assert as_repr is not None
    assert "640×48" in label(in_place)
    if as_repr.type.startswith("image"):
        assert as_repr.dimensions == (640, 48)


def test_a_camera_s_own_data_before_the_size_does_not_hide_it() -> None:
    content = picture("JPEG", (30, 20))
    camera = b"\xff\xe1" + (60_002).to_bytes(2, "big") + bytes(60_000)
    assert dimensions(content[:2] + camera * 3 + content[2:]) == (30, 20)


@given(st.sampled_from(FORMATS), st.data())
def test_damaged_pictures_have_no_size_and_raise_nothing(format: str, data: st.DataObject) -> None:
    content = bytearray(picture(format))
    for _ in range(data.draw(st.integers(0, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    found = dimensions(bytes(content[: data.draw(st.integers(0, len(content)))]))
    assert found is None or min(found) > 0


@pytest.mark.parametrize("format", FORMATS)
def test_what_a_picture_is_stands_in_its_bytes(format: str) -> None:
    kind = content_type(picture(format))
    assert kind.is_picture
    assert kind.is_harmless
    assert kind.extension == {"JPEG": ".jpg"}.get(format, f".{format.lower()}")


@pytest.mark.parametrize(
    ("content", "extension", "is_harmless"),
    [
        (b"%PDF-1.7 x", ".pdf", True),
        (b"OggS....", ".ogg", True),
        (b"RIFF....WAVEfmt ", ".wav", True),
        (b"....ftypM4A ....", ".m4a", True),
        ("Tide tables\nfor März".encode(), ".txt", True),
        (b"BMW is no bitmap", ".txt", True),
        (b"<!doctype html><script>x()</script>", ".txt", False),
        (b'\xef\xbb\xbf<?xml version="1.0"?><svg onload="x()"/>', ".txt", False),
        (b"words first, then <svg/>", ".txt", False),
        (b"#!/bin/sh\nrm -rf ~", ".txt", False),
        (b"\n[Desktop Entry]\nExec=x", ".txt", False),
        (b"\x7fELF\x02", ".bin", False),
        (b"MZ\x90\x00", ".bin", False),
        (b"PK\x03\x04", ".zip", False),
        (b"\xff\xfe<\0h\0", ".bin", False),
        (b"\x00\x01\x02", ".bin", False),
        (b"\xfc\xfd", ".bin", False),
    ],
)
def test_only_what_runs_nothing_is_harmless(content: bytes, extension: str, is_harmless: bool) -> None:
    kind = content_type(content)
    assert (kind.extension, kind.is_harmless) == (extension, is_harmless)


def test_the_reading_view_tells_type_size_and_pixels_and_keeps_where_the_content_is() -> None:
    content = picture("PNG", (64, 32))
    document = read_document(trace_of(span({"photo": data_uri(content), "scan": repr(content)}, "a red one")))
    found = [block for block in document.blocks if block.kind is BlockKind.MEDIA]
    assert [block.text for block in found] == [f"[image/png {len(content)} B 64×32]"] * 2
    assert [recorded_bytes(block.uri) for block in found] == [content, content]
    assert not any(block.foldable for block in found)


def test_a_placeholder_stays_on_one_line_whatever_the_trace_names_it() -> None:
    url = {"type": "image_url", "image_url": {"url": "https://x.test/a b\n" + "c" * 900}}
    messages = [{"role": "user", "content": [url]}, {"role": "assistant", "content": "seen"}]
    document = read_document(trace_of(span({"messages": messages}, {"role": "assistant", "content": "seen"})))
    (media,) = [block for block in document.blocks if block.kind is BlockKind.MEDIA]
    assert "\n" not in media.text
    assert "c" * 900 in media.text


BLOB = base64.b64encode(bytes(range(256)) * 4).decode()
VECTOR = [round(0.001 * number, 3) for number in range(1536)]


@pytest.mark.parametrize(
    ("value", "stands_for"),
    [
        (BLOB, "[base64 1.0 KB]"),
        (data_uri(picture()), "[image/png "),
        (VECTOR, "[1536 numbers]"),
        (repr(bytes(range(256)) * 9), "[bytes 2.2 KB]"),
    ],
)
def test_what_is_no_text_is_folded_alone_and_within_values(value: object, stands_for: str) -> None:
    document = read_document(trace_of(span({"value": value, "in": {"deep": [{"x": value}]}}, "done")))
    shown = "\n".join(block.text for block in document.blocks if not (block.foldable and block.folded))
    assert shown.count(stands_for) >= 2
    assert json.dumps(value).strip('"')[:200] not in shown


def test_unknown_base64_keeps_its_bytes() -> None:
    media = encoded(BLOB)
    assert media is not None
    assert recorded_bytes(media.uri) == bytes(range(256)) * 4


def test_a_title_is_never_encoded_media() -> None:
    photo = data_uri(picture())
    assert read_document(trace_of(span({"photo": photo, "ask": "What is it?"}, "done"))).title == "What is it?"
    assert "base64" not in read_document(trace_of(span({"photo": photo, "b": BLOB}, "done"))).title
