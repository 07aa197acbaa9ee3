"""Numbers of the command line, each within its range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from netform.ranges import Range

    _Number = click.ParamType[float]
else:
    _Number = click.ParamType  # that of click 8.2 takes no arguments

__all__ = ["Within"]


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
