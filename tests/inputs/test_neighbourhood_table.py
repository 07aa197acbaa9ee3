"""Tables of neighbourhoods: what a column is by what stands in it, chains of tables, and every fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from netform.errors import InputError
from netform.inputs.neighbourhood_table import joined_lookup, naming_column, read_lookup_table

if TYPE_CHECKING:
    from pathlib import Path

HILL, VALE = "E01000001", "E01000002"


def joined(folder: Path, *contents: str) -> tuple[str, dict[str, str]]:
    """Join tables of these contents, for a list of A and B."""
    tables = []
    for number, content in enumerate(contents):
        path = folder / f"table{number}.csv"
        path.write_text(content, encoding="utf-8")
        tables.append(read_lookup_table(path, {"A", "B"}))
    return joined_lookup(tables)


@pytest.mark.parametrize(
    ("content", "kind", "names"),
    [
        (f"LSOA21CD,Neighbourhood\n{HILL},Hill\n{VALE},Vale\n", "LSOA", {HILL: "Hill", VALE: "Vale"}),
        # A code and one more column need no name; codes may be in small letters.
        (f"lsoa,which\n{HILL.lower()},Hill\n", "LSOA", {HILL: "Hill"}),
        ("x,team\nA,Hill\nB,Vale\n", "practice", {"A": "Hill", "B": "Vale"}),
        ("pcds,Locality\nls118lh,Hill\n", "postcode", {"LS11 8LH": "Hill"}),
        # The name is taken and not the code, and what has no neighbourhood is left out.
        (
            f"LSOA21CD,LSOA21NM,NEIGHBOURHOOD_CODE,NEIGHBOURHOOD_NAME\n{HILL},H 1A,N1,Hill\n{VALE},V 1A,,\n",
            "LSOA",
            {HILL: "Hill"},
        ),
    ],
)
def test_a_table_says_of_what_it_speaks(
    tmp_path: Path, content: str, kind: str, names: dict[str, str]
) -> None:
    """The kind is told by the codes in a column, whatever it is called."""
    assert joined(tmp_path, content) == (kind, names)


def test_larger_areas_are_reached_by_a_second_table(tmp_path: Path) -> None:
    """MSOAs have neighbourhoods, and LSOAs have MSOAs, as ONS publishes; an MSOA of none leaves its LSOAs out."""
    neighbourhoods = "MSOA21CD,neighbourhood\nE02000001,Hill\n"
    lookup = f"LSOA21CD,MSOA21CD,LAD22CD\n{HILL},E02000001,E07000001\n{VALE},E02000002,E07000001\n"
    assert joined(tmp_path, lookup, neighbourhoods) == ("LSOA", {HILL: "Hill"})


@pytest.mark.parametrize(
    ("contents", "problem"),
    [
        (("ward,neighbourhood\nE05000001,Hill\n",), "it says it of each ward, and no file says which ward"),
        (("a,b,c\n1,2,3\n",), "no column holds codes of LSOAs, MSOAs, wards or practices, or postcodes"),
        ((f"lsoa,one,two\n{HILL},Hill,Dale\n",), "no column is the neighbourhood"),
        ((f"lsoa,place,locality\n{HILL},Hill,Dale\n",), "columns 'place' and 'locality' could each be"),
        ((f"lsoa,nb\n{HILL},Hill\n{HILL},Dale\n",), "this LSOA is in 'Hill' and in 'Dale'"),
        ((f"lsoa,nb\n{HILL},Hill\n", "x,nb\nA,Dale\n"), "names neighbourhoods, and so does this file"),
        (("lsoa,nb\n",), "it has no rows"),
    ],
)
def test_what_is_not_clear_is_refused(tmp_path: Path, contents: tuple[str, ...], problem: str) -> None:
    """With a remedy."""
    with pytest.raises(InputError) as caught:
        joined(tmp_path, *contents)
    [fault] = caught.value.faults
    assert problem in fault.problem
    assert fault.remedy


def test_the_attribute_that_names_polygons() -> None:
    """One that is called so, else one that ends as names do, else the only one; else it is asked for."""
    assert naming_column({"WD24CD": ["E05"], "WD24NM": ["Hill"]}, "f") == "WD24NM"
    assert naming_column({"name": ["x"], "Neighbourhood": ["Hill"]}, "f") == "Neighbourhood"
    assert naming_column({"fid": ["1"], "empty": [""]}, "f") == "fid"
    with pytest.raises(InputError, match="which attribute names the neighbourhood is not clear"):
        naming_column({"a": ["1"], "b": ["2"]}, "f")
