"""Publications joined to one list: what is believed, what is left out, and where a fault stands."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import InputError, RulesError
from netform.practices.model import PracticeList
from netform.practices.reading import AskedColumns
from netform.publications.joining import sources_of
from netform.publications.reading import Known, ListFiles, Reading, join_files, read_list
from tests.publications.made_up import (
    POSTCODES,
    SIZES,
    by_age,
    epraccur,
    mapping,
    practice_row,
    registered,
    written,
    zipped,
)

if TYPE_CHECKING:
    from random import Random

# Made up: who is in the town and who is not goes by the postcode.
KNOWN = Known(
    lambda postcode: not postcode.startswith("YO99"),
    {"local_authority": lambda postcode: "E1" if postcode.startswith("YO1 ") else "E2"},
)


def _read(
    folder: Path,
    *files: str | bytes,
    where: tuple[str, ...] = (),
    lookup: str | None = None,
    asked: AskedColumns = AskedColumns(),  # noqa: B008 (frozen)
) -> tuple[PracticeList, Reading]:
    first, *beside = written(folder, **{f"f{n}": content for n, content in enumerate(files)})
    codes = Path(written(folder, lookup=lookup)[0]) if lookup else None
    practices, reading = read_list(
        ListFiles(first, tuple(map(Path, beside)), where, codes), asked, KNOWN, always=True
    )
    assert reading is not None
    return practices, reading


def _codes(practices: PracticeList) -> str:
    return " ".join(practices.codes)


def test_files_join_by_practice_code(tmp_path: Path) -> None:
    """A5 has a list of one; all others have their size from one file and their network from another."""
    practices, reading = _read(tmp_path, registered(), mapping(), epraccur())
    assert _codes(practices) == "A1 A2 A3 A4 A6"
    first = practices.practices[0]
    assert (first.list_size, first.name, first.pcn_code, first.pcn_name) == (
        9000,
        "SURGERY A1",
        "U00001",
        "NETWORK 1X",
    )
    # U says that there is no network.
    assert practices.practices[2].pcn_code == ""
    assert sources_of(reading.joined, "A1")["f1.dat 2026-07-01"][:3] == [
        "practice_name",
        "pcn_code",
        "pcn_name",
    ]
    # Five practices have a list; A5 is said to be left out for its list of one.
    assert "Of 6 codes in the files, 5 are practices of the list." in practices.notes
    assert any(
        note.startswith("Left out, with a list of 1 patient") and "A5 (1)" in note for note in practices.notes
    )


def test_an_archive_of_several_publications_is_several(tmp_path: Path) -> None:
    """What is no publication among them is named."""
    packed = zipped({"a.csv": registered(), "b.csv": mapping(), "readme.csv": "notes\nof the month\n"})
    practices, _ = _read(tmp_path, packed)
    assert practices.practices[0].pcn_code == "U00001"
    assert "f0.dat also has what is no publication netform knows: readme.csv." in practices.notes


def test_the_first_that_says_something_is_believed(tmp_path: Path) -> None:
    """Before or after the list sizes; differences are told in one note a file."""
    other = epraccur(
        practice_row("A1", postcode="YO8 4HL"), *(practice_row(code) for code in ("A2", "A3", "A4"))
    )
    for order, postcode in (((registered(), other), "YO1 8RL"), ((other, registered()), "YO8 4HL")):
        practices, _ = _read(tmp_path, *order)
        assert practices.practices[0].postcode == postcode
        told = [note for note in practices.notes if "differs" in note]
        assert len(told) == (postcode == "YO1 8RL")
    told = [note for note in _read(tmp_path, registered(), other)[0].notes if "f1.dat" in note]
    assert told == [
        "f1.dat differs, and was not followed, in the postcode of 1 practices (A1 YO8 4HL for YO1 8RL).",
        "f1.dat has nothing of practices of the list: 1 (A6).",
    ]


def test_a_table_beside_the_list_that_has_a_practice_twice_is_told_of(tmp_path: Path) -> None:
    """Its first row is taken, and that is said."""
    own = "practice_code,gp_fte\nA1,1\nA1,2\nA2,3\n"
    practices, _ = _read(tmp_path, registered(), own)
    assert "f1.dat: of several rows of a practice the first was taken: A1." in practices.notes


def test_broken_rows_of_tables_beside_the_list_are_faults(tmp_path: Path) -> None:
    """All of them at once, as of the list itself; rows of totals and without a code are counted."""
    short, dated = "practice_code,gp_fte,team\nA1,1\nA2,2,x\n", 'practice_code,room\n2026-07-01,1\nA2,"2\n'
    with pytest.raises(InputError) as caught:
        _read(tmp_path, registered(), short, dated)
    told = [(Path(fault.file).name, fault.row, fault.column) for fault in caught.value.faults]
    assert told == [("f1.dat", 2, None), ("f2.dat", 2, "practice_code"), ("f2.dat", 3, None)]
    practices, _ = _read(tmp_path, registered(), "practice_code,gp_fte\nA1,1\nTotal,1\n,1\n,\n")
    assert "f1.dat: rows without a practice code were left out: 2." in practices.notes


def test_two_files_of_one_sex_have_the_day_of_the_list(tmp_path: Path) -> None:
    """So that A1, which closes the day after it, is open on it, and A2, which closed on it, is not."""
    rows = practice_row("A1", "INACTIVE", "20260702"), practice_row("A2", "INACTIVE", "20260701")
    practices, _ = _read(tmp_path, by_age(["FEMALE"]), by_age(["MALE"]), epraccur(*rows))
    assert _codes(practices) == "A1"


def test_the_reasons_for_leaving_out(tmp_path: Path) -> None:
    """Each once, the first that holds; a practice that closes after the day of the list is open on it."""
    sizes = SIZES | {"B1": 900, "B2": 900, "B3": 900, "B4": 900, "B5": 900, "B6": "*"}
    rows = [
        practice_row("B1", "INACTIVE", "20260630"),
        practice_row("B2", "INACTIVE", "20260702"),
        practice_row("B3", "DORMANT"),
        practice_row("B4", setting="RO72"),
        practice_row("C1"),
        practice_row("C2", "INACTIVE", "20100101"),
    ]
    text = registered(sizes).replace("B5,YO1 8RL", "B5,ZZ99 3VZ").replace("A6,YO8 4HL", "A6,YO99 9ZZ")
    practices, reading = _read(tmp_path, text, epraccur(*rows))
    assert _codes(practices) == "A1 A2 A3 A4 B2"
    assert [(each.code, each.reason, each.detail) for each in reading.left_out] == [
        ("A5", "no patients", "1"),
        ("A6", "no place", "YO99 9ZZ"),
        ("B1", "closed", "2026-06-30"),
        ("B3", "closed", "DORMANT"),
        ("B4", "no GP practice", ""),
        ("B5", "no place", "ZZ99 3VZ"),
        ("B6", "no list size", ""),
        ("C1", "no list size", "an open GP practice"),
        ("C2", "no list size", ""),
    ]
    assert "Left out, in no file with a list size: 3, 1 of them open GP practices (C1)." in practices.notes


@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(tmp_path_factory: pytest.TempPathFactory, random: Random) -> None:
    """The same practices, reasons and notes, to the letter; only the rows they stood in differ."""

    def shuffled(text: str) -> str:
        lines = text.splitlines()
        below = lines[1:]
        random.shuffle(below)
        return "\n".join([lines[0], *below]) + "\n"

    other = mapping().replace("YO23 1DT", "YO8 4HL").replace("A6,SURGERY", "B6,SURGERY")
    plain, mixed = (
        _read(
            tmp_path_factory.mktemp("files"), change(registered()), change(other), where=("sub_icb_code=1X",)
        )
        for change in (str, shuffled)
    )
    assert [replace(each, row=0) for each in plain[0]] == [replace(each, row=0) for each in mixed[0]]
    assert plain[0].notes == mixed[0].notes
    assert plain[1].left_out == mixed[1].left_out


@given(
    st.dictionaries(
        st.sampled_from([f"P{n}" for n in range(9)]), st.sampled_from([0, 1, 2, 7000]), min_size=1
    ),
    st.dictionaries(
        st.sampled_from([f"P{n}" for n in range(9)]),
        st.tuples(st.sampled_from(["ACTIVE", "INACTIVE", "C"]), st.sampled_from(["4", "RO72"])),
        min_size=1,
    ),
    st.booleans(),
)
def test_nothing_is_lost(
    tmp_path_factory: pytest.TempPathFactory,
    sizes: dict[str, int],
    standings: dict[str, tuple[str, str]],
    first: bool,
) -> None:
    """Every code of every file is a practice of the list or left out, once; whatever the order of the files."""
    files = [
        registered(sizes),
        epraccur(*(practice_row(code, a, "", b) for code, (a, b) in standings.items())),
    ]
    paths = written(tmp_path_factory.mktemp("files"), a=files[not first], b=files[first])
    codes = sizes.keys() | standings.keys()
    try:
        reading = join_files(ListFiles(paths[0], (Path(paths[1]),)), KNOWN)
    except InputError as error:
        said = f"no practice is left of it: Of {len(codes):,} codes in the files, 0 are"
        assert said in str(error)  # noqa: PT017 (none is as good an end as some)
        return
    out = [each.code for each in reading.left_out]
    assert sorted([*reading.joined.rows, *out]) == sorted(codes)
    shut = {code for code, (status, setting) in standings.items() if status != "ACTIVE" or setting != "4"}
    assert set(reading.joined.rows) == {code for code, size in sizes.items() if size > 1} - shut


@pytest.mark.parametrize(
    ("where", "codes"),
    [
        (("sub_icb_code=1X",), "A1 A2 A3"),
        (("SUB_ICB_LOCATION_CODE=1x",), "A1 A2 A3"),
        (("ccg=2Y", "CCG_CODE=1X"), "A1 A2 A3 A4 A6"),
        (("sub_icb_code=1X", "pcn_name=network 1X"), "A1 A2"),
        (("local_authority=E1",), "A1"),
        (("Local Authority=E2", "sub_icb_code=1X"), "A2 A3"),
    ],
)
def test_conditions(tmp_path: Path, where: tuple[str, ...], codes: str) -> None:
    """Values of one column are alternatives, columns have all to hold, whatever they are called."""
    text = registered().replace(",1X,E38,", ",,,")
    practices, reading = _read(tmp_path, text, mapping(), where=where)
    assert _codes(practices) == codes
    assert len(practices) + len(reading.left_out) == 6


def test_practices_of_which_a_condition_knows_nothing_are_named(tmp_path: Path) -> None:
    """A4 is in another area; A5 and A6 have none in any file, and may be in this one."""
    own = "practice_code,board\nA1,1X\nA2,1X\nA3,1X\nA4,2Y\nA5,NA\nX1,\n"
    practices, reading = _read(tmp_path, registered(), own, where=("board=1X",))
    assert _codes(practices) == "A1 A2 A3"
    said = "Left out, not in board=1X: 4, 2 of them with no board in any file (A5, A6)."
    assert said in practices.notes
    assert {each.code: each.detail for each in reading.left_out} == {
        "A4": "",
        "A5": "no board",
        "A6": "no board",
        "X1": "",
    }


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("sub_icb_cod=1X", "no column is called 'sub_icb_cod'.*Did you mean 'sub_icb_code'"),
        ("borough=1X", "no column is called 'borough'; the columns are practice_code.* and 5 more"),
        ("pcn_code=U00002Y", "no practice has pcn_code 'U00002Y'. Did you mean 'U00002'"),
        ("local_authority=X", "no practice has local_authority 'X'. It has 2 values: E1, E2"),
    ],
)
def test_conditions_that_cannot_be(tmp_path: Path, where: str, problem: str) -> None:
    """An unknown column, and a value that nobody has, with what may have been meant."""
    with pytest.raises(InputError, match=problem):
        _read(tmp_path, registered(), mapping(), where=(where,))


@pytest.mark.parametrize("where", ["sub_icb_code", "=1X", "sub_icb_code="])
def test_what_is_no_condition(tmp_path: Path, where: str) -> None:
    """Is wrong as an option."""
    with pytest.raises(RulesError, match="write COLUMN=VALUE"):
        _read(tmp_path, registered(), where=(where,))


def test_files_beside_a_list_are_no_list(tmp_path: Path) -> None:
    """Branch surgeries alone."""
    with pytest.raises(InputError, match="says nothing that a list has a column for"):
        _read(tmp_path, "branch_code,practice_code,postcode\nA1001,A1,YO1 8RL\n")


def test_no_practice_is_left(tmp_path: Path) -> None:
    """The reasons are said."""
    with pytest.raises(InputError, match=r"no practice is left of it: .*list of 1"):
        _read(tmp_path, registered({"A1": 1}))


def test_a_list_without_sizes_says_which_file_to_add(tmp_path: Path) -> None:
    """Alone or with others of its like."""
    for files, beside in (
        ((epraccur(),), ""),
        ((epraccur(), mapping()), ", and neither do the files beside it"),
    ):
        with pytest.raises(InputError) as caught:
            _read(tmp_path, *files)
        assert f"file of practices, which says no list sizes{beside}. Add a file" in str(caught.value)
        assert "--with gp-reg-pat-prac-all.csv" in str(caught.value)


def test_a_file_that_is_no_publication(tmp_path: Path) -> None:
    """Is refused with what stands in it."""
    with pytest.raises(InputError, match=r"f1\.dat: it is no publication .*its first row is 'town', 'river'"):
        _read(tmp_path, registered(), "town,river\nYork,Ouse\n")


def test_a_list_of_ones_own_beside_publications(tmp_path: Path) -> None:
    """Its words come first and its gaps are filled; its list of one and its columns stay."""
    own = "Surgery code,Patients,PCN,Quarter\nA1,9100,MINE,north\nA2,8000,,south\nA5,1,,south\n"
    own = own.replace("Surgery code", "ODS code")
    asked = AskedColumns("SUB_ICB_LOCATION_CODE", ("Quarter",))
    practices, reading = _read(tmp_path, own, mapping(), asked=asked)
    assert [
        (each.code, each.list_size, each.pcn_code, each.area, each.sides, each.postcode) for each in practices
    ] == [
        ("A1", 9100, "MINE", "1X", ("north",), "YO1 8RL"),
        ("A2", 8000, "U00001", "1X", ("south",), "YO23 1DT"),
        ("A5", 1, "U00002", "2Y", ("south",), "YO26 5BF"),
    ]
    assert {each.reason for each in reading.left_out} == {"no list size"}


@pytest.mark.parametrize("header", ["Average Number of Registered Patients", "list_size"])
def test_closing_dates_of_the_list_itself(tmp_path: Path, header: str) -> None:
    """Of NHS payments, and of a list of one's own: who has one is left out and counted as any other."""
    text = f"Practice Code,Practice Close Date,{header}\nA1,,9000\nA2,31/03/2024,8000\n"
    practices, reading = _read(tmp_path, text, mapping())
    assert _codes(practices) == "A1"
    closed = [(each.code, each.detail) for each in reading.left_out if each.reason == "closed"]
    assert closed == [("A2", "31/03/2024")]
    assert "Of 6 codes in the files, 1 are practices of the list." in practices.notes


