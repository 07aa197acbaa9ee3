"""Lists as they are met in the field: what is made of each, and that it is said."""

from __future__ import annotations

import io

import pytest

from netform.errors import InputError
from netform.practices.model import PracticeList
from netform.practices.reading import read_practices


def _read(text: str) -> PracticeList:
    return read_practices("-", stdin=io.BytesIO(text.encode("utf-8")))


def _said(practices: PracticeList) -> str:
    return " ".join(practices.notes)


def test_averages_of_a_quarter_are_rounded_with_one_note() -> None:
    """8,597.25 is 8,597 patients; halves go to the even number, as Python rounds."""
    found = _read(
        'practice_code,postcode,list_size\nA,LS1 4AP,7855.0\nB,LS1 4AP,8597.25\nC,LS1 4AP,"1,000.75"\n'
    )
    assert [each.list_size for each in found] == [7_855, 8_597, 1_001]
    assert _said(found).count("were rounded: B, C.") == 1


def test_a_point_that_may_group_thousands_is_no_average() -> None:
    """12.345 could be twelve thousand."""
    with pytest.raises(InputError, match="not a whole number"):
        _read("practice_code,postcode,list_size\nA,LS1 4AP,12.345\n")


def test_a_practice_with_a_closing_date_is_left_out_and_named() -> None:
    """Whatever the date: it is nobody's to plan without a word."""
    head = "practice_code,postcode,list_size,Practice Close Date\n"
    found = _read(head + "A,LS1 4AP,5000,\nB,LS1 4AP,5000,31/03/2019\nC,LS1 4AP,5000,-\n")
    assert found.codes == ("A", "C")
    assert "left out: B (31/03/2019)" in _said(found)


@pytest.mark.parametrize(
    ("header", "x", "y", "names"),
    [
        ("X,Y", "-1.5", "53.8", "longitude and latitude"),
        ("x,y", "430000", "433000.5", "easting and northing"),
    ],
)
def test_x_and_y_are_degrees_or_metres_by_their_values(header: str, x: str, y: str, names: str) -> None:
    """As QGIS writes them, with a note."""
    found = _read(f"practice_code,list_size,{header}\nA,5000,{x},{y}\n")
    (practice,) = found.practices
    assert f"were read as {names}" in _said(found)
    place = (
        (practice.longitude, practice.latitude)
        if "latitude" in names
        else (practice.easting, practice.northing)
    )
    assert place == (float(x), float(y))


def test_x_and_y_that_are_neither_are_refused() -> None:
    """A value that no degree and no grid has is no place."""
    with pytest.raises(InputError, match="no column is the postcode; the columns are"):
        _read("practice_code,list_size,X,Y\nA,5000,-1.5,53.8\nB,5000,12,800\n")


def test_points_as_text_are_places() -> None:
    """Well-known text in a column called as QGIS calls it."""
    found = _read(
        "wkt_geom,practice_code,list_size\nPoint (-2.3000 53.4000),A,5000\nPOINT Z(-2.29 53.403 0),B,4000\n"
    )
    assert [(each.longitude, each.latitude) for each in found] == [(-2.3, 53.4), (-2.29, 53.403)]


def test_ages_as_columns_are_added_up() -> None:
    """392 + 393 + 3,535 + 3,536; a row with a suppressed count is a fault of that row."""
    head = "Practice Code,Practice Postcode,Male 0-4,Female 0-4,Male 5+,Female 5+\n"
    found = _read(head + 'A,LS1 4AP,392,393,3535,"3,536"\n')
    assert found.practices[0].list_size == 7_856
    assert "added up from 4 columns of ages, 'Male 0-4' to 'Female 5+'" in _said(found)
    with pytest.raises(InputError, match="row 2"):
        _read(head + "A,LS1 4AP,392,*,3535,3536\n")


def test_a_total_beside_ages_is_the_list_size() -> None:
    """Nothing is added up where the list says it."""
    found = _read("code,postcode,total_patients,0-4,5-14,15+\nA,LS1 4AP,100,1,2,3\n")
    assert found.practices[0].list_size == 100


