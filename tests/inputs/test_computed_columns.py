"""Columns that follow from where practices are: the local authority of every postcode."""

from __future__ import annotations

import io

import pytest

from netform.errors import InputError
from netform.inputs.computed_columns import COMPUTED, with_computed
from netform.inputs.places import locate
from netform.practices.model import PracticeList
from netform.practices.reading import read_practices

# York, Leeds, and Scarborough, which has been in North Yorkshire since 2023 (ONS codes).
LIST = "code,postcode,list_size\nA1,YO1 8RL,9000\nA2,LS1 4AP,8000\nA3,YO11 2NG,7000\n"
YORK, LEEDS, NORTH_YORKSHIRE = "E06000014", "E08000035", "E06000065"


def _listed(text: str, area: str | None = None, soft: tuple[str, ...] = ()) -> PracticeList:
    practices = read_practices(
        "-", area_column=area, soft_columns=soft, computed=tuple(COMPUTED), stdin=io.BytesIO(text.encode())
    )
    return with_computed(practices, locate(practices), area)


def test_an_area_needs_no_column() -> None:
    """Nor does a soft boundary: both are the local authority of the postcode."""
    listed = _listed(LIST, "local_authority", ("local_authority",))
    assert [practice.area for practice in listed] == [YORK, LEEDS, NORTH_YORKSHIRE]
    assert [practice.sides for practice in listed] == [(YORK,), (LEEDS,), (NORTH_YORKSHIRE,)]


def test_a_column_of_the_list_wins() -> None:
    """What the planner says comes before what the postcode says."""
    text = "code,postcode,list_size,local_authority\nA1,YO1 8RL,9000,North\nA2,LS1 4AP,8000,South\n"
    assert [practice.area for practice in _listed(text, "local_authority")] == ["North", "South"]


def test_one_boundary_of_the_list_beside_one_that_is_computed() -> None:
    """Each keeps its place in the order they were asked for."""
    text = "code,postcode,list_size,side\nA1,YO1 8RL,9000,east\nA2,LS1 4AP,8000,west\n"
    sides = [practice.sides for practice in _listed(text, None, ("local_authority", "side"))]
    assert sides == [(YORK, "east"), (LEEDS, "west")]


def test_a_place_without_a_postcode_takes_the_nearest() -> None:
    """And a note says so: the middle of York by its easting and northing."""
    text = "code,postcode,list_size,easting,northing\nA1,,9000,460300,452100\nA2,LS1 4AP,8000,,\n"
    listed = _listed(text, "local_authority")
    assert [practice.area for practice in listed] == [YORK, LEEDS]
    assert "nearest postcode" in listed.notes[-1]
    assert "A1" in listed.notes[-1]


def test_a_column_that_is_not_computed_is_still_missed() -> None:
    """Only the names of computed columns may be absent."""
    with pytest.raises(InputError, match="no column is called 'borough'"):
        _listed(LIST, "borough")