def test_a_practice_in_two_networks_beside_publications(tmp_path: Path) -> None:
    """Both rows are filled; the larger is kept, as of any list, and both go where the practice is not wanted."""
    own = "code,list_size,pcn_code\nA1,4000,N1\nA1,5000,N2\nA4,3000,N3\n"
    practices, _ = _read(tmp_path, own, mapping(), where=("sub_icb_code=1X",))
    assert [(each.code, each.list_size, each.pcn_code, each.postcode) for each in practices] == [
        ("A1", 5000, "N2", "YO1 8RL")
    ]
    practices, _ = _read(tmp_path, own, mapping(), where=("sub_icb_code=2Y",))
    assert _codes(practices) == "A4"


@pytest.mark.parametrize("beside", [False, True])
def test_a_split_list_is_read_in_parts(tmp_path: Path, beside: bool) -> None:
    """As asked, with publications beside it or without: each row is a practice of its own, filled as others are."""
    own = "code,postcode,list_size,pcn_code\nA1,YO1 8RL,4000,N1\nA1,YO8 4HL,5000,N2\n"
    paths = written(tmp_path, own=own, map=mapping())
    files = ListFiles(paths[0], (Path(paths[1]),) if beside else ())
    practices, _ = read_list(files, AskedColumns(split=True), KNOWN)
    assert {(each.list_size, each.postcode, each.name) for each in practices} == {
        (4000, "YO1 8RL", "SURGERY A1" * beside),
        (5000, "YO8 4HL", "SURGERY A1" * beside),
    }


