"""What a reviewer saw accepted, compared with what the server has."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.reliability.place import Found

Cell = tuple[str, str]
Said = tuple[object, str]


@dataclass
class Verdict:
    """How many answers are lost, how many are there twice, how many cells are not as they were answered, in order."""

    answers: int = 0
    rows: int = 0
    lost: int = 0
    duplicates: int = 0
    order: int = 0
    details: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not (self.lost or self.duplicates or self.order)

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict(
            self.answers + other.answers,
            self.rows + other.rows,
            self.lost + other.lost,
            self.duplicates + other.duplicates,
            self.order + other.order,
            self.details + other.details,
        )


def judge(
    accepted: Mapping[Cell, Said | None], history: Mapping[Cell, Sequence[Said | None]], found: Iterable[Found]
) -> Verdict:
    """Compare one reviewer's cells with the assessments of that reviewer.

    `accepted` is what stands in each cell; `history` everything that ever stood there, in order, so that a chain of
    superseded assessments has to be a part of it in that order.
    """
    cells: dict[Cell, list[Found]] = defaultdict(list)
    for each in found:
        cells[each.mark, each.question].append(each)
    verdict = Verdict(
        answers=sum(said is not None for said in accepted.values()), rows=sum(len(rows) for rows in cells.values())
    )
    ids = Counter(row.metadata.get("labeler.id") for rows in cells.values() for row in rows)
    verdict.duplicates += sum(count - 1 for count in ids.values())
    for cell in {**accepted, **cells}:
        _judge_cell(verdict, cell, accepted.get(cell), history.get(cell, ()), cells.get(cell, []))
    return verdict


def _judge_cell(
    verdict: Verdict, cell: Cell, accepted: Said | None, history: Sequence[Said | None], rows: list[Found]
) -> None:
    valid = [row for row in rows if row.valid]
    told = f"{cell}: accepted {history}, found {[(row.said, row.valid, row.id, row.overrides) for row in rows]}"
    if accepted is not None and not valid:
        verdict.lost += 1
        verdict.details.append(f"lost {told}")
    if len(valid) > 1:
        verdict.duplicates += len(valid) - 1
        verdict.details.append(f"twice {told}")
    if len(valid) != 1:
        return
    chain = _chain(valid[0], rows)
    if valid[0].said != accepted or len(chain) != len(rows) or not _is_part(chain, history):
        verdict.order += 1
        verdict.details.append(f"order {told}")


def _chain(last: Found, rows: list[Found]) -> list[Found]:
    """An assessment and what it supersedes, oldest first."""
    by_id = {row.id: row for row in rows}
    chain = [last]
    while (older := by_id.get(chain[0].overrides or "")) is not None and older not in chain:
        chain.insert(0, older)
    return chain


def _is_part(chain: Sequence[Found], history: Sequence[Said | None]) -> bool:
    """Whether the chain's contents occur in the history in their order."""
    left = iter(history)
    return all(any(said == row.said for said in left) for row in chain)
