"""How a plan was found, in words: no more is said to be proven than was."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from netform.explain.method import method, search_method
from netform.solve.model.solution import Solution


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (
            "optimal",
            "All 1,234 feasible networks were listed and scored, and no other choice of them costs less.",
        ),
        (
            "feasible",
            "All 1,234 feasible networks were listed and scored; the plan is the best found in the time, "
            + "and no choice of them costs less than the bound.",
        ),
    ],
)
def test_over_a_list(status: str, said: str) -> None:
    """Every network was looked at, whether or not time was left for the proof."""
    assert method(Solution(status, np.zeros(1, np.int64), 2.0, math.inf), 1234) == said


def test_what_search_found_is_said_to_be_proven_only_where_it_is() -> None:
    """One of three reasons, then what is proven; and exceptions that need not be are owned up to."""
    for proven, (listed, met), exceptions in product(
        (True, False), ((0, None), (0, 56_789), (1_234, None), (1_234, 1_000)), (True, False)
    ):
        if proven and exceptions:
            continue
        said = search_method(proven=proven, listed=listed, met=met, exceptions=exceptions)
        assert ("no plan costs less." in said) is proven
        assert ("no plan costs less than the bound." in said) is not proven
        assert ("not proven" in said) is exceptions
        assert ("Time ran out" in said) is bool(listed)
        assert ("1,234" in said) is bool(listed)
        assert ("priced as they were met" in said) is (met is not None and not listed)
        assert ("too many to be listed" in said) is (met is None and not listed)
        assert said[0].isupper()
        assert said.endswith(".")
