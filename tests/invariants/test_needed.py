"""What a limit on moves is said to have to be is the least there is: held to all divisions of small areas."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import ImpossibleError, RulesError
from netform.plan.grouping import Grouping, Moves
from netform.rules.toml import load_profile
from netform.scores.continuity import define_moved
from netform.solve import exceptions as stages
from netform.solve.area import Options
from netform.solve.exact.minimum_count import Fewest, FewestPlans, among_fewest
from tests.brute_force import moved_from, plan_hours, plans_by_exceptions
from tests.examples import examples
from tests.invariants.test_demands import FIXED, about, groups_of
from tests.made_up_session import demanded, solved
from tests.strategies import made_up_area, small_areas, starts

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

    from netform.plan.grouping import Groups
    from netform.rules.model import Rules
    from netform.solve.model.plan_model import PlanModel

KINDS = ("pins", "apart", "exclude", "networks", "most_practices")
FLAGS = re.compile(r"\((?:--moves (\d+))? ?(?:--moves-patients (\d+))?\)")


@dataclass(frozen=True)
class Worth:
    """A division: its exceptions, patients outside the band, practices and patients moved."""

    plan: Groups
    exceptions: int
    outside: int
    practices: int
    patients: int


def all_plans(graph: nx.Graph, rules: Rules, moves: Moves) -> list[Worth]:
    """Judge every division that keeps the demands."""
    present, patients = moves.start.network_of, moves.start_patients
    found = []
    for (exceptions, outside), plans in plans_by_exceptions(graph, rules).items():
        for plan in plans:
            gone = [code for group in plan for code in define_moved(graph, group, present, patients)]
            size = sum(graph.nodes[code]["list_size"] for code in gone)
            found.append(Worth(plan, exceptions, outside, len(gone), size))
    return found


def within(plans: list[Worth], practices: float, patients: float) -> list[Worth]:
    """Keep the plans that move no more."""
    return [each for each in plans if each.practices <= practices and each.patients <= patients]


def assert_least(plans: list[Worth], moves: Moves, said: str) -> None:
    """Hold every pair of limits in a sentence to being enough, and the least of its kind."""
    pairs = FLAGS.findall(said)
    assert pairs, said
    for practices, patients in pairs:
        most, size = float(practices or "inf"), float(patients or "inf")
        assert (moves.practices is None) == (not practices)
        assert (moves.patients is None) == (not patients)
        assert within(plans, most, size)
        fewer = moves.practices is not None and most > moves.practices
        less = moves.patients is not None and size > moves.patients
        assert fewer or less
        if fewer:
            # Where both have to be raised the practices are the fewest whatever the patients.
            assert not within(plans, most - 1, float("inf") if less else size)
        if less:
            assert not within(plans, most, size - 1)


@given(small_areas(least=2), st.data())
@examples(150)
def test_limits_that_are_too_small_name_the_least_that_is_not(
    drawn: tuple[nx.Graph, Rules], data: st.DataObject
) -> None:
    """Where there is no plan at all, where one has needless exceptions, and where none may have any."""
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules, kinds=KINDS))
    moves = data.draw(starts(graph).filter(lambda moves: (moves.practices, moves.patients) != (None, None)))
    plans = all_plans(graph, rules, moves)
    fewest = min((each.exceptions for each in plans), default=0)
    as_good = [each for each in plans if each.exceptions == fewest]
    strict = data.draw(st.booleans())
    try:
        outcome = solved(graph, rules, Options(moves=moves, strict=strict))
    except RulesError:
        return
    except ImpossibleError as error:
        said = str(error)
        if not FLAGS.search(said):
            # Moves are not to blame: of any number there is no plan, or none without exceptions.
            assert not plans or (strict and (fewest or "pin" in said or "alone" in said))
        elif strict:
            assert_least([each for each in plans if not each.exceptions], moves, said)
        else:
            some, _, best = said.partition("; for one")
            assert_least(plans, moves, some)
            assert_least(as_good, moves, best or some)
        return
    exceptions = sum(bool(each.exception) and each.exception not in FIXED for each in outcome.networks)
    said = " ".join(outcome.result.notes)
    if exceptions > fewest:
        assert_least(as_good, moves, said)
    else:
        assert not FLAGS.search(said)


@given(small_areas(least=2), st.data())
@examples(150)
def test_the_fewest_moves_that_were_asked_for(drawn: tuple[nx.Graph, Rules], data: st.DataObject) -> None:
    """No plan with as few exceptions moves fewer, and of those that move as few it is the best."""
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules, kinds=KINDS))
    start, by_patients = data.draw(starts(graph)), data.draw(st.booleans())
    moves = (
        replace(start, patients=None, least="patients")
        if by_patients
        else replace(start, practices=None, least="practices")
    )
    plans = all_plans(graph, rules, moves)
    limits = [float("inf") if limit is None else limit for limit in (moves.practices, moves.patients)]
    allowed = within(plans, *limits)
    try:
        outcome = solved(graph, rules, Options(moves=moves))
    except RulesError:
        return
    except ImpossibleError as error:
        assert not allowed
        if plans:
            assert_least(plans, replace(moves, least=""), str(error).partition("; for one")[0])
        return
    keys = [
        (each.exceptions, each.patients if by_patients else each.practices, each.outside) for each in allowed
    ]
    key = min(keys)
    same = [each.plan for each, its in zip(allowed, keys, strict=True) if its == key]
    assert groups_of(outcome) in same
    assert outcome.result.status == "optimal"
    assert outcome.result.cost == about(min(plan_hours(graph, same, rules)))
    (note,) = [note for note in outcome.result.notes if note.startswith("For a plan")]
    assert f"at least {key[1]:,} {'patients' if by_patients else 'practice'}" in note
    # Those that stand whatever is chosen are needed as well.
    exceptions = sum(each.exception is not None for each in outcome.networks)
    assert ("without exceptions" in note) if not exceptions else (f"beyond the {exceptions} needed" in note)


def test_the_only_plan_there_can_be_says_how_few_move() -> None:
    """Two practices that are one network by arithmetic, and none today."""
    rules = load_profile()
    rules = replace(rules, demands=replace(rules.demands, networks=1))
    graph = made_up_area([20_000, 15_000], [(0, 0), (1000, 0)], [(0, 1)], rules)
    outcome = solved(graph, rules, Options(moves=Moves(Grouping("today", {}), {}, least="practices")))
    assert groups_of(outcome) == (("P0", "P1"),)
    assert any("at least 0 practices" in note for note in outcome.result.notes)


def test_by_hand() -> None:
    """Six in a row of 15,000; today 0 1 2 | 3 | 4 5, of which one is below the band.

    0 1 2 | 3 4 5 moves nobody: 3 takes all of its network along, and so do 4 and 5. With 0 and 2 apart 0 1 | 2 3 | 4 5
    alone is left within the band: 0 1 keep 30,000 of 45,000, and 2 moves.
    """
    rules = load_profile()
    graph = made_up_area(
        [15_000] * 6, [(1000 * k, 0) for k in range(6)], [(k, k + 1) for k in range(5)], rules
    )
    start = Grouping("today", {"A": ("P0", "P1", "P2"), "B": ("P3",), "C": ("P4", "P5")})
    moves = Moves(start, {"A": 45_000, "B": 15_000, "C": 30_000}, practices=0)
    assert groups_of(solved(graph, rules, Options(moves=moves))) == (("P0", "P1", "P2"), ("P3", "P4", "P5"))
    apart = replace(rules, demands=replace(rules.demands, apart=(("P0", "P2"),)))
    with pytest.raises(ImpossibleError) as error:
        solved(graph, apart, Options(moves=moves, strict=True))
    assert str(error.value) == (
        "No plan without exceptions moves at most 0 practices out of today's networks. At least 1 practice has to move "
        "(--moves 1)."
    )


def four_in_two(today: dict[str, tuple[str, ...]], *, least: Literal["", "practices"]) -> tuple[Groups, str]:
    """Solve four in a row of 10,000 into two networks, of which arithmetic lets one at most be within the band.

    One exception takes three together and one alone. P0 is far from the others: 0 | 1 2 3 is the cheapest.
    """
    rules = load_profile()
    rules = replace(rules, demands=replace(rules.demands, networks=2))
    places = [(0, 0), (9000, 0), (10_000, 0), (11_000, 0)]
    graph = made_up_area([10_000] * 4, places, [(0, 1), (1, 2), (2, 3)], rules)
    patients = {name: 10_000 * len(codes) for name, codes in today.items()}
    moves = Moves(Grouping("today", today), patients, practices=None if least else 0, least=least)
    outcome = solved(graph, rules, Options(moves=moves))
    return groups_of(outcome), " ".join(outcome.result.notes)


def test_the_fewest_moves_where_arithmetic_leaves_no_plan_within_the_band() -> None:
    """Today's networks have one exception as well: a plan moves nobody, though another is cheaper."""
    plan, said = four_in_two({"A": ("P0", "P1", "P2"), "B": ("P3",)}, least="practices")
    assert plan == (("P0", "P1", "P2"), ("P3",))
    assert "beyond the 1 needed anyway at least 0 practices have to move" in said


