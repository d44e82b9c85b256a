"""The labels of a row: as a labelled file has them, as the journal has them, and what the file is to have now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.assessment import same_reviewer
from labeler.domain.moment import utc_text
from labeler.domain.value import JsonValue, same_value
from labeler.labels.exact_json import exact_json
from labeler.labels.label import Label
from labeler.labels.spreadsheet import harmless
from labeler.reading.wire.bounded_json import NotJson, parse_deep, raw_values

LABELS: Final = "labels"
OWN_LABELS: Final = "labeler_labels"
"""The key of the labels in a row that has a key `labels` of its own."""

LABEL: Final = "label."
COMMENT: Final = "comment."
_NEEDED: Final = {"name", "value", "reviewer"}


@dataclass(frozen=True, slots=True)
class KeptLabel:
    """A label as a labelled file has it: its exact text, and the ID of its assessment, empty where it has none."""

    text: str
    assessment_id: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a journal has of the labels of one trace.

    `earlier` are those that were given here and changed or taken back since. `replaced` has the IDs of labels from
    elsewhere that something said here has taken the place of, or that were taken back here.
    """

    standing: tuple[Label, ...] = ()
    earlier: tuple[Label, ...] = ()
    replaced: frozenset[str] = frozenset()


NOTHING_SAID: Final = Said()


def label_text(label: Label) -> str:
    """Return a label as the JSON object that a row holds."""
    return exact_json(
        {
            "name": label.name,
            "value": label.value,
            "rationale": label.rationale,
            "kind": label.kind.value,
            "reviewer": label.reviewer,
            "at": None if label.created_at_ms is None else utc_text(label.created_at_ms),
            "span_id": label.span_id,
            "assessment_id": label.assessment_id,
        }
    )


def are_labels(value: JsonValue) -> bool:
    """Return whether a value is a list of labels, perhaps an empty one."""
    return isinstance(value, list) and all(isinstance(each, Mapping) and each.keys() >= _NEEDED for each in value)


def labels_in(text: str) -> tuple[KeptLabel, ...]:
    """Return the labels in the text of a list that `are_labels` holds of, each in its own spelling."""
    found: dict[tuple[str, str], KeptLabel] = {}
    for start, end in raw_values(text, text.index("[") + 1):
        label = text[start:end]
        try:
            fields = parse_deep(label)
        except NotJson:
            fields = None
        identifier = fields.get("assessment_id") if isinstance(fields, Mapping) else None
        kept = KeptLabel(label, identifier if isinstance(identifier, str) else "")
        found.setdefault((kept.assessment_id, "" if kept.assessment_id else label), kept)
    return tuple(found.values())


def row_labels(kept: Iterable[KeptLabel], said: Said, reviewer: str | None = None) -> list[str]:
    """Return the labels that a row is to have, as JSON objects: those of the file that no journal word replaces, then
    mine.

    With a `reviewer`, only that one's are taken from the journal; what the file has of others stays.
    """
    given = [each for each in said.standing if is_of(each, reviewer)]
    gone = {each.assessment_id for each in (*given, *said.earlier)} | said.replaced
    return [*(each.text for each in kept if each.assessment_id not in gone), *map(label_text, given)]


def is_of(label: Label, reviewer: str | None) -> bool:
    """Return whether a label is this reviewer's; every label is where none is named."""
    return reviewer is None or same_reviewer(label.reviewer or "", reviewer)


def flat_cells(
    kept: Mapping[str, JsonValue], said: Said, names: Sequence[str], reviewer: str | None = None
) -> dict[str, JsonValue]:
    """Return the keys ``label.NAME`` and ``comment.NAME`` of a row with their values, for each of the names.

    An answer of the journal takes the place of what the file has. Without one, the file's stays, unless it was said
    here and has been taken back since.
    """
    mine = {each.name: each for each in said.standing if each.span_id is None and is_of(each, reviewer)}
    cells: dict[str, JsonValue] = {}
    for name in names:
        value, comment = kept.get(LABEL + name), kept.get(COMMENT + name)
        if (answer := mine.get(name)) is not None:
            value, comment = answer.value, answer.rationale
        elif any(each.name == name and is_same_cell(each.value, value) for each in said.earlier):
            value = comment = None
        cells[LABEL + name], cells[COMMENT + name] = value, comment
    return cells


def is_same_cell(value: JsonValue, cell: JsonValue) -> bool:
    """Return whether a cell of a file says a value: a table has only texts."""
    text = cell_text(value)
    return same_value(value, cell) or (isinstance(cell, str) and cell in (text, harmless(text)))


def cell_text(value: JsonValue) -> str:
    """Return a value as the text of a cell: a text as it is, anything else as JSON, and nothing for null."""
    if value is None:
        return ""
    return value if isinstance(value, str) else exact_json(value)
