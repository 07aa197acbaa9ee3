"""What a run may take: memory, a budget of bytes that is handed down, and time, until a deadline.

A budget is a number that is never counted up or down: whoever holds something hands what is left to those it calls, and
those who work side by side get equal shares. So no two can take the same room, no lock is needed, and what
is decided by it follows from the rule and the input alone, never from what happens to be free on the machine or from
which thread came first. What is asked for in bytes is what the arrays hold at their peak, temporary copies included;
the interpreter and its libraries are not counted.

Time is a deadline on a clock that is passed in; strategies take turns until then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["DEFAULT", "GIGABYTE", "NEVER", "Deadline", "MemoryBudget", "MoreRoomError", "take_turns"]

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


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment after which the best plan so far is what counts.

    Attributes
    ----------
    at : float
        In seconds of the clock; infinite for none.
    clock : callable
        Seconds, monotonic; infinite once nobody waits any more.
    """

    at: float = math.inf
    clock: Callable[[], float] = lambda: 0.0

    @property
    def passed(self) -> bool:
        """Whether it is time to stop."""
        return self.clock() >= self.at

    @property
    def seconds_left(self) -> float | None:
        """Seconds that remain, None for ever."""
        return None if self.at == math.inf else max(0.0, self.at - self.clock())

    def share(self, share: float, seconds: float = math.inf) -> Deadline:
        """A deadline after a share of the time left, and after so many seconds at most; none where there is none."""
        left = self.seconds_left
        return self if left is None else Deadline(self.clock() + min(seconds, left * share), self.clock)


NEVER = Deadline()


class SharedWork(Protocol):
    """What strategies work on together: one that has the answer ends them all."""

    deadline: Deadline

    @property
    def done(self) -> bool:
        """Whether nothing is left to be found."""


def take_turns(work: SharedWork, strategies: Sequence[Iterator[None]]) -> None:
    """Let strategies go on by turns until nothing is left to be found or to be done, or time is up.

    They give way after so much effort, never after so much time: what is found does not depend on the machine, unless
    time runs out.

    Parameters
    ----------
    work : SharedWork
    strategies : sequence of iterator
        Generators, each of which goes on from what the others have found meanwhile.
    """
    going = list(strategies)
    while going:
        for strategy in list(going):
            if work.done or work.deadline.passed:
                return
            if next(strategy, StopIteration) is StopIteration:
                going.remove(strategy)
