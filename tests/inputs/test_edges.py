"""Files of edges and of journeys are read as what they say, with every fault at once."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import InputError
from netform.inputs.edges import EdgeChange, edge_minutes, read_edges, read_matrix
from netform.inputs.travel_matrix import Matrix
from netform.practices.model import Practice, PracticeList
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Written = Callable[[str | bytes], Path]

# Positions 0 to 3; NA and 1E5 are codes that spreadsheets spoil.
LISTED = PracticeList(tuple(Practice(code, code, "LS1 4AP", 5000) for code in ("1E5", "A1", "B2", "NA")))


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a file and give its path."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "pairs.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def _faults(read: Callable[[Path, PracticeList], object], path: Path) -> list[tuple[object, ...]]:
    with pytest.raises(InputError) as caught:
        read(path, LISTED)
    assert all(fault.problem and fault.remedy and fault.file == str(path) for fault in caught.value.faults)
    return [(fault.row, fault.column, fault.value) for fault in caught.value.faults]


def test_edges_are_bridges_unless_they_say_otherwise(written: Written) -> None:
    """Kind, minutes and action may be left out, blank, or in any case; the order of rows is kept."""
    path = written(
        "from,to,kind,minutes,action\nB2,A1,,,\na1,NA,Border,12.5,ADD\nNA,B2,,,Remove\n1E5,A1,drop,,\n"
    )

    assert read_edges(path, LISTED) == (
        EdgeChange("B2", "A1"),
        EdgeChange("A1", "NA", kind="border", minutes=12.5),
        EdgeChange("NA", "B2", drop=True),
        EdgeChange("1E5", "A1", drop=True),
    )


@pytest.mark.parametrize(
    "header",
    ["from,to", "a,b", "Code A,Code B", "practice_a,practice_b", "SOURCE,TARGET", "origin,destination"],
)
def test_edges_by_other_names_of_the_columns(written: Written, header: str) -> None:
    """The usual names of the two columns are understood in any case."""
    assert read_edges(written(f"{header}\nA1,B2\n"), LISTED) == (EdgeChange("A1", "B2"),)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(
    written: Written, encoding: str, delimiter: str, end: str
) -> None:
    """Every usual way to write the same table reads the same; columns stand in any order."""
    rows = (["remark", "minutes", "to", "from"], ["Café", "7.25", "B2", " A1 "], ["", "", "", ""])
    path = written(end.join(delimiter.join(row) for row in rows).encode(encoding))

    assert read_edges(path, LISTED) == (EdgeChange("A1", "B2", minutes=7.25),)
    assert read_matrix(path, LISTED).minutes == {(1, 2): 7.25}


def test_workbooks_are_read_too(tmp_path: Path) -> None:
    """The same table in an Excel workbook gives the same edges and journeys, numbers as numbers."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([["from", "to", "minutes"], ["NA", "A1", 7.25], ["A1", "B2", 10]]):
            sheet.write_row(row, 0, cells)
    path = tmp_path / "pairs.xlsx"
    path.write_bytes(stream.getvalue())

    assert read_edges(path, LISTED) == (
        EdgeChange("NA", "A1", minutes=7.25),
        EdgeChange("A1", "B2", minutes=10),
    )
    assert read_matrix(path, LISTED) == Matrix({(1, 2): 10.0, (1, 3): 7.25})


def test_edges_given_both_ways_count_once(written: Written) -> None:
    """A graph written with each edge in both directions has each edge once."""
    path = written("from,to\nA1,B2\nB2,A1\nA1,B2\nNA,B2\n")

    assert read_edges(path, LISTED) == (EdgeChange("A1", "B2"), EdgeChange("NA", "B2"))


def test_all_faults_of_edges_at_once(written: Written) -> None:
    """Unknown codes, loops, kinds, minutes, widths and contradictions are named by row and column."""
    path = written(
        "from,to,kind,minutes,action\n"
        "A1,B22,,,\n"  # 2: not in the list
        "A1,a1,,,\n"  # 3: to itself
        "A1,B2,rail,,keep\n"  # 4: two faults
        "A1,B2,,-1,\n"  # 5: negative
        "A1,B2,,inf,\n"  # 6: no finite number
        "A1,B2\n"  # 7: too few cells
        "A1,B2,,7,\n"  # 8: a good row
        "B2,A1,,8,\n"  # 9: the same edge with other minutes
        "A1,NA,drop,,add\n"  # 10: both at once
        ",NA,,,\n"  # 11: blank
    )

    assert _faults(read_edges, path) == [
        (2, "to", "B22"),
        (3, "to", "A1"),
        (4, "kind", "rail"),
        (4, "action", "keep"),
        (5, "minutes", "-1"),
        (6, "minutes", "inf"),
        (7, None, "A1"),
        (9, "from", "B2"),
        (10, "action", "add"),
        (11, "from", ""),
    ]


