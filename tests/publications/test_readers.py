"""What each kind of publication says of practices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from netform.errors import InputError
from netform.publications.kinds import KINDS, kind_of
from netform.publications.model import Publication, Question
from netform.publications.registered import merged_sexes
from netform.publications.sheets import sheets_of
from tests.publications.made_up import by_age, epcn, epraccur, practice_row, registered, registered_2021

if TYPE_CHECKING:
    from pathlib import Path


def _read(content: str | bytes, day: str = "", file: str = "x.csv") -> Publication:
    sheets = sheets_of(content.encode() if isinstance(content, str) else content, file)
    found = kind_of(sheets)
    assert found is not None
    read = KINDS[found[0]].read
    assert read is not None
    return read(found[1], sheets, Question(day))


def _values(publication: Publication, name: str) -> dict[str, str | None]:
    return {code: record.values.get(name) for code, record in publication.records.items()}


def test_list_sizes_are_totals_and_never_sums_of_ages() -> None:
    """Of a table by sex and age the rows ALL, ALL of type GP: 9,000 and 8,000; eight other rows and one area."""
    read = _read(by_age())
    assert _values(read, "list_size") == {"A1": "9000", "A2": "8000"}
    assert (read.date, read.headers["list_size"]) == ("2026-07-01", "NUMBER_OF_PATIENTS")
    assert read.notes == ("x.csv: 8 rows of one sex or age and 1 rows of larger areas were left out.",)


def test_both_eras_of_totals() -> None:
    """Sub-ICBs and clinical commissioning groups are one field, and dates are written in two ways."""
    now, then = _read(registered()), _read(registered_2021())
    assert (now.date, then.date) == ("2026-07-01", "2021-01-01")
    assert [each.records["A1"].values["sub_icb_code"] for each in (now, then)] == ["1X", "00D"]


def test_files_of_one_sex_are_added_up() -> None:
    """Two files of single years of age make one list; the dates and postcodes are those of the first."""
    women, men = _read(by_age(["FEMALE"]), file="w.csv"), _read(by_age(["MALE"]), file="m.csv")
    assert _values(women, "female_patients") == {"A1": "4600", "A2": "3900"}
    [both] = merged_sexes([women, men])
    assert _values(both, "list_size") == {"A1": "9000", "A2": "8000"}
    assert both.records["A1"].values["postcode"] == "YO1 8RL"
    assert both.has_list_sizes
    assert not women.has_list_sizes
    with pytest.raises(InputError, match=r"w\.csv: it has the women .* alone\. Add the file of men"):
        merged_sexes([women])


def test_files_of_one_sex_and_two_months_are_refused() -> None:
    """Women of June and men of July are nobody's list."""
    women, men = _read(by_age(["FEMALE"]), file="w.csv"), _read(by_age(["MALE"]), file="m.csv")
    women = replace(women, date="2026-06-01")
    problem = r"m\.csv: it is of 2026-07-01, and w\.csv, of the other sex, is of 2026-06-01"
    with pytest.raises(InputError, match=problem):
        merged_sexes([women, men])
    assert len(merged_sexes([replace(women, date=""), men])) == 1


def test_one_file_with_both_sexes_and_no_total() -> None:
    """Is added up as well."""
    assert _values(_read(by_age(["FEMALE", "MALE"])), "list_size") == {"A1": "9000", "A2": "8000"}


def test_a_practice_twice_is_a_fault_of_the_file() -> None:
    """With both rows; a row of another width is told with it."""
    text = registered({"A1": 5}, extra="X,2026-07-01,GP,1X,E38,A1,YO1 8RL,ALL,ALL,6\nX,Y\n")
    with pytest.raises(InputError) as caught:
        _read(text)
    told = [(fault.file, fault.row, fault.column) for fault in caught.value.faults]
    assert told == [("x.csv", 3, "CODE"), ("x.csv", 4, None)]
    assert "stands in row 2 and again in row 3" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "setting", "is_open", "is_practice"),
    [
        ("A", "4", True, True),
        ("ACTIVE", "RO76", True, True),
        ("ACTIVE", "RO76|RO268", True, True),
        ("C", "4", False, True),
        ("INACTIVE", "RO76", False, True),
        ("D", "4", False, True),
        ("DORMANT", "RO76", False, True),
        ("A", "9", True, False),
        ("ACTIVE", "RO72", True, False),
        ("ACTIVE", "RO80|RO87", True, False),
    ],
)
def test_both_codings_of_status_and_setting(
    status: str, setting: str, is_open: bool, is_practice: bool
) -> None:
    """Letters and numbers until 2025, words and roles since."""
    standing = _read(epraccur(practice_row("A1", status, "20250331", setting))).statuses["A1"]
    assert (standing.is_open, standing.is_practice, standing.closed_on) == (
        is_open,
        is_practice,
        "2025-03-31",
    )


