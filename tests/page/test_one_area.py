"""An area cut out of a list has the plan, the costs, the ground and the scores that it has in the whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from netform.inputs.grouping_file import todays_grouping
from netform.judge.scoring import score_prepared
from netform.page.one_area import prepared_area
from netform.pipeline import draw, make_plan
from netform.plan.neighbourhoods import patients_in
from netform.rules.toml import load_profile
from netform.session import Session
from netform.solve.area import Options
from netform.solve.workers import plan_areas
from tests.made_up_areas import two_areas

if TYPE_CHECKING:
    from netform.plan.model import Plan
    from netform.prepared import Prepared

RULES = load_profile()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The list of two areas."""
    return two_areas(tmp_path_factory.mktemp("beside"))


@pytest.fixture(scope="module")
def plan(whole: Prepared) -> Plan:
    """The best plan of the whole list."""
    return make_plan(whole, RULES, Options(), plan_areas)


@pytest.mark.parametrize("area", ["North", "South"])
def test_the_plan_of_an_area_is_the_same(whole: Prepared, plan: Plan, area: str) -> None:
    """Networks with hubs, minutes, terms and reasons, their cost, and the edges; audited, and by a session too."""
    own = prepared_area(whole, area)

    alone = make_plan(own, RULES, Options(), plan_areas)
    again = Session(own, RULES).solve()

    mine = tuple(network for network in plan.networks if network.area == area)
    assert len(mine) == 2
    assert alone.networks == again.networks == mine
    assert alone.areas[0].cost == again.areas[0].cost == {each.area: each.cost for each in plan.areas}[area]
    assert alone.edges == tuple(edge for edge in plan.edges if edge.code_a in own.practices.codes)
    assert {
        code: living for code, living in plan.living.items() if code in own.practices.codes
    } == alone.living


@pytest.mark.parametrize("area", ["North", "South"])
def test_the_ground_of_an_area_is_the_same(whole: Prepared, plan: Plan, area: str) -> None:
    """The boundaries are those of the whole list's map, to the last digit; each area claims some of the other's."""
    own = prepared_area(whole, area)
    boundaries = draw(own, RULES, make_plan(own, RULES, Options(), plan_areas)).boundaries

    expected = draw(whole, RULES, plan).boundaries
    assert boundaries
    assert all(shapely.equals_identical(shape, expected[name]) for name, shape in boundaries.items())
    claimed, left = whole.parts[0][1].extent.area, prepared_area(whole, "North").parts[0][1].extent.area
    assert left < 0.9 * claimed


def test_the_scores_of_an_area_are_the_same(whole: Prepared) -> None:
    """Today's networks cost what they cost in the whole, on the same ground."""
    own = prepared_area(whole, "South")

    alone = score_prepared(own, [todays_grouping(own.practices)], RULES)[0]
    among = score_prepared(whole, [todays_grouping(whole.practices)], RULES)[0]

    expected = {each.network.network_id: each for each in among.score.networks}
    assert [each.network.network_id for each in alone.score.networks] == ["U3", "U4"]
    for each in alone.score.networks:
        assert each == expected[each.network.network_id]
        assert shapely.equals_identical(
            alone.boundaries[each.network.network_id], among.boundaries[each.network.network_id]
        )


def test_nothing_of_another_area_is_left(whole: Prepared) -> None:
    """S2's branch is its own 424500, 431800; N1 to S1 is between two areas, and N5 is attached in the North."""
    north, south = prepared_area(whole, "North"), prepared_area(whole, "South")

    assert south.practices.codes == tuple(south.graph) == ("S1", "S2", "S3", "S4")
    assert [node["position"] for node in dict(south.graph.nodes(data=True)).values()] == [0, 1, 2, 3]
    assert south.travel.given == {(0, 1): 11.0, (2, 3): 13.25}
    assert south.travel.branches == {1: ((424500.0, 431800.0),)}
    assert south.graph.graph["travel"] is south.travel
    assert south.standing.codes == ("S1", "S2", "S3", "S4", "S2")
    assert [branch.code for branch in south.standing.branches] == ["S2B"]
    assert north.standing.nowhere.hosts == {"N5": "N1"}
    assert not south.standing.nowhere
    assert north.standing.branches == ()
    assert south.neighbourhoods is not None
    assert patients_in(south.neighbourhoods.living, south.practices.codes) == {
        "Lower": 51_000.0,
        "Upper": 18_000.0,
    }
    assert list(south.areas) == ["South"]
    assert np.array_equal(south.parts[0][0], np.arange(5))


def test_a_list_of_one_area_gives_itself(whole: Prepared) -> None:
    """There is nothing to cut; and no area is made up."""
    south = prepared_area(whole, "South")
    assert prepared_area(south, "South") is south
    with pytest.raises(KeyError):
        prepared_area(whole, "East")


def test_a_list_without_ground_is_cut_without(whole: Prepared) -> None:
    """A session needs the graph alone."""
    bare = replace(whole, parts=())
    assert prepared_area(bare, "South").parts == ()
