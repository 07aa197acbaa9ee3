"""The few practices that no choice covers: each is needed for that, by trying every choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given

from netform.explain.divisible import conflicting, geography
from netform.rules.toml import load_profile
from tests.brute_force import covers, store_of
from tests.examples import examples
from tests.strategies import choices, made_up_area

if TYPE_CHECKING:
    from netform.candidates.store import CandidateStore
    from netform.solve.model.problem import SetPartitioning

RULES = load_profile()


def can_cover(store: CandidateStore, kept: set[int]) -> bool:
    """Try every choice of disjoint candidates, whatever becomes of the other practices."""
    groups = [tuple(store[j].tolist()) for j in range(len(store))]
    others = [(each,) for each in range(store.practices) if each not in kept]
    return any(True for _ in covers(store_of([*groups, *others], store.practices)))


@given(choices(practices=(1, 7), candidates=12, sides=False))
@examples(100)
def test_it_is_a_smallest_set(partitioning: SetPartitioning) -> None:
    """It cannot be covered; without any one of it it can; and it is empty just when everything can."""
    store = partitioning.store
    found = set(conflicting(store))
    assert bool(found) == (not can_cover(store, set(range(store.practices))))
    if found:
        assert not can_cover(store, found)
        assert all(can_cover(store, found - {practice}) for practice in found)


def test_the_few_are_named() -> None:
    """P0 and P1 of 18,000 each fit only with P2 of 16,000 between them, not all three; 40,000 beyond stands alone."""
    points = [(0, 0), (2_000, 0), (1_000, 0), (1_000, 1_000)]
    graph = made_up_area([18_000, 18_000, 16_000, 40_000], points, [(0, 2), (1, 2), (2, 3)], RULES)
    obstacle = geography(graph, sorted(graph), RULES, listed=3)
    assert (obstacle.reason, obstacle.practice_codes) == ("geography", ("P0", "P1"))
    assert obstacle.sentence == (
        "No division of these 4 practices into contiguous networks of 30,000-50,000 patients exists: all 3 possible "
        "networks were tried together. Already P0 and P1 cannot all be in networks at once."
    )


def test_one_that_is_in_no_network() -> None:
    """P0 of 20,000 borders only 35,000."""
    graph = made_up_area([20_000, 35_000, 35_000], [(0, 0), (1, 0), (2, 0)], [(0, 1), (1, 2)], RULES)
    obstacle = geography(graph, sorted(graph), RULES, listed=2, demanded=True)
    assert obstacle.practice_codes == ("P0",)
    assert obstacle.sentence == (
        "No division of these 3 practices into contiguous networks of 30,000-50,000 patients that keep every demand "
        "exists: all 2 possible networks were tried together. P0 is in none of them."
    )


def test_all_of_them_are_no_explanation() -> None:
    """Three of 20,000 fit only two by two: the sentence as it is, about all."""
    graph = made_up_area([20_000] * 3, [(0, 0), (1, 0), (2, 0)], [(0, 1), (1, 2), (0, 2)], RULES)
    obstacle = geography(graph, sorted(graph), RULES, listed=3)
    assert obstacle.practice_codes == ("P0", "P1", "P2")
    assert obstacle.sentence.endswith("were tried together.")
