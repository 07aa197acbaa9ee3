"""How figures are rounded for publication."""

from __future__ import annotations

__all__ = ["rounded"]

# Six decimals of an hour are 4 milliseconds: beyond them only the order of summation shows.
DECIMALS = 6


def rounded(number: float | None) -> float | None:
    """Round for publication, so that equal results are equal bytes; -0.0 becomes 0.0.

    Parameters
    ----------
    number : float or None
    """
    return None if number is None else round(number, DECIMALS) + 0.0
