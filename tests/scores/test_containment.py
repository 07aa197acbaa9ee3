"""Containment, both ways: counted by hand, and against its definition person by person."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.plan.model import Containment, Network, share_at_home
from netform.report.homes import homes_sentence, homes_words
from netform.scores.containment import containments
from tests.examples import examples

# Whose patients live in whose territory; of D it is not known.
HOMES = {
    "A": {"A": 600.0, "B": 100.0, "C": 200.0, "": 100.0},
    "B": {"A": 50.0, "B": 450.0},
    "C": {"A": 300.0, "C": 700.0},
    "D": {},
}


def _graph(homes: dict[str, dict[str, float]], population: dict[str, float] | None = None) -> nx.Graph:
    graph = nx.Graph()
    for code, residents in homes.items():
        graph.add_node(code, residents=residents)
    nx.set_node_attributes(graph, population or {}, "population")
    return graph


def test_both_ways() -> None:
    """A and B together have 1,500 patients; 1,200 of them live in their territory, and so do 300 of C's."""
    held = containments(_graph(HOMES), [("B", "A"), ("C", "D"), ("D",)])
    # Inside: 600 + 100 + 50 + 450. Residents: of A's land 600 + 50 + 300, of B's 100 + 450.
    assert held[0] == Containment(1500.0, 1200.0, 1500.0)
    assert held[0].patients_share == held[0].residents_share == 0.8
    # C and D: of the 1,000 of C known 700; residents of C's land 200 + 700.
    assert held[1] == Containment(1000.0, 700.0, 900.0)
    assert held[2] is None


def test_residents_are_all_who_live_there_where_that_is_known() -> None:
    """Of a population of 2,000 the 1,200 are 60%; where it lacks of one practice it is not known."""
    graph = _graph(HOMES, {"A": 1200.0, "B": 800.0, "C": 5.0})
    together, other = containments(graph, [("A", "B"), ("C", "D")])
    assert together is not None
    assert other is not None
    assert (together.residents, together.residents_share) == (2000.0, 0.6)
    assert other.population is None


def test_a_territory_without_residents_has_no_share() -> None:
    """Everybody of A lives in B's."""
    [held] = containments(_graph({"A": {"B": 10.0}, "B": {}}), [("A",)])
    assert held == Containment(10.0, 0.0, 0.0)
    assert held.residents_share is None
    assert homes_words(held) == "0% of its patients live in its territory; nobody lives there."


def _network(name: str, held: Containment | None) -> Network:
    return Network(name, name, "", ("A",), 1, "A", (0.0,), {}, containment=held)


def test_the_sentence_of_a_plan() -> None:
    """Of 2,000 patients 1,550 are at home; one of two networks has three quarters both ways."""
    networks = [_network("1", Containment(1000, 800, 1000)), _network("2", Containment(1000, 750, 1001))]
    assert share_at_home(networks) == 0.775
    assert homes_sentence([*networks, _network("3", None)]) == (
        "Of the patients of whom it is known where they live, 78% live in the territory of their own network. In 1 of 2"
        " networks at least 75% do, and at least as many of the patients of the list who live there are its own: the"
        " share by which planners tell a neighbourhood."
    )
    assert homes_words(Containment(1000, 800, 1000, 1600)) == (
        "80% of its patients live in its territory; 50% of the residents of its territory are its own."
    )
    assert homes_sentence([_network("3", None)]) == ""


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from(["", *"ABCDE"])), max_size=60), st.data())
@examples(100)
def test_people_are_counted_one_by_one(people: list[tuple[str, str]], data: st.DataObject) -> None:
    """Each person is registered with a practice and lives in the territory of one, or of none."""
    homes: dict[str, dict[str, float]] = {code: {} for code in "ABCDE"}
    for practice, owner in people:
        homes[practice][owner] = homes[practice].get(owner, 0.0) + 1.0
    members = data.draw(st.sets(st.sampled_from("ABCDE"), min_size=1))
    [held] = containments(_graph(homes), [members])
    ours = [owner for practice, owner in people if practice in members]
    inside = [owner for owner in ours if owner in members]
    there = [owner for _, owner in people if owner in members]
    expected = Containment(len(ours), len(inside), len(there)) if ours else None
    assert held == expected
    # The same as what the term community leaves: whoever is not inside lives elsewhere.
    if held is not None:
        assert held.patients - held.inside == pytest.approx(
            len([owner for owner in ours if owner not in members])
        )
