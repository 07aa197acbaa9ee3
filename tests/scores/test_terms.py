"""Each term's definition on one network, with the arithmetic."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from netform.candidates.store import CandidateStore
from netform.graph import graph_of_edges
from netform.places import Places
from netform.practices.model import Practice, PracticeList
from netform.rules import TERM_NAMES, Role, load_profile
from netform.scores import TERMS, ScoringData, candidate_costs, network_cost, network_terms
from netform.scores.patient_travel import best_hub
from netform.scores.stranded_posts import define_posts, whole_posts
from netform.travel import build_travel

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
    assert best_hub(graph, NETWORK) == ("B", 160_000.0)
    assert TERMS["patient_travel"].definition(graph, NETWORK, RULES) == pytest.approx(21.33333333)


def test_of_two_hubs_at_one_site_the_first_by_code_is_taken(graph: nx.Graph) -> None:
    """A and D are alike and no minutes apart."""
    assert best_hub(graph, ("D", "A")) == ("A", 0.0)


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
