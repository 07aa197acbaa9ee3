"""Numbers of the command line, as people write them, each within its range."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from netform.ranges import PATIENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.ranges import Range

    _Number = click.ParamType[float]
else:
    _Number = click.ParamType  # that of click 8.2 takes no arguments

__all__ = ["Within", "counted", "number_of_patients", "number_or", "patients_given"]

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


def patients_given(_ctx: click.Context, _param: click.Parameter, value: str | None) -> int | None:
    """Read what an option gives as a number of patients; click says where it is none."""
    if value is None:
        return None
    number = number_of_patients(value)
    if number is None:
        raise click.BadParameter(f"{value[:40]!r} is no number of patients: write 30000, 30,000 or 30k.")
    return number


def counted(text: str) -> int | None:
    """Read a number of practices or networks, of eight digits at most; None where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def number_or(
    word: str, of_what: str, *, least: int = 0, read: Callable[[str], int | None] = counted
) -> Callable[[click.Context, click.Parameter, str | None], str | int | None]:
    """Make what reads an option that takes a number or a word.

    Parameters
    ----------
    word : str
        In lower case; people may write it in any.
    of_what : str
        What the number counts, and which numbers may be given, for the message: ``practices, 0 or more``.
    least : int
        The least number.
    read : callable
        Reads the number, `counted` or `number_of_patients`.

    Returns
    -------
    callable
        A callback of click.
    """

    def given(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | int | None:
        if value is None:
            return None
        if value.casefold() == word:
            return word
        number = read(value)
        if number is None or not least <= number <= PATIENTS.most:
            raise click.BadParameter(f"{value[:40]!r} is neither a number of {of_what}, nor {word}.")
        return number

    return given


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
