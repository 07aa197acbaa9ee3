"""Each term's definition on one network, with the arithmetic."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.candidates.store import CandidateStore
from netform.inputs.places import Places
from netform.inputs.travel import build_travel
from netform.map.graph import graph_of_edges
from netform.practices.model import Practice, PracticeList
from netform.rules.model import TERM_NAMES, Role, Rules
from netform.rules.toml import load_profile
from netform.scores import TERMS, ScoringData, candidate_costs, network_cost, network_terms
from netform.scores.continuity import define_moved, moved
from netform.scores.patient_travel import best_hub
from netform.scores.stranded_posts import define_posts, whole_posts
from tests.examples import examples
from tests.strategies import small_areas

if TYPE_CHECKING:
    import networkx as nx

# 0.004 visits a week, 5 moves a post, 37.5 hours a post in steps of 0.2, 31 of overhead, 40,000 +- 10,000.
RULES = replace(load_profile(), roles=(Role("pharmacist", 10_000, ""), Role("therapist", 16_000, "")))
NETWORK = ("A", "B", "C")


@pytest.fixture
def graph() -> nx.Graph:
    """Three practices of 10,000, 20,000 and 5,000 patients; D stands where A does and has as many."""
    practices = PracticeList(
        (
            Practice("A", "", "", 10_000, weighted_list_size=11_000.0),
            Practice("B", "", "", 20_000),
            Practice("C", "", "", 5_000),
            Practice("D", "", "", 10_000),
        )
    )
    east = np.array([0.0, 5000.0, 9000.0, 0.0])
    places = Places(east, np.zeros(4), ("list",) * 4, np.empty((0, 2)), "made up")
    minutes = {(0, 1): 10.0, (0, 2): 20.0, (1, 2): 12.0}
    return graph_of_edges(practices, places, build_travel(places, RULES, minutes, "made up"), [], [])


def test_patient_travel(graph: nx.Graph) -> None:
    """All travel to the hub that costs least, there and back."""
    # To A: 20,000 * 10 + 5,000 * 20 = 300,000 patient-minutes; to C: 10,000 * 20 + 20,000 * 12 = 440,000;
    # to B: 10,000 * 10 + 5,000 * 12 = 160,000, which at 0.004 visits there and back are
    # 160,000 * 0.004 * 2 / 60 = 21.3333 hours.
    assert best_hub(graph, NETWORK, RULES) == ("B", 160_000.0)
    assert TERMS["patient_travel"].definition(graph, NETWORK, RULES) == pytest.approx(21.33333333)


def test_of_two_hubs_at_one_site_the_first_by_code_is_taken(graph: nx.Graph) -> None:
    """A and D are alike and no minutes apart."""
    assert best_hub(graph, ("D", "A"), RULES) == ("A", 0.0)


def test_a_practice_alone_travels_nowhere(graph: nx.Graph) -> None:
    """It is its own hub, and its staff have one site."""
    assert TERMS["patient_travel"].definition(graph, ("B",), RULES) == 0.0
    assert TERMS["staff_travel"].definition(graph, ("B",), RULES) == 0.0


def test_whole_and_stranded_posts(graph: nx.Graph) -> None:
    """Posts follow the weighted list, hired in steps of a day a week."""
    # Weighted: 11,000 + 20,000 + 5,000 = 36,000. Pharmacists: 36,000 / 10,000 = 3.6, 18 steps of 0.2;
    # therapists: 36,000 / 16,000 = 2.25, 11 steps (2.2) and 0.05 of a post left.
    pharmacists, therapists = (define_posts(graph, NETWORK, RULES, role) for role in RULES.roles)
    assert pharmacists == pytest.approx((3.6, 0.0))
    assert therapists == pytest.approx((2.2, 0.05))
    # 0.05 * 37.5 = 1.875 hours.
    assert TERMS["stranded_posts"].definition(graph, NETWORK, RULES) == pytest.approx(1.875)


@pytest.mark.parametrize("ratio", [10_000, 12_000, 20_000, 30_000, 60_000, 180_000])
def test_a_list_of_whole_steps_strands_nothing(graph: nx.Graph, ratio: int) -> None:
    """The last bit of a division must not cost a step, neither in the definition nor in the kernel."""
    # 3.6, 3, 1.8, 1.2, 0.6 and 0.2 posts: 0.6 / 0.2 comes out as 2.9999999999999996.
    rules = replace(RULES, roles=(Role("any", ratio, ""),))
    whole, stranded = define_posts(graph, NETWORK, rules, rules.roles[0])
    assert whole == pytest.approx(36_000 / ratio)
    assert stranded == pytest.approx(0, abs=1e-9)

    store = CandidateStore(np.array([0, 3]), np.array([0, 1, 2], np.uint16), 3)
    kernel_whole, kernel_stranded = whole_posts(store, ScoringData.of(graph, NETWORK, rules))
    assert kernel_whole.tolist() == [whole]
    assert kernel_stranded.tolist() == [stranded]


def test_staff_travel(graph: nx.Graph) -> None:
    """Whole posts move five times a week between sites drawn by list size."""
    # Of 35,000 patients, a move takes 2 * (10,000 * 20,000 * 10 + 10,000 * 5,000 * 20 + 20,000 * 5,000 * 12)
    # / 35,000 ** 2 = 2 * (2.0 + 1.0 + 1.2) / 1.225 = 6.857143 minutes.
    # 3.6 + 2.2 = 5.8 posts: 5.8 * 5 * 6.857143 / 60 = 3.314286 hours.
    assert TERMS["staff_travel"].definition(graph, NETWORK, RULES) == pytest.approx(3.314285714)


def test_overhead(graph: nx.Graph) -> None:
    """15.5 hours with two staff, whatever the network."""
    assert TERMS["overhead"].definition(graph, NETWORK, RULES) == 31.0
    assert TERMS["overhead"].definition(graph, ("C",), RULES) == 31.0


def test_balance(graph: nx.Graph) -> None:
    """Nothing inside the dead band, ten hours for every thousand patients outside it."""
    definition = TERMS["balance"].definition
    # 35,000 is 5,000 from 40,000: inside 10,000, and 3,000 outside 2,000, which is 3 * 10 = 30 hours.
    assert definition(graph, NETWORK, RULES) == 0.0
    assert definition(graph, NETWORK, replace(RULES, balance_dead_band=2_000.0)) == pytest.approx(30)
    # 20,000 patients are 20,000 from the target, 10,000 outside: 100 hours.
    assert definition(graph, ("B",), RULES) == pytest.approx(100)


def _with(graph: nx.Graph, **columns: list[object]) -> nx.Graph:
    """Give the practices A, B, C, D more attributes."""
    changed = graph.copy()
    for name, values in columns.items():
        for code, value in zip("ABCD", values, strict=True):
            changed.nodes[code][name] = value
    return changed


def test_cover_adds_up_shortfalls_and_surpluses(graph: nx.Graph) -> None:
    """Those who have more make up for those who have less, and a surplus is no credit."""
    definition = TERMS["cover"].definition
    short = _with(graph, shortfall_fte=[2.0, -0.5, None, -3.0])
    # 2.0 - 0.5 = 1.5 posts of 37.5 hours; C is not known and has no part in it.
    assert definition(short, NETWORK, RULES) == pytest.approx(56.25)
    assert definition(short, ("A", "D"), RULES) == 0.0
    assert definition(short, ("C",), RULES) == 0.0


def test_the_shortfall_is_against_the_average_of_known_staff() -> None:
    """The average is the area's, over practices all of whose figures are known; nothing missing is taken as none."""
    practices = PracticeList(
        (
            Practice("A", "", "", 10_000, area="N", gp_fte=4.0, nurse_fte=2.0, dpc_fte=1.0),
            Practice("B", "", "", 20_000, area="N", gp_fte=5.0, nurse_fte=0.0, dpc_fte=0.0),
            Practice("C", "", "", 30_000, area="N", gp_fte=9.0, nurse_fte=None, dpc_fte=1.0),
            Practice("D", "", "", 10_000, area="S", gp_fte=1.0, nurse_fte=1.0, dpc_fte=1.0),
        )
    )
    places = Places(np.zeros(4), np.zeros(4), ("list",) * 4, np.empty((0, 2)), "made up")
    nodes = graph_of_edges(practices, places, build_travel(places, RULES), [], []).nodes

    assert [nodes[code]["clinical_fte"] for code in "ABCD"] == [7.0, 5.0, None, 3.0]
    # North: 12 staff for 30,000 patients, 4 for 10,000: A has 3 more, B 3 fewer than 8. D is its area's average.
    assert [nodes[code]["shortfall_fte"] for code in "ABCD"] == [
        pytest.approx(-3.0),
        pytest.approx(3.0),
        None,
        pytest.approx(0.0),
    ]