def test_exceptions_of_a_limit_where_arithmetic_leaves_no_plan_within_the_band() -> None:
    """Nobody may move, and both of today's networks are below the band: of three together each keeps half, or moves."""
    plan, said = four_in_two({"A": ("P0", "P1"), "B": ("P2", "P3")}, least="")
    assert plan == (("P0", "P1"), ("P2", "P3"))
    assert "has 2 exceptions; if any number could move 1 would be enough" in said
    assert "at least 2 practices have to move (--moves 2)" in said


def test_a_plan_is_had_where_its_exceptions_cannot_be_proven_fewest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six in a row, nobody may move and 0 2 are apart, when time runs out over the patients outside the band.

    Today 1 2 | 3 | 4 5, and 0 is new. Within the band is 0 1 | 2 3 | 4 5 alone, which leaves 1 and 2 with half of
    their network each: both move. Of the plans that move nobody 0 | 1 2 | 3 4 5 has one exception.
    """
    rules = load_profile()
    graph = made_up_area(
        [15_000] * 6, [(1000 * k, 0) for k in range(6)], [(k, k + 1) for k in range(5)], rules
    )
    start = Grouping("today", {"A": ("P1", "P2"), "B": ("P3",), "C": ("P4", "P5")}, ("P0",))
    moves = Moves(start, {"A": 30_000, "B": 15_000, "C": 30_000}, practices=0)
    apart = replace(rules, demands=replace(rules.demands, apart=(("P0", "P2"),)))

    def late(
        model: PlanModel, counts: NDArray[np.float64], *given: Any, plan: NDArray[np.int64], **named: Any
    ) -> FewestPlans:
        # Exceptions are counted one by one, patients by the thousand.
        if counts.max(initial=0) <= 1:
            return among_fewest(model, counts, *given, plan=plan, **named)
        return FewestPlans(Fewest(0, round(counts[plan].sum())), model, np.arange(len(counts)), plan)

    monkeypatch.setattr(stages, "among_fewest", late)
    outcome = solved(graph, apart, Options(moves=moves), keep=False)
    assert outcome.result.status == "feasible"
    assert "That the exceptions are as near the band as possible is not proven." in outcome.result.method
    assert 0 < (outcome.result.bound or 0.0) <= (outcome.result.cost or 0.0)
    assert sum(each.exception == "moves" for each in outcome.networks) == 1
    assert "At least 2 practices have to move (--moves 2)." in " ".join(outcome.result.notes)
    assert moved_from(graph, groups_of(outcome), tuple(start.networks.values())) == []