def test_faults_stand_where_they_were_read(tmp_path: Path) -> None:
    """File, row and column of the publication or the list, not of the table they were joined to."""
    own = "code,list_size\nA1,9000\nA2,nine\n,4\nA3,7000,x\nA1,1\n"
    staff = "PRAC_CODE,TOTAL_GP_FTE\nA2,4\nA1,many\n"
    with pytest.raises(InputError) as caught:
        _read(tmp_path, own, mapping(), staff)
    told = [(Path(fault.file).name, fault.row, fault.column, fault.value) for fault in caught.value.faults]
    assert told == [
        ("f2.dat", 3, "TOTAL_GP_FTE", "many"),
        ("f0.dat", 3, "list_size", "nine"),
        ("f0.dat", 4, "code", ""),
        ("f0.dat", 5, None, "A3"),
        ("f0.dat", 6, "code", "A1"),
        ("f2.dat", 3, "TOTAL_GP_FTE", "many"),
    ]
    assert "row 2 and again in row 6" in str(caught.value)


def test_old_codes_meet_new_ones(tmp_path: Path) -> None:
    """In the list, in --where, and in what a later file says; a note says which."""
    lookup = "old,new,date\n1X,9Z,2026-04-01\n"
    practices, _ = _read(
        tmp_path,
        registered(),
        mapping().replace(",1X,", ",9Z,"),
        where=("sub_icb_code=1X",),
        lookup=lookup,
        asked=AskedColumns("sub_icb_code"),
    )
    # The totals have 1X throughout; the mapping, which comes later, contradicts them only for A4 to A6.
    assert {practice.area for practice in practices} == {"9Z"}
    assert [note for note in practices.notes if "lookup.dat" in note] == [
        f"By lookup.dat, codes of {what} were taken as those they became: 1X as 9Z (since 2026-04-01)."
        for what in ("--where", "the list")
    ]
    assert ["A4 2Y for 9Z" in note for note in practices.notes if "differs" in note] == [True]


