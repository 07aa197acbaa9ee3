"""Old and new codes of areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from netform.errors import InputError
from netform.publications.lookup import Lookup, read_lookup

if TYPE_CHECKING:
    from pathlib import Path


def _lookup(folder: Path, text: str) -> Lookup:
    path = folder / "codes.csv"
    path.write_text(text, encoding="utf-8")
    return read_lookup(path)


@pytest.mark.parametrize(
    "text",
    [
        "old_code,new_code,date\n00D,84H,2020-04-01\n",
        "Date,New code,Name,Old code\n01/04/2020,84H,County Durham,00D\n",
        "from,to\n00D,84H\n",
        "Predecessor,Successor\n00d,84h\n",
        "GEOGCD,GEOGNM,GEOGCD_P,OPER_DATE\n84H,County Durham,00D,20200401\n",
        "CCG19CDH,CCG19NM,CCG20CDH\n00D,Durham,84H\n",
        "SICBL24CD,SICBL22CD\n84H,00D\n",
        '"00D","84H","R","20200401"\n',
        "A title\n\nold,new\n00D,84H\n",
    ],
)
def test_columns_are_known_by_what_they_are_called(tmp_path: Path, text: str) -> None:
    """Or by where they stand, in a file of successors without a header."""
    lookup = _lookup(tmp_path, text)
    assert lookup.became == {"00D": "84H"}
    assert [lookup.today(code) for code in (" 00d ", "84H", "15F")] == ["84H", "84H", "15F"]


def test_changes_follow_one_another(tmp_path: Path) -> None:
    """00D became 84H, and that 16C; a code that was divided stays, and so do those that became it."""
    lookup = _lookup(
        tmp_path, "old,new,date\n00D,84H,20200401\n84H,16C,20220701\nB1,C1,\nB1,C2,\nA1,B1,\nX,X,\n"
    )
    assert lookup.became == {"00D": "16C", "84H": "16C", "A1": "B1"}
    assert "1 codes were divided" in lookup.notes[0]
    old: list[str] = []
    assert lookup.today("00D", old) == "16C"
    said = "00D as 16C (since 2020-04-01), 84H as 16C (since 2022-07-01)"
    noted = f"By codes.csv, codes of the list were taken as those they became: {said}."
    assert lookup.note("the list", [*old, "84H"]) == [noted]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("town,river\nYork,Ouse\n", "no two columns are an old code and a new one"),
        ("old,new\nA1,A1\n", "no row says that a code became another"),
        ("old,new\nA1,B1\nB1,A1\n", "in a circle"),
        ("old,new\nA1,B1\nA2\n", "row 3: the row has 1 cells"),
    ],
)
def test_lookups_that_cannot_be_used(tmp_path: Path, text: str, problem: str) -> None:
    """Each says what is wrong."""
    with pytest.raises(InputError, match=problem):
        _lookup(tmp_path, text)


def test_dates_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """The code is followed all the same; a blank date is none."""
    lookup = _lookup(tmp_path, "old,new,date\n00D,84H,spring 2020\n16C,15F,\n")
    assert lookup.became == {"00D": "84H", "16C": "15F"}
    assert lookup.notes == ("codes.csv: 1 dates are no whole days, and are not told: spring 2020 in row 2.",)


def test_an_empty_lookup_is_asked_for_changes(tmp_path: Path) -> None:
    """Not for practices."""
    with pytest.raises(InputError, match=r"it is empty.*Give a table with one row a change"):
        _lookup(tmp_path, "")
