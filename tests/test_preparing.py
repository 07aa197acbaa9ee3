"""Preparing: no file that is given stays unread without a word."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from netform.errors import RulesError
from netform.prepared import Inputs
from netform.preparing import prepare
from netform.rules.toml import load_profile

LIST = "code,postcode,list_size\nA,LS11 8LH,20000\nB,LS12 3HD,20000\n"


@pytest.mark.parametrize("given", ["lsoas", "lsoa_lookup"])
def test_files_of_lsoas_need_what_they_speak_of(given: str) -> None:
    """LSOAs are those of registrations, and a lookup leads from those to the LSOAs."""
    inputs = Inputs("-", **{given: Path("no such file")})  # type: ignore[arg-type]
    with pytest.raises(RulesError, match="add --"):
        prepare(inputs, load_profile(), stdin=io.BytesIO(LIST.encode()))


def test_a_lookup_of_lsoas_that_nothing_reads_is_refused(tmp_path: Path) -> None:
    """With registrations, and neither LSOAs nor neighbourhoods to speak of."""
    homes, lookup = tmp_path / "homes.csv", tmp_path / "lookup.csv"
    homes.write_text("practice_code,lsoa_code,patients\nA,E01000001,50\nB,E01000001,50\n", encoding="utf-8")
    lookup.write_text("LSOA11CD,LSOA21CD\nE01000001,E01000002\n", encoding="utf-8")
    inputs = Inputs("-", registrations=homes, lsoa_lookup=lookup)
    with pytest.raises(RulesError, match="add --lsoas"):
        prepare(inputs, load_profile(), stdin=io.BytesIO(LIST.encode()))