def test_the_file_of_practices_has_names_postcodes_and_areas() -> None:
    """By the numbers of its columns."""
    read = _read(epraccur())
    assert read.records["A2"].values == {
        "practice_code": "A2",
        "practice_name": "SURGERY A2",
        "postcode": "YO23 1DT",
        "region_code": "Y63",
        "icb_code": "QXX",
        "sub_icb_code": "1X",
    }
    assert (read.records["A2"].row, read.headers["postcode"]) == (2, "number 10")
    assert not read.has_list_sizes


@pytest.mark.parametrize("end", ["31/03/24", "31-Mar-24", "45382", "31/03/2024", "2024-03-31 00:00:00"])
def test_the_end_of_a_membership_as_a_spreadsheet_writes_it(tmp_path: Path, end: str) -> None:
    """All are the last of March 2024: 45,382 days after 30 December 1899."""
    path = epcn(tmp_path / "e.xlsx", [["A1", "U1", "20190701", end], ["A2", "U1", "20190701", "31/12/9999"]])
    assert _values(_read(path.read_bytes(), "2024-03-30", "e.xlsx"), "pcn_code") == {"A1": "U1", "A2": "U1"}
    assert _values(_read(path.read_bytes(), "2024-03-31", "e.xlsx"), "pcn_code") == {"A2": "U1"}


def test_an_end_that_is_no_day_is_a_fault(tmp_path: Path) -> None:
    """It would be taken for no end, and the practice for a member to this day."""
    path = epcn(tmp_path / "e.xlsx", [["A1", "U1", "20190701", "last spring"]])
    with pytest.raises(InputError, match=r"row 2, .*: this is no day \(found 'last spring'\)"):
        _read(path.read_bytes(), "2024-03-30", "e.xlsx")


def test_memberships_are_those_of_the_day(tmp_path: Path) -> None:
    """A2 had left by then, A3 had not joined, A4 moved, and the network of A5 was closed."""
    path = epcn(
        tmp_path / "e.xlsx",
        [
            ["A1", "U1", "20190701", ""],
            ["A2", "U1", "20190701", "20260701"],
            ["A3", "U1", "20260702", ""],
            ["A4", "U1", "20190701", "20240331"],
            ["A4", "U2", "20240401", ""],
            ["A5", "U3", "20190701", ""],
        ],
        [["U1", "NEW NAME", ""], ["U2", "SECOND", ""], ["U3", "THIRD", "20250331"]],
    )
    on_the_day = _read(path.read_bytes(), "2026-07-01", "e.xlsx")
    assert _values(on_the_day, "pcn_code") == {"A1": "U1", "A4": "U2"}
    assert on_the_day.records["A1"].values["pcn_name"] == "NEW NAME"
    assert on_the_day.notes == (
        "e.xlsx: the memberships on 2026-07-01 were taken; 4 others had ended or not begun.",
    )
    earlier = _read(path.read_bytes(), "2024-03-01", "e.xlsx")
    assert _values(earlier, "pcn_code") == {"A1": "U1", "A2": "U1", "A4": "U1", "A5": "U3"}
    # Without a day, those without an end.
    assert _values(_read(path.read_bytes(), "", "e.xlsx"), "pcn_code") == {"A1": "U1", "A3": "U1", "A4": "U2"}


