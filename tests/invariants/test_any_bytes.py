"""Any bytes end in a list or in an error that explains itself, and what was written is read back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io

import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from netform.errors import InputError
from netform.practices.model import PracticeList
from netform.practices.reading import read_practices
from tests.examples import examples
from tests.strategies import ListFile, list_files

_HEADER = b"practice_code,postcode,list_size,easting,northing,sex,age\n"


def _read(data: bytes, area_column: str | None = None) -> PracticeList | InputError:
    try:
        return read_practices("-", area_column=area_column, stdin=io.BytesIO(data))
    except InputError as error:
        found = error
    assert found.faults
    assert all(fault.problem and fault.remedy and str(fault).endswith(".") for fault in found.faults)
    return found


def _workbook(rows: list[list[object]]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        # The same bytes at any time of day: hypothesis repeats what it draws.
        book.set_properties({"created": dt.datetime(2026, 7, 1)})  # noqa: DTZ001 - a workbook knows no time zones
        sheet = book.add_worksheet("List")
        for row, cells in enumerate(rows):
            sheet.write_row(row, 0, cells)
    return stream.getvalue()


@given(
    st.one_of(
        st.binary(max_size=300), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
    )
)
@example(b"\xef\xbb\xbf")
@example(b"PK\x03\x04")
@example(b"\xff\xfe\x00\xd8")
@examples(200)
def test_any_bytes_end_in_a_list_or_an_explained_error(data: bytes) -> None:
    """No bytes make reading fail in any other way than with faults that say what to do."""
    _read(data)


@given(st.lists(st.text(alphabet='A1,."\n\r\t; -é\x00\x1beE0Z9S', max_size=12), max_size=12))
@examples(200)
def test_any_rows_below_a_header_end_in_a_list_or_an_explained_error(cells: list[str]) -> None:
    """Cells of any kind below a good header are practices or faults."""
    _read(_HEADER + ",".join(cells).encode())


@given(list_files(), st.data())
@examples(60)
def test_a_damaged_list_ends_in_a_list_or_an_explained_error(file: ListFile, data: st.DataObject) -> None:
    """A good list with a few bytes overwritten or cut off is read or refused, never half understood."""
    damaged = bytearray(file.data)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    _read(bytes(damaged[: data.draw(st.integers(1, len(damaged)))]), area_column="Place")


@given(st.data())
@examples(60)
def test_a_damaged_workbook_ends_in_a_list_or_an_explained_error(data: st.DataObject) -> None:
    """A workbook with bytes overwritten or cut off is read or refused; the reader behind it may panic."""
    damaged = bytearray(_workbook([["code", "postcode", "list_size"], ["A1", "LS1 4AP", 4000]]))
    for _ in range(data.draw(st.integers(0, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    _read(b"PK\x03\x04" + bytes(damaged[4 : data.draw(st.integers(5, len(damaged)))]))


@given(list_files())
@examples(150)
def test_a_list_is_read_back_however_it_was_written(file: ListFile) -> None:
    """Delimiter, encoding, line ends, column names, column order and row order change nothing."""
    found = _read(file.data, area_column="Place")

    assert isinstance(found, PracticeList), str(found)
    assert [dataclasses.replace(practice, row=0) for practice in found] == file.practices


@given(list_files())
@examples(20)
def test_a_workbook_is_read_as_the_same_list_as_a_csv(file: ListFile) -> None:
    """The same practices come out of an Excel workbook, with codes that look like numbers kept as text."""
    rows: list[list[object]] = [["Code", "Name", "Postcode", "List size", "Place", "PCN", "Weighted list"]]
    for practice in file.practices:
        rows.append(["" for _ in rows[0]])
        rows[-1][:6] = [
            practice.code,
            practice.name,
            practice.postcode,
            practice.list_size,
            practice.area,
            practice.pcn_code,
        ]
        rows[-1][6] = practice.weighted_list_size
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("List")
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                elif cell is not None:
                    sheet.write_number(row, column, cell)

    found = _read(stream.getvalue(), area_column="Place")

    assert isinstance(found, PracticeList), str(found)
    assert [dataclasses.replace(practice, row=0) for practice in found] == file.practices
