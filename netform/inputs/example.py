"""A made-up county to try netform on: invented practices at real postcodes.

Nothing here describes a real practice. The county lies over real places in and around the YO postcode area,
so that travel and maps are lifelike; its practices, names, codes, lists, staff and present networks are
invented.

The postcodes contain OS data (Crown copyright and database right), Royal Mail data (Royal Mail copyright
and database right) and National Statistics data, under the Open Government Licence v3.0.

The sites stand in this module, not in a file beside it: ``netform example`` has to work where only the
package is installed, and must not change when the bundled postcodes are updated.
"""

from __future__ import annotations

import csv
import io
import math
import random
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

from netform.practices.model import Practice

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["EXAMPLE_COLUMNS", "EXAMPLE_SEED", "example_csv", "example_practices"]

EXAMPLE_SEED = 76
"""The seed of the published list, ``data/example_practices.csv``.

Under it both areas can be planned inside 30,000-50,000 with no exception but the oversize practice, while
six of the fifteen present networks miss the band, three on either side: about the share found in England.
"""

EXAMPLE_COLUMNS = (
    "practice_code",
    "practice_name",
    "postcode",
    "list_size",
    "weighted_list_size",
    "gp_fte",
    "nurse_fte",
    "dpc_fte",
    "pcn_code",
    "area",
)
"""The header of the example list."""

# Full-time equivalents per 10,000 patients, median and spread (standard deviation of the logarithm), near
# those of English practices in the workforce publications of 2023/24.
GP_FTE_RATE, GP_FTE_SPREAD = 4.2, 0.35
NURSE_FTE_RATE, NURSE_FTE_SPREAD = 2.3, 0.45
DPC_FTE_RATE, DPC_FTE_SPREAD = 2.0, 0.6
WEIGHT_SPREAD = 0.08

# Every so many practices one has returned no workforce form, as happens: its staff columns are blank.
ROWS_PER_BLANK_STAFF = 29

# Bounds of an ordinary list in the example: fewer is a practice about to close, more one that stands alone.
SMALLEST_LIST, LARGEST_LIST = 2_100, 29_000
OVERSIZE_LIST = 50_500


class _Kind(NamedTuple):
    """The lists of one kind of place: the median, the spread of the logarithm, and need per head."""

    median_list: int
    spread: float
    need: float


_KINDS = {
    "city": _Kind(11_200, 0.45, 0.93),
    "town": _Kind(9_800, 0.50, 1.00),
    "coast": _Kind(9_400, 0.50, 1.10),
    "village": _Kind(6_800, 0.40, 1.02),
    "campus": _Kind(55_000, 0.04, 0.72),
}


@dataclass(frozen=True, slots=True)
class _Site:
    """One building of the made-up county; two or three practices may share it."""

    postcode: str
    kind: str
    area: str
    pcn_code: str
    practices: int = 1


# The present networks grew by habit, town by town: some fall short of 30,000 patients and some pass 50,000.
_SITES = (
    _Site("YO1 8RL", "city", "Vale", "X99N01", 2),
    _Site("YO23 1DT", "city", "Vale", "X99N01"),
    _Site("YO24 1QG", "city", "Vale", "X99N01"),
    _Site("YO24 3FW", "city", "Vale", "X99N02", 2),
    _Site("YO26 5BF", "city", "Vale", "X99N02"),
    _Site("YO26 6DW", "village", "Vale", "X99N02"),
    _Site("YO23 3ST", "village", "Vale", "X99N02"),
    _Site("YO30 5AD", "city", "Vale", "X99N03"),
    _Site("YO31 7YR", "city", "Vale", "X99N03"),
    _Site("YO31 0PZ", "city", "Vale", "X99N03"),
    _Site("YO32 9NU", "city", "Vale", "X99N04"),
    _Site("YO32 3SA", "town", "Vale", "X99N04", 2),
    _Site("YO32 5XU", "village", "Vale", "X99N04"),
    _Site("YO10 5BF", "campus", "Vale", "X99N05"),
    _Site("YO10 4PJ", "city", "Vale", "X99N06"),
    _Site("YO19 5QT", "village", "Vale", "X99N06"),
    _Site("YO41 1BR", "village", "Vale", "X99N06"),
    _Site("YO42 2AP", "town", "Vale", "X99N06"),
    _Site("YO43 3AJ", "town", "Vale", "X99N06"),
    _Site("YO43 4BP", "village", "Vale", "X99N06"),
    _Site("YO8 4HL", "town", "Vale", "X99N07", 3),
    _Site("YO8 9DE", "town", "Vale", "X99N07"),
    _Site("YO8 5JB", "village", "Vale", "X99N07"),
    _Site("YO19 6FB", "village", "Vale", "X99N07"),
    _Site("YO8 6RL", "village", "Vale", "X99N07"),
    _Site("YO7 1LE", "town", "Vale", "X99N08", 2),
    _Site("YO61 3QP", "town", "Vale", "X99N08"),
    _Site("YO51 9BR", "town", "Vale", "X99N08"),
    _Site("YO11 2NG", "coast", "Coast", "X99N09", 2),
    _Site("YO12 7NB", "coast", "Coast", "X99N09"),
    _Site("YO12 6ST", "coast", "Coast", "X99N09"),
    _Site("YO12 5BD", "coast", "Coast", "X99N10", 2),
    _Site("YO11 3ZG", "coast", "Coast", "X99N10"),
    _Site("YO13 0PH", "village", "Coast", "X99N10"),
    _Site("YO13 9HJ", "village", "Coast", "X99N10"),
    _Site("YO14 9AF", "coast", "Coast", "X99N11"),
    _Site("YO14 0NS", "village", "Coast", "X99N11"),
    _Site("YO15 1QB", "village", "Coast", "X99N11"),
    _Site("YO15 3ET", "coast", "Coast", "X99N12", 2),
    _Site("YO16 4AN", "coast", "Coast", "X99N12"),
    _Site("YO15 3NH", "coast", "Coast", "X99N12"),
    _Site("YO25 6AN", "town", "Coast", "X99N13", 2),
    _Site("YO17 7LN", "town", "Coast", "X99N14"),
    _Site("YO17 9AL", "town", "Coast", "X99N14"),
    _Site("YO18 7AE", "town", "Coast", "X99N14"),
    _Site("YO62 6HA", "town", "Coast", "X99N14"),
    _Site("YO62 5BH", "village", "Coast", "X99N14"),
    _Site("YO21 1BD", "coast", "Coast", "X99N15", 2),
    _Site("YO21 1JA", "coast", "Coast", "X99N15"),
    _Site("YO22 5BU", "village", "Coast", "X99N15"),
    _Site("YO22 4SD", "village", "Coast", "X99N15"),
    _Site("YO21 2JG", "village", "Coast", "X99N15"),
)