def test_continuity_counts_the_smaller_parts_of_present_networks(graph: nx.Graph) -> None:
    """Half or less of a present network has moved; more than half stays; a practice without one cannot move."""
    definition = TERMS["continuity"].definition
    # U1 has A and B, 30,000 patients; U2 has D, 10,000 of 20,000, the rest elsewhere; C has none.
    present = _with(graph, pcn_code=["U1", "U1", "", "U2"], pcn_list_size=[30_000, 30_000, 0, 20_000])
    # All of U1 together: none moved. A alone is a third of U1: 10,000 patients at 0.001 hours.
    assert definition(present, NETWORK, RULES) == 0.0
    assert definition(present, ("A", "C"), RULES) == pytest.approx(10.0)
    # B is two thirds and stays. D is just half, which is not more than half.
    assert definition(present, ("B", "C"), RULES) == 0.0
    assert definition(present, ("B", "D"), RULES) == pytest.approx(10.0)


def test_moved_practices_by_the_plain_definition_and_compiled(graph: nx.Graph) -> None:
    """Any grouping may stand for the present one, and what a moved practice counts is free."""
    present = {"A": "x", "B": "x", "D": "y"}
    patients = {"x": 30_000.0, "y": 10_000.0}
    assert define_moved(graph, ("D", "A"), present, patients) == ["A"]
    assert define_moved(graph, ("C", "B", "A"), present, patients) == []

    store = CandidateStore(np.array([0, 2, 5]), np.array([0, 3, 0, 1, 2], np.uint16), 4)
    sizes = np.array([10_000.0, 20_000.0, 5_000.0, 10_000.0])
    now, then = np.array([0, 0, -1, 1]), np.array([30_000.0, 10_000.0])
    assert moved(store, now, then, sizes, np.ones(4)).tolist() == [1.0, 0.0]
    assert moved(store, now, then, sizes, sizes).tolist() == [10_000.0, 0.0]


