"""Registrations by neighbourhood: whose territory each patient lives in, and every fault of a file at once."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import InputError
from netform.inputs.registrations import Registrations, read_registrations
from netform.practices.model import Practice, PracticeList
from tests.examples import examples

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    Read = Callable[..., Registrations]

# Lists of 1,000, 2,000 and 500 patients.
PRACTICES = PracticeList(
    tuple(Practice(code, "", "", size) for code, size in (("A", 1000), ("B", 2000), ("C", 500)))
)
NORTH, SOUTH = "E01000001", "E01000002"
ROWS = f"""\
practice_code,lsoa11_code,patients
A,{NORTH},60
A,{SOUTH},40
B,{SOUTH},150
B,{NORTH},50
"""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read the content of a file of registrations."""

    def reading(content: str | bytes, practices: PracticeList = PRACTICES) -> Registrations:
        path = tmp_path / "registrations.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_registrations(path, practices)

    return reading


def _faults(read: Read, content: str | bytes) -> list[tuple[int | None, str | None, str | None, str]]:
    with pytest.raises(InputError) as caught:
        read(content)
    assert all(fault.file.endswith("registrations.csv") and fault.remedy for fault in caught.value.faults)
    return [(fault.row, fault.column, fault.value, fault.problem) for fault in caught.value.faults]


def test_a_neighbourhood_is_in_the_territory_of_the_practice_with_most_patients_there(read: Read) -> None:
    """North is A's by 60 to 50, south B's; what the file counts is scaled to the list."""
    registrations = read(ROWS)

    # A: 60 and 40 of 100 are 600 and 400 of its 1,000. B: 50 and 150 of 200 are 500 and 1,500 of 2,000.
    assert registrations.residents == {"A": {"A": 600.0, "B": 400.0}, "B": {"A": 500.0, "B": 1500.0}}
    assert registrations.notes == (
        "Where patients live is from registrations.csv: 300 registrations in 2 LSOAs, scaled to the list.",
        (
            "Practices with no registrations in registrations.csv, so that it is not known where their patients"
            " live: 1 (C)."
        ),
    )


def test_of_equal_practices_the_first_by_code_has_the_neighbourhood(read: Read) -> None:
    """Whichever comes first in the file."""
    rows = f"practice_code,lsoa,patients\nC,{NORTH},7\nB,{NORTH},7\n"
    assert read(rows).residents == {"B": {"B": 2000.0}, "C": {"B": 500.0}}


def test_codes_that_are_no_neighbourhoods_count_in_the_whole_and_in_no_territory(read: Read) -> None:
    """Of a practice with a tenth of its patients nowhere, nine tenths of the list live somewhere."""
    odd = "A,CLOSED,3\nA,NO2011,3\nA,W01000001,4\nC,EMPTY,5\nC,,1\n"
    registrations = read(f"practice_code,lsoa21_code,patients\nA,{NORTH},90\n{odd}")

    assert registrations.residents == {"A": {"A": 900.0}}
    assert registrations.notes[1] == (
        "Of 16 patients of registrations.csv it is not known where they live: they stand under what is no LSOA of"
        " England (blank, CLOSED, EMPTY, NO2011, W01000001)."
    )
    assert registrations.notes[2].endswith("live: 2 (B, C).")


def test_a_national_file_serves_every_list(read: Read) -> None:
    """Practices of elsewhere are left out, whatever their rows hold, and own no neighbourhood."""
    registrations = read(ROWS + f"Z99999,{NORTH},900\nZ99999,{SOUTH},*\n")
    assert registrations.residents == read(ROWS).residents
    note = "Rows of registrations.csv about practices that are not in the list, left out: 2."
    assert note in registrations.notes


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_shapes_of_files(read: Read, end: str, delimiter: str, pack: Callable[[bytes], bytes]) -> None:
    """Delimiters, line ends, a mark, blank lines, codes in small letters, packed or not: the same comes out."""
    text = "\ufeff\n" + ROWS.lower().replace("\n", "\n\n").replace(",", delimiter).replace("\n", end)
    assert read(pack(text.encode())) == read(ROWS)


def test_the_publication_of_all_england(read: Read) -> None:
    """Its columns and its rows of one sex, which are left out; names may be in any encoding."""
    header = "PUBLICATION,EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,LSOA_CODE,SEX,NUMBER_OF_PATIENTS\n"
    rows = [
        f"X,01OCT2025,A,The Caf\xe9 Surgery,{NORTH},ALL,60",
        f"X,01OCT2025,A,The Caf\xe9 Surgery,{NORTH},MALE,30",
        f'X,01OCT2025,A,"Surgery, The",{SOUTH},ALL,"1,040"',
    ]
    registrations = read((header + "\n".join(rows)).encode("cp1252"))
    assert registrations.residents["A"] == pytest.approx({"A": 1000.0})
    assert "Rows of registrations.csv about one sex, left out: 1." in registrations.notes


