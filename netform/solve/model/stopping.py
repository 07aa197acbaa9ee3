"""When to stop: a moment on a clock that is passed in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NEVER", "Deadline"]


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
