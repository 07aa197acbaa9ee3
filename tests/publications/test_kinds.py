"""Which publication a file is: by what is in it, whatever it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from netform.publications.kinds import BRANCHES, REGISTRATIONS, kind_of
from netform.publications.sheets import sheets_of
from tests.publications.made_up import by_age, epcn, epraccur, mapping, registered, registered_2021, workbook

if TYPE_CHECKING:
    from pathlib import Path

BRANCH = ",".join(["A1001", "BRANCH", *[""] * 8, "19990101", "", "", "", "A1", *[""] * 12])
LSOA = "PUBLICATION,EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,LSOA_CODE,SEX,NUMBER_OF_PATIENTS\n"
FILES = {
    "totals": (registered(), "registered"),
    "totals of 2021": (registered_2021(), "registered"),
    "by age": (by_age(), "registered"),
    "one sex by age": (by_age(["FEMALE"]), "registered"),
    "mapping": (mapping(), "mapping"),
    "practices": (epraccur(), "practices"),
    "by LSOA": (LSOA + "X,01Jul2026,A1,N,E01000001,ALL,5\nX,01Jul2026,A1,N,E01000002,ALL,5\n", REGISTRATIONS),
    "branches without a header": (BRANCH + "\n", BRANCHES),
    "branches": ("branch_code,branch_name,postcode,practice_code\nA1001,B,YO1 8RL,A1\n", BRANCHES),
    "wide workforce": ("PRAC_CODE,TOTAL_PATIENTS,TOTAL_GP_FTE\nA1,9000,4.5\n", "wide workforce"),
    "long workforce": (
        "PRAC_CODE,STAFF_GROUP,DETAILED_STAFF_ROLE,MEASURE,VALUE\nA1,GP,Salaried,FTE,1\n",
        "long workforce",
    ),
    "payments": (
        "Practice Code,Practice Postcode,Average Number of Registered Patients\nA1,YO1 8RL,8999.25\n",
        "payments",
    ),
    "a list": ("code,postcode,list_size\nA1,YO1 8RL,9000\n", "list"),
    "a list that names its LSOA": ("code,postcode,list_size,lsoa21_code\nA1,YO1 8RL,9000,E01000001\n", "list"),
    "a list with dates": (
        "code,list_size,pcn_code,start_date,end_date\nA1,9000,U1,2019-07-01,\n",
        "list",
    ),
    "GeoJSON": ('{"features": [{"properties": {"practice_code": "A1", "list_size": 9}}]}', "list"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_known_by_what_is_in_it(name: str) -> None:
    """Each kind in its own shape."""
    text, kind = FILES[name]
    found = kind_of(sheets_of(text.encode(), "download (3).tmp"))
    assert found is not None
    assert found[0] == kind


def test_a_workbook_is_known_by_any_of_its_sheets(tmp_path: Path) -> None:
    """The memberships stand on the second sheet of ePCN, and a page of notes may come before a list."""
    networks = epcn(tmp_path / "a.xlsx", [["A1", "U1", "20190701", ""]], [["U1", "NEW NAME", ""]])
    noted = workbook(tmp_path / "b.xlsx", {"Notes": [["A title"]], "Data": _cells(mapping())})
    for path, kind, sheet in ((networks, "memberships", "Core"), (noted, "mapping", "Data")):
        found = kind_of(sheets_of(path.read_bytes(), str(path)))
        assert found is not None
        assert (found[0], sheet in found[1].file, found[1].name) == (kind, True, path.name)


def test_anything_else_is_no_publication() -> None:
    """A table without practice codes."""
    assert kind_of(sheets_of(b"town,river\nYork,Ouse\n", "x.csv")) is None


def _cells(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]
