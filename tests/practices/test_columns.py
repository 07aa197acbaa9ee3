"""Columns are found by their usual names, and a doubt is a fault."""

from __future__ import annotations

import itertools

import pytest

from netform.practices.columns import ALIASES, columns_recognised, match_columns, plain_name


def _index(*headers: str, area: str | None = None) -> dict[str, int]:
    columns = match_columns(headers, area, "list.csv", 1)
    assert not columns.faults, "\n".join(map(str, columns.faults))
    return columns.index


def test_every_alias_means_one_field() -> None:
    """No name stands for two fields, and each field's own name is among its aliases."""
    plain = [{plain_name(alias) for alias in aliases} for aliases in ALIASES.values()]

    assert not any(one & other for one, other in itertools.combinations(plain, 2))
    assert all(name == aliases[0] for name, aliases in ALIASES.items())


@pytest.mark.parametrize(
    "spelling", ["ODS Code", "ods_code", "OdsCode", " ODS-code ", "(ods) code:", "o.d.s code"]
)
def test_case_spaces_and_punctuation_do_not_matter(spelling: str) -> None:
    """A header is the same however it is spaced, cased and punctuated."""
    assert _index("list_size", "postcode", spelling)["practice_code"] == 2


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        # gp-reg-pat-prac-all.csv of NHS England
        (
            "PUBLICATION,EXTRACT_DATE,TYPE,CODE,POSTCODE,SEX,AGE,NUMBER_OF_PATIENTS",
            {"practice_code": 3, "postcode": 4, "list_size": 7},
        ),
        # general practice workforce
        (
            "PRAC_CODE,PRAC_NAME,POSTCODE,TOTAL_PATIENTS,TOTAL_GP_FTE,TOTAL_NURSES_FTE,TOTAL_DPC_FTE",
            {
                "practice_code": 0, "practice_name": 1, "postcode": 2, "list_size": 3,
                "gp_fte": 4, "nurse_fte": 5, "dpc_fte": 6,
            },
        ),
        # with the year at the end of a measure
        (
            "practice_code,postcode,list_size,gp_fte_fy2024,weighted_list_size_fy2023,list_size_growth",
            {"practice_code": 0, "postcode": 1, "list_size": 2, "gp_fte": 3, "weighted_list_size": 4},
        ),
        (
            "Org Code,Registered patients,Lat,Long",
            {"practice_code": 0, "list_size": 1, "latitude": 2, "longitude": 3},
        ),
    ],
)  # fmt: skip
def test_publications_are_understood(headers: str, found: dict[str, int]) -> None:
    """The columns that publications and warehouses use are found, and no others."""
    assert _index(*headers.split(",")) == found


def test_own_name_wins_over_an_alias_and_says_so() -> None:
    """A column with netform's own name is taken, and the note names the one left out."""
    columns = match_columns(["code", "practice_code", "postcode", "list_size"], None, "list.csv", 1)

    assert columns.index["practice_code"] == 1
    assert columns.notes == ("Column 'practice_code' was read as the practice_code, and 'code' left out.",)


def test_two_years_of_one_measure_are_a_fault() -> None:
    """Two list sizes of two years leave a doubt that only the user can end."""
    columns = match_columns(["code", "postcode", "list_size_2025", "list_size_2026"], None, "list.csv", 1)

    (fault,) = columns.faults
    assert fault.problem == "columns 'list_size_2025', 'list_size_2026' could each be the list_size"


def test_the_area_column_is_found_by_its_exact_name_first() -> None:
    """Two headers that differ only in case are told apart when one is spelt as the user did."""
    headers = ["code", "postcode", "list_size", "ICB", "icb"]

    assert _index(*headers, area="icb")["area"] == 4
    assert _index("code", "postcode", "list_size", "Sub ICB", area="sub_icb")["area"] == 3
    (fault,) = match_columns(headers, "Icb", "list.csv", 1).faults
    assert fault.problem == "2 columns are called 'Icb'"


def test_the_area_may_be_a_column_with_another_meaning() -> None:
    """The present network can be the area, and is still read as the present network."""
    index = _index("code", "postcode", "list_size", "pcn_code", area="pcn_code")

    assert index["area"] == index["pcn_code"] == 3


def test_a_blank_header_is_no_area() -> None:
    """An area named by nothing is not the column without a header."""
    columns = match_columns(["code", "postcode", "list_size", ""], " ", "list.csv", 1)

    assert "area" not in columns.index
    assert len(columns.faults) == 1


def test_a_sentence_is_no_header() -> None:
    """Text of a preamble that contains the word code names no field."""
    assert columns_recognised(["Practices by ODS code and list size, July 2026"]) == 0
    assert columns_recognised(["Code", "", "LIST SIZE"]) == 2


def test_soft_columns_are_found_as_spelt_or_nearly() -> None:
    """In the order they are asked for; one named twice is one boundary."""
    headers = ("code", "list_size", "postcode", "LTLA24 Code", "place")
    asked = ("place", "ltla24_code", "LTLA24 Code")
    columns = match_columns(headers, None, "list.csv", 1, asked)
    assert columns.soft == (4, 3)
    assert columns.faults == ()
    assert match_columns(headers, None, "list.csv", 1).soft == ()


def test_soft_columns_that_are_not_there_are_all_named() -> None:
    """Each with the nearest column, beside a wrong area."""
    headers = ("code", "list_size", "postcode", "ltla24_code", "twin", "Twin ")
    columns = match_columns(headers, "plaice", "list.csv", 1, ("ltla_code", "TWIN"))
    assert [(fault.column, fault.remedy) for fault in columns.faults] == [
        (None, "Name one of these columns"),
        (None, "Did you mean 'ltla24_code'?"),
        ("TWIN", "Keep the one that holds the soft boundary, or rename it"),
    ]
