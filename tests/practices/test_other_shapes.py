"""Lists as they are met in the field: what is made of each, and that it is said."""

from __future__ import annotations

import io

import pytest

from netform.errors import InputError
from netform.practices.model import PracticeList
from netform.practices.reading import read_practices

HEAD = "practice_code,postcode,list_size"


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


def test_list_sizes_below_all_others_are_named() -> None:
    """A hundredth of the middle one, or a list in thousands; one that closes, of 1 patient, has its own note."""
    rows = "".join(f"A{k},LS1 4AP,{size}\n" for k, size in enumerate((5_000, 6_000, 59, 60, 1, 7_000, 8_000)))
    assert any(
        "smaller than any to be expected, to be checked: A2 (49)." in note
        for note in _read(HEAD + "\n" + rows.replace(",59", ",49")).notes
    )
    thousands = _read(f"{HEAD}\nA,LS1 4AP,7.9\nB,LS1 4AP,8.6\n")
    assert any(
        "smaller than any to be expected, to be checked: A (8), B (9)." in note for note in thousands.notes
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("LSI 4AP", "LS1 4AP"),
        ("LSl 4AP", "LS1 4AP"),
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


@pytest.mark.parametrize(
    "ages",
    [
        "M 0-4,F 0-4,M 5+,F 5+",
        "Male Under 5,Female Under 5,Male 5 and over,Female 5 and over",
        "Male 0\u20134,Female 0\u20134,Male 5+,Female 5+",
        "0-4 M,0-4 F,5+ M,5+ F",
        "<5,5-14,15-44,45+",
        "Patients aged 0-4,Patients aged 5-14,Patients aged 15-44,Patients aged over 44",
        "male_0_4,female_0_4,male_5_plus,female_5_plus",
    ],
)
def test_ages_are_known_however_they_are_written(ages: str) -> None:
    """1 + 2 + 3 + 4 patients: none of the four columns is left out."""
    assert _read(f"code,postcode,{ages}\nA,LS1 4AP,1,2,3,4.0\n").practices[0].list_size == 10


def test_patients_of_both_sexes_together_are_not_counted_twice() -> None:
    """Columns of persons beside those of each sex: 3 + 7, and not 20."""
    text = (
        "code,postcode,Male 0-4,Female 0-4,Persons 0-4,Male 5+,Female 5+,Persons 5+\nA,LS1 4AP,1,2,3,3,4,7\n"
    )
    assert _read(text).practices[0].list_size == 10


@pytest.mark.parametrize(
    "ages", ["0-4,5-14,20+", "0-4,0-14,15+", "5-9,10-14,15+", "0-4,5-9,10-14", "M 0-4,M 5-9,M 10+"]
)
def test_ages_that_leave_patients_out_or_count_them_twice_are_refused(ages: str) -> None:
    """A sum of them would be a list size that is silently wrong."""
    with pytest.raises(InputError, match="leave some ages out or count some twice"):
        _read(f"code,postcode,{ages}\nA,LS1 4AP,1,2,3\n")


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        ("wkt_geom", "MultiPoint ((-1.5 53.8))"),
        ("anything", "PointZ (-1.5 53.8 0)"),
        ("geom", "SRID=4326;POINT ZM(-1.5 53.8 0 0)"),
        ("geometry", '"{""type"": ""Point"", ""coordinates"": [-1.5, 53.8]}"'),
        ("Location", '"53.8, -1.5"'),
    ],
)
def test_points_are_read_however_they_are_written(header: str, shown: str) -> None:
    """By what stands in the column; the order of two bare numbers is that which lies in Great Britain."""
    (practice,) = _read(f"code,list_size,{header}\nA,5000,{shown}\n").practices
    assert (practice.longitude, practice.latitude) == (-1.5, 53.8)


@pytest.mark.parametrize("header", ["X_coord,Y_coord", "POINT_X,POINT_Y", "lon_x,lat_y", "E,N", "y,x"])
def test_columns_of_coordinates_have_many_names(header: str) -> None:
    """Of drawing tools, of maps and of people; X may hold what lies north."""
    first, second = ("53.8", "-1.5") if header == "y,x" else ("-1.5", "53.8")
    (practice,) = _read(f"code,list_size,{header}\nA,5000,{first},{second}\n").practices
    assert (practice.longitude, practice.latitude) == (-1.5, 53.8)
    (turned,) = _read("code,list_size,X,Y\nA,5000,53.8,-1.5\n").practices
    assert (turned.longitude, turned.latitude) == (-1.5, 53.8)


