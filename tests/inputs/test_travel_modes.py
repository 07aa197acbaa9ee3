"""Travel by several modes: the mean by shares, what a mode lacks, and what does not fit together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from netform.errors import RulesError
from netform.inputs.places import Places
from netform.inputs.travel_modes import mean_of_modes, mode_of, read_travel
from netform.practices.model import Practice, PracticeList
from netform.rules.toml import load_profile

RULES = load_profile()
LISTED = PracticeList(tuple(Practice(code, "", "LS1 4AP", 5000) for code in "ABC"))
# 1 km apart, 8.32 minutes by the estimate; A and C 2 km, 10.27 minutes.
PLACES = Places(np.array([0.0, 1000, 2000]), np.zeros(3), ("list",) * 3, np.empty((0, 2)), "made up")
MIXED = replace(RULES, mode_shares=(("car", 0.7), ("transit", 0.2), ("foot", 0.1)))


def _written(tmp_path: Path, **rows: str) -> dict[str, Path]:
    files = {}
    for mode, text in rows.items():
        files[mode] = tmp_path / f"{mode}.csv"
        files[mode].write_text(f"from,to,minutes\n{text}")
    return files


def test_minutes_are_the_mean_of_the_modes(tmp_path: Path) -> None:
    """A mode that lacks a pair goes as long as by car, and car that lacks it by the estimate."""
    files = _written(tmp_path, car="A,B,10\n", transit="A,B,30\nA,C,40\n", foot="A,B,20\n")
    travel = read_travel(files, LISTED, PLACES, MIXED)

    # A-B: 0.7 * 10 + 0.2 * 30 + 0.1 * 20 = 15; A-C: 0.8 * 10.2668 + 0.2 * 40 = 16.2135; B-C is in no file.
    assert travel.minutes == {(0, 1): pytest.approx(15.0), (0, 2): pytest.approx(16.2135, abs=1e-3)}
    assert travel.by_car == {(0, 1): 10.0}
    assert travel.sources == (
        "car.csv (0.7 by car)", "transit.csv (0.2 by public transport)", "foot.csv (0.1 on foot)",
    )  # fmt: skip
    assert travel.notes == (
        "Pairs that transit.csv lacks, taken as long as by car: 1 of 3.",
        "Pairs that foot.csv lacks, taken as long as by car: 2 of 3.",
    )


def test_without_a_file_of_drives_the_car_is_estimated(tmp_path: Path) -> None:
    """And no drive is given, so that no border is judged by one."""
    rules = replace(RULES, mode_shares=(("car", 0.5), ("transit", 0.5)))
    travel = read_travel(_written(tmp_path, transit="A,B,30\n"), LISTED, PLACES, rules)
    # Half of 8.32 and half of 30.
    assert travel.minutes == {(0, 1): pytest.approx(19.16, abs=1e-3)}
    assert travel.by_car == {}
    assert travel.sources == ("transit.csv (0.5 by public transport) with 0.5 by car as estimated",)
    assert travel.files == ("transit.csv",)


def test_one_file_is_what_it_was(tmp_path: Path) -> None:
    """Its minutes as they stand, its name, no drives apart."""
    travel = read_travel(_written(tmp_path, car="A,B,10\n"), LISTED, PLACES, RULES)
    assert (travel.minutes, travel.by_car, travel.sources, travel.notes) == (
        {(0, 1): 10.0}, None, ("car.csv",), (),
    )  # fmt: skip
    assert read_travel({}, LISTED, PLACES, RULES).sources == ()


def test_all_by_public_transport() -> None:
    """A share of 1 leaves nothing to the car, but for pairs that are not given."""
    shares = (("transit", 1.0),)
    mean = mean_of_modes(
        {"transit": {(0, 1): 30.0}, "car": {(0, 1): 10.0, (1, 2): 7.0}}, shares, PLACES, RULES
    )
    assert mean == {(0, 1): 30.0, (1, 2): 7.0}


def test_a_share_without_minutes_and_minutes_without_a_share_are_refused() -> None:
    """Both at once, each with what to do; neither would count."""
    rules = replace(RULES, mode_shares=(("car", 0.9), ("foot", 0.1)))
    with pytest.raises(RulesError) as caught:
        read_travel({"transit": Path("bus.csv")}, LISTED, PLACES, rules)
    assert str(caught.value).splitlines() == [
        "0.1 of travel is to be on foot and there are no minutes for it: add --travel foot=FILE.",
        (
            "bus.csv gives minutes by public transport, of which no share of travel is: add --mode-share transit=0.2,"
            " or what it is."
        ),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cars.csv", ("car", "cars.csv")),
        ("transit=bus.csv", ("transit", "bus.csv")),
        ("car=a=b.csv", ("car", "a=b.csv")),
        ("./foot=x.csv", ("car", "./foot=x.csv")),
        ("train=x.csv", ("car", "train=x.csv")),
        ("foot=", ("foot", "")),
    ],
)
def test_files_of_modes(text: str, expected: tuple[str, str]) -> None:
    """What does not begin with a mode is a file of journeys by car, whatever its name."""
    assert mode_of(text) == expected
