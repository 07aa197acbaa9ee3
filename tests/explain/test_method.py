"""How a plan was found, in words: no more is said to be proven than was."""

from __future__ import annotations

from itertools import product

import numpy as np

from netform.explain.method import method, search_method
from netform.solve.model.outcome import Solution


def test_over_a_list() -> None:
    """Every network was looked at, whether or not time was left for the proof."""
    chosen, all_of_them = np.zeros(1, np.int64), "All 1,234 feasible networks were listed and scored"
    assert method(Solution("optimal", chosen, 2.0, 2.0), 1234) == (
        f"{all_of_them}, and no other choice of them as near the band costs less."
    )
    assert method(Solution("optimal", chosen, 2.0, 2.0), 1).startswith("The one feasible network was listed")
    assert method(Solution("feasible", chosen, 2.0, 1.0), 1234) == (
        f"{all_of_them}; the plan is the best found in the time, and no choice of them as near the band costs less "
        "than the bound."
    )


def test_what_search_found_is_said_to_be_proven_only_where_it_is() -> None:
    """One of two reasons, then what is proven; and exceptions that need not be are owned up to."""
    for proven, listed, exceptions in product((True, False), (0, 1_234), (True, False)):
        if proven and exceptions:
            continue
        said = search_method(proven=proven, listed=listed, exceptions=exceptions)
        assert ("none as near the band costs less." in said) is proven
        assert ("none as near the band costs less than the bound." in said) is not proven
        assert ("not proven" in said) is exceptions
        assert ("was not finished" in said) is bool(listed)
        assert ("1,234" in said) is bool(listed)
        assert ("--memory" in said) is (not listed)
        assert said[0].isupper()
        assert said.endswith(".")
