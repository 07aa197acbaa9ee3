"""Where the patients of the made-up county live: files of LSOAs, registrations, neighbourhoods, for the guide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netform.inputs.example import example_practices
from netform.inputs.places import locate
from netform.practices.model import PracticeList

if TYPE_CHECKING:
    from pathlib import Path

# An LSOA has some 1,600 residents; a list is given so many around its practice, and the farther the fewer.
PATIENTS = 1_600


def write_homes(folder: Path) -> None:
    """Write ``lsoas.csv``, the centres of made-up LSOAs around each practice, and what goes with it.

    ``registrations.csv``; ``neighbourhoods.csv``, squares of 12 km; ``agreed.csv``, practices by half of the county.
    """
    practices = PracticeList(tuple(example_practices()))
    places = locate(practices)
    rng = np.random.default_rng(18)
    sites = np.column_stack([places.easting, places.northing])
    many = [max(1, practice.list_size // PATIENTS) for practice in practices]
    centres = np.repeat(sites, many, axis=0) + rng.normal(0, 1_500, (sum(many), 2))
    codes = [f"E01{number:06d}" for number in range(1, len(centres) + 1)]
    lsoas = [f"{code},{east:.0f},{north:.0f}" for code, (east, north) in zip(codes, centres, strict=True)]
    rows = []
    for code, (east, north) in zip(codes, centres, strict=True):
        metres = np.hypot(places.easting - east, places.northing - north)
        pull = [
            practice.list_size / (500.0 + each) ** 2 for practice, each in zip(practices, metres, strict=True)
        ]
        for practice, each in zip(practices, pull, strict=True):
            patients = round(PATIENTS * each / sum(pull))
            if patients:
                rows.append(f"{practice.code},{code},{patients}")
    (folder / "lsoas.csv").write_text("lsoa21cd,x,y\n" + "\n".join(lsoas) + "\n", encoding="utf-8")
    squares = [
        f"{code},Square {east // 12_000:.0f}-{north // 12_000:.0f}"
        for code, (east, north) in zip(codes, centres, strict=True)
    ]
    (folder / "neighbourhoods.csv").write_text(
        "lsoa21cd,neighbourhood\n" + "\n".join(squares) + "\n", encoding="utf-8"
    )
    middle = np.median(places.easting)
    halves = [
        f"{practice.code},{'West' if east < middle else 'East'}"
        for practice, east in zip(practices, places.easting, strict=True)
    ]
    (folder / "agreed.csv").write_text(
        "practice_code,neighbourhood\n" + "\n".join(halves) + "\n", encoding="utf-8"
    )
    header = "practice_code,lsoa21_code,patients\n"
    (folder / "registrations.csv").write_text(header + "\n".join(rows) + "\n", encoding="utf-8")
