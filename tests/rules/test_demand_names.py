"""Demands are called by the option that was typed, by the key of the file, or by both."""

from __future__ import annotations

import pytest

from netform.rules.demand_names import NOTHING_TYPED, Typed
from netform.rules.demands import AreaDemand, Demands

FLAGS = {
    "pin": "--pin",
    "merge": "--merge",
    "exclude": "--exclude",
    "longest_minutes_to_hub": "--longest-to-hub",
    "networks": "--networks",
    "areas": "--area-band",
}
TYPED = Typed(
    Demands(
        pins=(("A", "B"),),
        merge=(("C", "D"),),
        exclude=("E", "F"),
        longest_to_hub=12.0,
        areas=(AreaDemand("N", 1, 2),),
    ),
    FLAGS,
)


@pytest.mark.parametrize(
    ("key", "codes", "called"),
    [
        ("pin", ("A", "B"), "--pin"),
        # Of the file, although both of its practices were typed.
        ("pin", ("A",), "pin"),
        ("merge", ("C", "D"), "--merge"),
        # Joined with one of the file that overlaps it.
        ("merge", ("C", "D", "G"), "merge (--merge)"),
        ("merge", ("G", "H"), "merge"),
        ("exclude", ("F",), "--exclude"),
        ("exclude", ("F", "G"), "exclude (--exclude)"),
        ("exclude", ("G",), "exclude"),
    ],
)
def test_a_demand_on_practices_is_called_what_it_was(key: str, codes: tuple[str, ...], called: str) -> None:
    """Groups are typed whole; of a list some codes may be of the file."""
    assert TYPED.called(key, codes) == called
    assert NOTHING_TYPED.called(key, codes) == key


def test_numbers_and_areas_are_called_what_they_were() -> None:
    """Today's numbers came by an option, whichever area they are of; the number of one area only by a file."""
    assert TYPED.number("longest_minutes_to_hub", 12.5) == "--longest-to-hub 12.5"
    assert NOTHING_TYPED.number("longest_minutes_to_hub", 12.5) == "longest_minutes_to_hub 12.5"
    assert TYPED.networks(4, None) == "networks 4"
    assert Typed(Demands(networks=4), FLAGS).networks(4, None) == "--networks 4"
    assert Typed(Demands(networks=4), FLAGS).networks(3, "N") == "[areas.N] networks 3"
    assert Typed(today=True).networks(3, "N") == "--networks today (3)"
    assert (TYPED.area("N"), TYPED.area("S")) == ("--area-band N", "[areas.S]")
    assert TYPED.most_patients(50_000, "N", own=True) == "--area-band N max 50,000"
    assert TYPED.most_patients(50_000, "S", own=False) == "max 50,000"
    assert Typed(most=True).most_patients(50_000, "S", own=False) == "--max 50,000"
