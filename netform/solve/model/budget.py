"""Memory as a rule: a budget of bytes that is handed down, so that nothing takes more than there is.

A budget is a number that is never counted up or down: whoever holds something hands what is left to those it calls, and
those who work side by side get equal shares. So no two can take the same room, no lock is needed, and what
is decided by it follows from the rule and the input alone, never from what happens to be free on the machine or from
which thread came first. What is asked for in bytes is what the arrays hold at their peak, temporary copies included;
the interpreter and its libraries are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT", "GIGABYTE", "MemoryBudget", "MoreRoomError"]

GIGABYTE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class MemoryBudget:
    """Room for so many bytes.

    Attributes
    ----------
    room : int
        Bytes, at least 0.
    """

    room: int

    @classmethod
    def of(cls, gigabytes: float) -> MemoryBudget:
        """The budget of a rule in gigabytes (10^9 bytes)."""
        return cls(int(gigabytes * GIGABYTE))

    def fits(self, taken: float) -> bool:
        """Whether so many bytes may be taken."""
        return taken <= self.room

    def most(self, each: float) -> int:
        """How many things of so many bytes may be held at once."""
        return int(self.room // each)

    def left_beside(self, taken: float) -> MemoryBudget:
        """What may still be taken beside so many bytes that are held; nothing, once those are as many."""
        return MemoryBudget(max(0, int(self.room - taken)))

    def share(self, among: float) -> MemoryBudget:
        """The equal share of each of so many that work side by side."""
        return MemoryBudget(int(self.room / among))


class MoreRoomError(Exception):
    """What was asked for does not fit the share of one of several that work side by side, but fits a larger one.

    Attributes
    ----------
    needed : int
        Bytes.
    """

    def __init__(self, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


# Of the whole run where nothing is said: what a laptop of 8 GB can spare beside what else it runs.
DEFAULT = MemoryBudget.of(2.5)
