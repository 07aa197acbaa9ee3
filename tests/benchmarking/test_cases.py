"""Made-up counties are the same every time, and as big as they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.benchmarking.cases import NETWORK_PATIENTS, Area, made_up_list, write_area

if TYPE_CHECKING:
    from pathlib import Path


def test_made_up_list_is_the_same_every_time() -> None:
    """The same seed gives the same county; another gives another."""
    assert made_up_list(30, 5.0).equals(made_up_list(30, 5.0))
    assert not made_up_list(30, 5.0).equals(made_up_list(30, 5.0, seed=1))


@pytest.mark.parametrize("per_network", [3.0, 5.0, 8.0])
def test_so_many_practices_make_up_a_network(per_network: float) -> None:
    """The mean list is 40,000 over the practices of a network, give or take the draw."""
    lists = made_up_list(400, per_network)
    assert lists["practice_code"].is_unique
    assert lists["list_size"].mean() == pytest.approx(NETWORK_PATIENTS / per_network, rel=0.1)


def test_practices_over_the_band_are_left_out(tmp_path: Path) -> None:
    """With a band that ends at the median list, the half above it is not written, and counted."""
    lists = made_up_list(20, 5.0)
    path, left_out = write_area(Area("county", 20), tmp_path, int(lists["list_size"].median()))
    assert left_out == 10
    assert len(path.read_text(encoding="utf-8").splitlines()) == 11
