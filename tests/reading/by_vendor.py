"""Prints how many recordings show all that must be seen, by vendor, beside MLflow's own UI.

The table of ``docs/reading.md`` is what ``python -m tests.reading.by_vendor`` prints.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

from labeler.domain.trace import RawTrace
from tests.reading.corpus import CORPUS, NAMES, body, expectations, recording
from tests.reading.must_texts import missing
from tests.reading.wire_forms import as_artifact, as_legacy, as_otlp

COLUMNS = (
    "recorded by", "traces", "with texts that must be seen", "labeler, form A", "form B", "MLflow 2", "OTLP",
    "MLflow 3.17.2's root chat",
)  # fmt: skip


def as_answered(name: str) -> RawTrace:
    return recording(name)


def rewritten(form: Callable[[dict[str, object]], bytes]) -> Callable[[str], RawTrace]:
    """The recording in another wire form."""
    return lambda name: RawTrace(recording(name).summary, form(body(name)))


FORMS = (as_answered, rewritten(as_artifact), rewritten(as_legacy), rewritten(as_otlp))


def counts() -> dict[str, Counter[str]]:
    """By vendor, in the order of the recordings' names: how many there are for each column."""
    told = {entry["name"]: entry["mlflow_ui_3_17_2"] for entry in json.loads((CORPUS / "EXPECT.json").read_text())}
    found: dict[str, Counter[str]] = {}
    for name in NAMES:
        row = found.setdefault(name.partition("_")[0], Counter())
        row[COLUMNS[1]] += 1
        if not expectations()[name]:
            continue
        row[COLUMNS[2]] += 1
        for column, form in zip(COLUMNS[3:], FORMS, strict=False):
            row[column] += not missing(form(name), name)
        row[COLUMNS[-1]] += told[name].startswith("root chat") and "misses" not in told[name]
    return found


def main() -> None:
    rows = counts()
    rows["**all**"] = sum(rows.values(), Counter())
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + "---|" * len(COLUMNS))
    for vendor, row in rows.items():
        print(f"| {vendor} | " + " | ".join(str(row[column]) for column in COLUMNS[1:]) + " |")


if __name__ == "__main__":
    main()