def test_the_nearest_code_and_kind_are_suggested(written: Written) -> None:
    """A slip of the hand is answered with what was meant."""
    with pytest.raises(InputError, match=r"practice B22 is not in the list.*Did you mean 'B2'"):
        read_edges(written("from,to\nA1,B22\n"), LISTED)
    with pytest.raises(InputError, match="Did you mean 'bridge'"):
        read_edges(written("from,to,kind\nA1,B2,brigde\n"), LISTED)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("code,other\nA1,B2\n", "no column is the 'from'"),
        ("a,code_a,b\nA1,B2,NA\n", "could each be the 'from'"),
        ("from,to\n", "a header and no edges"),
        ('from,to\nA1,"B2\n', "never closed"),
        ("from,to\nA1,\0B2\n", "NUL"),
        ("  \n", "empty"),
        ('\n{"nodes": []}', "JSON"),
        ('[["A1", "B2"]]', "JSON"),
        ("<?xml version='1.0'?><graphml/>", "XML"),
    ],
)
def test_files_that_are_no_edges_are_refused(written: Written, text: str, problem: str) -> None:
    """A file without the columns, rows or text of a table of edges is refused with the reason."""
    with pytest.raises(InputError, match=problem):
        read_edges(written(text), LISTED)


def test_a_column_of_its_own_name_wins(written: Written) -> None:
    """``source`` says where a row comes from when ``from`` is there too."""
    assert read_edges(written("from,to,source\nA1,B2,survey\n"), LISTED) == (EdgeChange("A1", "B2"),)


def test_a_thousand_faults_end_the_reading(written: Written) -> None:
    """A file of another kind is not listed row by row for ever, nor compared with every code for minutes."""
    path = written("from,to,minutes\n" + "A1,ZZ9,x\n" * 3000)

    assert len(_faults(read_edges, path)) == 1001
    assert len(_faults(read_matrix, written("from,to,minutes\n" + "A1,B2,x\n" * 3000))) == 1001


def test_edge_minutes_are_gathered_by_position() -> None:
    """Minutes of edges put in go to the travel of their pair; a dropped edge says nothing of the road."""
    changes = (
        EdgeChange("NA", "A1", minutes=9.0),
        EdgeChange("A1", "B2", drop=True, minutes=4.0),
        EdgeChange("1E5", "B2"),
    )

    assert edge_minutes(changes, LISTED) == {(1, 3): 9.0}


def test_directions_of_a_matrix_that_differ_give_their_mean(written: Written) -> None:
    """Travel is taken to be the same both ways, and a note counts the pairs where the file says otherwise."""
    path = written("from,to,minutes\nA1,B2,10\nB2,A1,13\nNA,A1,5\nA1,NA,5\n1E5,NA,8\n")

    # (10 + 13) / 2 = 11.5; 5 both ways; 8 one way only.
    assert read_matrix(path, LISTED) == Matrix(
        {(0, 3): 8.0, (1, 2): 11.5, (1, 3): 5.0},
        (f"Pairs of {path} that take longer one way than the other, given their mean: 1.",),
    )


def test_rows_of_a_matrix_that_say_nothing_new_are_left_out(written: Written) -> None:
    """Other practices are counted, the same journey again and zero to oneself are nothing."""
    path = written("from,to,minutes\nA1,B2,10\nA1,B2,10.0\nA1,A1,0\nA1,X9,3\nY8,Y8,4\n\nx9,A1,3\n")

    # Three rows name X9 or Y8.
    assert read_matrix(path, LISTED) == Matrix(
        {(1, 2): 10.0},
        (f"Rows of {path} left out because they name practices that are not in the list: 3 (X9, Y8).",),
    )


