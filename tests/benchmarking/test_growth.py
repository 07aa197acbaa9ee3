"""Exponents of growth are those of the data."""

from __future__ import annotations

import pytest

from scripts.benchmarking.growth import factor_per_step, slope


def test_slope_is_the_exponent() -> None:
    """Cubes times 7 grow with exponent 3, and what does not grow with 0."""
    sizes = [10, 20, 50, 80]
    assert slope(sizes, [7 * size**3 for size in sizes]) == pytest.approx(3)
    assert slope(sizes, [5.0] * 4) == pytest.approx(0, abs=1e-12)


def test_factor_is_that_of_one_step() -> None:
    """What doubles twice with each further step grows fourfold, whatever it begins with."""
    assert factor_per_step([3, 4, 6], [0.5 * 4**3, 0.5 * 4**4, 0.5 * 4**6]) == pytest.approx(4)


def test_one_size_has_no_exponent() -> None:
    """A line needs two sizes; the same one twice is one."""
    assert slope([], []) is None
    assert slope([40, 40], [1.0, 2.0]) is None
    assert factor_per_step([5], [1.0]) is None
