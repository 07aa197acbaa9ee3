"""GeoPackage and Excel: the same facts, the same bytes, no formulas."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import geopandas
import pyogrio
from python_calamine import CalamineWorkbook

from netform.export import gpkg, xlsx
from netform.export.formats import single_file
from netform.export.plan import PLAN

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from netform.result import Result


def test_a_geopackage_has_both_layers(result: Result, tmp_path: Path) -> None:
    """Networks as polygons and practices as points, on the National Grid, with the attribution."""
    path = tmp_path / "networks.gpkg"
    path.write_bytes(single_file(PLAN, ".gpkg", result))
    networks = geopandas.read_file(path, layer="networks")
    practices = geopandas.read_file(path, layer="practices")
    assert networks.crs.to_epsg() == practices.crs.to_epsg() == 27700
    assert networks["network_id"].tolist() == ["15F-01", "15F-02"]
    assert networks["practice_codes"].tolist() == ["A1 B2", "C3"]
    assert practices["practice_name"].tolist() == [practice.name for practice in result.practices]
    assert networks.geometry[0].equals(result.boundaries["15F-01"])
    assert "Crown copyright" in pyogrio.read_info(path, layer="networks")["layer_metadata"]["attribution"]


def test_a_geopackage_is_the_same_bytes_at_another_time(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The date of writing does not show; the setting that hides it is put back."""
    first = single_file(PLAN, ".gpkg", result)
    assert single_file(PLAN, ".gpkg", result) == first
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None
    monkeypatch.setattr(gpkg, "FIXED_DATE", "2001-01-01T00:00:00Z")
    assert single_file(PLAN, ".gpkg", result) != first


def test_a_workbook_has_a_sheet_a_table_and_no_formula(result: Result) -> None:
    """Text that begins a formula is text; practices stand network by network, moves against today."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(single_file(PLAN, ".xlsx", result)))
    assert book.sheet_names == [
        "Networks", "Practices by network", "Moves", "Hours and penalties", "Exceptions", "Rules", "Sources",
        "Attribution",
    ]  # fmt: skip
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert [row[5] for row in sheets["Practices by network"][1:]] == ["15F-01", "15F-01", "15F-02", ""]
    assert [row[1] for row in sheets["Practices by network"][1:]] == [each.name for each in result.practices]
    # A1, B2, C3 and D4 are U1 today, 95,001 patients: C3's network has 60,000 of them, more than half.
    assert [row[0] for row in sheets["Moves"][1:]] == ["A1", "B2", "D4"]
    assert [[row[0], *row[2:4]] for row in sheets["Exceptions"][1:]] == [
        ["15F-02", 60_000, "over_max_single_practice"],
        ["D4", 1, "in no network"],
    ]
    assert ["band", "min", 30_000] in sheets["Rules"]
    # Hours, penalties and their sum come before the terms, which say what they are.
    assert sheets["Networks"][0][-4:] == ["hours per week", "penalties", "cost", "patient travel hours"]
    assert sheets["Networks"][1][-4:] == [12.5, 0.0, 12.5, 12.5]
    # 12.5 of the one and a third of the other: hours of weight 1, and no penalty.
    assert sheets["Hours and penalties"][1:] == [["hours", "patient_travel", 12.833333, 1.0, 12.833333]]
    sources = dict(sheets["Sources"][1:])
    assert sources["status"] == "optimal"
    assert sources["unplaced D4"] == "opted out"
    assert "Crown copyright" in sheets["Attribution"][0][0]
    assert b"<f>" not in single_file(PLAN, ".xlsx", result)


def test_a_workbook_is_the_same_bytes_at_another_time(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its date of making is fixed."""
    first = single_file(PLAN, ".xlsx", result)
    assert single_file(PLAN, ".xlsx", result) == first
    monkeypatch.setattr(xlsx, "FIXED_DATE", xlsx.FIXED_DATE.replace(year=2001))
    assert single_file(PLAN, ".xlsx", result) != first


def test_a_plan_without_networks_is_written(bare: Result) -> None:
    """Nothing found is a result too."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(single_file(PLAN, ".xlsx", bare)))
    assert book.get_sheet_by_name("Networks").to_python() == []
    assert single_file(PLAN, ".gpkg", bare)[:15] == b"SQLite format 3"
