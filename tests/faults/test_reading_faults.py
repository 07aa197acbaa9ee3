"""Every fault a practice list can have ends in one clear error that says where it is and what to do."""

from __future__ import annotations

import datetime as dt
import io
import os
import struct
import time
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import pytest
import xlsxwriter

from netform.errors import Fault, InputError
from netform.practices.reading import read_practices
from netform.practices.text import MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = "practice_code,practice_name,postcode,list_size\n"
_GOOD = "A1,ONE,LS1 4AP,4000\n"


class Case(NamedTuple):
    """A list with one fault, and what the error must say of it."""

    text: str | bytes
    row: int | None
    column: str | None
    value: str | None
    problem: str


def _row(text: str) -> str:
    return _HEADER + _GOOD + text + "\n"


CASES = {
    # Numbers that are not registered patients.
    "list size 0": Case(_row("A2,TWO,LS1 4AP,0"), 3, "list_size", "0", "is 0"),
    "list size 0.0": Case(_row("A2,TWO,LS1 4AP,0.0"), 3, "list_size", "0.0", "is 0"),
    "list size negative": Case(_row("A2,TWO,LS1 4AP,-5"), 3, "list_size", "-5", "is negative"),
    "list size negative as accountants write it": Case(
        _row("A2,TWO,LS1 4AP,(500)"), 3, "list_size", "(500)", "is negative"
    ),
    "list size blank": Case(_row("A2,TWO,LS1 4AP,"), 3, "list_size", "", "is blank"),
    "list size of spaces": Case(_row("A2,TWO,LS1 4AP,  "), 3, "list_size", "", "is blank"),
    "list size NaN": Case(_row("A2,TWO,LS1 4AP,NaN"), 3, "list_size", "NaN", "not a whole number"),
    "list size inf": Case(_row("A2,TWO,LS1 4AP,inf"), 3, "list_size", "inf", "not a whole number"),
    "list size beyond 10 million": Case(
        _row("A2,TWO,LS1 4AP,10000001"), 3, "list_size", "10000001", "beyond 10,000,000"
    ),
    "list size of 5,000 digits": Case(
        _row("A2,TWO,LS1 4AP," + "9" * 5000), 3, "list_size", "9" * 5000, "beyond"
    ),
    "list size with a thousandth": Case(
        _row("A2,TWO,LS1 4AP,400.125"), 3, "list_size", "400.125", "not a whole number"
    ),
    "list size grouped by a point": Case(
        _row("A2,TWO,LS1 4AP,12.345"), 3, "list_size", "12.345", "not a whole"
    ),
    "list size grouped in twos": Case(
        _row('A2,TWO,LS1 4AP,"1,23,456"'), 3, "list_size", "1,23,456", "not a whole"
    ),
    "list size with an exponent": Case(_row("A2,TWO,LS1 4AP,1.2e4"), 3, "list_size", "1.2e4", "scientific"),
    "list size in full-width digits": Case(
        _row("A2,TWO,LS1 4AP,\uff11\uff12\uff13"), 3, "list_size", "\uff11\uff12\uff13", "not a whole number"
    ),
    "list size in words": Case(
        _row("A2,TWO,LS1 4AP,about 4000"), 3, "list_size", "about 4000", "not a whole"
    ),
    "list size suppressed": Case(_row("A2,TWO,LS1 4AP,*"), 3, "list_size", "*", "not a whole number"),
    # Codes.
    "code blank": Case(_row(",TWO,LS1 4AP,4000"), 3, "practice_code", "", "code is blank"),
    "code twice in the same case": Case(
        _row("A1,TWO,LS1 4AP,4000"), 3, "practice_code", "A1", "row 2 and again in row 3"
    ),
    "code twice in another case": Case(
        _row("a1,ONE,LS1 4AP,4000"), 3, "practice_code", "a1", "row 2 and again in row 3"
    ),
    "code too long": Case(
        _row("A" * 21 + ",TWO,LS1 4AP,4000"), 3, "practice_code", "A" * 21, "21 characters"
    ),
    "code with an escape": Case(
        _row("A\x1b[31m2,TWO,LS1 4AP,4000"), 3, "practice_code", "A\x1b[31m2", "do not print"
    ),
    "code with a line break": Case(
        _row('"A\n2",TWO,LS1 4AP,4000'), 3, "practice_code", "A\n2", "do not print"
    ),
    "code turned into a date": Case(
        _row("2026-03-01,TWO,LS1 4AP,4000"), 3, "practice_code", "2026-03-01", "is a date"
    ),
    "totals row": Case(_row("Total,,,8000"), 3, "practice_code", "Total", "looks like a totals row"),
    "totals row, said at length": Case(
        _row("TOTAL for 15F:,,,8000"), 3, "practice_code", "TOTAL for 15F:", "totals"
    ),
    "totals row without a word": Case(_row(",,,8000"), 3, "practice_code", "", "looks like a totals row"),
    "totals row with its word in the name": Case(
        _row(",Total,,8000"), 3, "practice_code", "", "a totals row"
    ),
    # Postcodes.
    "postcode blank": Case(_row("A2,TWO,,4000"), 3, "postcode", "", "is blank"),
    "postcode malformed": Case(_row("A2,TWO,LS1,4000"), 3, "postcode", "LS1", "not the form of a postcode"),
    "postcode in full-width letters": Case(
        _row("A2,TWO,\uff2cS1 4AP,4000"), 3, "postcode", "\uff2cS1 4AP", "not the form of a postcode"
    ),
    "postcode of Northern Ireland": Case(
        _row("A2,TWO,BT1 5GS,4000"), 3, "postcode", "BT1 5GS", "Northern Ireland"
    ),
    "postcode of Guernsey": Case(_row("A2,TWO,GY1 1AA,4000"), 3, "postcode", "GY1 1AA", "Guernsey"),
    "postcode of Jersey": Case(_row("A2,TWO,JE2 3AB,4000"), 3, "postcode", "JE2 3AB", "Jersey"),
    "postcode of the Isle of Man": Case(_row("A2,TWO,IM1 1AA,4000"), 3, "postcode", "IM1 1AA", "Isle of Man"),
    "pseudo-postcode": Case(_row("A2,TWO,ZZ99 3VZ,4000"), 3, "postcode", "ZZ99 3VZ", "pseudo-postcode"),
    # Rows and quotes.
    "row too long": Case(
        _row("A2,TWO, AND CO,LS1 4AP,4000"), 3, None, "A2", "has 5 cells and the header has 4"
    ),
    "row too short": Case(_row("A2,TWO,4000"), 3, None, "A2", "has 3 cells and the header has 4"),
    "footnote": Case(_row("Source: NHS England"), 3, None, "Source: NHS England", "has 1 cells"),
    "quote never closed": Case(
        _row('A2,"TWO,LS1 4AP,4000\nA3,THREE,LS1 4AP,1'), 3, None, None, "never closed"
    ),
    "text after a quote": Case(
        _row('A2,"TWO" & CO,LS1 4AP,4000'), 3, None, None, "follows a closing quotation"
    ),
    "a cell of 200,000 characters": Case(
        _row("A2," + "x" * 200_000 + ",LS1 4AP,1"), 3, None, None, "longer than"
    ),
    "a row of 20,000 cells": Case(_row("," * 20_000), 3, None, None, "the row has 20,001 cells"),
    # Columns.
    "column missing": Case("code,postcode\nA1,LS1 4AP\n", 1, None, None, "no column is the list_size"),
    "column twice": Case(
        "code,postcode,list_size,list_size\nA1,LS1 4AP,5,6\n",
        1,
        "list_size",
        None,
        "could each be the list_size",
    ),
    "two columns of one meaning": Case(
        "code,postcode,patients,number of patients\nA1,LS1 4AP,5,6\n",
        1,
        "number of patients",
        None,
        "could each be",
    ),
    "easting without northing": Case(
        "code,postcode,list_size,easting\nA1,LS1 4AP,5,429363\n", 1, None, None, "no column is the northing"
    ),
    # Coordinates.
    "easting alone in a row": Case(
        "code,list_size,easting,northing\nA1,5,429363,\n", 2, "northing", "", "the northing is blank"
    ),
    "coordinates not numbers": Case(
        "code,list_size,easting,northing\nA1,5,east,433330\n", 2, "easting", "east", "not a number"
    ),
    "coordinates infinite": Case(
        "code,list_size,easting,northing\nA1,5,1e999,433330\n", 2, "easting", "1e999", "too large"
    ),
    "coordinates 0/0": Case("code,list_size,easting,northing\nA1,5,0,0\n", 2, "easting", "0, 0", "both 0"),
    "degrees in the easting column": Case(
        "code,list_size,easting,northing\nA1,5,-1.54,53.8\n", 2, "easting", "-1.54, 53.8", "hold degrees"
    ),
    "metres in the latitude column": Case(
        "code,list_size,lat,long\nA1,5,433330,429363\n", 2, "lat", "433330, 429363", "do not hold degrees"
    ),
    "latitude and longitude exchanged": Case(
        "code,list_size,lat,long\nA1,5,-1.54,53.8\n", 2, "lat", "-1.54, 53.8", "are exchanged"
    ),
    "outside Great Britain": Case(
        "code,list_size,lat,long\nA1,5,48.86,2.35\n", 2, "lat", "48.86, 2.35", "outside Great Britain"
    ),
    # What else a row can say.
    "practice closed": Case(
        "code,postcode,list_size,status\nA1,LS1 4AP,5,CLOSED\n", 2, "status", "CLOSED", "not open"
    ),
    "staff negative": Case(
        "code,postcode,list_size,gp_fte\nA1,LS1 4AP,5,-1\n",
        2,
        "gp_fte",
        "-1",
        "full-time posts from 0 to 100,000",
    ),
    "staff in words": Case(
        "code,postcode,list_size,gp_fte\nA1,LS1 4AP,5,two\n", 2, "gp_fte", "two", "not a number"
    ),
    "ages only": Case(
        "code,postcode,sex,age,list_size\nA1,LS1 4AP,MALE,0_4,5\n",
        1,
        "sex",
        None,
        "none about a whole practice",
    ),
    # Whole files.
    "header only": Case(_HEADER, None, None, None, "a header and no practices"),
    "empty": Case(b"", None, None, None, "it is empty"),
    "white space only": Case(b" \n\r\n\t", None, None, None, "it is empty"),
    "NUL": Case(_row("A2,T\0WO,LS1 4AP,4000"), 3, None, None, "NUL characters"),
    "UTF-16 without a mark": Case(
        _row("A2,TWO,LS1 4AP,1").encode("utf-16-le"), 1, None, None, "NUL characters"
    ),
    "UTF-16 cut off": Case(
        b"\xff\xfe" + "code".encode("utf-16-le")[:-1], 1, None, None, "begins as utf-16-le"
    ),
    "a byte that is no text": Case(_row("A2,T").encode() + b"\x81,LS1 4AP,1", 4, None, None, "byte 0x81"),
    "an old workbook": Case(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 64, None, None, None, ".xls"),
    "a compressed file": Case(b"\x1f\x8b" + b"0" * 64, None, None, None, "compressed"),
    "a PDF": Case(b"%PDF-1.7", None, None, None, "PDF"),
    "a damaged workbook": Case(b"PK\x03\x04" + b"0" * 64, None, None, None, "damaged workbook"),
}