def test_standard_input_with_publications(tmp_path: Path) -> None:
    """The list may come through a pipe."""
    [path] = written(tmp_path, map=mapping())
    files = ListFiles("-", (Path(path),))
    own = b"code,list_size\nA1,9000\n"
    practices, _ = read_list(files, AskedColumns(), KNOWN, io.BytesIO(own))
    assert [(each.code, each.postcode) for each in practices] == [("A1", POSTCODES["A1"])]


def test_a_publication_alone_needs_nothing_beside_it(tmp_path: Path) -> None:
    """Packed or not; a list of one's own alone is read as ever."""
    paths = written(
        tmp_path,
        a=registered(),
        b=zipped({"x.csv": registered()}),
        c="code,postcode,list_size\nA1,YO1 8RL,1\n",
    )
    read = [read_list(ListFiles(path), AskedColumns(), KNOWN) for path in paths]
    assert [(len(practices), reading is None) for practices, reading in read] == [
        (5, False),
        (5, False),
        (1, True),
    ]


def test_registrations_and_branches_are_set_aside(tmp_path: Path) -> None:
    """They are files beside the list, and say nothing of it."""
    lsoa = "PRACTICE_CODE,LSOA_CODE,SEX,NUMBER_OF_PATIENTS\nA1,E01000001,ALL,5\nA1,E01000002,ALL,5\n"
    branches = "branch_code,practice_code,postcode\nA1001,A1,YO1 8RL\n"
    _, reading = _read(tmp_path, registered(), lsoa, zipped({"b.csv": branches}))
    assert [Path(file).name for file in (*reading.registrations, *reading.branches)] == ["f1.dat", "f2.dat"]
