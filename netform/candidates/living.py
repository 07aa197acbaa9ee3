"""Where the patients of candidates live: in their main neighbourhood and in others, counted over a whole store."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from netform.candidates.store import CandidateStore

__all__ = ["NOWHERE", "Living", "main_and_known"]


class Living(NamedTuple):
    """The patients of n practices by neighbourhood.

    Attributes
    ----------
    indptr : ndarray of int64, shape (n + 1,)
    neighbourhood : ndarray of int64
        Those in which patients of practice i live are at ``indptr[i]`` to ``indptr[i + 1]``; -1 for none at all.
    patients : ndarray of float64
        How many live there.
    neighbourhoods : int
        How many there are, at least 1 where anything is known.
    """

    indptr: NDArray[np.int64]
    neighbourhood: NDArray[np.int64]
    patients: NDArray[np.float64]
    neighbourhoods: int

    @classmethod
    def of(cls, living: Sequence[Mapping[str, float]]) -> Living:
        """Number the neighbourhoods of some practices, in the order given.

        Parameters
        ----------
        living : sequence of mapping of str to float
            Patients by neighbourhood, a mapping for each practice; all empty where nothing is known.
        """
        names = sorted({name for each in living for name in each} - {""})
        number = {"": -1, **{name: k for k, name in enumerate(names)}}
        if not any(living):
            return NOWHERE
        return cls(
            np.cumsum([0, *map(len, living)]).astype(np.int64),
            np.array([number[name] for each in living for name in each], np.int64),
            np.array([patients for each in living for patients in each.values()], np.float64),
            max(1, len(names)),
        )

    def among(self, where: NDArray[np.int64]) -> Living:
        """Those of some of the practices, in the order given."""
        if not self.neighbourhoods:
            return self
        rows = [np.arange(self.indptr[i], self.indptr[i + 1]) for i in where.tolist()]
        taken = np.concatenate([np.empty(0, np.int64), *rows])
        indptr = np.cumsum([0, *map(len, rows)]).astype(np.int64)
        return Living(indptr, self.neighbourhood[taken], self.patients[taken], self.neighbourhoods)


NOWHERE = Living(np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0), 0)


def main_and_known(store: CandidateStore, living: Living) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count the patients of every candidate who live in its main neighbourhood, and all of whom it is known where.

    Parameters
    ----------
    store : CandidateStore
    living : Living
        Of the practices of the store.

    Returns
    -------
    main, known : ndarray of float64, shape (m,)
        As `netform.plan.neighbourhoods.patients_by_neighbourhood` counts them; 0 where nothing is known.
    """
    if not living.neighbourhoods:
        return np.zeros(len(store)), np.zeros(len(store))
    counted: tuple[NDArray[np.float64], NDArray[np.float64]] = _main_and_known(
        store.offsets,
        store.members,
        living.indptr,
        living.neighbourhood,
        living.patients,
        living.neighbourhoods,
    )
    return counted


@nb.njit(cache=True, nogil=True)
def _main_and_known(
    offsets: NDArray[np.int64],
    members: NDArray[np.uint16],
    indptr: NDArray[np.int64],
    neighbourhood: NDArray[np.int64],
    patients: NDArray[np.float64],
    count: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    main, known = np.zeros(len(offsets) - 1), np.zeros(len(offsets) - 1)
    here = np.zeros(count)
    for j in range(len(main)):
        group = members[offsets[j] : offsets[j + 1]]
        for i in group:
            for at in range(indptr[i], indptr[i + 1]):
                known[j] += patients[at]
                if neighbourhood[at] >= 0:
                    here[neighbourhood[at]] += patients[at]
                    main[j] = max(main[j], here[neighbourhood[at]])
        for i in group:
            for at in range(indptr[i], indptr[i + 1]):
                if neighbourhood[at] >= 0:
                    here[neighbourhood[at]] = 0.0
    return main, known
