"""Beam search over listed columns: it goes on with few states at a time, finds plans, and proves nothing.

It goes from either end of the map, by the duals of the relaxation, and leaves what it finds in the search state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.solve.diagram.build import best_below
from netform.solve.diagram.variable_order import spectral_order

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from netform.solve.exact.state import SearchState

__all__ = ["BEAM", "beam_search"]


@dataclass(frozen=True, slots=True)
class BeamParams:
    """How wide beams are, and how far they go.

    Attributes
    ----------
    first : tuple of int
        States of successive beams of a first solution: twenty to a hundred times as many see no further than a bound.
    width, columns : int
        So many states at a time, of so many columns, nearly always come to the best plan.
    spare, reach : float
        States are gone on with up to so much above the dearest that the width keeps, as a share of what a network
        costs, and plans up to so much above the bound, as a share of it.
    """

    first: tuple[int, ...] = (100, 300)
    width: int = 200
    columns: int = 5_000
    spare: float = 0.015
    reach: float = 0.02


BEAM = BeamParams()


def beam_search(state: SearchState, kept: NDArray[np.int64], width: int) -> None:
    """Look for a plan among some columns by going on with few states at a time, from either end."""
    some, reduced, dual_objective, cuts = state.priced(kept)
    order = spectral_order(some.store, reduced)
    networks = max(1.0, float(state.relaxation.values.sum()))
    spare = BEAM.spare * abs(dual_objective) / networks
    for end in (order, order[::-1]):
        cutoff = min(state.cost, dual_objective + BEAM.reach * abs(dual_objective))
        if not state.over:
            memory = state.memory
            found = best_below(
                some, reduced, dual_objective, cutoff, width, end, cuts, spare=spare, memory=memory
            ).chosen
            state.take(kept, found)
