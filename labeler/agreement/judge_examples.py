"""Which items tell most about where a judge errs: examples for the next version of its prompt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import chain, zip_longest

from labeler.agreement.consensus import Consensus
from labeler.agreement.counted_labels import LabelledItem
from labeler.agreement.level import Value
from labeler.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Examples:
    """How examples are chosen: at most how many, and the texts of requests, by trace ID, whose words should differ."""

    most: int = 10
    requests: Mapping[str, str] | None = None


def choose_examples(
    examples: Examples,
    consensus: Mapping[LabelledItem, Consensus],
    judged: Mapping[LabelledItem, Value],
    is_explained: Callable[[LabelledItem], bool],
) -> tuple[LabelledItem, ...]:
    """Return items on which a judge differs from what people agree on, the most telling first.

    Each kind of error, a pair of consensus and verdict, takes its turn. Within a kind come first the items on which all
    people agree and somebody says why, and among equals the one whose request shares the smallest part of its words
    (Jaccard) with that of any item of the kind chosen before.
    """
    kinds: dict[tuple[Value, Value], list[LabelledItem]] = defaultdict(list)
    for item, agreed in sorted(consensus.items()):
        if item in judged and judged[item] != agreed.value:
            kinds[agreed.value, judged[item]].append(item)
    words = {item: _words(examples, item) for items in kinds.values() for item in items}

    def doubt(item: LabelledItem) -> int:
        return 2 * (not consensus[item].is_unanimous) + (not is_explained(item))

    orders = [_diverse(items, doubt, words, examples.most) for _, items in sorted(kinds.items())]
    turns = chain.from_iterable(zip_longest(*orders))
    return tuple(item for item in turns if item is not None)[: examples.most]


def _diverse(
    items: list[LabelledItem],
    doubt: Callable[[LabelledItem], int],
    words: Mapping[LabelledItem, frozenset[str]],
    most: int,
) -> list[LabelledItem]:
    left = list(items)
    nearest = dict.fromkeys(items, 0.0)
    chosen: list[LabelledItem] = []
    while left and len(chosen) < most:
        best = min(left, key=lambda item: (doubt(item), nearest[item], item))
        left.remove(best)
        chosen.append(best)
        for item in left:
            nearest[item] = max(nearest[item], _shared(words[item], words[best]))
    return chosen


def _words(examples: Examples, item: LabelledItem) -> frozenset[str]:
    return frozenset((examples.requests or {}).get(item.trace_id, "").casefold().split())


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0
