"""What the page sends is what it seems, or is refused with a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from netform.page.asked import ASKS, CHANGES, RefusedError, read_asked, read_json

BASE = {"n": 3, "area": "", "kind": "move", "tab": "t"}


@pytest.mark.parametrize(
    "more",
    [
        {"codes": ["A", "B"], "to": None},
        {"codes": [], "to": "new"},
        {"kind": "lock", "networks": ["n1"], "locked": True},
        {"kind": "free", "demand": "apart", "codes": ["A"]},
        {
            "kind": "rules",
            "least": 30000,
            "networks": None,
            "weights": {"balance": 0.5},
            "no_doughnuts": False,
        },
        {"kind": "rules", "longest_to_hub": None, "aligned": 0.75, "networks": 4},
        {"kind": "start", "from": "import-1"},
        {"kind": "take", "question": "q1", "choice": 0},
    ],
)
def test_changes_of_the_contract_are_taken_as_they_are(more: dict[str, Any]) -> None:
    """Nothing is added, nothing left out."""
    asked = BASE | more
    assert read_asked(json.dumps(asked).encode(), CHANGES, [""]) == asked


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"n": "3"}, "'n' must be a whole number, 0 or more, not '3'."),
        ({"n": True}, "'n' must be a whole number, 0 or more, not True."),
        ({"n": -1}, "'n' must be a whole number, 0 or more, not -1."),
        ({"n": 10**400}, "'n' must be a whole number, 0 or more, not one of that many digits."),
        ({"codes": "A"}, "'codes' must be a list of practice codes, not 'A'."),
        ({"codes": ["A", 1]}, "'codes' must be a list of practice codes, not ['A', 1]."),
        ({"to": ["n1"]}, "'to' must be a network, new, or null, not ['n1']."),
        ({"locked": 1}, "'locked' must be true or false, not 1."),
        ({"weights": {"balance": "1"}}, "'weights' must be numbers by term, not {'balance': '1'}."),
        ({"tab": "x" * 1001}, "'tab' must be a text of 1,000 letters at most, not '" + "x" * 79 + "."),
        ({"network_of": {}}, "'network_of' is nothing that is asked with."),
        (
            {"kind": "solve"},
            "'solve' cannot be asked. Ask one of apart, exclude, free, hub, lock, move, redo,",
        ),
        ({"area": "Y"}, "The list has no area 'Y'."),
    ],
)
def test_what_is_wrong_is_said(more: dict[str, Any], said: str) -> None:
    """With the name, what it should be, and what it is, cut where it is long."""
    with pytest.raises(RefusedError) as refused:
        read_asked(json.dumps(BASE | more).encode(), CHANGES, ["", "X"])
    assert str(refused.value).startswith(said)
    assert refused.value.status == (404 if "area" in more else 400)


def test_questions_are_not_changes() -> None:
    """Each is asked in its own way."""
    asked = {"n": 3, "area": "X", "kind": "front", "x": "patient_travel", "y": "workforce", "seconds": 20.5}
    assert read_asked(json.dumps(asked).encode(), ASKS, ["X"]) == asked
    with pytest.raises(RefusedError, match="cannot be asked"):
        read_asked(json.dumps(asked).encode(), CHANGES, ["X"])


def test_json_is_no_deeper_than_anything_asked() -> None:
    """An object, a list in it, and two more."""
    assert read_json(b'{"a": [[[1]]]}') == {"a": [[[1]]]}
    with pytest.raises(RefusedError, match="more than 4 deep"):
        read_json(b'{"a": [[[[1]]]]}')
