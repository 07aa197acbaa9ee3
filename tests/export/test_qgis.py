"""Styles that a GeoPackage carries for QGIS."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pyogrio

from netform.export.formats import single_file
from netform.export.plan import PLAN
from netform.export.score import SCORE
from tests.judged import judged

if TYPE_CHECKING:
    from pathlib import Path

    from netform.result import Result

# The columns by which QGIS knows the table, in its order.
COLUMNS = [
    "id", "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName", "styleQML",
    "styleSLD", "useAsDefault", "description", "owner", "ui", "update_time",
]  # fmt: skip


def _styles(content: bytes, folder: Path) -> tuple[list[str], dict[str, ET.Element]]:
    path = folder / "layers.gpkg"
    path.write_bytes(content)
    with closing(sqlite3.connect(path)) as database:
        found = database.execute("SELECT * FROM layer_styles")
        columns = [each[0] for each in found.description]
        rows = [dict(zip(columns, row, strict=True)) for row in found]
        shapes = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
        [kind] = database.execute(
            "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'"
        ).fetchone()
    assert kind == "attributes"
    assert all(row["f_geometry_column"] == shapes[row["f_table_name"]] for row in rows)
    assert all(row["useAsDefault"] == 1 and row["update_time"].startswith("2000-01-01") for row in rows)
    return columns, {row["f_table_name"]: ET.fromstring(row["styleQML"]) for row in rows}  # noqa: S314 (our own)


def test_a_plan_opens_as_a_map(result: Result, tmp_path: Path) -> None:
    """A category for each network with a symbol, its colour unlike its neighbour's; hubs and practices apart."""
    columns, styles = _styles(single_file(PLAN, ".gpkg", result), tmp_path)
    assert columns == COLUMNS
    networks = styles["networks"]
    renderer = networks.find("renderer-v2")
    assert renderer is not None
    assert (renderer.get("type"), renderer.get("attr")) == ("categorizedSymbol", "network_id")
    assert [each.get("value") for each in networks.iter("category")] == ["15F-01", "15F-02"]
    symbols = {each.get("name") for each in networks.iter("symbol")}
    assert {each.get("symbol") for each in networks.iter("category")} == symbols
    colours = [each.get("value") for each in networks.iter("Option") if each.get("name") == "color"]
    assert len(set(colours)) == 2
    # The second is an exception: its rim is wide.
    rims = [each.get("value") for each in networks.iter("Option") if each.get("name") == "outline_width"]
    assert rims == ["0.3", "0.8"]
    assert [each.get("value") for each in styles["practices"].iter("category")] == ["no", "yes"]


def test_expressions_name_columns_that_are_there(result: Result, tmp_path: Path) -> None:
    """Of labels and sizes, in every layer that has a style."""
    for content in (single_file(PLAN, ".gpkg", result), single_file(SCORE, ".gpkg", judged()[0])):
        _, styles = _styles(content, tmp_path)
        for layer, style in styles.items():
            fields = set(pyogrio.read_info(tmp_path / "layers.gpkg", layer=layer)["fields"])
            said = [str(each.get("fieldName")) for each in style.iter("text-style")]
            said += [
                str(each.get("value")) for each in style.iter("Option") if each.get("name") == "expression"
            ]
            named = {name for expression in said for name in re.findall('"([^"]+)"', expression)}
            assert named
            assert named | {style.find("renderer-v2").get("attr")} <= fields  # type: ignore[union-attr]
