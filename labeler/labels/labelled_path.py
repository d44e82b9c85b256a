"""The names of labelled files, which lie beside the files whose labels they hold."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final

_LABELLED: Final = ".labelled"
_LABELS: Final = ".labels.jsonl"
_PACKED: Final = ".gz"
_DATA: Final = frozenset((".json", ".jsonl", ".ndjson", ".zip", ".csv", ".tsv", ".parquet", ".txt", ".md", ".eval"))


def labelled_path(source: Path) -> Path:
    """Return the labelled file of a file of rows: ``data.labelled.jsonl`` of ``data.jsonl``.

    A labelled one is its own.
    """
    name, packed = _unpacked(source.name)
    path = PurePosixPath(name)
    if is_labelled_name(name):
        return source
    return source.with_name(f"{path.stem}{_LABELLED}{path.suffix}{packed}")


def label_lines_path(source: Path) -> Path:
    """Return the label file of a file without rows: ``data.labels.jsonl`` of ``data.json``."""
    path = PurePosixPath(_unpacked(source.name)[0])
    name = path.stem if path.suffix.lower() in _DATA else path.name
    return source.with_name(f"{name}{_LABELS}")


def is_labelled_name(name: str) -> bool:
    """Return whether a file is called as `labelled_path` calls the labelled one."""
    return PurePosixPath(_unpacked(name)[0]).stem.endswith(_LABELLED)


def is_made_of_another(path: Path) -> bool:
    """Return whether a file is the labelled one, or the label file, of another that lies beside it."""
    if path.name.endswith(_LABELS):
        stem = path.name.removesuffix(_LABELS)
        return any(_unpacked(each.name)[0].startswith(f"{stem}.") and each != path for each in path.parent.iterdir())
    name, packed = _unpacked(path.name)
    inner = PurePosixPath(name)
    original = f"{inner.stem.removesuffix(_LABELLED)}{inner.suffix}{packed}"
    return is_labelled_name(name) and path.with_name(original).exists()


def _unpacked(name: str) -> tuple[str, str]:
    """Return a file's name without the ending of what is packed, and that ending."""
    is_packed = name.lower().endswith(_PACKED)
    return (name[: -len(_PACKED)], name[-len(_PACKED) :]) if is_packed else (name, "")
