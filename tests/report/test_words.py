"""Tests of the words of a report."""

from __future__ import annotations

import pytest

from netform.plan.model import AreaResult
from netform.report.words import (
    clean,
    exception_words,
    hours,
    one_line,
    percent,
    source_name,
    spoken,
    verdict,
)

COSTS = "The plan costs 100.0"


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0%"),
        (0.00001, "less than 0.01%"),
        (0.009, "0.9%"),
        (0.0123, "1.2%"),
        (0.5, "50%"),
        (1.0, "100%"),
    ],
)
def test_percent_never_rounds_a_doubt_away(share: float, words: str) -> None:
    """A gap above nothing is never written as nothing."""
    assert percent(share) == words


def test_hours_and_names() -> None:
    """Thousands are separated, codes become words, and folders are left out of a file's name."""
    assert hours(1234.56) == "1,234.6"
    assert spoken("patient_travel") == "Patient travel"
    assert source_name("/home/someone/lists/leeds.csv") == "leeds.csv"
    assert source_name(r"C:\Users\someone\leeds.csv") == "leeds.csv"
    assert source_name("-") == "standard input"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain O'Name & Co", "plain O'Name & Co"),
        ("\x1b[31mred\x07", "[31mred"),
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("a\x00b\ud800c\ufffed\U000e0041e", "abcde"),
        ("Caf\u00e9 \U0001f469\u200d\u2695\ufe0f", "Caf\u00e9 \U0001f469\u200d\u2695\ufe0f"),
    ],
)
def test_clean_takes_out_what_could_act(text: str, cleaned: str) -> None:
    """Escapes, direction marks, separators and half characters go; letters, accents and emoji stay."""
    assert clean(text) == cleaned


def test_one_line_is_one_line() -> None:
    """Line breaks of any kind become single spaces."""
    assert one_line(" a\r\nb\tc\n\nd ") == "a b c d"


@pytest.mark.parametrize(
    ("status", "cost", "bound", "words"),
    [
        (
            "optimal",
            100.0,
            100.0,
            "It is proven that no other plan under these rules costs less.",
        ),
        (
            "feasible",
            100.0,
            None,
            f"{COSTS} and is not proven best. How much less another plan might cost is not known.",
        ),
        (
            # A bound of nothing tells nothing: that no plan costs less than 0 everybody knows.
            "feasible",
            100.0,
            0.04,
            f"{COSTS} and is not proven best. How much less another plan might cost is not known.",
        ),
        ("infeasible", None, None, "It is proven that no plan can keep these rules."),
        ("unknown", None, 90.0, "No plan was found in the time given. Whether there is one is not known."),
    ],
)
def test_verdict(status: str, cost: float | None, bound: float | None, words: str) -> None:
    """Each status says exactly what is proven and no more."""
    assert verdict(AreaResult("", status, cost, bound, 1, 1, 1)) == words


def test_verdict_of_a_plan_with_exceptions() -> None:
    """One that is farther from the band may cost less: that is not denied."""
    area = AreaResult("", "optimal", 100.0, 100.0, 1, 1, 1, exceptions_bound=1)
    assert verdict(area) == (
        "It is proven that no other plan under these rules has fewer exceptions, or is as near the band and costs less."
    )


def test_an_area_without_a_plan_says_why() -> None:
    """An interrupt is no lack of time."""
    area = AreaResult(
        "", "unknown", None, None, 1, 0, 0, method="The run was interrupted before it was begun."
    )
    assert verdict(area).startswith("The run was interrupted before it was begun. Whether there is one")


def test_verdict_with_a_gap_says_how_much_less_another_could_cost() -> None:
    """At 100 and a bound of 98, at most 2 or 2% less; no hours are promised, since a cost may hold penalties."""
    assert verdict(AreaResult("", "feasible", 100.0, 98.0, 1, 1, 1)) == (
        f"{COSTS} and is not proven best: no plan as near the band can cost less than 98.0, so another could cost at "
        "most 2.0 (2%) less."
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("over_max_single_practice", "One practice, too large for any network"),
        ("stranded_behind_pin", "Cut off by a pin"),
        ("pinned", "Pinned as it stands"),
        ("demands", "The planner's rules leave no other way"),
        ("geography", "The map leaves no other way"),
        ("networks", "The number of networks demanded leaves no other way"),
        ("moves", "The limit on moves leaves no other way"),
        ("search", "Not proven to be needed"),
        ("island", "Too few patients, and no neighbours"),
        ("some_new_reason", "Some new reason"),
    ],
)
def test_exceptions_in_a_few_words(code: str, expected: str) -> None:
    """Known reasons are told, any other is read out."""
    assert exception_words(code) == expected
