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
