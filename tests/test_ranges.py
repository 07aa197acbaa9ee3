"""Ranges: what may be given, what may not, and how that is said."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from click.testing import CliRunner

from netform.cli.main import cli
from netform.ranges import RANGES, Range
from netform.rules.toml import load_profile, profile_names

EXAMPLE = Path(__file__).parents[1] / "data" / "example_practices.csv"


@pytest.mark.parametrize("value", [1, 1.0, 100, 99.5, 0])
def test_what_is_within_may_stand(value: float) -> None:
    """The ends are within, and 0 where it is taken besides."""
    assert value in Range(1, 100, or_zero=True)
    assert Range(1, 100, or_zero=True).problem("it", value) == ""


@pytest.mark.parametrize(
    "value", [0.5, 100.1, -1, math.nan, math.inf, -math.inf, True, "7", None, 10**400, 1e-320]
)
def test_what_is_not_within_is_refused_with_the_range(value: object) -> None:
    """No number that is none, none that overflows, none so small that its inverse does."""
    said = Range(1, 100, "hours", or_zero=True).problem("it", value)
    assert said.startswith("it must be 0 or a number of hours from 1 to 100, not ")


def test_whole_numbers_are_written_without_a_point() -> None:
    """A list size of 30,000.0 is not what a program means that writes it."""
    assert 7 in Range(1, 100, whole=True)
    assert 7.0 not in Range(1, 100, whole=True)
    assert str(Range(1, 2**16, whole=True)) == "a whole number from 1 to 65,536"
    assert str(Range(0.000_001, 0.5)) == "a number from 0.000001 to 0.5"


@pytest.mark.parametrize("name", profile_names())
def test_the_profiles_are_well_within(name: str) -> None:
    """Ten times more or less of every number that comes with netform can be tried."""
    rules = load_profile(name)
    for field, limits in RANGES.items():
        value = getattr(rules, field, None)
        if value and field != "minutes_power" and not math.isinf(value):  # a power is another matter
            assert value * 10 in limits or field == "hours_per_post_week"
            assert limits.whole or value / 10 in limits


def test_costs_that_are_too_far_apart_are_refused_as_rules(tmp_path: Path) -> None:
    """Each number is within its range, and no solver can reckon with them together: 2, and not a defect."""
    rules = tmp_path / "rules.toml"
    rules.write_text(
        "[patient_travel]\nvisits_per_patient_week = 1000\n[weights]\npatient_travel = 1000000\nstaff_travel = 0\n"
        "[shared_posts]\nstep = 0.001\n[balance]\ntarget = 1000000000\nhours_per_1000 = 1000000\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    result = CliRunner().invoke(cli, ["solve", str(EXAMPLE), "--rules", str(rules), "-o", str(out), "-q"])
    assert result.exit_code in (0, 2)
    assert (result.exit_code == 0) != ("too far apart to reckon with" in result.stderr)
    assert out.exists() == (result.exit_code == 0)
