"""A plan in the making over a row of made-up practices, one kilometre apart."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from netform.page.planning import Planning
from netform.plan.grouping import Grouping
from netform.rules.toml import load_profile
from netform.solve.model.outcome import Options
from tests.made_up_session import prepared_of
from tests.strategies import made_up_area

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RULES = load_profile()
# Six practices in a row, two networks of three, each of 36,000 patients.
SIZES = (12_000,) * 6
CODES = tuple(f"P{k}" for k in range(6))


def row(sizes: Sequence[int] = SIZES):  # type: ignore[no-untyped-def]
    """Make practices in a row."""
    points = [(1_000 * k, 0) for k in range(len(sizes))]
    return made_up_area(list(sizes), points, [(k, k + 1) for k in range(len(sizes) - 1)], RULES)


def planning_of(path: Path, sizes: Sequence[int] = SIZES) -> Planning:
    """Begin, or go on, with the first half of the row in network A, the second in network B."""
    prepared = prepared_of(row(sizes))
    codes = prepared.practices.codes
    half = len(codes) // 2
    start = Grouping("by hand", {"A": tuple(codes[:half]), "B": tuple(codes[half:])})
    moment = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    return Planning.begin(prepared, RULES, Options(), start, path, lambda: moment)
