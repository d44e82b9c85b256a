"""A filter as JSON, for the journal: its rows are those that it showed, whatever has changed about them since."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from labeler.review.criteria import Criterion, CriterionKind, Filter
from labeler.review.worklist import Item


def filter_to_json(filter: Filter, items: Sequence[Item]) -> str:
    kind, name, value = filter.criterion
    shown = [items[index].trace_id for index in filter.shown]
    return json.dumps({"kind": kind, "name": name, "value": value, "traces": shown})


def filter_from_json(text: str, index_of: Mapping[str, int]) -> Filter | None:
    """Return the filter on the items that are still in the worklist; None where the text is not understood."""
    try:
        fields = json.loads(text)
        criterion = Criterion(CriterionKind(fields["kind"]), str(fields["name"]), fields["value"])
        shown = sorted(index_of[each] for each in fields["traces"] if each in index_of)
    except (ValueError, KeyError, TypeError):
        return None
    return Filter(criterion, shown)