def faults_of(text: str | bytes, area_column: str | None = None) -> tuple[Fault, ...]:
    """Read a list that must be refused, and give its faults."""
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(InputError) as caught:
        read_practices("-", area_column=area_column, stdin=io.BytesIO(data))
    return caught.value.faults


@pytest.mark.parametrize("name", CASES)
def test_each_fault_is_named_with_its_place(name: str) -> None:
    """A list with one fault gives one fault, with the file, row, column, value and a remedy."""
    case = CASES[name]

    faults = faults_of(case.text)

    assert len(faults) == 1, "\n".join(map(str, faults))
    fault = faults[0]
    assert (fault.file, fault.row, fault.column, fault.value) == ("-", case.row, case.column, case.value)
    assert case.problem in fault.problem
    assert fault.remedy
    assert not fault.problem.endswith(".")
    assert not fault.remedy.endswith(".")


def test_all_faults_of_a_file_come_at_once_in_file_order() -> None:
    """Faults of the columns, of single cells, of rows and across rows are reported together."""
    text = (
        "code,name,postcode,area\n"  # row 1: no list size
        "A1,ONE,LS1,north\n"  # row 2: no postcode by its form
        '"A2" x,TWO,LS1 4AP,north\n'  # row 3: text after a quote
        "A3,THREE,LS1 4AP,\n"  # row 4: no area
        "\n"  # row 5: blank
        "A1,FOUR,BT1 5GS,north,5\n"  # row 6: too long, so nothing else is read from it
        "A3,FIVE,ZZ99 3VZ,north\n"  # row 7: twin of row 4, and a pseudo-postcode
    )

    faults = faults_of(text, area_column="area")

    assert [(fault.row, fault.column) for fault in faults] == [
        (1, None),
        (2, "postcode"),
        (3, None),
        (4, "area"),
        (6, None),
        (7, "code"),
        (7, "postcode"),
    ]


