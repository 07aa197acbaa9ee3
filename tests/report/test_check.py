"""Tests of what `netform check` prints."""

from __future__ import annotations

import subprocess
import sys

from netform.judge.survey import AreaSurvey, PartSurvey, Survey
from netform.report.check import check_text
from netform.solve.model.outcome import Obstacle

EAST = AreaSurvey(
    "East",
    3,
    96_000,
    ("E",),
    (PartSurvey(("C", "D"), 45_000, 1, 1, 2),),
    (Obstacle("over_max_single_practice", ("E",), "E alone has 51,000 patients, over the most of 50,000."),),
)
ISLANDS = AreaSurvey(
    "West",
    3,
    52_000,
    (),
    (PartSurvey(("A",), 2_000, 1, 0, 0), PartSurvey(("B", "F"), 50_000, 1, 1, 1)),
    (Obstacle("island", ("A",), "A has 2,000 patients."),),
)
SURVEY = Survey(
    source="folder/list.csv",
    least=30_000,
    most=50_000,
    quality={"approximate": 1, "postcode": 5},
    approximate=("F",),
    shared_sites=(("C", "D"),),
    edges={"border": 3, "site": 1},
    alone=("A",),
    travel="estimate",
    areas=(EAST, ISLANDS),
    notes=("Read as cp1252.",),
)
EXPECTED = """\
list.csv: 6 practices with 148,000 patients in 2 areas.
Networks are to have 30,000 to 50,000 patients.
Placed: 1 approximately, 5 by postcode.
  Approximately, at the middle of the postcodes around: F.
Sites: 2 practices share 1 site, at most 2 at one.
Neighbours: 3 share a border, 1 share a site.
  No neighbour: A. Join them with --edges if people do travel.
Travel: estimate.

East: 3 practices, 96,000 patients
  All practices hang together, besides 1 practice over the band.
  By arithmetic there must be exactly 2 networks.
  2 contiguous groups inside the band to choose from.
  In the way of 30,000 to 50,000 for all:
  - E alone has 51,000 patients, over the most of 50,000.

West: 3 practices, 52,000 patients
  2 parts that do not touch: 50,000, 2,000 patients.
  By arithmetic no number of networks inside the band holds everybody.
  1 contiguous group inside the band to choose from.
  In the way of 30,000 to 50,000 for all:
  - A has 2,000 patients.

Findings
  Read as cp1252.

Arithmetic rules out a plan without exceptions in 2 of 2 areas: netform solve will name the fewest it can, \
or refuse with --strict.
"""


def _survey(*areas: AreaSurvey) -> Survey:
    return Survey("-", 30_000, 50_000, {"list": 1}, (), (), {}, (), "estimate", areas, ())


def test_check_word_for_word() -> None:
    """The whole text of a small list, worked out by hand."""
    assert check_text(SURVEY) == EXPECTED


def test_many_areas_get_a_line_each() -> None:
    """Only those with something in the way are described, after the others."""
    quiet = [
        AreaSurvey(f"A{k:02}", 2, 40_000, (), (PartSurvey(("P", "Q"), 40_000, 1, 1, None),), ())
        for k in range(20)
    ]
    text = check_text(_survey(*quiet, EAST))
    assert "A07: 2 practices, 40,000 patients, 1 to 1 networks, too many groups to list\n" in text
    assert text.index("A19: ") < text.index("East: 3 practices")
    assert "in 1 of 21 areas" in text


def test_nothing_in_the_way_is_no_promise() -> None:
    """Arithmetic cannot see what the map forbids."""
    free = AreaSurvey("", 2, 40_000, (), (PartSurvey(("P", "Q"), 40_000, 1, 1, None),), ())
    text = check_text(_survey(free))
    assert "The whole list: 2 practices, 40,000 patients" in text
    assert "maybe without proof" in text
    assert text.endswith(
        "Arithmetic rules out no plan without exceptions; whether there is one, netform solve will show.\n"
    )


def test_a_list_of_oversize_practices_only() -> None:
    """There is nothing to join."""
    alone = AreaSurvey("", 1, 51_000, ("E",), (), EAST.obstacles)
    text = check_text(_survey(alone))
    assert "Every practice is over the band." in text
    assert "No contiguous group" in text


def test_texts_of_the_input_cannot_command_a_terminal() -> None:
    """Names of areas, files and codes are cleaned."""
    evil = "\x1b]0;x\x07\nforged\u202e"
    area = AreaSurvey(
        evil, 1, 1, (), (PartSurvey((evil,), 1, 1, 0, 0),), (Obstacle("island", (evil,), evil),)
    )
    survey = Survey(
        evil, 1, 2, {evil: 1}, (evil,), ((evil, evil),), {evil: 1}, (evil,), evil, (area,), (evil,)
    )
    text = check_text(survey)
    assert all(character == "\n" or character.isprintable() for character in text)
    assert not any(line.startswith("forged") for line in text.splitlines())


def test_the_text_needs_no_solver() -> None:
    """Neither the words nor the survey load OR-Tools."""
    code = "import sys, netform.report.check, netform.judge.survey; sys.exit('ortools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
