"""Shares of travel by mode, in rules files."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from netform.errors import RulesError
from netform.rules.mode_shares import read_shares, shares_toml
from netform.rules.toml import load_profile, resolve_rules, rules_toml

DEFAULT = load_profile()


@pytest.mark.parametrize(
    ("table", "shares"),
    [
        ({"transit": 0.2}, (("car", 0.8), ("transit", 0.2))),
        ({"foot": 0.1, "transit": 0.2}, (("car", 0.7), ("transit", 0.2), ("foot", 0.1))),
        ({"car": 0.25, "cycle": 0.75}, (("car", 0.25), ("cycle", 0.75))),
        ({"transit": 1}, (("transit", 1.0),)),
        ({"car": 1}, ()),
        ({"transit": 0}, ()),
        ({}, ()),
        # Thirds in three digits are made to add up.
        ({"car": 0.333, "foot": 0.333, "cycle": 0.333}, tuple((m, 0.333333333) for m in ("car", "foot", "cycle"))),
    ],
)  # fmt: skip
def test_car_takes_what_the_others_leave(
    table: dict[str, float], shares: tuple[tuple[str, float], ...]
) -> None:
    """In one order, without modes that nobody takes; none where all is by car; written and read back the same."""
    assert read_shares(table, (), "shares") == (shares, [])
    written = tomllib.loads("\n".join(shares_toml(shares)))
    assert read_shares(written.get("travel", {}).get("shares", {}), (), "shares") == (shares, [])


def test_shares_over_those_of_a_file() -> None:
    """A mode that is not named keeps its share, and car what is left."""
    base = (("car", 0.7), ("transit", 0.2), ("foot", 0.1))
    assert read_shares({"transit": 0.3}, base, "shares")[0] == (("car", 0.6), ("transit", 0.3), ("foot", 0.1))


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"transit": 0.7, "foot": 0.5}, "add up to 1.2"),
        ({"car": 0.5, "foot": 0.2}, "add up to 0.7 with car"),
        ({"trainsit": 0.2}, "Did you mean 'transit'"),
        ({"transit": 20}, "must be a number from 0 to 1, not 20"),
        ({"transit": "0.2"}, "not '0.2'"),
        ({"transit": -0.1}, "from 0 to 1"),
        (0.2, "must be a table"),
    ],
)
def test_shares_that_cannot_be(table: Any, problem: str) -> None:
    """Each is said, and the base stands."""
    shares, problems = read_shares(table, (), "shares")
    assert shares == ()
    assert problem in problems[0]


def test_rules_files_hold_shares_and_borders_where_they_are_set() -> None:
    """They come back from rules.toml, which has no word of them otherwise."""
    text = "[travel]\nlongest_border_ratio = 1.5\nshares = {transit = 0.2}\n"
    rules = resolve_rules(tomllib.loads(text), DEFAULT, "mine.toml")
    assert (rules.longest_border_ratio, rules.mode_shares) == (1.5, (("car", 0.8), ("transit", 0.2)))
    assert resolve_rules(tomllib.loads(rules_toml(rules)), DEFAULT, "again") == rules
    assert "border" not in rules_toml(DEFAULT)
    assert "shares" not in rules_toml(DEFAULT)
    assert rules.of_the_map != DEFAULT.of_the_map


def test_wrong_shares_are_said_with_their_table() -> None:
    """Beside everything else that is wrong."""
    with pytest.raises(RulesError) as caught:
        resolve_rules({"travel": {"shares": {"bus": 1}, "longest_border_ratio": 0}}, DEFAULT, "mine.toml")
    assert [line.partition(": ")[2][:36] for line in str(caught.value).splitlines()] == [
        "[travel] longest_border_ratio must b", "[travel.shares] unknown mode 'bus'. ",
    ]  # fmt: skip