def test_a_missing_area_column_suggests_the_nearest() -> None:
    """An area column that the file lacks is a fault that lists the columns and suggests one."""
    (fault,) = faults_of(
        "code,postcode,list_size,sub_icb_code\nA1,LS1 4AP,5,15F\n", area_column="sub_icb_cod"
    )

    assert "'sub_icb_cod'" in fault.problem
    assert "'list_size'" in fault.problem
    assert fault.remedy == "Did you mean 'sub_icb_code'?"


def test_a_file_of_another_kind_stops_after_a_thousand_faults() -> None:
    """A file with more faults than anyone mends ends with one that says how many more were not listed."""
    faults = faults_of(_HEADER + "A1,ONE,LS1 4AP,x\n" * 3000)

    assert len(faults) == 1001
    assert "more than 1,000 faults" in faults[-1].problem


def test_a_row_is_counted_as_a_spreadsheet_does() -> None:
    """A line break inside a quoted name does not move the numbers of the rows below it."""
    (fault,) = faults_of(_HEADER + 'A1,"ONE\nAND\nMORE",LS1 4AP,4000\n\nA2,TWO,LS1 4AP,0\n')

    assert fault.row == 4


def _source_faults(source: Path | str) -> tuple[Fault, ...]:
    started = time.monotonic()
    with pytest.raises(InputError) as caught:
        read_practices(source)
    assert time.monotonic() - started < 5, "it must not wait"
    return caught.value.faults


