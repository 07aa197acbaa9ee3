"""Ranges: how small and how large each number may be that a user gives, whichever way it comes.

They are far wider than anything that makes sense in England, and far narrower than where sums overflow or lose their
last digits: a number outside is a slip, and is refused with its range where it is read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeGuard

__all__ = [
    "BYTES_GB",
    "COUNT",
    "FULL_TIME",
    "HOURS",
    "HOURS_PER_PATIENT",
    "LEAST_SHARE",
    "LONGEST",
    "MINUTES",
    "PATIENTS",
    "PORT",
    "POUNDS",
    "RANGES",
    "RATIO",
    "SECONDS",
    "SEED",
    "SHARE",
    "WEIGHT",
    "WEIGHTED",
    "WORKERS",
    "Range",
    "is_number",
    "is_whole",
    "shown",
]

# A longer value is cut where it is quoted back.
MOST_SHOWN = 80


def is_number(value: Any) -> TypeGuard[int | float]:
    """Say whether a value is a finite number; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of more than 308 digits
        return False


def is_whole(value: Any) -> TypeGuard[int]:
    """Say whether a value is a whole number, written without a point."""
    return is_number(value) and isinstance(value, int)


def shown(value: Any) -> str:
    """Quote a wrong value back, however long it is."""
    # Python refuses to write out thousands of digits, which a file can hold in hexadecimal.
    if isinstance(value, int) and value.bit_length() > 64:
        return "one of that many digits"
    return "nothing" if value is None else repr(value)[:MOST_SHOWN]


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that may be given for something.

    Attributes
    ----------
    least, most : float
        Inclusive.
    unit : str
        Plural; blank where there is none.
    or_zero : bool
        Whether 0 may be given besides.
    whole : bool
        Whether only whole numbers may be given.
    """

    least: float
    most: float
    unit: str = ""
    or_zero: bool = False
    whole: bool = False

    def __contains__(self, value: Any) -> bool:
        fits = is_whole(value) if self.whole else is_number(value)
        return fits and (self.least <= value <= self.most or (self.or_zero and value == 0))

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        of = f" of {self.unit}" if self.unit else ""
        zero = "0 or " if self.or_zero else ""
        return f"{zero}{kind}{of} from {_written(self.least)} to {_written(self.most)}"

    def problem(self, name: str, value: Any) -> str:
        """Say what is wrong with a value, as a sentence; blank when it may stand.

        Parameters
        ----------
        name : str
            What the value is of.
        value : object
        """
        return "" if value in self else f"{name} must be {self}, not {shown(value)}."


def _written(number: float) -> str:
    return f"{number:,.9f}".rstrip("0").rstrip(".") if number % 1 else f"{number:,.0f}"


# All England is 64 million patients, in 6,200 practices.
PATIENTS = Range(1, 1_000_000_000, "patients", whole=True)
# Of one practice, weighted or of one place, where it need not be whole.
WEIGHTED = Range(0, 10_000_000, "patients")
# Of networks, and of practices in one: more would not fit into the solver's arrays.
COUNT = Range(1, 65_536, whole=True)
# Of the patients of a network: 0.75 is three quarters.
LEAST_SHARE = Range(0.01, 1)
# A journey from Cornwall to Northumberland takes 500 minutes; the ferry to Scilly 165.
MINUTES = Range(0, 100_000, "minutes")
LONGEST = Range(0.001, 100_000, "minutes")
# A drive over what the straight line makes of it.
RATIO = Range(0.1, 1_000)
# Of all journeys.
SHARE = Range(0, 1)
# How much an hour of a term counts beside an hour of another.
WEIGHT = Range(0.000_001, 1_000_000, or_zero=True)
HOURS = Range(0.000_001, 1_000_000, "hours a week", or_zero=True)
HOURS_PER_PATIENT = Range(0.000_000_001, 10_000, "hours a week", or_zero=True)
FULL_TIME = Range(0, 100_000, "full-time posts")
POUNDS = Range(0, 1_000_000_000, "pounds")
# A year; and what the largest machines have.
SECONDS = Range(0.001, 31_536_000, "seconds")
BYTES_GB = Range(0.000_000_1, 100_000, "gigabytes")
WORKERS = Range(1, 1_024, whole=True)
# 0 is any that is free.
PORT = Range(0, 65_535, whole=True)
SEED = Range(0, 2_147_483_647, whole=True)

# The numbers of the rules, by their fields in `netform.rules.model.Rules` and its roles.
RANGES: dict[str, Range] = {
    "least": PATIENTS,
    "most": PATIENTS,
    "exception_most": PATIENTS,
    "minutes_base": Range(0, 1_000, "minutes"),
    "minutes_per_km": Range(0, 1_000, "minutes"),
    "minutes_power": Range(0.01, 3),
    "longest_border_minutes": LONGEST,
    "longest_border_ratio": RATIO,
    "visits_per_patient_week": Range(0.000_000_001, 1_000, "visits a week", or_zero=True),
    "moves_per_post_week": Range(0.000_001, 10_000, "moves a week", or_zero=True),
    "hours_per_post_week": Range(0.01, 168, "hours a week"),
    "post_step": Range(0.001, 1_000, "full-time posts"),
    "overhead_hours_week": HOURS,
    "balance_target": Range(0, 1_000_000_000, "patients"),
    "balance_dead_band": Range(0, 1_000_000_000, "patients"),
    "balance_hours_per_1000": HOURS,
    "continuity_hours_per_patient_week": HOURS_PER_PATIENT,
    "community_hours_per_patient_week": HOURS_PER_PATIENT,
    "crossing_hours_per_patient_week": HOURS_PER_PATIENT,
    "alignment_hours_per_patient_week": HOURS_PER_PATIENT,
    "patients_per_post": Range(1, 1_000_000_000, "patients"),
    "pounds_per_post_year": POUNDS,
}
