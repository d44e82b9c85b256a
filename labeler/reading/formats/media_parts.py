"""Parts that are no text: images, audio, files and documents, in place, by address or by ID."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from labeler.domain.value import JsonValue
from labeler.reading.formats.values import first, mapping, text_in, text_of
from labeler.reading.media.detect import inline, located
from labeler.reading.message import Media, Part, Retrieved

Object: TypeAlias = Mapping[str, JsonValue]
Reader: TypeAlias = Callable[[Object], "list[Part]"]

_TYPE_KEYS: Final = ("media_type", "mime_type", "mimeType", "mediaType", "image_mimetype", "content_type")
_CONTENT_KEYS: Final = ("data", "bytes", "base64", "file_data", "b64_json", "result", "content")
_ADDRESS_KEYS: Final = (
    "url", "uri", "file_uri", "fileUri", "image_url", "path", "file_url", "file_id", "fileId", "id", "image",
)  # fmt: skip
_DOCUMENT_TYPES: Final = {"pdf": "application/pdf", "csv": "text/csv", "html": "text/html", "md": "text/markdown"}
_SCHEME_LENGTH: Final = 24
_SHORT: Final = 64


def media_part(type: str) -> Reader:
    """Reads ``{"image_url": {"url"}}``, ``{"source": {"data"|"url"}}``, ``{"data", "mime_type"}`` and their kin."""

    def read(item: Object) -> list[Part]:
        inner = first(item, f"{type}_url", "image_url", "input_audio", "file", "source", type, "image", "media", "blob")
        outer_type = text_of(first(item, *_TYPE_KEYS)) or text_of(item.get("modality")) or type
        if isinstance(inner, str):
            return [_by_form(inner, outer_type, _name(item))]
        holder = mapping(inner) or item
        if text_of(holder.get("type")) in ("text", "content") or isinstance(holder.get("text"), str):
            return [_document(item, holder)]
        media_type = text_of(first(holder, *_TYPE_KEYS)) or _with_format(outer_type, holder)
        for key in _CONTENT_KEYS:
            if isinstance(content := holder.get(key), str) and content:
                place = located if "://" in content[:_SCHEME_LENGTH] else inline
                return [place(content, media_type, _name(holder, item))]
        if isinstance(nested := holder.get("source"), Mapping):
            return read({**holder, **nested, "source": None, type: None, "media_type": media_type})
        for key in _ADDRESS_KEYS:
            if isinstance(address := holder.get(key), str) and address:
                return [located(address, media_type, _name(holder, item))]
        return [Media(media_type, None, "", _name(holder, item))]

    return read


def _by_form(content: str, type: str, name: str) -> Media:
    is_address = "://" in content[:_SCHEME_LENGTH] or len(content) < _SHORT
    return located(content, type, name) if is_address else inline(content, type, name)


def _document(item: Object, holder: Object) -> Part:
    text = text_in(first(holder, "data", "text", "content"))
    title = text_of(first(item, "title", "name", "filename"))
    return Retrieved(text, title, text_of(item.get("context")))


def search_result(item: Object) -> list[Part]:
    """Return a search result that was handed to the model."""
    return [Retrieved(text_in(item.get("content")), text_of(item.get("title")), text_of(item.get("source")))]


def web_result(item: Object) -> list[Part]:
    """Return a page that a provider's search found. What the page says is encrypted for the provider."""
    age = item.get("page_age")
    about = {"page_age": age} if age else {}
    return [Retrieved("", text_of(item.get("title")), text_of(item.get("url")), metadata=about)]


def fetched_page(item: Object) -> list[Part]:
    """Return a page that a provider fetched, with its address."""
    found = media_part("document")(mapping(item.get("content")))
    address = text_of(item.get("url"))
    return [replace(part, source=address) if isinstance(part, Retrieved) else part for part in found]


def gemini_media(item: Object) -> list[Part]:
    """Gemini's ``inline_data`` and ``file_data``."""
    inner = mapping(first(item, "inline_data", "inlineData", "file_data", "fileData"))
    media_type = text_of(first(inner, *_TYPE_KEYS)) or "file"
    content = first(inner, "data")
    if isinstance(content, str):
        return [inline(content, media_type, _name(inner, item))]
    return [located(text_of(first(inner, "file_uri", "fileUri")), media_type, _name(inner, item))]


def generated_image(item: Object) -> list[Part]:
    """Return an image that the model made."""
    found = item.get("result")
    media_type = f"image/{text_of(item.get('output_format')) or 'png'}"
    return [inline(found, media_type) if isinstance(found, str) and found else Media(media_type)]


def _name(*holders: Object) -> str:
    names = (text_of(first(holder, "filename", "name", "title", "display_name")) for holder in holders)
    return next((name for name in names if name), "")


def _with_format(type: str, holder: Object) -> str:
    encoding = text_of(holder.get("format"))
    if not encoding:
        return type
    return _DOCUMENT_TYPES.get(encoding, encoding) if type == "document" else f"{type}/{encoding}"
