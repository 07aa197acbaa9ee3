"""The default travel estimate holds on modelled car journeys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def check_travel(load_script: Callable[[str], ModuleType]) -> ModuleType:
    """The program behind scripts/check-travel."""
    return load_script("check_travel")


@pytest.fixture(scope="module")
def journeys(check_travel: ModuleType, journeys_file: Path) -> Any:
    """The modelled journeys under 20 km."""
    return check_travel.read_journeys(journeys_file)


def test_the_default_estimate_is_right_within_about_two_minutes(
    check_travel: ModuleType, journeys: Any
) -> None:
    """Half of 86,000 journeys take within 2.2 minutes of the estimate, and it leans neither way."""
    assert 85_000 < len(journeys.km) < 87_000
    assert check_travel.default_fit(journeys).median_error == pytest.approx(2.25, abs=0.05)


def test_no_fresh_fit_betters_the_default_estimate(check_travel: ModuleType, journeys: Any) -> None:
    """Fitted afresh by least absolute deviations, the constants gain next to nothing."""
    default, fresh = check_travel.default_fit(journeys), check_travel.fresh_fit(journeys)

    assert default.mean_error <= 1.002 * fresh.mean_error  # what the fit minimises: 3.231 and 3.229
    assert default.median_error <= 1.03 * fresh.median_error  # 2.248 and 2.222
    assert fresh[:3] == pytest.approx([5.52, 2.79, 0.750], abs=0.05)


def test_the_report_says_what_was_measured(check_travel: ModuleType, journeys: Any) -> None:
    """The script's report counts the journeys and names the places across water."""
    lines = check_travel.report(journeys)

    assert lines[0] == f"{len(journeys.km):,} journeys under 20 km"
    # St Mary's Hospital, Newport: the mainland is a ferry away.
    assert any("PO305TG" in line for line in lines)
