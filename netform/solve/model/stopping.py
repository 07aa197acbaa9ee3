"""When to stop, on a clock that is passed in; and strategies that take turns until then."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["NEVER", "Deadline", "take_turns"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment after which the best plan so far is what counts.

    Attributes
    ----------
    at : float
        In seconds of the clock; infinite for none.
    clock : callable
        Seconds, monotonic.
    """

    at: float = math.inf
    clock: Callable[[], float] = lambda: 0.0

    @property
    def passed(self) -> bool:
        """Whether it is time to stop."""
        return self.at < math.inf and self.clock() >= self.at

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
