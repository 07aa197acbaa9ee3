"""Networks and neighbourhoods: where the patients of each live, in rows and sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.plan.neighbourhoods import main_share, patients_in, patients_outside
from netform.report.words import percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netform.plan.model import Network

__all__ = ["MOSTLY", "AlignmentRow", "alignment_rows", "alignment_sentences", "share_in_main"]

# The share that planners ask of a network's patients to live in its own ground.
MOSTLY = 0.75

# Of the others so many are named, each with so large a share at least.
OTHERS_NAMED, LEAST_NAMED = 4, 0.02


@dataclass(frozen=True, slots=True)
class AlignmentRow:
    """A network and its neighbourhoods.

    Attributes
    ----------
    network : Network
    main : str
        The neighbourhood most of its patients live in; blank where nobody lives in any.
    share : float or None
        Of its patients, who live there; None where nothing is known.
    known, outside : float
        Patients of whom it is known where they live, and those of them who live elsewhere.
    others : tuple of (str, float)
        The other neighbourhoods and how many patients live there, the most first; blank for none at all.
    """

    network: Network
    main: str
    share: float | None
    known: float
    outside: float
    others: tuple[tuple[str, float], ...]

    @property
    def aligned(self) -> bool:
        """Whether as many of its patients live in one neighbourhood as planners ask."""
        return self.share is not None and self.share >= MOSTLY

    @property
    def other_words(self) -> str:
        """Name the other neighbourhoods with their patients."""
        some = [each for each in self.others if each[1] >= LEAST_NAMED * self.known][:OTHERS_NAMED]
        said = [f"{name or 'outside all'} {number:,.0f}" for name, number in some]
        rest = self.outside - math.fsum(number for _, number in some)
        return "; ".join([*said, *([f"others {rest:,.0f}"] if said and rest >= 1 else [])])


def alignment_rows(
    networks: Sequence[Network], living: Mapping[str, Mapping[str, float]]
) -> list[AlignmentRow]:
    """Count where the patients of networks live.

    Parameters
    ----------
    networks : sequence of Network
    living : mapping of str to mapping of str to float
        By practice, patients by neighbourhood.

    Returns
    -------
    list of AlignmentRow
        In the order given; those of which nothing is known among them. Empty where nothing is known at all.
    """
    if not any(living.values()):
        return []
    rows = []
    for network in networks:
        patients = patients_in(living, network.practice_codes)
        main = next(iter(patients), "")
        # Outside every neighbourhood is nobody's main one.
        others = tuple(
            (name, number)
            for name, number in patients.items()
            if (name != main or not name) and round(number)
        )
        known, outside = math.fsum(patients.values()), patients_outside(patients)
        rows.append(AlignmentRow(network, main, main_share(patients), known, outside, others))
    return rows


def share_in_main(rows: Sequence[AlignmentRow]) -> float | None:
    """Share of patients who live in the main neighbourhood of their network; None where it is not known of any.

    Parameters
    ----------
    rows : sequence of AlignmentRow
    """
    known = math.fsum(row.known for row in rows)
    return 1 - math.fsum(row.outside for row in rows) / known if known else None


def alignment_sentences(rows: Sequence[AlignmentRow]) -> list[str]:
    """Say how well networks fit neighbourhoods; nothing where nothing is known.

    Parameters
    ----------
    rows : sequence of AlignmentRow
    """
    known = [row for row in rows if row.share is not None]
    if not known:
        return []
    outside, patients = (
        math.fsum(each) for each in zip(*((row.outside, row.known) for row in known), strict=True)
    )
    aligned = sum(row.aligned for row in known)
    there, has = percent(1 - outside / patients), "has" if aligned == 1 else "have"
    return [
        f"{there} of the patients live in the main neighbourhood of their network, and {outside:,.0f} do not.",
        f"{aligned:,} of {len(known):,} networks {has} at least {percent(MOSTLY)} of theirs in one neighbourhood.",
    ]
