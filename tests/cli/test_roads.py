"""``netform roads``: from an extract to a file that --travel reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner

from netform.cli.main import cli
from tests.made_up_extract import write_extract

if TYPE_CHECKING:
    import pytest

LIST = """\
code,name,postcode,list_size,easting,northing
A,Abbey,LS11 8LH,20000,420000,430000
B,Bridge,LS11 8LH,15000,421000,430000
C,Castle,LS11 8LH,20000,422000,430000
"""


def test_journeys_are_written_and_read_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A and B on a road of 1 km at 65 km/h, C far from it; an earlier file stays unless it may be replaced."""
    monkeypatch.chdir(tmp_path)
    Path("list.csv").write_text(LIST)
    points = {1: (420_000, 430_000), 2: (421_000, 430_000)}
    write_extract(Path("x.osm.pbf"), points, [([1, 2], {"highway": "primary"})])
    words = ["roads", "x.osm.pbf", "--practices", "list.csv", "--parking", "4"]
    found = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert found.exit_code == 0
    assert "outside the extract, without journeys: 1 (C)" in found.stderr
    assert "Written to travel.csv: 1 journeys by car." in found.stderr
    assert Path("travel.csv").read_text() == "from,to,minutes\nA,B,4.92\n"
    assert CliRunner().invoke(cli, words).exit_code == 6
    assert CliRunner().invoke(cli, [*words, "-o", "travel.txt"]).exit_code in (2, 6)
    check = CliRunner().invoke(cli, ["check", "list.csv", "--travel", "travel.csv"], catch_exceptions=False)
    assert "2 of 3 pairs are not in travel.csv and were estimated." in check.stdout
    walked = CliRunner().invoke(cli, [*words[:4], "--mode", "foot", "-q", "-o", "foot.csv"])
    assert (walked.exit_code, walked.stderr) == (0, "")
    assert Path("foot.csv").read_text().splitlines()[1].startswith("A,B,12")


def test_notes_act_on_no_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file name that would colour a screen is told without what does it."""
    monkeypatch.chdir(tmp_path)
    Path("list.csv").write_text(LIST)
    Path("b\x1b[31m.csv").write_text("branch_code,practice_code,postcode\nA001,A,LS11 8LH\nZ001,Z,LS11 8LH\n")
    points = {1: (420_000, 430_000), 2: (421_000, 430_000)}
    write_extract(Path("x.osm.pbf"), points, [([1, 2], {"highway": "primary"})])
    words = ["roads", "x.osm.pbf", "--practices", "list.csv", "--branches", "b\x1b[31m.csv"]
    said = CliRunner().invoke(cli, words, catch_exceptions=False).stderr
    assert "b[31m.csv" in said
    assert "\x1b" not in said
