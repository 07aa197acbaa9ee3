"""When to stop, by a clock that is passed in."""

from __future__ import annotations

import math

from netform.solve.model.budget import NEVER, Deadline


def test_a_deadline_passes_when_its_moment_comes() -> None:
    """At 10 seconds of the clock exactly, and what is left is never below zero."""
    now = [7.0]
    deadline = Deadline(10.0, lambda: now[0])
    assert not deadline.passed
    assert deadline.seconds_left == 3.0
    now[0] = 10.0
    assert deadline.passed
    assert deadline.seconds_left == 0.0
    now[0] = 12.0
    assert deadline.passed
    assert deadline.seconds_left == 0.0


def test_never_does_not_pass() -> None:
    """Without a moment there is no limit, however late it is, and nothing is left to count."""
    for deadline in (NEVER, Deadline(clock=lambda: 1e12)):
        assert not deadline.passed
        assert deadline.seconds_left is None


def test_it_passes_when_nobody_waits_any_more() -> None:
    """A clock that stands at infinity, after a signal, ends also what had no moment."""
    assert Deadline(clock=lambda: math.inf).passed


def test_a_part_of_the_time_left() -> None:
    """Half of what remains at 6 of 10 seconds is over at 8; of no limit there are no parts."""
    part = Deadline(10.0, lambda: 6.0).share(0.5)
    assert part.at == 8.0
    assert part.seconds_left == 2.0
    assert NEVER.share(0.5) is NEVER