def test_workforce_by_role_is_added_up() -> None:
    """GPs 2.5 + 1; nurses by the row of all; the staff of direct care are not known; heads do not count."""
    rows = [
        "A1,GP,GP Partners,FTE,2.5",
        "A1,GP,Salaried GPs,FTE,1",
        "A1,GP,Salaried GPs,HC,2",
        "A1,Nurses,All Nurses,FTE,3.2",
        "A1,Nurses,Practice Nurse,FTE,3.2",
        "A1,Direct Patient Care,Dispenser,FTE,ND",
        "A1,Admin,Manager,FTE,4",
    ]
    read = _read("PRAC_CODE,STAFF_GROUP,DETAILED_STAFF_ROLE,MEASURE,VALUE\n" + "\n".join(rows) + "\n")
    assert dict(read.records["A1"].values) == {"practice_code": "A1", "gp_fte": "3.5", "nurse_fte": "3.2"}


_ROLES = "PRAC_CODE,STAFF_GROUP,DETAILED_STAFF_ROLE,MEASURE,VALUE\n"


@pytest.mark.parametrize(
    ("rows", "fte"),
    [
        # All of the group, of some of it, and one role: the first alone.
        (("All fully qualified GPs,FTE,4", "All GPs,FTE,6", "GP Partners,FTE,3"), "6"),
        (("Total,FTE,6", "Total Partners,FTE,3", "Total Salaried,FTE,3"), "6"),
        # A row for some roles is of those that stand beside it as well.
        (("All fully qualified GPs,FTE,4", "GP Partners,FTE,4", "Registrars,FTE,1"), "5"),
        (("All partners,FTE,4",), "4"),
    ],
)
def test_rows_for_several_roles_are_not_added_up(rows: tuple[str, ...], fte: str) -> None:
    """Staff is counted once."""
    read = _read(_ROLES + "".join(f"A1,GP,{row}\n" for row in rows))
    assert read.records["A1"].values["gp_fte"] == fte


def test_a_total_that_is_not_known_is_refused() -> None:
    """Of two rows for many roles either may hold the other."""
    with pytest.raises(
        InputError, match=r"x\.csv, row 2.*which of these rows .*: ALL PARTNERS, ALL SALARIED \("
    ):
        _read(f"{_ROLES}A1,GP,All partners,FTE,4\nA1,GP,All salaried,FTE,3\n")


def test_staff_of_several_months_is_refused() -> None:
    """It would be added up."""
    header = "YEAR,MONTH,PRAC_CODE,STAFF_GROUP,DETAILED_STAFF_ROLE,MEASURE,VALUE"
    rows = ("2026,5,A1,GP,All GPs,FTE,4", "2026,6,A1,GP,All GPs,FTE,5")
    with pytest.raises(InputError, match=r"row 3.*several months, and staff is added up: 2026 5, 2026 6 \("):
        _read("\n".join([header, *rows]))
    assert _read(f"{header}\n{rows[1]}\n").records["A1"].values["gp_fte"] == "5"


def test_rows_that_are_no_practice_are_counted() -> None:
    """Totals and footnotes below a table, and a second row of a practice: a publication cannot be mended by hand."""
    paid = "Practice Code,Average Number of Registered Patients\nA1,5\nA1,6\n,11\nTotal,11\nSource: NHS England 2024,\n"
    read = _read(paid)
    assert _values(read, "list_size") == {"A1": "5"}
    assert read.notes == (
        "x.csv: rows without a practice code were left out: 3.",
        "x.csv: of several rows of a practice the first was taken: A1.",
    )


def test_wide_workforce_and_payments() -> None:
    """Columns by their published names; ND says nothing."""
    wide = _read("PRAC_CODE,TOTAL_PATIENTS,TOTAL_GP_FTE,TOTAL_NURSES_FTE,TOTAL_DPC_FTE\nA1,9000,4.5,ND,2\n")
    assert dict(wide.records["A1"].values) == {
        "practice_code": "A1",
        "list_size": "9000",
        "gp_fte": "4.5",
        "dpc_fte": "2",
    }
    header = "Practice Code,Sub ICB NHS Code,Average Number of Registered Patients,Average Number of Weighted Patients"
    paid = _read(f"{header}\nA1,1X,8999.25,9100.5\n")
    assert dict(paid.records["A1"].values) == {
        "practice_code": "A1",
        "sub_icb_code": "1X",
        "list_size": "8999.25",
        "weighted_list_size": "9100.5",
    }