# Names no one would give a surgery, so that none is taken for a real one. The numbers of first and second
# words have no common factor: the n-th practice takes the n-th of each, round and round, without repeats.
_FIRST_WORDS = (
    "Pewter",
    "Marmalade",
    "Clockwork",
    "Thistledown",
    "Paper",
    "Gingham",
    "Tinderbox",
    "Velvet",
    "Acorn",
)
_SECOND_WORDS = ("Lantern", "Otter", "Teapot", "Compass", "Windmill", "Umbrella", "Bramble")
_LAST_WORDS = ("Surgery", "Medical Centre", "Practice", "Health Centre")


def example_practices(seed: int = EXAMPLE_SEED) -> tuple[Practice, ...]:
    """Make up the practices of the example county.

    Parameters
    ----------
    seed : int
        Chooses the list sizes, weights and staff; places, names and present networks are always the same.

    Returns
    -------
    tuple of Practice
        In order of code (``X99001`` onwards), without coordinates: locating them is part of the example.
    """
    # Only ``random()`` promises the same numbers on every version of Python; the rest is built on it.
    rng = random.Random(seed)  # noqa: S311 - nothing secret: an example that must be the same everywhere
    everyone = [site for site in _SITES for _ in range(site.practices)]
    return tuple(_invent(number, site, rng) for number, site in enumerate(everyone))


def example_csv(seed: int = EXAMPLE_SEED) -> str:
    """Write the example list as CSV text, the same on every machine.

    Parameters
    ----------
    seed : int
        As for `example_practices`.

    Returns
    -------
    str
        A header and one line a practice, ended by line feeds.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(EXAMPLE_COLUMNS)
    writer.writerows(_cells(example_practices(seed)))
    return text.getvalue()


def _invent(number: int, site: _Site, rng: random.Random) -> Practice:
    kind = _KINDS[site.kind]
    list_size = round(kind.median_list * _lognormal(rng, kind.spread))
    if site.kind == "campus":
        list_size = max(list_size, OVERSIZE_LIST)
    else:
        list_size = min(max(list_size, SMALLEST_LIST), LARGEST_LIST)
    weighted = round(list_size * kind.need * _lognormal(rng, WEIGHT_SPREAD), 1)
    per_10k = list_size / 10_000
    staff: list[float | None] = [
        max(0.4, round(per_10k * rate * _lognormal(rng, spread), 1))
        for rate, spread in (
            (GP_FTE_RATE, GP_FTE_SPREAD),
            (NURSE_FTE_RATE, NURSE_FTE_SPREAD),
            (DPC_FTE_RATE, DPC_FTE_SPREAD),
        )
    ]
    if number % ROWS_PER_BLANK_STAFF == ROWS_PER_BLANK_STAFF - 1:
        staff = [None, None, None]
    words = (_FIRST_WORDS, _SECOND_WORDS, _LAST_WORDS)
    return Practice(
        code=f"X99{number + 1:03d}",
        name=" ".join(choices[number % len(choices)] for choices in words),
        postcode=site.postcode,
        list_size=list_size,
        area=site.area,
        pcn_code=site.pcn_code,
        weighted_list_size=weighted,
        gp_fte=staff[0],
        nurse_fte=staff[1],
        dpc_fte=staff[2],
    )


def _lognormal(rng: random.Random, spread: float) -> float:
    """Draw a factor with median 1; ``spread`` is the standard deviation of its logarithm."""
    # The shift keeps the draw off 0, where the normal quantile does not exist.
    return math.exp(spread * NormalDist().inv_cdf(min(rng.random() + 1e-9, 1 - 1e-9)))


def _cells(practices: tuple[Practice, ...]) -> Iterator[tuple[str, ...]]:
    for practice in practices:
        values = (
            practice.code,
            practice.name,
            practice.postcode,
            practice.list_size,
            practice.weighted_list_size,
            practice.gp_fte,
            practice.nurse_fte,
            practice.dpc_fte,
            practice.pcn_code,
            practice.area,
        )
        yield tuple("" if value is None else str(value) for value in values)
