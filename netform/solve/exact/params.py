"""The parameters of closing the gap between incumbent and bound, with the reason for each value."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CLOSING", "ClosingParams"]


@dataclass(frozen=True, slots=True)
class ClosingParams:
    """How cutoffs are tried, diagrams built, cuts added and the number of networks branched on.

    Trial cutoffs
        cutoff_columns : columns that successive cutoffs leave, each four to eight times the last, so that all together
            cost little more than the last.
        most_columns : longer lists are not built into a diagram: they have too many plans.
        nearer : without a plan the next cutoff leaves so many times the columns, until all are left.
        stepped, step, least_step : of more columns than ``stepped`` a cutoff goes so much further than the bound
            at a time, as a share of it: as far as a diagram of twice the width sees, and at least so large a part.

    Diagrams
        first_width, width, last_width : maximum width in the first turn, in that of a first solution, and in the last;
            doubled from turn to turn.
        telling, slower, most_rise : twice the columns have four times the states, more or less, once there are
            ``telling`` columns; or states grow by the hour as between the last two diagrams, and by ``slower`` further
            on. The larger of both is expected: it is rarely below half of what there is. ``most_rise`` keeps the power
            finite.
        at_once, wide_enough : a diagram of up to so many expected states is built as far as the incumbent at once, to
            such a width: that takes less time than coming near step by step.
        quicker, quicker_left : and less than cuts take, of fewer states and of not too many columns.
        surprising, less : it is given up with so many times the states, and then so many times fewer are allowed.

    Beams
        beams : states of successive beams of a first solution: twenty to a hundred times as many see no further than a
            bound.
        beam_width, beam_columns : so many states at a time, of so many columns, nearly always come to the best plan.
        beam_spare, beam_reach : states are gone on with up to so much above the dearest that the width keeps, as a
            share of what a network costs, and plans up to so much above the bound, as a share of it.

    Cuts
        cuts_a_turn, least_rise : cuts of a round; rounds are over once one raises the bound by less than this share.
        cut_first, probed : while cuts raise the bound, for so many turns cutoffs leave at most so many columns, unless
            a diagram is built at once.

    Branching
        many, fraction, branched_after : above so many columns the number of networks is branched on, after so many
            turns, where the relaxation is at least so far from a whole number: it moves whole terms at once.
        branched_at_once : further from it, that is done at once.
        other_prices : where a branch raises the bound by so large a part of the gap, its duals are others, and a plan
            is looked for by them.
    """

    cutoff_columns: tuple[int, ...] = (300, 2500, 10_000, 40_000, 160_000)
    most_columns: int = 200_000
    nearer: float = 1.5
    stepped: int = 10_000
    step: float = 2.5e-4
    least_step: float = 0.1
    first_width: int = 8_000
    width: int = 16_000
    last_width: int = 250_000
    telling: int = 8_000
    slower: float = 0.5
    most_rise: float = 500.0
    at_once: int = 1_000_000
    wide_enough: int = 64_000
    quicker: int = 250_000
    quicker_left: int = 100_000
    surprising: int = 2
    less: int = 4
    beams: tuple[int, ...] = (100, 300)
    beam_width: int = 200
    beam_columns: int = 5_000
    beam_spare: float = 0.015
    beam_reach: float = 0.02
    cuts_a_turn: int = 250
    least_rise: float = 5e-5
    cut_first: int = 3
    probed: int = 10_000
    many: int = 500
    fraction: float = 0.15
    branched_after: int = 2
    branched_at_once: float = 0.25
    other_prices: float = 0.2


CLOSING = ClosingParams()
