"""One name in two spellings that look alike: composed signs, and letters with accents of their own."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING

import pytest
import shapely
from click.testing import CliRunner

from netform.cli.main import cli
from netform.map.territory import read_boundary
from netform.practices.reading import read_practices
from netform.practices.text import composed, decode
from netform.rules.toml import read_rules

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = "\u00c9vreux"
APART = unicodedata.normalize("NFD", WHOLE)
HEADER = "practice_code,practice_name,postcode,list_size,pcn_code,r\u00e9gion"


def written(folder: Path) -> Path:
    """Write a list of four practices, each other in the other spelling, its header in parts."""
    path = folder / "list.csv"
    rows = [
        f"P{k},Surgery,LS1 4AP,20000,{(WHOLE, APART)[k % 2]},{(WHOLE, APART)[k // 2 % 2]}" for k in range(4)
    ]
    path.write_text("\n".join([unicodedata.normalize("NFD", HEADER), *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("column", ["r\u00e9gion", unicodedata.normalize("NFD", "r\u00e9gion")])
def test_a_list_has_one_area_and_one_network(tmp_path: Path, column: str) -> None:
    """However its column is spelt on the command line."""
    listed = read_practices(written(tmp_path), area_column=column)
    assert {practice.area for practice in listed} == {WHOLE}
    assert {practice.pcn_code for practice in listed} == {WHOLE}


def test_text_is_composed_when_it_is_read() -> None:
    """Whatever the encoding; plain text is itself."""
    assert decode(APART.encode("utf-16"), "list.csv")[0] == WHOLE
    assert composed("Leeds") == "Leeds"


def test_a_rules_file_speaks_of_the_area_of_the_list(tmp_path: Path) -> None:
    """The tables of areas, by either spelling."""
    path = tmp_path / "rules.toml"
    path.write_text(f'[areas."{APART}"]\nmax = 60000\n', encoding="utf-8")
    assert [area.area for area in read_rules(path).demands.areas] == [WHOLE]


def test_the_command_line_speaks_of_the_area_of_the_list(tmp_path: Path) -> None:
    """A demand on an area that the list spells otherwise is no demand on a stranger."""
    given = ["check", str(written(tmp_path)), "--area", "r\u00e9gion", "--area-band", f"{APART}=30000-90000"]
    result = CliRunner().invoke(cli, given)
    assert result.exit_code == 0, result.stderr


def test_a_boundary_names_the_area_of_the_list(tmp_path: Path) -> None:
    """Signs may also be written by their numbers in JSON."""
    shape = shapely.box(430_000, 430_000, 440_000, 440_000)
    feature = {
        "type": "Feature",
        "geometry": json.loads(shapely.to_geojson(shape)),
        "properties": {"n": APART},
    }
    crs = {"type": "name", "properties": {"name": "EPSG:27700"}}
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    assert read_boundary(path, {WHOLE}).extent_for(WHOLE) is not None
