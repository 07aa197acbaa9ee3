"""The exporters together: one conformance test for all, and the folder."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from netform.export import EXPORTERS, FOLDER_FILES, folder_files

if TYPE_CHECKING:
    from netform.result import Result


def test_a_folder_holds_what_the_contract_says(result: Result) -> None:
    """The six files, the plan last: it seals the folder."""
    files = folder_files(result)
    assert tuple(files) == FOLDER_FILES
    assert sorted(files) == [
        "networks.geojson", "plan.json", "practices.csv", "practices.geojson", "report.html", "rules.toml",
    ]  # fmt: skip
    assert FOLDER_FILES[-1] == "plan.json"
    assert files["rules.toml"]().decode() == result.rules_toml


@pytest.mark.parametrize("ending", sorted(EXPORTERS))
def test_every_exporter_gives_the_same_bytes_twice(result: Result, ending: str) -> None:
    """And some."""
    content = EXPORTERS[ending](result)
    assert len(content) > 100
    assert EXPORTERS[ending](result) == content


def test_nothing_heavy_is_imported_before_it_is_asked_for() -> None:
    """Knowing the endings costs no geometry library."""
    code = (
        "import sys, netform.export;"
        "print([name for name in ('geopandas', 'pyogrio', 'xlsxwriter', 'pandas', 'shapely', 'pyproj')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
