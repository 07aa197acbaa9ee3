"""Why a plan is not proven best: what was left open and what would help, by what ended the run."""

from __future__ import annotations

import pytest

from netform.explain.method import unproven
from netform.plan.model import AreaResult
from netform.solve.model.outcome import Doubt


def said(doubt: Doubt, exceptions: int = 0, needed: int = 0, area: str = "") -> str:
    """Give the sentences of a plan of 100 hours and a bound of 90."""
    return unproven(
        AreaResult(area, "feasible", 100.0, 90.0, 9, 3, 5, exceptions_bound=needed), exceptions, doubt
    )


def test_a_list_that_ran_out_of_time_needs_more_of_it() -> None:
    """How many networks a better plan may use is said where it was counted; memory is not to blame."""
    assert said(Doubt("time", columns=4_321)) == (
        "Left open when time ran out: 4,321 feasible networks may still be part of a better plan. "
        "What would help: more time (--time-limit)."
    )


def test_networks_that_could_not_be_kept_ask_for_memory_or_fewer_of_them() -> None:
    """Nobody has counted them: with more room they might be kept. An area is divided no further."""
    whole, area = said(Doubt("time", listed=False)), said(Doubt("time", listed=False), area="A")
    for words in (whole, area):
        assert "too many to be looked at" in words
        assert "--memory" in words
        assert "a narrower band" in words
    assert "--area" in whole
    assert "--area" not in area


@pytest.mark.parametrize(
    ("exceptions", "needed", "words"),
    [
        (3, 1, "that 1 exception is needed is proven, not that 3 are"),
        (3, 2, "that 2 exceptions are needed is proven, not that 3 are"),
        (2, 0, "that any of its 2 exceptions is needed is not proven"),
        (1, 0, "that its exception is needed is not proven"),
    ],
)
def test_exceptions_that_are_not_proven_are_said(exceptions: int, needed: int, words: str) -> None:
    """The number needed at least is held against the plan's."""
    assert words in said(Doubt("time", columns=5), exceptions, needed)


def test_exceptions_that_are_proven_are_not_left_open() -> None:
    """The fewest there can be is no doubt."""
    assert "exception" not in said(Doubt("time", columns=5), 2, 2)


def test_what_is_left_when_every_network_is_settled() -> None:
    """With exceptions that are proven needed, how near the band they can be."""
    assert "whether the exceptions could be nearer the band" in said(Doubt("time", columns=0), 2, 2)
    assert "whether a plan as near the band costs less" in said(Doubt("time", columns=0))


def test_who_stopped_the_run_may_let_it_run_on() -> None:
    """After Ctrl-C it is not the limit that was too short."""
    words = said(Doubt("interrupted"))
    assert words.startswith(
        "Left open when the run was stopped: the feasible networks had not all been listed"
    )
    assert words.endswith("What would help: to let it run on.")


def test_where_nothing_is_left_to_try_no_advice_is_made_up() -> None:
    """More time would change nothing."""
    assert (
        said(Doubt("", columns=0))
        == "Left open when nothing was left to try: whether a plan as near the band costs less."
    )


def test_the_doubts_of_parts_add_up() -> None:
    """Networks are counted together where all are counted; one part without a list is enough; time comes first."""
    parts = [Doubt("time", columns=3), Doubt("", listed=False, columns=4)]
    assert Doubt.of_parts(parts) == Doubt("time", listed=False, columns=7)
    assert Doubt.of_parts([*parts, Doubt("")]) == Doubt("time", listed=False)
    assert Doubt.of_parts([]) is None