def test_a_missing_file_suggests_the_nearest(tmp_path: Path) -> None:
    """A file that is not there is refused with the nearest name in its folder."""
    (tmp_path / "leeds.csv").touch()

    (fault,) = _source_faults(tmp_path / "leads.csv")

    assert fault.problem == "there is no such file"
    assert fault.remedy == "Did you mean 'leeds.csv'?"


def test_a_folder_a_pipe_and_a_device_are_refused_without_waiting(tmp_path: Path) -> None:
    """Only regular files are read: a folder, a pipe nobody writes to and an endless device are refused."""
    os.mkfifo(tmp_path / "pipe")

    assert "folder" in _source_faults(tmp_path)[0].problem
    assert "pipe or a device" in _source_faults(tmp_path / "pipe")[0].problem
    assert "pipe or a device" in _source_faults("/dev/zero")[0].problem
    assert "cannot be opened" in _source_faults("a\0b")[0].problem


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    """A file without permission is refused with what to do."""
    path = tmp_path / "list.csv"
    path.write_text(_HEADER)
    path.chmod(0)

    assert "may not read" in _source_faults(path)[0].problem


def test_a_file_of_2_gb_is_refused_without_reading_it(tmp_path: Path) -> None:
    """A file far larger than any list is refused after a bounded read."""
    path = tmp_path / "list.csv"
    with path.open("wb") as stream:
        stream.truncate(2 * 2**30)  # sparse: it takes no room

    assert "larger than 64 MiB" in _source_faults(path)[0].problem


def test_endless_standard_input_is_refused() -> None:
    """Standard input that never ends is read no further than the limit."""

    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            assert 0 <= size <= MAX_BYTES + 1
            return b"x" * size

    with pytest.raises(InputError, match="larger than 64 MiB"):
        read_practices("-", stdin=Endless())  # type: ignore[arg-type]


