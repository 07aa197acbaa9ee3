"""practices.csv: every practice a row, no cell a formula."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.export.formats import folder_files
from netform.export.plan import PLAN
from netform.export.tables import csv_bytes
from netform.practices.cells import plain_cell, spreadsheet_text
from tests.examples import examples

if TYPE_CHECKING:
    from netform.result import Result


def test_every_practice_is_a_row(result: Result) -> None:
    """Members with their network and minutes, the unplaced with their reason."""
    rows = list(
        csv.DictReader(io.StringIO(folder_files(PLAN, result)["practices.csv"]().decode("utf-8-sig")))
    )
    assert [row["practice_code"] for row in rows] == ["A1", "B2", "C3", "D4"]
    assert [row["hub"] for row in rows] == ["no", "yes", "yes", "no"]
    assert (rows[0]["network_id"], rows[0]["minutes_to_hub"]) == ("15F-01", "9.25")
    assert (rows[2]["exception"], rows[3]["network_id"]) == ("over_max_single_practice", "")
    assert rows[3]["unplaced_reason"] == "opted out"
    assert (rows[0]["easting"], rows[0]["place_quality"]) == ("430000.0", "postcode")
    assert "Crown copyright" in rows[0]["attribution"]


def test_no_cell_is_a_formula(result: Result) -> None:
    """A name that begins a formula is led by an apostrophe; a negative number would not be."""
    for row in csv.reader(io.StringIO(folder_files(PLAN, result)["practices.csv"]().decode("utf-8-sig"))):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1"])  # noqa: RUF001 - meant
def test_what_starts_a_formula_is_led_by_an_apostrophe(text: str) -> None:
    """Each character that some spreadsheet takes for the start of one."""
    assert spreadsheet_text(text) == f"'{text}"


@given(st.text("a'=+-@;|\t\n ,\"1", max_size=12))
@examples(300)
def test_no_separator_lays_a_formula_bare(text: str) -> None:
    """However a spreadsheet splits a line, no piece of it begins a formula; and read back it is what it was."""
    written = spreadsheet_text(text)
    for separator in ";|\t\n":
        assert not any(
            piece.strip(" ").startswith(("=", "+", "-", "@")) for piece in written.split(separator)
        )
    assert plain_cell(written) == text


def test_a_semicolon_within_a_name_begins_no_formula(result: Result) -> None:
    """As a spreadsheet of a country that writes decimals with commas splits the table."""
    named = replace(result.practices.practices[0], name="Surgery;=1+1")
    practices = replace(result.practices, practices=(named, *result.practices.practices[1:]))
    content = folder_files(PLAN, replace(result, practices=practices))["practices.csv"]().decode("utf-8-sig")
    assert "Surgery;'=1+1" in content
    assert not any(piece.startswith("=") for line in content.splitlines() for piece in line.split(";"))


def test_what_could_command_a_terminal_is_left_out() -> None:
    """Wherever the text came from: an escape, one of the second row of controls, a reversal of direction."""
    assert csv_bytes([{"a": "x\x1b[2J\x9b\u202ey"}]) == b"\xef\xbb\xbfa\nx[2Jy\n"


@pytest.mark.parametrize("text", ["", "a=1", "St Mary's", "15F-01"])
def test_other_text_is_left_alone(text: str) -> None:
    """Names are not changed without need."""
    assert spreadsheet_text(text) == text
