"""netform report: the page of a folder made anew, and plans side by side."""

from __future__ import annotations

import re
import shutil
from html import unescape
from typing import TYPE_CHECKING

import pytest

from netform.judge.published_result import published_result
from tests.cli.test_judge import ROWS
from tests.cli.test_main import run

if TYPE_CHECKING:
    from pathlib import Path

HEADING = ("--title", "Networks <for> Leeds", "--author", "The board", "--date", "1 December 2026", "--draft")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list, its best plan with a heading and a price, and one of three networks."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "list.csv").write_text(ROWS, encoding="utf-8")
    for name, options in (
        ("best", (*HEADING, "--together", "P1,P2", "--prices")),
        ("three", ("--min", 20000, "--max", 40000, "--networks", 3)),
    ):
        result = run("solve", folder / "list.csv", "-o", folder / name, "--workers", 1, *options)
        assert result.exit_code == 0, result.output
    return folder


def text(path: Path) -> str:
    """The words of a page on one line, without its style."""
    html = re.sub(r"<style>.*?</style>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_page_of_a_folder_says_what_it_said(work: Path, tmp_path: Path) -> None:
    """Word for word, heading and prices among them, and the folder is as it was."""
    before = {file.name: file.read_bytes() for file in (work / "best").iterdir()}
    result = run("report", work / "best", "-o", tmp_path / "again.html")
    assert result.exit_code == 0, result.output
    assert text(tmp_path / "again.html") == text(work / "best" / "report.html")
    assert "Networks <for> Leeds" in text(tmp_path / "again.html")
    assert "What the rules cost" in text(tmp_path / "again.html")
    assert {file.name: file.read_bytes() for file in (work / "best").iterdir()} == before


def test_a_heading_given_again_goes_over_that_of_the_folder(work: Path, tmp_path: Path) -> None:
    """What is not given stays."""
    result = run(
        "report", work / "best" / "plan.json", "-o", tmp_path / "new.html", "--title", "A second paper"
    )
    assert result.exit_code == 0, result.output
    words = text(tmp_path / "new.html")
    assert "A second paper The board. 1 December 2026." in words
    assert "Networks <for> Leeds The board." not in words


def test_plans_stand_side_by_side(work: Path, tmp_path: Path) -> None:
    """Two networks and three; hours by term, moves and travel; who differs; no cost beside hours alone."""
    result = run("report", work / "best", work / "three", "-o", tmp_path / "both.html", "--draft")
    assert result.exit_code == 0, result.output
    words = text(tmp_path / "both.html")
    assert "Draft Options for primary care networks" in words
    assert "Networks 2 3 In the band 1 of 2 3 of 3" in words
    for told in ("Practices moved", "Minutes, mean over patients", "All hours a week", "Where they differ"):
        assert told in words
    assert "The plans were made by different rules" in words
    page = (tmp_path / "both.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    again = run("report", work / "best", work / "three", "-o", tmp_path / "again.html", "--draft")
    assert again.exit_code == 0
    assert (tmp_path / "again.html").read_bytes() == page.encode("utf-8")


def test_a_plan_beside_itself_differs_nowhere(work: Path, tmp_path: Path) -> None:
    """And is told apart by its path."""
    shutil.copytree(work / "three", tmp_path / "three")
    result = run("report", work / "three", tmp_path / "three", "-o", tmp_path / "same.html")
    assert result.exit_code == 0, result.output
    words = text(tmp_path / "same.html")
    assert "The options are the same networks." in words
    assert "Where they differ" not in words
    assert str(tmp_path / "three") in words


@pytest.mark.parametrize(
    ("plans", "out", "code", "said"),
    [
        (("best", "three", "best", "three"), "a.html", 2, "4 plans do not fit side by side: name 3 at most."),
        (("best",), "a.pdf", 6, "the ending '.pdf' names no format"),
        (("best",), "folder", 6, "Name a file that ends in .html."),
        (("list.csv",), "a.html", 3, "it is not a plan"),
        (("nowhere",), "a.html", 3, "there is no such file"),
    ],
)
def test_what_cannot_be_is_refused(
    work: Path, tmp_path: Path, plans: tuple[str, ...], out: str, code: int, said: str
) -> None:
    """Before anything is written."""
    result = run("report", *(work / plan for plan in plans), "-o", tmp_path / out)
    assert (result.exit_code, said in result.output) == (code, True), result.output
    assert not (tmp_path / out).exists()


def test_plans_of_other_lists_do_not_stand_side_by_side(work: Path, tmp_path: Path) -> None:
    """Patients could not be counted alike."""
    (tmp_path / "list.csv").write_text(ROWS.replace("16000", "16100"), encoding="utf-8")
    assert run("solve", tmp_path / "list.csv", "-o", tmp_path / "other", "--workers", 1).exit_code == 0
    result = run("report", work / "best", tmp_path / "other", "-o", tmp_path / "a.html")
    assert result.exit_code == 3
    assert "with another list size 1" in result.output
    assert "P1 has another list size" in result.output


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("plan.json", '"hub_code": "', '"hub_code": "X', "has no hub"),
        ("prices.csv", "exceptions", "exemptions", "it is not the prices of a plan"),
        (
            "networks.geojson",
            '"lines": {',
            '"lines": [], "was": {',
            "it is not the GeoJSON of a plan's networks",
        ),
    ],
)
def test_a_folder_changed_by_hand_is_an_error_not_a_defect(
    work: Path, tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    """A message names the file."""
    shutil.copytree(work / "best", tmp_path / "plan")
    content = (tmp_path / "plan" / file).read_text(encoding="utf-8")
    assert old in content
    (tmp_path / "plan" / file).write_text(content.replace(old, new), encoding="utf-8")
    result = run("report", tmp_path / "plan", "-o", tmp_path / "a.html")
    assert result.exit_code == 3, result.output
    assert said in result.output
    assert file in result.output


def test_the_result_of_a_folder_is_the_result_it_came_from(work: Path) -> None:
    """Practices with their areas, places to the metre, prices with their figures."""
    result = published_result(work / "best")
    assert result.practices.source == "list.csv"
    assert result.places.easting.min() > 400_000
    assert set(result.places.quality) <= {"postcode", "approximate"}
    assert [(each.kind, each.proven) for each in result.prices] == [("together", True)]
    assert set(result.boundaries) == {network.network_id for network in result.plan.networks}


def test_the_page_of_a_folder_draws_what_the_page_drew(work: Path, tmp_path: Path) -> None:
    """The ground of practices that are in no network, and the lines between local authorities."""
    result = run("solve", work / "list.csv", "-o", tmp_path / "plan", "--exclude", "P1", "--workers", 1)
    assert result.exit_code == 0, result.output
    result = run("report", tmp_path / "plan", "-o", tmp_path / "again.html")
    assert result.exit_code == 0, result.output
    assert text(tmp_path / "again.html") == text(tmp_path / "plan" / "report.html")
    marks = [
        re.findall(r'<path class="(\w+)', page.read_text(encoding="utf-8"))
        for page in (tmp_path / "again.html", tmp_path / "plan" / "report.html")
    ]
    assert marks[0] == marks[1]
    assert {"authority", "outside"} <= set(marks[0])
