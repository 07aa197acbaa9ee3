"""A budget of memory: handed down, shared, never overdrawn."""

from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from netform.solve.model.budget import MemoryBudget, MoreRoomError

BYTES = st.integers(0, 10**12)


@given(BYTES, st.lists(BYTES, max_size=5))
def test_what_is_held_and_what_is_left_are_the_room(room: int, takers: list[int]) -> None:
    """However much is asked for, what fits and is held and what is left are never more than there is."""
    budget, held = MemoryBudget(room), 0
    for taken in takers:
        if budget.fits(taken):
            budget, held = budget.left_beside(taken), held + taken
        else:
            assert budget.left_beside(taken) == MemoryBudget(0)
        assert budget.room + held == room


@given(BYTES, st.integers(1, 64), st.integers(1, 10**6))
def test_shares_and_things_fit(room: int, among: int, each: int) -> None:
    """So many shares, and so many things, are no more than the whole, and one more of them would be."""
    budget = MemoryBudget(room)
    assert among * budget.share(among).room <= room < among * (budget.share(among).room + 1)
    assert budget.most(each) * each <= room < (budget.most(each) + 1) * each


def test_half_a_gigabyte() -> None:
    """10^9 bytes are a gigabyte."""
    assert MemoryBudget.of(0.5) == MemoryBudget(500_000_000)


def test_what_a_worker_lacks_comes_through_a_pipe() -> None:
    """Pickled and back it still says how much."""
    assert pickle.loads(pickle.dumps(MoreRoomError(7))).needed == 7  # noqa: S301 (its own)
