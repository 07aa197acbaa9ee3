"""Shares of travel by mode: ``[travel.shares]`` of a rules file, and ``--mode-share``.

::

    [travel.shares]
    transit = 0.2
    foot = 0.1

Car takes what the others leave, here 0.7, unless it is named.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from netform.ranges import SHARE
from netform.rules.toml_values import nearest, toml_number

__all__ = ["CAR", "MODES", "MODE_WORDS", "Shares", "read_shares", "shares_toml"]

CAR = "car"
# In the order in which they are spoken of.
MODES = (CAR, "transit", "foot", "cycle")

MODE_WORDS = {CAR: "by car", "transit": "by public transport", "foot": "on foot", "cycle": "by cycle"}

# Modes with their shares, in the order of `MODES`, which add up to 1; none where all is by car.
Shares = tuple[tuple[str, float], ...]

# How far shares may be from 1 together: thirds are written with few digits.
_ROUNDING = 1e-3
# Shares that are 1 together but for their last digits stay as they are.
_DIGITS = 1e-8


def read_shares(table: Any, base: Shares, where: str) -> tuple[Shares, list[str]]:
    """Read the shares of modes over those of a base.

    Parameters
    ----------
    table : object
        What stands under ``[travel.shares]``.
    base : Shares
        Those of the profile or file below; a mode that the table does not name keeps its own, and car what is left.
    where : str
        What to call the table in messages.

    Returns
    -------
    shares : Shares
    problems : list of str
        Everything wrong: sentences for people. The shares are the base's then.
    """
    if not isinstance(table, Mapping):
        return base, [f"{where} must be a table of modes, such as transit = 0.2."]
    problems = [f"{where} unknown mode {key!r}.{nearest(key, MODES)}" for key in table if key not in MODES]
    problems += filter(None, (SHARE.problem(f"{where} {key}", value) for key, value in table.items()))
    if problems:
        return base, problems
    shares = {mode: float(share) for mode, share in ({**dict(base), **table}).items()}
    others = math.fsum(share for mode, share in shares.items() if mode != CAR)
    if CAR not in table:
        if others > 1 + _ROUNDING:
            return base, [f"{where} add up to {others:g}, and all journeys are 1."]
        shares[CAR] = max(0.0, round(1 - others, 9))
    elif abs(others + shares[CAR] - 1) > _ROUNDING:
        return base, [f"{where} add up to {others + shares[CAR]:g} with car, and all journeys are 1."]
    total = others + shares[CAR]
    if abs(total - 1) > _DIGITS:
        shares = {mode: round(share / total, 9) for mode, share in shares.items()}
    kept = tuple((mode, shares[mode]) for mode in MODES if shares.get(mode, 0) > 0)
    return (() if [mode for mode, _ in kept] == [CAR] else kept), []


def shares_toml(shares: Shares) -> list[str]:
    """Write shares as lines of a rules file; none where all is by car."""
    return (
        ["", "[travel.shares]", *(f"{mode} = {toml_number(share)}" for mode, share in shares)]
        if shares
        else []
    )
