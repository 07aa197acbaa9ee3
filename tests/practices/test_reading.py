"""Lists of every shape are read as what they say."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from netform.errors import InputError
from netform.practices.model import Practice, PracticeList
from netform.practices.reading import READERS, read_practices
from netform.practices.tables import Table
from netform.practices.values import CellError, clean_text, decimal_number, list_size

if TYPE_CHECKING:
    from pathlib import Path

    from netform.practices.model import PracticeList

_LIST = 'practice_code,practice_name,postcode,list_size\nB2,Two,LS1 4AP,4000\nA1,One,ls118lh,"12,345"\n'


def _notes(practices: PracticeList) -> tuple[str, ...]:
    """Give what is noted beside which columns were read as what."""
    return tuple(note for note in practices.notes if not note.startswith("Columns read: "))


def _read(text: str | bytes, area_column: str | None = None) -> PracticeList:
    data = text if isinstance(text, bytes) else text.encode()
    return read_practices("-", area_column=area_column, stdin=io.BytesIO(data))


def test_a_plain_list_is_sorted_by_code_with_rows_kept(tmp_path: Path) -> None:
    """Practices come in order of code, each with the row it came from, and the file with its digest."""
    path = tmp_path / "list.csv"
    path.write_bytes(_LIST.encode())

    practices = read_practices(path)

    assert practices.practices == (
        Practice("A1", "One", "LS11 8LH", 12345, row=3),
        Practice("B2", "Two", "LS1 4AP", 4000, row=2),
    )
    assert practices.source == str(path)
    assert practices.sha256 == hashlib.sha256(_LIST.encode()).hexdigest()
    assert _notes(practices) == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_line_ends_and_delimiters(encoding: str, end: str, delimiter: str) -> None:
    """The same practice comes out of every encoding with a mark, line end and delimiter."""
    text = end.join(
        delimiter.join(row)
        for row in (["code", "name", "postcode", "patients"], ["A1", "Né", "LS1 4AP", "7"])
    )
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")

    assert _read(mark + text.encode(encoding)).practices == (Practice("A1", "Né", "LS1 4AP", 7, row=2),)


def test_windows_1252_is_read_with_a_note() -> None:
    """Bytes that are not UTF-8 are Windows-1252, and the note says in which row that showed."""
    practices = _read(_LIST.encode() + "C3,Caf\u00e9 \u2013 x,LS1 4AP,1000\n".encode("cp1252"))

    assert practices.practices[2].name == "Café \u2013 x"
    assert _notes(practices) == (
        "The text is not UTF-8 (row 4): it was read as Windows-1252. Check accents in the names.",
    )


def test_codes_survive_as_text() -> None:
    """Codes that look like numbers, nothing or a truth value stay what they are, in upper case."""
    codes = ["NA", "1E5", "00123", "NULL", "TRUE", "NAN", "b86002", "-", "=1+1"]

    practices = _read("code,postcode,list_size\n" + "".join(f"{code},LS1 4AP,10\n" for code in codes))

    assert practices.codes == tuple(
        sorted(["NA", "1E5", "00123", "NULL", "TRUE", "NAN", "B86002", "-", "=1+1"])
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12345", 12345),
        ("12,345", 12345),
        ("1,234,567", 1234567),
        ("12 345", 12345),
        ("12\u00a0345", 12345),
        ("12\u202f345", 12345),
        ("12345.0", 12345),
        ("12345.", 12345),
        ("0012", 12),
        ("10000000", 10_000_000),
    ],
)
def test_list_sizes_as_people_write_them(text: str, expected: int) -> None:
    """Whole numbers with groups of three, or with decimals that are zero, are list sizes."""
    assert list_size(text) == expected


def test_decimal_numbers_may_have_an_exponent() -> None:
    """A coordinate near Greenwich may be written with an exponent, which loses nothing."""
    assert decimal_number("-4.2e-05") == -0.000042
    assert decimal_number("1,234.5") == 1234.5
    assert decimal_number("+.5") == 0.5
    for text in ("", ".", "-", "e5", "1e5e5", "0x10", "1_000", "nan", "inf"):
        with pytest.raises(CellError):
            decimal_number(text)


def test_rows_above_the_header_are_left_out_with_a_note() -> None:
    """A title and a date above the header are skipped, and the note says which rows; blank rows are free."""
    practices = _read("Practices of Leeds; July 2026\n\n,,\nCode,Postcode,List size\n\nA1,LS1 4AP,10\n,,\n")

    assert practices.practices == (Practice("A1", "", "LS1 4AP", 10, row=6),)
    assert _notes(practices) == ("The header was found in row 4; row 1 above it left out.",)


def test_quoted_names_hold_commas_quotes_and_line_breaks() -> None:
    """A quoted name keeps its comma and its quotation mark; its line break becomes a space."""
    practices = _read('code,name,postcode,list_size\nA1, "The ""Old""\r\nMill, Leeds",LS1 4AP,10\n')

    assert practices.practices[0].name == 'The "Old" Mill, Leeds'


def test_control_characters_leave_names_with_a_note() -> None:
    """Escapes and text that reorders what is read are taken out of names, and the note says where."""
    practices = _read("code,name,postcode,list_size\nA1,\x1b[31mRed\u202e,LS1 4AP,10\nA2,Plain,LS1 4AP,10\n")

    assert practices.practices[0].name == "[31mRed"
    assert _notes(practices) == ("Control characters were taken out of the text of A1.",)
    assert clean_text("  a \u2028 b\u00a0 c ") == ("a b c", False)


def test_own_coordinates_make_a_postcode_optional() -> None:
    """With easting and northing, or latitude and longitude, a practice needs no postcode."""
    by_grid = _read("code,list_size,easting,northing\nA1,10,429363,433330\n").practices[0]
    by_degrees = _read("code,list_size,lat,long,postcode\nA1,10,53.8,-1.54,\nA2,10,,,LS1 4AP\n").practices

    assert (by_grid.easting, by_grid.northing, by_grid.postcode) == (429363.0, 433330.0, "")
    assert (by_degrees[0].latitude, by_degrees[0].longitude) == (53.8, -1.54)
    assert (by_degrees[1].latitude, by_degrees[1].postcode) == (None, "LS1 4AP")


def test_optional_measures_may_be_unknown() -> None:
    """Blank, ND and the like are unknown staff; U is no network."""
    practice = _read(
        "code,postcode,list_size,gp_fte,nurse_fte,weighted_list,pcn_code\nA1,LS1 4AP,10,ND,2.5,,U\n"
    ).practices[0]

    assert (practice.gp_fte, practice.nurse_fte, practice.dpc_fte) == (None, 2.5, None)
    assert practice.weighted_list_size is None
    assert practice.pcn_code == ""


def test_the_area_is_the_column_the_user_names() -> None:
    """Any column can be the area, and none is without being named."""
    text = "code,postcode,list_size,Footprint\nA1,LS1 4AP,10, North \n"

    assert _read(text, "footprint").practices[0].area == "North"
    assert _read(text).practices[0].area == ""


def test_areas_that_differ_only_in_case_are_noted() -> None:
    """Two spellings of one area would split it, so the note names them."""
    text = "code,postcode,list_size,area\nA1,LS1 4AP,10,15F\nA2,LS1 4AP,10,15f\nA3,LS1 4AP,10,15E\n"

    assert _notes(_read(text, "area")) == (
        "Areas that differ only in case are taken as different: 15F, 15f.",
    )


def test_only_whole_practices_are_taken_from_a_breakdown() -> None:
    """Of rows by sex and age the ones of all are taken, never added up, and the note counts the rest."""
    practices = _read(
        "ORG_TYPE,ORG_CODE,POSTCODE,SEX,AGE_GROUP_5,NUMBER_OF_PATIENTS\n"
        "ICB,QWO,,ALL,ALL,900000\n"
        "GP,A1,LS1 4AP,ALL,ALL,30\n"
        "GP,A1,LS1 4AP,FEMALE,0_4,10\n"
        "GP,A1,LS1 4AP,MALE,ALL,20\n"
    )

    assert practices.practices == (Practice("A1", "", "LS1 4AP", 30, row=3),)
    assert _notes(practices) == ("3 rows about one sex, one age or a larger area were left out.",)


def test_a_closing_practice_is_noted() -> None:
    """A list of one patient is read, and noted as what closing practices have."""
    assert _notes(_read("code,postcode,list_size\nA1,LS1 4AP,1\n")) == (
        "A list of 1 patient is how closing practices are published: A1.",
    )


def test_a_large_list_is_no_fault() -> None:
    """More than 50,000 patients in one practice is unusual and right; so are codes users invent."""
    assert _read("code,postcode,list_size\nmy practice #1,LS1 4AP,153829\n").codes == ("MY PRACTICE #1",)


def _workbook(*sheets: list[list[object]]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for row, cells in enumerate(rows):
                sheet.write_row(row, 0, cells)
    return stream.getvalue()


def test_a_workbook_is_read_from_the_first_sheet_that_has_a_list() -> None:
    """Numbers, dates and text in a sheet become what the list says, with the rows of the sheet."""
    opened = dt.datetime(2026, 7, 1)  # noqa: DTZ001 - a spreadsheet knows no time zones
    practices = _read(
        _workbook(
            [["How to read this workbook"]],
            [],
            [
                ["List of", opened],
                [],
                ["Code", "Postcode", "Patients", "FTE GP"],
                [123, "LS1 4AP", 4000, 2.5],
            ],
        )
    )

    assert practices.practices == (Practice("123", "", "LS1 4AP", 4000, gp_fte=2.5, row=4),)


class TestReadersConform:
    """Every reader keeps the promises that reading relies on."""

    @pytest.mark.parametrize("kind", READERS)
    def test_rows_are_text_from_the_top(self, kind: str) -> None:
        """A reader gives tables whose rows are lists of text, the first row of the file first."""
        data = {
            "csv": _LIST.encode(),
            "geojson": b'{"features": [{"properties": {"code": "A1", "list_size": 5}}]}',
            "xlsx": _workbook([["code", 1.5], ["A1", 2]]),
        }[kind]

        (table,) = READERS[kind](data, "list")

        assert isinstance(table, Table)
        assert table.file == "list"
        assert table.rows[0][0] in {"practice_code", "code"}
        assert all(isinstance(cell, str) for row in table.rows for cell in row)


def test_reading_loads_no_heavy_library() -> None:
    """Reading a CSV needs neither numpy nor pandas nor the workbook reader."""
    code = (
        "import sys; from netform.practices.reading import read_practices; "
        "print([m for m in ('numpy', 'pandas', 'python_calamine', 'zipfile') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_sides_of_soft_boundaries_are_read_as_text() -> None:
    """Blank and what publications write for unknown are blank; control characters are taken out, with a note."""
    header = "code,list_size,postcode,place,ltla\n"
    rows = header + "A,5,LS1 4AP, Leeds ,E08000035\nB,5,LS1 4AP,N/A,\nC,5,LS1 4AP,Yo\x1brk,-\n"
    practices = read_practices("-", soft_columns=("ltla", "place"), stdin=io.BytesIO(rows.encode()))

    assert [practice.sides for practice in practices] == [("E08000035", "Leeds"), ("", ""), ("", "York")]
    assert _notes(practices) == ("Control characters were taken out of the text of C.",)
    assert [practice.sides for practice in _read(rows)] == [(), (), ()]


def test_clinical_staff_is_known_when_all_three_figures_are() -> None:
    """GPs, nurses and direct care; a year at the end of a header does not matter."""
    header = "code,list_size,postcode,gp_fte_fy2024,nurse_fte_fy2024,dpc_fte_fy2024,pcn_code\n"
    practices = _read(f"{header}A,5,LS1 4AP,2.0,0.5,0.25,U1\nB,5,LS1 4AP,2.0,,1,U\nC,5,LS1 4AP,0,0,0,\n")

    assert [practice.clinical_fte for practice in practices] == [2.75, None, 0.0]
    assert [practice.pcn_code for practice in practices] == ["U1", "", ""]


def test_present_networks_have_code_and_name() -> None:
    """Each from its column; what publications write for unknown is blank."""
    text = "code,list size,postcode,PCN Code,PCN Name\nA1,9,LS1 4AP,U1,ALPHA PCN\nB2,9,LS1 4AP,U,N/A\n"
    practices = _read(text).practices
    assert [(each.pcn_code, each.pcn_name) for each in practices] == [("U1", "ALPHA PCN"), ("", "")]


def test_names_of_networks_stand_for_codes_where_there_are_none() -> None:
    """So that a list of names has networks of today, with a note."""
    practices = _read("code,list size,postcode,primary care network\nA1,9,LS1 4AP,Alpha PCN\nB2,9,LS1 4AP,\n")
    assert [each.pcn_code for each in practices] == ["Alpha PCN", ""]
    assert any("in place of codes" in note for note in practices.notes)


def test_any_column_can_be_asked_for_as_a_division() -> None:
    """As spelt or nearly; a column that is not there is a fault that lists those that are."""
    text = b"code,list size,postcode,New Group\nA1,9,LS1 4AP, North \nB2,9,LS1 4AP,-\n"
    practices = read_practices("-", division_columns=["new_group"], stdin=io.BytesIO(text))
    assert [each.divisions for each in practices] == [("North",), ("",)]
    assert practices.division_columns == ("new_group",)
    with pytest.raises(
        InputError, match="'newgroups' is neither a file nor a column of the list; the columns are"
    ):
        read_practices("-", division_columns=["newgroups"], stdin=io.BytesIO(text))
