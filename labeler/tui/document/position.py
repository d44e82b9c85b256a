"""Where a reader stands in a document, in terms that outlive a change of width."""

from __future__ import annotations

from dataclasses import replace

from labeler.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ViewPosition:
    """The top of the view and the folds.

    `block` is the number of the block at the top, `offset` the character of its text with which the top
    row begins, `above` how many rows the view starts above that (a blank row or a label, say). `toggled` lists the
    blocks that are not folded as they were at first, in order.
    """

    block: int = 0
    offset: int = 0
    above: int = 0
    toggled: tuple[int, ...] = ()

    def with_more_above(self, blocks: int) -> ViewPosition:
        """Return the same text where `blocks` more (fewer, if negative) stand above it; what stood at the top
        stays there.
        """
        if self.block == 0:
            return self
        toggled = tuple(number + blocks for number in self.toggled if number + blocks >= 0)
        return replace(self, block=max(0, self.block + blocks), toggled=toggled)
