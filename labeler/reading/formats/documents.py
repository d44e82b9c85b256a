"""Retrieved documents, as retrievers, vector stores and home-made functions return them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.formats.values import first, items, mapping, number, text_of
from labeler.reading.message import Retrieved

LIST_KEYS: Final = frozenset(
    (
        "documents", "source_nodes", "nodes", "sources", "source_documents", "docs", "context", "contexts", "chunks",
        "passages", "results", "matches", "hits", "retrieved_documents", "references", "ctx",
        "input_documents", "retrieved_docs", "relevant_documents", "search_results",
    )
)  # fmt: skip
"""Fields under which lists of documents lie; each member must itself look like a document."""

_TEXT_KEYS: Final = ("page_content", "content", "text", "snippet", "body", "chunk", "passage", "document")
_SOURCE_KEYS: Final = (
    "doc_uri",
    "source",
    "url",
    "uri",
    "file",
    "file_name",
    "filename",
    "file_path",
    "path",
    "source_id",
)
_TITLE_KEYS: Final = ("title", "name")
_SCORE_KEYS: Final = ("score", "relevance_score", "similarity", "distance", "_score")
_NOISE: Final = frozenset(("embedding", "sparse_embedding", "blob", "type", "relationships", "hash", "class_name"))


def documents_in(value: JsonValue) -> list[Retrieved] | None:
    """Return the documents of a list, or of an object that holds nothing but such a list; None when it is something
    else.
    """
    if isinstance(value, Mapping):
        lists = [each for key, each in value.items() if key in LIST_KEYS]
        return documents_in(lists[0]) if len(lists) == 1 and len(value) == 1 else None
    documents: list[Retrieved] = []
    for item in items(value):
        document = document_in(item)
        if document is None:
            return None
        documents.append(document)
    return documents or None


def document_in(item: JsonValue) -> Retrieved | None:
    """Return the document that an object is, or None: it has a text, and no role (that would be a message)."""
    holder = mapping(item)
    if "role" in holder or "block_type" in holder or "part_kind" in holder:
        return None
    inner = mapping(first(holder, "node", "document", "entity", "payload"))
    body = {**holder, **inner} if inner else holder
    if mapping(body.get("metadata")).keys() & {"lc"} or body.get("type") in _MESSAGE_TYPES:
        return None
    text = next((body[key] for key in _TEXT_KEYS if isinstance(body.get(key), str)), None)
    if not isinstance(text, str):
        resource = mapping(body.get("text_resource")).get("text")
        if not isinstance(resource, str):
            return None
        text = resource
    metadata = {**mapping(body.get("metadata")), **mapping(body.get("meta"))}
    about = {**{key: each for key, each in body.items() if key not in _NOISE}, **metadata}
    score = next(
        (found for key in _SCORE_KEYS if (found := number(first(holder, key) or metadata.get(key))) is not None), None
    )
    used = {*_TEXT_KEYS, *_SCORE_KEYS, "metadata", "meta", "node", "entity", "payload", "id", "id_"}
    title, title_key = _first_text(about, _TITLE_KEYS)
    source, source_key = _first_text(about, _SOURCE_KEYS)
    rest = {key: each for key, each in metadata.items() if key not in used and each is not None}
    rest.pop(title_key, None)
    rest.pop(source_key, None)
    return Retrieved(text, title, source, score, rest)


def _first_text(holder: Mapping[str, JsonValue], keys: tuple[str, ...]) -> tuple[str, str]:
    return next(((found, key) for key in keys if (found := text_of(holder.get(key)))), ("", ""))


_MESSAGE_TYPES: Final = ("human", "ai", "system", "tool", "function", "text", "tool_call", "tool_use", "message")
