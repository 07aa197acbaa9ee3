"""Compiling is told of once, as the first run after an install waits for it."""

from __future__ import annotations

import numba as nb
from numba.core import event

from netform.rules.toml import load_profile
from netform.solve.area import COMPILING, Options, Progress, _Compiling, solve_area
from tests.made_up_problem import county


def test_a_kernel_that_is_compiled_is_told_of_once() -> None:
    """Not again, and not outside."""
    said: list[str] = []
    twice = nb.njit(lambda number: 2 * number)
    with event.install_listener("numba:compile", _Compiling(said.append)):
        assert (twice(2), twice(3)) == (4, 6)
    assert said == [COMPILING]
    assert twice(0.5) == 1.0  # compiled anew, for fractions
    assert said == [COMPILING]


def test_an_area_planned_again_compiles_nothing() -> None:
    """What compiling the first time takes is not taken again."""
    graph, rules = county(30, 1)
    assert rules == load_profile()
    solve_area(graph, "", list(graph), rules, Options(), Progress())
    stages: list[str] = []
    solve_area(graph, "", list(graph), rules, Options(), Progress(on_stage=stages.append))
    assert stages
    assert COMPILING not in stages