def test_all_faults_at_once(read: Read) -> None:
    """Each with its row, column and value; a good row between them does not hide them."""
    rows = [
        "Practice code,LSOA,Patients",
        f"A,{NORTH},ten",
        f"A,{SOUTH},-1",
        f"B,{SOUTH},5",
        f"B,{NORTH},",
        "B,5",
        f"B,{SOUTH},5",
        f",{SOUTH},5",
        f"C,{SOUTH},99999999",
    ]
    assert _faults(read, "\n".join(rows)) == [
        (2, "Patients", "ten", "this is not a number"),
        (3, "Patients", "-1", "this must be a number of patients from 0 to 10,000,000"),
        (5, "Patients", "", "the number of patients is blank"),
        (6, None, "B", "the row has 2 cells and the header has 3"),
        (7, "LSOA", SOUTH, f"practice B in {SOUTH} stands in row 4 and again in row 7"),
        (8, "Practice code", "", "the practice code is blank"),
        (9, "Patients", "99999999", "this must be a number of patients from 0 to 10,000,000"),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "it is empty"),
        (b"\n \n\r\n", "it is empty"),
        (b"a,b\n1,2\n", "no column is the 'practice_code'; the columns are 'a', 'b'"),
        (b"code,lsoa11,lsoa21,patients\n", "columns 'lsoa11' and 'lsoa21' could each be the 'lsoa_code'"),
        (b"code,lsoa,patients\n", "no row is of a practice of the list"),
        (b"code,lsoa,patients\nZ1,E01000001,5\n", "no row is of a practice of the list"),
        (b"code,lsoa,patients\nA,Kirkstall,5\n", "no row has the code of an LSOA"),
        (b"code,lsoa,sex,patients\nA,E01000001,MALE,5\n", "every row is about one sex"),
        (b'code,lsoa,patients\nA,"E01000001,5\n', "the row is not CSV: unexpected end of data"),
        (b"PK\x03\x04", "it is a zip archive or a workbook"),
        ("code,lsoa,patients".encode("utf-16"), "it is not text in UTF-8"),
        (b"x" * 200_000, "it is too large, or has no lines"),
        (gzip.compress(ROWS.encode(), mtime=0)[:-9], "it cannot be read"),
        (gzip.compress(b"\0" * 10_000_000, mtime=0), "it is too large, or has no lines"),
        (b"\x1f\x8b broken", "it cannot be read"),
    ],
)
def test_files_that_cannot_be_used(read: Read, content: bytes, problem: str) -> None:
    """Each ends in an error that says what is wrong."""
    assert any(problem in found for _, _, _, found in _faults(read, content))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file and a folder are refused as everywhere."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError):
            read_registrations(path, PRACTICES)


@pytest.mark.parametrize(
    "sign",
    [
        "*",
        "c",
        "[c]",
        "[x]",
        "..",
        ":",
        "<5",
        "< 5",
        "<=5",
        "\u22645",
        "under 5",
        "fewer than 5",
        "1-4",
        "0 to 5",
    ],
)
def test_suppressed_counts_are_one_note(read: Read, sign: str) -> None:
    """However a publisher writes that a number is too small to be said."""
    found = read(ROWS + f"C,{NORTH},{sign}\nC,{SOUTH},20\n")
    assert found.residents["C"] == {"B": 500.0}
    assert any("is suppressed, left out: 1." in note for note in found.notes)


def test_reading_stops_after_a_thousand_faults(read: Read) -> None:
    """A file of another kind is not read to its end."""
    faults = _faults(read, "code,lsoa,patients\n" + f"A,{NORTH},x\n" * 3000)
    assert len(faults) == 1001
    assert "more than 1,000 faults" in faults[-1][3]


_counts = st.dictionaries(
    st.tuples(st.sampled_from("ABC"), st.sampled_from([NORTH, SOUTH, "E01000003", "CLOSED"])),
    st.integers(0, 30),
    min_size=1,
)


@given(_counts, st.randoms(use_true_random=False))
@examples(80)
def test_residents_are_what_counting_by_hand_gives(
    tmp_path_factory: pytest.TempPathFactory, counts: dict[tuple[str, str], int], order: random.Random
) -> None:
    """Any counts in any order of rows: shares of the list by the largest practice of each neighbourhood."""
    rows = [f"{code},{lsoa},{number}" for (code, lsoa), number in counts.items()]
    order.shuffle(rows)
    path = tmp_path_factory.mktemp("registrations") / "file.csv"
    path.write_text("\n".join(["code,lsoa,patients", *rows]))
    lsoas = {lsoa for _, lsoa in counts} - {"CLOSED"}
    if not lsoas:
        with pytest.raises(InputError, match="no row has the code of an LSOA"):
            read_registrations(path, PRACTICES)
        return
    owner = {lsoa: max("CBA", key=lambda code: counts.get((code, lsoa), -1)) for lsoa in lsoas}
    owner = {
        lsoa: min(c for c in "ABC" if counts.get((c, lsoa)) == counts[owner[lsoa], lsoa]) for lsoa in lsoas
    }
    expected: dict[str, dict[str, float]] = {}
    for (code, lsoa), number in counts.items():
        if lsoa in lsoas and number:
            whole = sum(each for (other, _), each in counts.items() if other == code)
            size = next(practice.list_size for practice in PRACTICES if practice.code == code)
            mine = expected.setdefault(code, {})
            mine[owner[lsoa]] = mine.get(owner[lsoa], 0.0) + number / whole * size

    residents = read_registrations(path, PRACTICES).residents
    assert {code: pytest.approx(homes) for code, homes in expected.items()} == residents


@given(st.binary(max_size=200) | st.text(alphabet='ABC,;\n"E01 25x.\t', max_size=80).map(str.encode))
@examples(150)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """No bytes end in any other error, alone or under a good header."""
    path = tmp_path_factory.mktemp("registrations") / "file.csv"
    for beginning in (b"", b"code,lsoa,patients\n"):
        path.write_bytes(beginning + content)
        try:
            assert isinstance(read_registrations(path, PRACTICES), Registrations)
        except InputError:
            continue
