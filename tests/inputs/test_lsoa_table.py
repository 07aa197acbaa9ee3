"""Tables of LSOAs: centres, postcodes by LSOA, and old codes to new, with every fault at once."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import InputError
from netform.inputs.lsoa_table import LsoaCentres, read_centres, read_new_codes
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ONE, TWO = "E01000001", "E01000002"


def _read(folder: Path, text: str | bytes, wanted: tuple[str, ...] = (ONE, TWO)) -> LsoaCentres:
    path = folder / "lsoas.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_centres(path, wanted)


def test_centres_of_the_lsoas_wanted(tmp_path: Path) -> None:
    """As ONS publishes them, in any order; residents where a column says."""
    text = f"FID,LSOA21CD,x,y,population\n1,{TWO},430100.5,433000,1600\n2,{ONE},430000,433000,\n3,E01000003,x,y,z\n"
    centres = _read(tmp_path, text)
    assert centres.names == (ONE, TWO)
    assert centres.places.tolist() == [[430_000, 433_000], [430_100.5, 433_000]]
    assert centres.population[1] == 1600
    assert centres.population[0] != centres.population[0]


def test_the_mean_of_the_postcodes_inside(tmp_path: Path) -> None:
    """Of those with a place; the column that names more of the LSOAs wanted is taken."""
    rows = [
        f"LS11 8LH,429000,432000,{ONE},W01000001",
        f"LS11 8LJ,431000,434000,{ONE},{TWO}",
        f"ZZ99 3VZ,,,{ONE},{ONE}",
    ]
    centres = _read(
        tmp_path, "pcds,oseast1m,osnrth1m,lsoa11,lsoa21\n" + "\n".join([*rows, f"LS11 8LP,0,0,{TWO},{TWO}"])
    )
    assert centres.names == (ONE,)
    assert centres.places.tolist() == [[430_000, 433_000]]


def test_a_plain_lookup_is_placed_by_the_postcodes_that_come_with_netform(tmp_path: Path) -> None:
    """One postcode of Leeds, and one that nobody knows."""
    centres = _read(tmp_path, f"pcds,lsoa21cd\nLS11 8LH,{ONE}\nLS99 9ZZ,{TWO}\n")
    assert centres.names == (ONE,)
    assert centres.places[0] == pytest.approx([429_900, 430_600], abs=3000)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is empty"),
        ("code,x,y\n1,2,3\n", "no column is the code of an LSOA"),
        ("lsoa21cd,name\nE01000001,a\n", "no column says where an LSOA is"),
        ("lsoa21cd,x,y\nE01000003,430000,433000\n", "none of its LSOAs is one of the registrations"),
        ("lsoa21cd,x,y\nE01000001,-1.5,53.8\n", "degrees"),
        ("lsoa21cd,x,y\nE01000001,430000\n", "too few cells"),
        ("pcds,lsoa21cd\nnowhere,E01000001\n", "not the form of a postcode"),
        ('lsoa21cd,x,y\n"E01000001"x,1,2\n', "not CSV"),
        (gzip.compress(b"lsoa21cd,x,y\n", mtime=0)[:-5], "cannot be read"),
        (b"PK\x03\x04abc", "zip archive"),
    ],
)
def test_faults(tmp_path: Path, text: str | bytes, problem: str) -> None:
    """Each says what is wrong and what to do."""
    with pytest.raises(InputError) as caught:
        _read(tmp_path, text)
    assert problem in str(caught.value)
    assert all(fault.remedy for fault in caught.value.faults)


def test_which_lsoas_of_2021_took_the_place_of_those_of_2011(tmp_path: Path) -> None:
    """One stays, one is divided."""
    path = tmp_path / "lookup.csv"
    path.write_text(
        f"LSOA11CD,LSOA11NM,CHGIND,LSOA21CD\n{ONE},a,U,{ONE}\n{TWO},b,S,E01000008\n{TWO},b,S,E01000009\n"
    )
    assert read_new_codes(path) == {ONE: (ONE,), TWO: ("E01000008", "E01000009")}
    path.write_text(f"lsoa11cd,lsoa21nm\n{ONE},a\n")
    with pytest.raises(InputError, match="a column of LSOAs of 2011 and one of 2021"):
        read_new_codes(path)


@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(st.text(alphabet='E01,."\n\r\t; -é\x00x9Z', max_size=14), max_size=12).map(
            lambda cells: ("lsoa21cd,x,y,pcds,population\n" + ",".join(cells)).encode()
        ),
    )
)
@examples(200)
def test_any_bytes_end_in_centres_or_an_explained_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    """Packed, cut off or nonsense: as a table of LSOAs and as a lookup."""
    path = tmp_path_factory.mktemp("lsoas") / "file"
    path.write_bytes(data)
    for read in (lambda: read_centres(path, {ONE, "E01"}), lambda: read_new_codes(path)):
        found = _refused(read)
        assert found is None or all(fault.problem and fault.remedy for fault in found.faults)


def _refused(read: Callable[[], object]) -> InputError | None:
    try:
        read()
    except InputError as error:
        return error
    return None