def _workbook(*sheets: list[list[object]]) -> dict[str, bytes]:
    """Parts of a workbook, to be spoilt and packed again."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for row, cells in enumerate(rows):
                sheet.write_row(row, 0, cells)
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


_ROWS: list[list[object]] = [["code", "postcode", "list_size"], ["A1", "LS1 4AP", 4000], ["A2", "LS1 4AP", 0]]


def test_a_fault_in_a_workbook_has_the_row_of_the_sheet() -> None:
    """Rows of a sheet are numbered as Excel shows them, and a second sheet is named."""
    (fault,) = faults_of(_packed(_workbook(_ROWS)))
    assert (fault.file, fault.row, fault.column, fault.value) == ("-", 3, "list_size", "0")

    (fault,) = faults_of(_packed(_workbook([["Read me first"]], _ROWS)))
    assert (fault.file, fault.row) == ("-, sheet 'Sheet2'", 3)


@pytest.mark.parametrize(
    ("part", "old", "new", "problem"),
    [
        ("xl/worksheets/sheet1.xml", b'r="C3"', b'r="XFD1048576"', "spans 1,048,576 rows by 16,384 columns"),
        ("xl/worksheets/sheet1.xml", b'r="C3"', b'r="C99999999999"', "a cell is said to be at"),
        ("xl/worksheets/sheet1.xml", b'<row r="3"', b'<row r="999999999"', "a row or a count is"),
        ("xl/sharedStrings.xml", b'uniqueCount="', b'uniqueCount="999999', "entries in a table"),
        ("xl/sharedStrings.xml", b"<sst", b'<!DOCTYPE sst [<!ENTITY a "b">]><sst', "document type"),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b"", "damaged workbook"),
    ],
)
def test_a_workbook_that_would_fill_memory_is_refused(
    part: str, old: bytes, new: bytes, problem: str
) -> None:
    """Claims of vast sheets and tables, which would end the process in the compiled reader, are faults."""
    parts = _workbook(_ROWS)
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new, 1)

    (fault,) = faults_of(_packed(parts))

    assert problem in fault.problem


def test_cells_are_counted_over_all_sheets() -> None:
    """Each of six sheets has a stray cell at A1000000: a million cells are a sheet, and six are too many."""
    parts = _workbook(*[[["a"], ["b"]]] * 6)
    for number in range(1, 7):
        name = f"xl/worksheets/sheet{number}.xml"
        assert b'r="A2"' in parts[name]
        parts[name] = parts[name].replace(b'r="A2"', b'r="A1000000"')
    (fault,) = faults_of(_packed(parts))
    assert "its sheets span more than 5,000,000 cells together" in fault.problem


def test_a_zip_bomb_is_refused_even_when_it_lies_about_its_size() -> None:
    """A workbook that unfolds to gigabytes is refused, whatever its directory says of the size."""
    parts = _workbook(_ROWS)
    parts["xl/media/image1.bin"] = b"\0" * (210 * 2**20)
    data = bytearray(_packed(parts))
    assert len(data) < 2**20
    # The size before packing stands at byte 24 of an entry of the central directory.
    at = data.index(b"xl/media/image1.bin", data.index(b"PK\x01\x02")) - 46
    struct.pack_into("<L", data, at + 24, 10)

    (fault,) = faults_of(bytes(data))

    assert "more than 200 MiB" in fault.problem


def test_a_workbook_with_nothing_in_it_or_with_a_date_for_a_code_is_refused() -> None:
    """Empty sheets are a fault, and so is a code that a spreadsheet took for a date."""
    (fault,) = faults_of(_packed(_workbook([], [])))
    assert fault.problem == "its sheets are empty"

    spring = dt.datetime(2026, 3, 1)  # noqa: DTZ001 - a spreadsheet knows no time zones
    (fault,) = faults_of(_packed(_workbook([["code", "postcode", "list_size"], [spring, "LS1 4AP", 5]])))
    assert (fault.row, fault.column, fault.value) == (2, "code", "2026-03-01")


def test_a_workbook_with_a_part_missing_is_refused() -> None:
    """What the compiled reader does not understand is a fault that says to save the workbook again."""
    parts = _workbook(_ROWS)
    del parts["xl/worksheets/sheet1.xml"]

    (fault,) = faults_of(_packed(parts))

    assert "cannot be read as a workbook" in fault.problem


def test_a_file_of_line_breaks_ends_soon() -> None:
    """Two million blank rows are as far as reading goes."""
    (fault,) = faults_of(_HEADER.encode() + b"\n" * 2_000_100)

    assert "more than 2,000,000 rows" in fault.problem


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    """A zip archive of a CSV, as NHS England publishes, is refused with what to do."""
    (fault,) = faults_of(_packed({"list.csv": b"code"}))

    assert "no Excel workbook" in fault.problem


def test_many_faults_that_are_alike_are_told_by_the_first_ones() -> None:
    """All of them are kept for programs; a reader has five, how many more there are, and any other fault."""
    rows = "".join(f"A{k},ONE,LS1 4AP,{k} people\n" for k in range(40)) + "B,ONE,nowhere,5\n"
    with pytest.raises(InputError) as caught:
        read_practices(
            "-", stdin=io.BytesIO(b"practice_code,practice_name,postcode,list_size\n" + rows.encode())
        )
    assert len(caught.value.faults) == 41
    lines = str(caught.value).splitlines()
    assert len(lines) == 5 + 1 + 1
    assert lines[5] == "-, column 'list_size': the same 35 times more, from row 7 on."
    assert "row 42, column 'postcode'" in lines[6]