def test_coordinates_on_another_grid_are_named() -> None:
    """Web Mercator: a fault that says what to do, or a note where there are postcodes."""
    with pytest.raises(InputError, match=r"columns 'X' and 'Y' .* National Grid.* EPSG:27700"):
        _read("code,list_size,X,Y\nA,5000,-256000,7050000\n")
    with pytest.raises(InputError, match=r"column 'geom' .* National Grid.* EPSG:27700"):
        _read('code,list_size,geom\nA,5000,"POLYGON ((0 0,1 0,1 1,0 0))"\n')
    found = _read("code,list_size,postcode,X,Y\nA,5000,LS1 4AP,-256000,7050000\n")
    assert "Columns 'X' and 'Y' were not read" in _said(found)
    assert "not read" not in _said(_read("code,list_size,postcode,X,Y\nA,5000,LS1 4AP,,\n"))
    assert "not read" not in _said(_read("code,list_size,postcode,Location\nA,5000,LS1 4AP,Leeds (North)\n"))


@pytest.mark.parametrize(
    ("header", "open_", "closed"),
    [
        ("Close Date", "", "31/03/2019"),
        ("Closed", "", "2019-03-31"),
        ("Date of closure", "31/12/9999", "31 Mar 2019"),
        ("Practice Closed Date", "2099-12-31", "43555"),
        ("Legal End Date", "00/00/0000", "31032019"),
        ("Closing Date", "n/a", "Mar-19"),
        ("Closed", "No", "Yes"),
        ("Closed", "0", "1"),
        ("Open", "Yes", "No"),
        ("Is active", "TRUE", "FALSE"),
    ],
)
def test_closed_practices_are_left_out_whatever_says_so(header: str, open_: str, closed: str) -> None:
    """Never planned without a word; a date that stands for none closes nothing."""
    found = _read(f"{HEAD},{header}\nA,LS1 4AP,5000,{open_}\nB,LS1 4AP,5000,{closed}\n")
    assert found.codes == ("A",)
    assert "left out: B (" in _said(found)


def test_what_may_be_a_closing_and_is_not_clear_is_named() -> None:
    """The practices stay, with a note; a closed list is one that takes no new patients."""
    found = _read(f"{HEAD},End date,Closed\nA,LS1 4AP,5000,31/03/2019,\nB,LS1 4AP,5000,,merged\n")
    assert found.codes == ("A", "B")
    assert "'End date' says was not taken for the closing of a practice: A (31/03/2019)" in _said(found)
    assert "'Closed' says was not taken for the closing of a practice: B (merged)" in _said(found)
    assert "closing" not in _said(
        _read(f"{HEAD},List open or closed,Closed list\nA,LS1 4AP,5000,Closed,Yes\n")
    )


@pytest.mark.parametrize("header", ["Status", "Practice Status Code", "Open/Closed", "ODS_status"])
def test_a_status_refuses_what_is_closed(header: str) -> None:
    """In the row that says so."""
    with pytest.raises(InputError, match=r"row 3, .*is not open"):
        _read(f"{HEAD},{header}\nA,LS1 4AP,5000,Active\nB,LS1 4AP,5000,Closed\n")


@pytest.mark.parametrize("size", ["7855.333333333333", "7855.333", "1,855.333", "855.3333"])
def test_averages_may_have_many_decimals(size: str) -> None:
    """Unless three of them could be thousands."""
    (practice,) = _read(f'{HEAD}\nA,LS1 4AP,"{size}"\n').practices
    assert practice.list_size == int(float(size.replace(",", "")))


def test_practices_of_two_networks_are_settled_one_by_one() -> None:
    """Two of them before a third practice, with names for networks: no other practice is lost."""
    rows = ["A,LS1 4AP,1000,North", "B,LS1 4AP,1000,North", "C,LS1 4AP,3000,North"]
    rows += ["A,LS1 4AP,2000,South", "B,LS1 4AP,2000,South"]
    found = _read("code,postcode,list_size,pcn_name\n" + "\n".join(rows) + "\n")
    assert [(each.code, each.list_size, each.pcn_code) for each in found] == [
        ("A", 2_000, "South"),
        ("B", 2_000, "South"),
        ("C", 3_000, "North"),
    ]


