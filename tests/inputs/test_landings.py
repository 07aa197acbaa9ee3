"""Ways by landings: the ports of a ferry, which are no practices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from netform.errors import InputError
from netform.inputs.edges import EdgeChange, landing_notes, read_edges
from netform.inputs.landings import Leg, Way, no_thoroughfares, ways_by_landings
from netform.practices.model import Practice, PracticeList

if TYPE_CHECKING:
    from pathlib import Path

LISTED = PracticeList(tuple(Practice(f"J8400{k}", "", "LS1 4AP", 5000) for k in range(1, 6)))
A, B, C, D, E = LISTED.codes


def _leg(start: str, end: str, minutes: float | None = None, kind: str = "bridge") -> Leg:
    return Leg(start, end, kind, minutes, 2)


def _read(tmp_path: Path, rows: str) -> tuple[EdgeChange, ...]:
    path = tmp_path / "edges.csv"
    path.write_text(f"from,to,kind,minutes\n{rows}")
    return read_edges(path, LISTED)


def _faults(tmp_path: Path, rows: str) -> list[tuple[int | None, str | None, str | None]]:
    with pytest.raises(InputError) as caught:
        _read(tmp_path, rows)
    return [(fault.row, fault.column, fault.value) for fault in caught.value.faults]


def test_a_row_to_a_port_and_a_row_from_it_join_both_sides(tmp_path: Path) -> None:
    """Minutes add up over two ports, and those who use one port from the same shore are not joined by it."""
    changes = _read(
        tmp_path,
        f"{A},Lymington,ferry,20\n{B},LYMINGTON,ferry,25\nlymington,Yarmouth,ferry,40\nYarmouth,{C},,10\n",
    )
    # 20 + 40 + 10 and 25 + 40 + 10; A and B share a shore.
    assert changes == (
        EdgeChange(A, C, kind="ferry", minutes=70.0, landings=("LYMINGTON", "YARMOUTH")),
        EdgeChange(B, C, kind="ferry", minutes=75.0, landings=("LYMINGTON", "YARMOUTH")),
    )
    assert landing_notes(changes, "edges.csv") == (
        (
            "Landings of edges.csv, which are no practices: 2"
            f" (LYMINGTON between {A}-{C}, {B}-{C}, YARMOUTH between {A}-{C}, {B}-{C})."
        ),
    )


def test_a_way_without_all_its_minutes_has_none(tmp_path: Path) -> None:
    """A leg that says nothing leaves the journey to the matrix or the estimate; without ferries it is a bridge."""
    assert _read(tmp_path, f"{A},TOLL BRIDGE,,5\nTOLL BRIDGE,{B},,\n") == (
        EdgeChange(A, B, kind="bridge", minutes=None, landings=("TOLL BRIDGE",)),
    )


def test_a_row_between_two_practices_is_the_last_word(tmp_path: Path) -> None:
    """Whether it adds or drops their edge."""
    rows = f"{A},PORT,ferry,5\nPORT,{B},ferry,5\nPORT,{C},ferry,5\n{A},{B},bridge,3\n{C},{A},drop,\n"
    assert _read(tmp_path, rows) == (EdgeChange(A, B, minutes=3.0), EdgeChange(C, A, drop=True))


def test_the_quickest_way_of_several() -> None:
    """One whose minutes are all known comes first, then the quicker; no way leads on through a practice."""
    legs = [
        _leg(A, "P", 10), _leg("P", B, 10),  # 20 by P
        _leg(A, "Q", 5), _leg("Q", "R", 5), _leg("R", B, 5, "ferry"),  # 15 by Q and R
        _leg("R", C, 1), _leg(C, "S", 1), _leg("S", D, 1),  # D from C only, although A reaches C
        _leg(A, "T"), _leg("T", B),  # says no minutes
    ]  # fmt: skip
    assert ways_by_landings(legs, set(LISTED.codes)) == [
        Way(A, B, ("Q", "R"), "ferry", 15.0),
        Way(A, C, ("Q", "R"), "bridge", 11.0),
        Way(C, D, ("S",), "bridge", 2.0),
    ]


def test_both_directions_of_a_way_are_one() -> None:
    """The quicker of the two; a way back to where it began joins nobody."""
    legs = [_leg(A, "P", 3), _leg("P", B, 4), _leg(B, "P", 1), _leg("P", A, 2)]
    # A to B is 3 + 4, B to A is 1 + 2.
    assert ways_by_landings(legs, {A, B}) == [Way(A, B, ("P",), "bridge", 3.0)]


def test_landings_that_lead_nowhere() -> None:
    """Reached by nobody, left for nobody, or between a practice and itself."""
    legs = [_leg(A, "IN"), _leg(B, "IN"), _leg("OUT", A), _leg("OUT", B), _leg(C, "BACK"), _leg("BACK", C)]
    assert list(no_thoroughfares(legs, set(LISTED.codes))) == ["IN", "OUT", "BACK"]
    assert no_thoroughfares([_leg(A, "P"), _leg("P", "Q"), _leg("Q", B)], {A, B}) == {}


def test_a_code_of_another_list_is_no_landing(tmp_path: Path) -> None:
    """A practice that closed, in two rows, and a name in one row alone are faults as ever, with what to do."""
    rows = f"{A},J84009,,\nJ84009,{B},,\n{A},HARBOR,,\n"
    assert _faults(tmp_path, rows) == [(2, "to", "J84009"), (3, "from", "J84009"), (4, "to", "HARBOR")]
    with pytest.raises(InputError, match="needs a row to it and a row from it"):
        _read(tmp_path, rows)


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        (f"{A},PORT,,\n{B},PORT,,\n", [(2, "to", "PORT")]),  # nobody leaves it
        (f"{A},PORT,drop,\nPORT,{B},border,\n", [(2, "kind", "drop"), (3, "kind", "border")]),
        (f"{A},PORT,,5\nPORT,{B},,\n{A},PORT,,6\n", [(4, "from", A)]),  # two different times
        (f"{A},PORT,,\nPORT,PORT,,\n", [(3, "to", "PORT")]),
        (f"{A},PORT,,\nPORT,{B},,-1\n", [(3, "minutes", "-1")]),  # PORT is no wrong code for that
        (f"{A},{'P' * 81},,\n{'P' * 81},{B},,\n", [(2, "to", "P" * 81), (3, "from", "P" * 81)]),
    ],
)
def test_faults_of_landings(tmp_path: Path, rows: str, faults: list[tuple[int, str, str]]) -> None:
    """Each names its row and cell."""
    assert _faults(tmp_path, rows) == faults


def test_so_many_landings_are_another_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Searching stays bounded."""
    monkeypatch.setattr("netform.inputs.edges.MOST_LANDINGS", 1)
    rows = f"{A},P,,\nP,{B},,\n{A},Q,,\nQ,{B},,\n"
    assert _faults(tmp_path, rows) == [(None, None, None)]
