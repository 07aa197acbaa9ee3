"""Names of practices and networks as people write them, and names that do not fit their codes."""

from __future__ import annotations

import pytest

from netform.practices.model import Practice, PracticeList
from netform.practices.names import written_name
from netform.practices.network_names import network_name_notes


@pytest.mark.parametrize(
    ("published", "written"),
    [
        ("BEESTON PCN", "Beeston PCN"),
        ("DR G LEES & PARTNERS", "Dr G Lees & Partners"),
        ("M&S FOODHALL SURGERY", "M&S Foodhall Surgery"),
        ("THE GP PRACTICE OF THE NHS CIC", "The GP Practice of the NHS CIC"),
        ("ST GEORGE'S MED.CTR.", "St George's Med.Ctr."),
        ("STOKE-ON-TRENT AND SE PCN", "Stoke-on-Trent and SE PCN"),
        ("(O'CONNELL) MCKENZIE PTNRS LTD", "(O'Connell) McKenzie Ptnrs Ltd"),
        ("LS25/LS26 PCN 2", "LS25/LS26 PCN 2"),
        ("4TH AVENUE, E12 AND BD4+", "4th Avenue, E12 and BD4+"),
        ("TOGETHER4HEALTHCARE III", "Together4Healthcare III"),
        ("ABOUT BETTER CARE (ABC) PCN", "About Better Care (ABC) PCN"),
        ("HEALTHCARE FIRST PCN: IW&H", "Healthcare First PCN: IW&H"),
        ("\u00c9LAN SURGERY", "\u00c9lan Surgery"),
        # What has a small letter was written by somebody.
        ("eHealth PCN", "eHealth PCN"),
        ("Beeston Pcn", "Beeston Pcn"),
        ("U16878", "U16878"),
        ("", ""),
    ],
)
def test_capitals_are_kept_where_they_mean_something(published: str, written: str) -> None:
    """Abbreviations and postcodes stay; words of names get one capital; small words stay small."""
    assert written_name(published) == written


def _listed(*rows: tuple[str, int, str, str]) -> PracticeList:
    return PracticeList(
        tuple(Practice(code, "", "", size, pcn_code=pcn, pcn_name=name) for code, size, pcn, name in rows)
    )


def test_a_network_has_the_name_of_most_of_its_patients() -> None:
    """U1 is Beta for 3,000 of its 5,000 patients; of equal ones the first in order; without names it has none."""
    listed = _listed(
        ("A", 2000, "U1", "Alpha"), ("B", 3000, "U1", "Beta"), ("C", 10, "U2", "Y"), ("D", 10, "U2", "X"),
        ("E", 10, "U3", ""), ("F", 10, "", "Nowhere"),
    )  # fmt: skip
    assert listed.network_names == {"U1": "Beta", "U2": "X"}


def test_names_that_do_not_fit_codes_are_noted_once_each() -> None:
    """Two names of a code, two codes of a name, a name without a code; case alone is no difference."""
    listed = _listed(
        ("A", 1, "U1", "ALPHA"), ("B", 1, "U1", "Alpha"), ("C", 1, "U2", "Beta"), ("D", 1, "U2", "Gamma"),
        ("E", 1, "U3", "alpha"), ("F", 1, "", "Delta"),
    )  # fmt: skip
    several, twice, without = network_name_notes(listed.practices, {"pcn_code", "pcn_name"})
    assert "U2 (Beta, Gamma)" in several
    assert "U1" not in several
    assert "ALPHA (U1, U3)" in twice
    assert "F" in without
    assert network_name_notes(listed.practices, {"pcn_code"}) == []
    assert network_name_notes(_listed(("A", 1, "U1", "Alpha")).practices, {"pcn_code", "pcn_name"}) == []