def test_all_faults_of_a_matrix_at_once(written: Written) -> None:
    """Bad minutes, journeys to oneself, contradictions and broken rows are named by row and column."""
    path = written(
        "from,to,minutes\n"
        "A1,B2,10\n"
        "A1,B2,11\n"  # 3: contradicts row 2
        "A1,NA,-1\n"
        "A1,NA,nan\n"
        "A1,NA,\n"
        'A1,NA,"12,345"\n'
        "A1,NA,12,5\n"  # 8: a decimal comma makes a cell more
        "A1,A1,2\n"
        'A1,"B2"x,3\n'  # 10: text follows a quotation mark
        ",B2,3\n"
        "B2,NA,1e999\n"
    )

    assert _faults(read_matrix, path) == [
        (3, "minutes", "11"),
        (4, "minutes", "-1"),
        (5, "minutes", "nan"),
        (6, "minutes", ""),
        (7, "minutes", "12,345"),
        (8, None, "A1"),
        (9, "minutes", "2"),
        (10, None, None),
        (11, "from", ""),
        (12, "minutes", "1e999"),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "from,to,seconds\nA1,B2,600\n",
            "no column is the 'minutes'; the columns are 'from', 'to', 'seconds'",
        ),
        ("from,to,minutes\n", "no row is between two practices"),
        ("from,to,minutes\nE01000001,E01000002,5\n", r"none of its rows \(1\) is between two practices"),
        ("\n \n", "empty"),
    ],
)
def test_files_that_are_no_matrix_are_refused(written: Written, text: str, problem: str) -> None:
    """A file in seconds, between other places or without rows is refused, never read as no journeys."""
    with pytest.raises(InputError, match=problem):
        read_matrix(written(text), LISTED)


@pytest.mark.parametrize("read", [read_edges, read_matrix])
def test_what_is_no_file_is_refused(read: Callable[[Path, PracticeList], object], tmp_path: Path) -> None:
    """A folder, a device and a name that is not there are refused without waiting."""
    (tmp_path / "travel.csv").write_text("from,to,minutes\n")
    with pytest.raises(InputError, match="folder"):
        read(tmp_path, LISTED)
    with pytest.raises(InputError, match=r"Did you mean 'travel\.csv'"):
        read(tmp_path / "travle.csv", LISTED)


def test_a_matrix_too_large_is_refused(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading stops at a bound, whatever the file holds."""
    monkeypatch.setattr("netform.inputs.travel_matrix._MAX_MATRIX_BYTES", 2**20)
    with pytest.raises(InputError, match="larger than 1 MiB"):
        read_matrix(written(b"from,to,minutes\n" + b"A1,B2,10\n" * 2**18), LISTED)


def test_a_list_of_one_practice_has_no_journeys(written: Written) -> None:
    """With one practice a national matrix holds nothing, and that is right."""
    one = PracticeList(LISTED.practices[:1])
    assert read_matrix(written("from,to,minutes\nA1,B2,10\n"), one).minutes == {}


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from(["0", "1.5", "2", "60"])), min_size=1
    )
)
@examples(100)
def test_a_matrix_is_what_a_plain_reading_gives(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, int, str]]
) -> None:
    """Whatever the rows, the pairs are the means of the directions, and a contradiction is a fault."""
    directed: dict[tuple[int, int], set[float]] = {}
    for a, b, minutes in rows:
        directed.setdefault((a, b), set()).add(float(minutes))
    bad = any(len(found) > 1 or (a == b and found != {0.0}) for (a, b), found in directed.items() if a != b)
    bad = bad or any(float(minutes) > 0 for a, b, minutes in rows if a == b)
    expected = {
        (a, b): sum(means) / len(means)
        for a in range(4)
        for b in range(a + 1, 4)
        if (means := [m for pair in ((a, b), (b, a)) for m in directed.get(pair, ())])
    }
    path = tmp_path_factory.mktemp("matrix") / "m.csv"
    codes = LISTED.codes
    path.write_text("from,to,minutes\n" + "".join(f"{codes[a]},{codes[b]},{m}\n" for a, b, m in rows))

    if bad or not expected:
        with pytest.raises(InputError):
            read_matrix(path, LISTED)
    else:
        assert read_matrix(path, LISTED).minutes == expected


@given(st.binary(max_size=200))
@examples(150)
def test_any_bytes_end_in_pairs_or_an_explained_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    """No bytes below a good header make reading fail in any other way than with faults."""
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes(b"from,to,minutes\nA1,B2,10\n" + data)
    for read in (read_edges, read_matrix):
        try:
            read(path, LISTED)
        except InputError:
            continue
