"""The few practices that no choice covers: each is needed for that, by trying every choice."""

from __future__ import annotations

from hypothesis import given, settings

from netform.candidates.store import CandidateStore
from netform.rules import load_profile
from netform.solve.geography import conflicting, geography
from netform.solve.relaxation import Choosing
from tests.brute_force import covers, store_of
from tests.strategies import choices

RULES = load_profile()


def can_cover(store: CandidateStore, kept: set[int]) -> bool:
    """Try every choice of disjoint candidates, whatever becomes of the other practices."""
    groups = [tuple(store[j].tolist()) for j in range(len(store))]
    others = [(each,) for each in range(store.practices) if each not in kept]
    return any(True for _ in covers(store_of([*groups, *others], store.practices)))


@given(choices(practices=(1, 7), candidates=12, sides=False))
@settings(deadline=None, max_examples=100, derandomize=True)
def test_it_is_a_smallest_set(choosing: Choosing) -> None:
    """It cannot be covered; without any one of it it can; and it is empty just when everything can."""
    store = choosing.store
    found = set(conflicting(store))
    assert bool(found) == (not can_cover(store, set(range(store.practices))))
    if found:
        assert not can_cover(store, found)
        assert all(can_cover(store, found - {practice}) for practice in found)


def test_the_few_are_named() -> None:
    """A and B each fit only with C; D and E are no matter."""
    store = store_of([(0, 2), (1, 2), (3, 4)], 5)
    obstacle = geography("ABCDE", store, RULES)
    assert (obstacle.reason, obstacle.practice_codes) == ("geography", ("A", "B"))
    assert obstacle.sentence == (
        "No division of these 5 practices into contiguous networks of 30,000-50,000 patients exists: all 3 possible "
        "networks were tried together. Already A and B cannot all be in networks at once."
    )


def test_one_that_is_in_no_network() -> None:
    """C has no candidate at all."""
    obstacle = geography("ABC", store_of([(0, 1)], 3), RULES)
    assert obstacle.practice_codes == ("C",)
    assert obstacle.sentence.endswith(" C is in none of them.")


def test_all_of_them_are_no_explanation() -> None:
    """Three that fit only two by two: the sentence as it was, about all."""
    obstacle = geography("ABC", store_of([(0, 1), (0, 2), (1, 2)], 3), RULES)
    assert obstacle.practice_codes == ("A", "B", "C")
    assert obstacle.sentence.endswith("were tried together.")
