"""A column of areas that was not asked for is named."""

from __future__ import annotations

import io

import pytest

from netform.practices.reading import read_practices

LIST = """\
practice_code,postcode,list_size,area,icb
A1,LS11 8LH,9000,North,{0}
A2,LS11 8LH,9000,North,{0}
A3,LS11 8LH,9000,South,{0}
A4,LS11 8LH,9000,South,{1}
"""


def notes(text: str, **asked: object) -> list[str]:
    """Return what was said of areas when a list was read."""
    listed = read_practices("-", stdin=io.BytesIO(text.encode()), **asked)  # type: ignore[arg-type]
    return [note for note in listed.notes if "areas" in note]


def test_the_narrowest_is_named() -> None:
    """Two areas of four practices; the ICBs are two as well, and wider."""
    said = notes(LIST.format("X", "Y"))
    assert said == [
        "Column 'area' has 2 areas and was not used: networks may cross their lines unless --area area is given."
    ]


@pytest.mark.parametrize("asked", [{"area_column": "area"}, {"area_column": "icb"}])
def test_nothing_is_said_where_one_was_asked_for(asked: dict[str, object]) -> None:
    """Whichever it is."""
    assert notes(LIST.format("X", "Y"), **asked) == []


def test_a_column_of_one_value_or_of_one_for_each_practice_is_no_area() -> None:
    """The ICB is the same for all; the areas are as many as the practices."""
    text = LIST.format("X", "X").replace("North", "N", 1).replace("South", "S", 1)
    assert notes(text) == []
