"""Split lists: a practice in several rows, planned in parts when that is asked."""

from __future__ import annotations

import io
from itertools import permutations

import pytest

from netform.errors import InputError
from netform.practices.model import PracticeList
from netform.practices.reading import read_practices

HEAD = "practice_code,postcode,list_size,pcn_code"
ROWS = ("L1,LS1 4AP,2100,U2", "L1,LS12 3HD,7900,U1", "L2,LS11 8LH,5000,U1")


def _read(*rows: str, split: bool = True) -> PracticeList:
    return read_practices("-", stdin=io.BytesIO("\n".join((HEAD, *rows)).encode()), split=split)


def test_each_row_is_a_part_with_its_own_list_place_and_network() -> None:
    """The larger first, whatever the order of the rows; the parts add up: 7,900 and 2,100 are 10,000."""
    for rows in permutations(ROWS):
        practices = _read(*rows)
        assert [(each.code, each.list_size, each.postcode, each.pcn_code) for each in practices] == [
            ("L1-1", 7900, "LS12 3HD", "U1"),
            ("L1-2", 2100, "LS1 4AP", "U2"),
            ("L2", 5000, "LS11 8LH", "U1"),
        ]
        assert "L1-1 of 7,900 patients and L1-2 of 2,100 patients, together 10,000" in practices.notes[0]


def test_without_being_asked_the_larger_is_taken_and_the_note_names_the_option() -> None:
    """The smaller part's patients are not counted."""
    practices = _read(*ROWS, split=False)

    assert [(each.code, each.list_size) for each in practices] == [("L1", 7900), ("L2", 5000)]
    assert any("L1 as of U1" in note and "--split" in note for note in practices.notes)


def test_rows_of_one_network_at_two_places_are_parts_too() -> None:
    """Else they are a fault, which names the option."""
    rows = ("L1,LS1 4AP,2100,U1", "L1,LS12 3HD,7900,U1")

    assert _read(*rows).codes == ("L1-1", "L1-2")
    with pytest.raises(InputError, match="--split"):
        _read(*rows, split=False)


def test_the_same_row_twice_is_no_split_list() -> None:
    """One network and one place: the same patients twice, or a slip in the code."""
    with pytest.raises(InputError, match="row 2 and again in row 3, of one network and one place"):
        _read("L1,LS1 4AP,2100,U1", "L1,LS1 4AP,300,U1")


def test_a_part_does_not_take_the_code_of_another_practice() -> None:
    """L1-2 is a practice of its own here."""
    with pytest.raises(InputError, match="would be called L1-2"):
        _read(*ROWS, "L1-2,LS11 8LH,4000,U1")