def test_community_counts_patients_who_live_elsewhere(graph: nx.Graph) -> None:
    """Those at home in any territory of the network do not count, nor those of unknown residence."""
    homes = _with(
        graph, residents=[{"A": 6000.0, "B": 1000.0, "D": 500.0, "Z9": 250.0}, {"A": 300.0}, {}, {}]
    )
    # A and B: of A's 7,750 known, 500 live in D's territory and 250 in one outside: 750 * 0.00133 hours.
    assert TERMS["community"].definition(homes, ("A", "B"), RULES) == pytest.approx(0.9975)
    # A alone: 1,750; B alone: 300.
    assert TERMS["community"].definition(homes, ("A",), RULES) == pytest.approx(1750 * 0.00133)
    assert TERMS["community"].definition(homes, ("B",), RULES) == pytest.approx(300 * 0.00133)


def test_crossing_counts_the_smaller_sides_of_every_boundary(graph: nx.Graph) -> None:
    """Boundaries add up; a blank side is no side."""
    sides = _with(graph, sides=[("Leeds", "1"), ("York", "1"), ("", "2"), ("Leeds", "")])
    # First: York's 20,000 is the larger side against 10,000 of Leeds, C unknown. Second: 30,000 against 5,000.
    assert TERMS["crossing"].definition(sides, NETWORK, RULES) == pytest.approx(15.0)
    # With D, Leeds has 20,000 as well: a tie has one smaller side all the same.
    assert TERMS["crossing"].definition(sides, "ABCD", RULES) == pytest.approx(25.0)


