"""What a list leaves unknown is said, and said once."""

from __future__ import annotations

import numpy as np

from netform.inputs.missing_data import unknown_notes
from netform.inputs.places import Places
from netform.inputs.travel import build_travel
from netform.map.graph import graph_of_edges
from netform.practices.model import Practice, PracticeList
from netform.rules.toml import load_profile

RULES = load_profile()
WEIGHED = RULES.with_weights({"cover": 1, "continuity": 1, "community": 1, "crossing": 1})

KNOWN = Practice(
    "A", "", "", 9000, pcn_code="U1", gp_fte=1.0, nurse_fte=1.0, dpc_fte=0.0, sides=("Leeds", "north")
)
PART = Practice("B", "", "", 9000, gp_fte=1.0, nurse_fte=1.0, sides=("Leeds", ""))
NOTHING = Practice("C", "", "", 9000, sides=("", ""))


def _notes(*practices: Practice, weighed: bool, living: bool = False) -> tuple[str, ...]:
    places = Places(
        np.zeros(len(practices)), np.zeros(len(practices)), ("list",) * len(practices), np.empty((0, 2)), ""
    )
    residents = {practices[0].code: {"A": 1.0}} if living else {}
    graph = graph_of_edges(PracticeList(practices), places, build_travel(places, RULES), [], [], residents)
    return unknown_notes(graph, WEIGHED if weighed else RULES)


def test_nothing_is_said_where_all_is_known() -> None:
    """Whatever the weights."""
    assert _notes(KNOWN, weighed=True, living=True) == ()


def test_practices_of_which_something_is_not_known_are_named() -> None:
    """One missing figure of three is enough, and so is one side of two; weighed or not."""
    expected = (
        "Practices whose staff is not fully known, so that they count neither as short nor as covered: 2 (B, C).",
        "Practices without a present network, so that they cannot be moved from one: 2 (B, C).",
        "Practices not known to lie on either side of a soft boundary, so that they do not cross it: 2 (B, C).",
    )
    assert _notes(KNOWN, PART, NOTHING, weighed=False) == expected
    assert _notes(KNOWN, PART, NOTHING, weighed=True, living=True) == expected


def test_a_term_with_a_weight_and_nothing_to_go_by_is_named() -> None:
    """A planner who turns a term on must not take its zero for good news; unweighed, a plain list is no news."""
    plain = Practice("A", "", "", 9000)
    assert _notes(plain, weighed=False) == ()
    notes = _notes(plain, weighed=True)
    assert [note.split()[2] for note in notes] == ["cover", "continuity", "community", "crossing"]
    assert all("has a weight and is 0 for every network, because " in note for note in notes)
    # A boundary that was named and whose column is blank throughout is as none.
    assert _notes(NOTHING, weighed=True) == notes
