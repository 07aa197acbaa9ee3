"""Any bytes beside a list, or as a lookup, end in a list or in an error for people."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import NetformError
from netform.practices.reading import AskedColumns
from netform.publications.lookup import read_lookup
from netform.publications.reading import Known, ListFiles, read_list
from tests.publications.made_up import by_age, epcn, epraccur, mapping, registered, written, zipped

LONG = (
    "PRAC_CODE,STAFF_GROUP,DETAILED_STAFF_ROLE,MEASURE,VALUE\nA1,GP,All GPs,FTE,1.5\nA2,Nurses,Nurse,FTE,2\n"
)
OWN = "code,postcode,list_size\nA1,YO1 8RL,9000\nA2,YO23 1DT,8000\n"
TEXTS = [registered(), by_age(), by_age(["FEMALE"]), mapping(), epraccur(), LONG, OWN, "old,new\n1X,2Y\n", ""]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A publication with bytes changed, taken out, repeated or put in anywhere, packed or not."""
    data = draw(st.sampled_from(TEXTS)).encode()
    if draw(st.booleans()):
        data = zipped({"a.csv": data.decode(), "b.csv": draw(st.sampled_from(TEXTS))})
    for _ in range(draw(st.integers(0, 4))):
        at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 60))
        put = draw(
            st.one_of(st.binary(max_size=6), st.sampled_from([b"\n", b",", b'"', b"\0", data[at : at + 80]]))
        )
        data = data[:at] + put + data[at + length :]
    return data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files are written, over and over."""
    return tmp_path_factory.mktemp("damaged")


DAYS = {"", "20190701", "45000", "31/12/2020"}


@given(damaged(), damaged(), st.booleans())
def test_any_bytes_end_in_a_list_or_an_error(folder: Path, data: bytes, other: bytes, asked: bool) -> None:
    """As the list, beside one, and as a lookup; every practice that is read is whole."""
    first, second, own, codes = written(folder, a=data, b=other, c=OWN, d=data)
    columns = AskedColumns("sub_icb_code") if asked else AskedColumns()
    for files in (
        ListFiles(first),
        ListFiles(first, (Path(second),), ("sub_icb_code=1X",) if asked else ()),
        ListFiles(own, (Path(first), Path(second)), (), Path(codes) if asked else None),
    ):
        try:
            practices, _ = read_list(files, columns, Known())
        except NetformError:
            continue
        assert all(each.code and each.list_size >= 1 for each in practices)
        assert list(practices.codes) == sorted(set(practices.codes))


@given(st.binary(max_size=400) | damaged())
def test_any_bytes_as_a_lookup(folder: Path, data: bytes) -> None:
    """A lookup, or an error; no code becomes an old one."""
    [path] = written(folder, lookup=data)
    try:
        lookup = read_lookup(Path(path))
    except NetformError:
        return
    assert not lookup.became.keys() & set(lookup.became.values())


@given(st.data())
def test_any_workbook_of_networks(folder: Path, data: st.DataObject) -> None:
    """Cells of memberships that are anything: the list as it was, or an error."""
    cell = st.sampled_from(["", "A1", "A2", "U1", "U", "20190701", "45000", "31/12/2020", "x"])
    rows = data.draw(st.lists(st.tuples(cell, cell, cell, cell), max_size=5))
    book = epcn(folder / "e.xlsx", rows)
    [own] = written(folder, own=OWN)
    try:
        practices, _ = read_list(ListFiles(own, (book,)), AskedColumns(), Known())
    except NetformError:
        practices = None
    if practices is None:
        # Nothing else in these cells is a fault: a day that is none.
        assert any(not DAYS.issuperset(row[2:]) for row in rows)
    else:
        assert practices.codes == ("A1", "A2")
