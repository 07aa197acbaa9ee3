"""The picture and the lines of growth are made from the same results, whatever is missing in them."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.benchmarking.picture import draw_results
from scripts.benchmarking.rows import growth_lines

AREAS = [
    {
        "area": "10Q",
        "netform": {"practices": 40},
        "peers": [
            {"method": "maxp", "networks": 9, "cost_ratio": 1.2, "faults": ["F is in no network"]},
            {"method": "recom", "networks": 8, "cost_ratio": 1.1, "faults": []},
            {"method": "assignment", "networks": None},
        ],
    }
]


def series(slope: float | None, *runs: tuple[int, float, float]) -> dict[str, Any]:
    """Runs of so many practices, seconds and megabytes, all proven."""
    named = {"seconds": slope, "own_mb": None, "candidates": slope}
    told = [
        {
            "practices": practices,
            "per_network": 5.0,
            "proven": True,
            "candidates": 1_000,
            "seconds": seconds,
            "peak_mb": 300.0,
            "own_mb": own_mb,
        }
        for practices, seconds, own_mb in runs
    ]
    return {"runs": told, "slopes": named, "factors": named}


GROWTH = {"practices": series(2.0, (40, 0.1, 2.0), (80, 0.4, 30.0)), "per_network": series(None)}


@pytest.mark.parametrize("growth", [None, GROWTH])
def test_picture_is_drawn(growth: dict[str, Any] | None) -> None:
    """A PNG comes out, with a series that has no run and a method that has no plan, and without growth."""
    assert draw_results(AREAS, growth).startswith(b"\x89PNG")


def test_growth_lines() -> None:
    """Memory too small to measure is not given, and a slope that could not be measured is not named."""
    lines = growth_lines(GROWTH)
    assert "Log-log slopes: time 2.0, feasible networks 2.0." in lines
    rows = [line.split() for line in lines if line.startswith(("       40", "       80"))]
    assert rows == [
        ["40", "5", "1,000", "0.10", "300", "-", "yes"],
        ["80", "5", "1,000", "0.40", "300", "30", "yes"],
    ]
    assert lines[-1] == "One more practice a network: too few sizes were measured."