def test_points_of_a_map_are_practices() -> None:
    """Properties are columns, and the point is the place unless there are eastings."""
    text = (
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"practice_code": "A",'
        ' "list_size": 5000, "tags": [1]}, "geometry": {"type": "Point", "coordinates": [-1.5, 53.8]}}]}'
    )
    found = _read(text)
    assert [(each.code, each.list_size, each.longitude) for each in found] == [("A", 5_000, -1.5)]
    assert "was read as GeoJSON" in _said(found)


@pytest.mark.parametrize("text", ['{"a": 1}', '{"features": []}', "{ not json", '{"features": [1]}'])
def test_other_json_is_one_fault(text: str) -> None:
    """Not a flood of quotation marks."""
    with pytest.raises(InputError) as caught:
        _read(text)
    assert len(caught.value.faults) == 1


def test_the_file_of_ods_is_told_by_its_shape() -> None:
    """27 columns without a header: no list sizes."""
    row = ["A00001", "ONE", *[""] * 7, "LS1 4AP", "19740401", "", "ACTIVE", *[""] * 14]
    with pytest.raises(InputError, match="epraccur") as caught:
        _read(",".join(f'"{cell}"' for cell in row) + "\n")
    assert len(caught.value.faults) == 1


def test_a_practice_in_two_networks_is_of_the_larger_list() -> None:
    """In whichever order the rows stand; the other row's patients are not added."""
    rows = ["A,LS1 4AP,7855,U1", "A,LS2 4AP,2100,U2", "B,LS1 4AP,5000,U1"]
    for order in (rows, rows[::-1]):
        found = _read("code,postcode,list_size,pcn_code\n" + "\n".join(order) + "\n")
        assert [(each.code, each.list_size, each.pcn_code) for each in found] == [
            ("A", 7_855, "U1"),
            ("B", 5_000, "U1"),
        ]
        assert "A as of U1 (7,855 patients), not of U2 (2,100)" in _said(found)


def test_the_same_network_twice_is_a_slip() -> None:
    """Then one of the two rows is to go."""
    with pytest.raises(InputError, match="stands in row 2 and again in row 3"):
        _read("code,postcode,list_size,pcn_code\nA,LS1 4AP,7855,U1\nA,LS1 4AP,7855,U1\n")


def test_columns_are_said_and_near_misses_named() -> None:
    """What was read as what, and what looks like a column that is known."""
    found = _read("ODS Code,Postcode,PRACTICE_LIST_SIZE,weighted_list_sizes\nA,LS1 4AP,5000,5100\n")
    assert "Columns read: practice_code from 'ODS Code', list_size from 'PRACTICE_LIST_SIZE'." in found.notes
    assert any(
        note.startswith("Column 'weighted_list_sizes' resembles weighted_list_size") for note in found.notes
    )


def test_list_sizes_beyond_all_others_are_named() -> None:
    """A hundred times the middle one, or more than any practice has."""
    rows = "".join(f"A{k},LS1 4AP,{size}\n" for k, size in enumerate((1_000, 1_100, 1_200, 110_001, 130_000)))
    found = _read("code,postcode,list_size\n" + rows)
    assert any("to be checked: A4 (130,000)." in note for note in found.notes)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("LSI 4AP", "LS1 4AP"),
        ("L51 4AP", "L51 4AP"),
        ("LS1 4A0", "LS1 4AO"),
        ("B1O IAA", "B10 1AA"),
        ("SW1A 1A5", "SW1A 1AS"),
    ],
)
def test_letters_and_digits_that_look_alike(typed: str, meant: str) -> None:
    """The postcode that is meant is suggested; one that has the form of a postcode is taken as it is."""
    text = f"code,postcode,list_size\nA,{typed},5000\n"
    if typed == meant:
        assert _read(text).practices[0].postcode == typed
        return
    with pytest.raises(InputError, match=f"Did you mean '{meant}'"):
        _read(text)
