"""Travel: the estimate, the user's minutes over it, and the matrix of both."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.inputs.places import Places
from netform.inputs.travel import Travel, build_travel, estimate_minutes
from netform.rules.toml import load_profile
from tests.examples import examples
from tests.strategies import travels

RULES = load_profile()


def _places(*points: tuple[float, float]) -> Places:
    east, north = np.array(points, dtype=np.float64).T
    return Places(east, north, ("postcode",) * len(points), np.empty((0, 2)), "made up")


def test_the_estimate_by_hand() -> None:
    """The default constants give these minutes for 1, 10 and 20 km, and nothing for no distance."""
    # 5.4 + 2.92 * 1 = 8.32; 10 ** 0.737 = 5.45758, so 5.4 + 15.93613 = 21.33613;
    # 20 ** 0.737 = 10 ** 0.737 * 2 ** 0.737 = 5.45758 * 1.66671 = 9.09620, so 5.4 + 26.5609 = 31.9609.
    minutes = estimate_minutes(np.array([0.0, 1.0, 10.0, 20.0]), RULES)
    assert minutes == pytest.approx([0.0, 8.32, 21.33613, 31.9609], abs=1e-3)


def test_estimates_between_places() -> None:
    """A 3-4-5 triangle gives 5 km; practices that round to the same metre are no minutes apart."""
    travel = build_travel(_places((0, 0), (3000, 4000), (3000.4, 3999.7)), RULES)

    assert travel.distance_km(0, 1) == 5.0
    # 5 ** 0.737 = 3.27445, so 5.4 + 2.92 * 3.27445 = 14.9614.
    assert travel.minutes(0, 1) == travel.minutes(1, 0) == pytest.approx(14.9614, abs=1e-3)
    assert travel.minutes(1, 2) == 0.0
    assert travel.minutes(0, 2) == travel.minutes(0, 1)
    assert travel.notes == ()
    assert travel.source == "estimate 5.4 + 2.92 * km ** 0.737 minutes (straight line)"


def test_given_minutes_win_in_both_directions_and_the_rest_is_counted() -> None:
    """A pair of the matrix is taken as it is, the others are estimated, and the note counts them."""
    places = _places((0, 0), (1000, 0), (2000, 0), (2000, 0))
    travel = build_travel(places, RULES, {(0, 1): 42.0, (2, 3): 1.5}, "roads.csv")

    assert travel.minutes(0, 1) == travel.minutes(1, 0) == 42.0
    assert travel.minutes(3, 2) == 1.5  # the user says that crossing the site takes time
    assert travel.minutes(1, 2) == pytest.approx(8.32)  # 1 km
    # Four practices make 6 pairs; 2 are given.
    assert travel.notes == ("4 of 6 pairs are not in roads.csv and were estimated.",)
    assert travel.source.startswith("matrix roads.csv, else estimate 5.4")


def test_a_complete_matrix_needs_no_note() -> None:
    """When no pair is missing there is nothing to say."""
    travel = build_travel(_places((0, 0), (1000, 0)), RULES, {(0, 1): 7.0}, "roads.csv")
    assert travel.notes == ()


def test_no_given_minutes_are_the_estimate() -> None:
    """An empty matrix is no matrix: the provenance does not name it."""
    assert build_travel(_places((0, 0), (1, 1)), RULES, {}, "x").source.startswith("estimate")


@given(travels(), st.randoms(use_true_random=False))
@examples(80)
def test_the_matrix_is_the_minutes_pair_by_pair(travel: Travel, random: object) -> None:
    """Every entry of the matrix of some practices, in any order, is what `Travel.minutes` says."""
    positions = list(range(len(travel.easting)))
    random.shuffle(positions)  # type: ignore[attr-defined]
    for chosen in (positions, positions[:3], positions[:1], []):
        matrix = travel.matrix(chosen)
        assert matrix.shape == (len(chosen), len(chosen))
        assert (matrix == matrix.T).all()
        assert (np.diag(matrix) == 0).all()
        for row, a in enumerate(chosen):
            assert matrix[row] == pytest.approx([travel.minutes(a, b) for b in chosen], rel=1e-12)


@given(travels())
@examples(60)
def test_travel_is_symmetric_and_zero_within_a_site(travel: Travel) -> None:
    """Both directions take the same time, never less than none; a site is crossed at once unless told."""
    for a in range(len(travel.easting)):
        for b in range(len(travel.easting)):
            assert travel.minutes(a, b) == travel.minutes(b, a) >= 0
            same = travel.distance_km(a, b) == 0
            if same and (min(a, b), max(a, b)) not in travel.given:
                assert travel.minutes(a, b) == 0


def test_pairs_in_none_of_several_files() -> None:
    """Each is named."""
    given = {(0, 1): 9.0}
    travel = build_travel(
        _places((0, 0), (1000, 0), (0, 2000)), RULES, given, "whatever", files=["a.csv", "b.csv"]
    )
    assert travel.notes == ("2 of 3 pairs are in none of a.csv, b.csv and were estimated.",)
