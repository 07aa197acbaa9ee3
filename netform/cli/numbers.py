"""Numbers of the command line, each within its range."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from netform.ranges import Range

    _Number = click.ParamType[float]
else:
    _Number = click.ParamType  # that of click 8.2 takes no arguments

__all__ = ["Within", "number_of_patients"]

_PATIENTS = re.compile(r"(-?[0-9]{1,12}(?:\.[0-9]{1,3})?|[0-9]{1,3}(?:[, _\u00a0\u202f][0-9]{3})+) ?([kK])?")
_POINT_OF_THOUSANDS = re.compile(r"\.[0-9]{3}$")
_GAPS = re.compile("[, _\u00a0\u202f]")


def number_of_patients(text: str) -> int | None:
    """Read a number of patients as people write it: 30000, 30,000 or 30k; None where it is none.

    A point before three digits may group thousands, as in 30.000: what is meant is not guessed.
    """
    match = _PATIENTS.fullmatch(text.strip())
    if match is None or (not match[2] and _POINT_OF_THOUSANDS.search(match[1])):
        return None
    number = float(_GAPS.sub("", match[1])) * (1_000 if match[2] else 1)
    return int(number) if number == int(number) else None


class Within(_Number):
    """A number that is given as text, within a range.

    Parameters
    ----------
    limits : Range
    """

    name = "number"

    def __init__(self, limits: Range) -> None:
        self.limits = limits

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the text; click says what is wrong with it."""
        if isinstance(value, int | float):  # the default
            return value
        try:
            number = int(value) if self.limits.whole else float(value)
        except ValueError:
            number = None
        if number is None or number not in self.limits:
            self.fail(f"{value[:40]!r} is not {self.limits}.", param, ctx)
        return number