@pytest.mark.parametrize("word", ["Unassigned", "TBC", "n/a", "None", "-", "No PCN"])
def test_words_for_no_network_are_no_network(word: str) -> None:
    """The practice has no present network, instead of one of that name."""
    found = _read(f"{HEAD},pcn\nA,LS1 4AP,5000,U1\nB,LS1 4AP,5000,{word}\n")
    assert [each.pcn_code for each in found] == ["U1", ""]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n  <!doctype html><html>", "web page"),
        ("<?xml version='1.0'?><a/>", "web page or XML"),
        ("SQLite format 3\0 and more", "database"),
        (' \n[{"a": [1, 2', "JSON"),
    ],
)
def test_files_of_another_kind_are_one_fault(text: str, said: str) -> None:
    """By their first signs, whatever the ending says."""
    with pytest.raises(InputError, match=said) as caught:
        _read(text)
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_of_portals_is_read(encoding: str) -> None:
    """Rows alone, and the attributes and places of Esri, in any encoding and after white space."""
    rows = '\n [{"ods_code": "A", "List Size": 5000, "postcode": "LS1 4AP"}]'
    esri = '{"features": [{"attributes": {"ods_code": "A", "List Size": 5000}, "geometry": {"x": -1.5, "y": 53.8}}]}'
    for text in (rows, esri):
        found = read_practices("-", stdin=io.BytesIO(text.encode(encoding)))
        assert [(each.code, each.list_size) for each in found] == [("A", 5_000)]


@pytest.mark.parametrize("width", [26, 27])
@pytest.mark.parametrize("opened", ["19740401", "1974-04-01"])
def test_the_file_of_ods_is_told_after_a_workbook_and_with_a_last_row(width: int, opened: str) -> None:
    """A workbook drops the last blank column, and people add rows."""
    row = ["A00001", "ONE", *[""] * 7, "LS1 4AP", opened, "", "ACTIVE", *[""] * 14][:width]
    with pytest.raises(InputError, match="epraccur") as caught:
        _read(",".join(row) + "\nTotal 1\n")
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize(("sex", "age"), [("Gender", "Age Group"), ("SEX", "Age band")])
def test_rows_by_sex_and_age_are_told_by_other_names(sex: str, age: str) -> None:
    """One fault, and not one a row that the practice stands there twice."""
    rows = "".join(f"A,LS1 4AP,50,{s},{a}\n" for s in ("Male", "Female") for a in ("0-4", "5+"))
    with pytest.raises(InputError, match="none about a whole practice") as caught:
        _read(f"{HEAD},{sex},{age}\n{rows}")
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Registered Patients (Last Known Figure)", "list_size"),
        ("List Size Apr-25", "list_size"),
        ("Registered list size 1 April 2025", "list_size"),
        ("Registered Patients as at 01/01/2026*", "list_size"),
        ("PCN name 2025/26", "pcn_name"),
        ("Weighted Population (Carr-Hill)", "weighted_list_size"),
        ("Weighted List Size (Jan 2026)", "weighted_list_size"),
    ],
)
def test_dates_and_remarks_behind_a_name_do_not_matter(header: str, field: str) -> None:
    """Payments and warehouses date their columns."""
    given = {"list_size": "list_size"} | {field: header}
    found = _read(f"code,postcode,{','.join(given.values())}\nA,LS1 4AP,{','.join(['5000'] * len(given))}\n")
    assert f"{field} from {header!r}" in _said(found)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Weighted", "weighted_list_size"),
        ("ACRA weighted list", "weighted_list_size"),
        ("Network", "pcn_code"),
    ],
)
def test_columns_that_resemble_a_field_by_their_words_are_named(header: str, field: str) -> None:
    """They are not read, and not passed over in silence."""
    found = _read(f"{HEAD},{header}\nA,LS1 4AP,5000,1\n")
    assert f"Column {header!r} resembles {field} and was not read" in _said(found)
    named = read_practices(
        "-", stdin=io.BytesIO(f"{HEAD},{header}\nA,LS1 4AP,5000,1\n".encode()), division_columns=[header]
    )
    assert "resembles" not in _said(named)


def test_a_missing_list_size_is_guessed_at_in_words_alone() -> None:
    """Patients of some kind may be all or some: people are asked."""
    with pytest.raises(InputError, match=r"Name it 'list_size', which 'Patients \(female\)' may be"):
        _read("code,postcode,Patients (female)\nA,LS1 4AP,5000\n")
