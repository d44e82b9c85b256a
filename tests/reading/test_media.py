import pytest

from labeler.domain.byte_size import size_words
from labeler.reading.media.detect import described, encoded, label
from labeler.reading.message import Media

ATTACHMENT = "mlflow-attachment://1b2c?content_type=image%2Fpng&trace_id=tr-1&size=74"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (ATTACHMENT, "[image/png 74 B]"),
        ("data:image/png;base64,iVBORw0KGgo=", "[image/png 8 B]"),
        ("data:text/plain,hello", "[text/plain 5 B]"),
        ("b'\\x89PNG\\r\\n\\x1a\\n'", "[image/png 8 B]"),
        ("b'\\x00\\x01'", "[bytes 2 B]"),
        ("iVBORw0KGgo" + "A" * 1025, "[image/png 777 B]"),
    ],
)
def test_what_is_certainly_media_is_told_by_its_form(text: str, shown: str) -> None:
    media = described(text)
    assert media is not None
    assert label(media) == shown


@pytest.mark.parametrize(
    "text",
    ["", "data: see below", "data:image/png;base64,AA and more", "b'plain bytes'", "A" * 500, "k3v9" * 2000, "mlflow"],
)
def test_prose_is_never_taken_for_media(text: str) -> None:
    assert described(text) is None


def test_unknown_base64_is_media_only_within_values() -> None:
    blob = "Qk1TZXJ2aWNlIG9mIHRoZSBoYXJib3VyIDEyMzQ1Njc4OTAgYW5kIG1vcmU" * 8
    assert described(blob) is None
    media = encoded(blob)
    assert media is not None
    assert label(media).startswith("[base64 ")


def test_sizes_are_for_people() -> None:
    assert [size_words(size) for size in (0, 1023, 1024, 15_000, 5 << 20, 3 << 30)] == [
        "0 B",
        "1023 B",
        "1.0 KB",
        "15 KB",
        "5.0 MB",
        "3.0 GB",
    ]
    assert label(Media("image", None, "https://x.test/a.png", "a.png")) == "[image a.png https://x.test/a.png]"