def test_alignment_counts_patients_outside_the_main_neighbourhood(graph: nx.Graph) -> None:
    """The main neighbourhood is that of the most patients; those of whom nothing is known never count."""
    homes = _with(
        graph,
        neighbourhoods=[{"hill": 6000.0, "vale": 3000.0}, {"vale": 4000.0, "wold": 500.0}, {}, {"vale": 1.0}],
    )
    # A and B: 7,000 in the vale, 6,000 on the hill, 500 on the wold: 6,500 outside, at 0.001 hours.
    assert TERMS["alignment"].definition(homes, ("A", "B"), RULES) == pytest.approx(6.5)
    # A alone: 3,000 of 9,000; C alone: nothing is known.
    assert TERMS["alignment"].definition(homes, ("A",), RULES) == pytest.approx(3.0)
    assert TERMS["alignment"].definition(homes, ("C",), RULES) == 0.0


def test_terms_of_what_is_not_known_are_zero(graph: nx.Graph) -> None:
    """A list with no staff, present networks, sides or registrations has nothing to say on them."""
    terms = network_terms(graph, NETWORK, RULES)
    assert {terms[name] for name in ("cover", "continuity", "community", "crossing", "alignment")} == {0.0}


def test_terms_add_up_by_their_weights(graph: nx.Graph) -> None:
    """The cost of a network is the weighted sum, the same from definitions and from kernels."""
    rules = RULES.with_weights({"staff_travel": 2, "overhead": 0})
    terms = network_terms(graph, NETWORK, rules)

    assert tuple(terms) == TERM_NAMES
    # 21.333333 + 2 * 3.314286 + 1.875 + 0 * 31 + 0 = 29.836905.
    assert network_cost(terms, rules) == pytest.approx(29.83690476)
    store = CandidateStore(np.array([0, 3, 4]), np.array([0, 1, 2, 3], np.uint16), 4)
    costs = candidate_costs(store, ScoringData.of(graph, list(graph), rules))
    assert costs == pytest.approx([29.83690476, network_cost(network_terms(graph, ("D",), rules), rules)])


def test_scoring_data_follow_the_order_given(graph: nx.Graph) -> None:
    """Some practices of a larger graph are numbered as they are named."""
    data = ScoringData.of(graph, ("C", "A"), RULES)

    assert data.list_size.tolist() == [5_000, 10_000]
    assert data.weighted_list_size.tolist() == [5_000, 11_000]
    assert data.minutes.tolist() == [[0, 20], [20, 0]]


def test_every_term_says_what_it_is() -> None:
    """Names are the keys that rules and options use; titles are for people."""
    assert tuple(TERMS) == TERM_NAMES
    assert all(term.name == name and term.title for name, term in TERMS.items())


@given(small_areas(least=3), st.sampled_from([each.name for each in fields(Rules)]))
@examples(100)
def test_hours_depend_on_the_numbers_a_term_names_alone(drawn: tuple[nx.Graph, Rules], name: str) -> None:
    """Whatever other number of the rules is changed, they stay."""
    graph, rules = drawn
    value = getattr(rules, name)
    if name in ("profile", "weights", "demands", "follows_band", "mode_shares"):
        return
    changed = replace(rules, **{name: value[1:] if name == "roles" else type(value)(2 * value + 1)})
    for term in TERMS.values():
        if name not in term.numbers:
            hours = [term.definition(graph, sorted(graph), each) for each in (rules, changed)]
            assert hours[0] == hours[1]
