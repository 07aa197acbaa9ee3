"""The formats together: one conformance test for every command, and what folders hold."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from netform.export.alternatives import ALTERNATIVES
from netform.export.compare import COMPARE
from netform.export.formats import FORMATS, endings, folder_files, folder_names, single_file
from netform.export.front import FRONT
from netform.export.plan import PLAN
from netform.export.score import SCORE
from tests.judged import compared, judged
from tests.made_up_tradeoff import alternatives_result, front_result

if TYPE_CHECKING:
    from netform.export.publication import Publication
    from netform.result import Result

PUBLICATIONS: dict[str, Publication[Any]] = {
    "plan": PLAN,
    "score": SCORE,
    "compare": COMPARE,
    "front": FRONT,
    "alternatives": ALTERNATIVES,
}

# What the file of each format begins with.
BEGINNINGS = {
    ".pdf": b"%PDF-",
    ".csv": b"",
    ".geojson": b'{\n"type": "FeatureCollection"',
    ".gpkg": b"SQLite format 3",
    ".html": b"<!doctype html>",
    ".json": b"{",
    ".png": b"\x89PNG",
    ".svg": b"<?xml",
    ".xlsx": b"PK",
}


@pytest.fixture
def results(result: Result) -> dict[str, Any]:
    """A result of each command."""
    return {
        "plan": result,
        "score": judged()[0],
        "compare": compared(),
        "front": front_result(),
        "alternatives": alternatives_result(),
    }


def test_a_plan_folder_holds_what_the_contract_says(result: Result) -> None:
    """The plan comes last: it seals the folder."""
    files = folder_files(PLAN, result)
    assert sorted(files) == [
        "networks.geojson", "networks.gpkg", "networks.xlsx", "plan.json", "practices.csv", "practices.geojson",
        "report.html", "rules.toml",
    ]  # fmt: skip
    assert list(files)[-1] == "plan.json"
    assert files["rules.toml"]().decode() == result.rules_toml


@pytest.mark.parametrize(
    ("name", "ending"), [(name, ending) for name, each in PUBLICATIONS.items() for ending in endings(each)]
)
def test_every_format_of_every_command(results: dict[str, Any], name: str, ending: str) -> None:
    """A file that begins as its format does, and the same bytes twice."""
    content = single_file(PUBLICATIONS[name], ending, results[name])
    assert len(content) > 50
    assert content.startswith(BEGINNINGS[ending])
    assert single_file(PUBLICATIONS[name], ending, results[name]) == content


@pytest.mark.parametrize("name", PUBLICATIONS)
def test_every_file_of_a_folder_is_made_and_always_the_same(results: dict[str, Any], name: str) -> None:
    """Twice the same bytes, none empty, the object last."""
    first, again = (
        {file: make() for file, make in folder_files(PUBLICATIONS[name], results[name]).items()}
        for _ in range(2)
    )
    assert first == again
    assert all(first.values())
    assert list(first)[-1] == folder_names(PUBLICATIONS[name])[-1]
    assert list(first)[-1].endswith(".json")


def test_every_command_writes_spreadsheets_pages_and_objects() -> None:
    """And maps and pictures where there are any."""
    for each in PUBLICATIONS.values():
        assert {".csv", ".xlsx", ".html", ".json"} <= set(endings(each)) <= set(FORMATS)
    assert {".geojson", ".gpkg"} <= set(endings(PLAN)) & set(endings(SCORE)) & set(endings(ALTERNATIVES))
    assert {".png", ".svg"} <= set(endings(FRONT)) & set(endings(ALTERNATIVES))


def test_nothing_heavy_is_imported_before_it_is_asked_for() -> None:
    """Knowing the endings costs no geometry library."""
    code = (
        "import sys, netform.export.formats, netform.export.plan;"
        "print([name for name in ('geopandas', 'pyogrio', 'xlsxwriter', 'pandas', 'shapely', 'pyproj')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
