"""The store of candidates: every feasible network as a row of members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CandidateStore"]


@dataclass(frozen=True, slots=True)
class CandidateStore:
    """Groups of practices in compressed rows.

    Attributes
    ----------
    offsets : ndarray of int64, shape (m + 1,)
    members : ndarray of uint16
        The practices of candidate j are ``members[offsets[j]:offsets[j + 1]]``, ascending.
    practices : int
        How many practices there are to choose from.
    """

    offsets: NDArray[np.int64]
    members: NDArray[np.uint16]
    practices: int

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, candidate: int) -> NDArray[np.uint16]:
        return self.members[self.offsets[candidate] : self.offsets[candidate + 1]]

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays hold."""
        return self.offsets.nbytes + self.members.nbytes

    def take(self, chosen: NDArray[np.int64]) -> CandidateStore:
        """Pick the candidates at the given positions, in that order."""
        chosen = np.asarray(chosen, np.int64)
        begin = self.offsets[chosen]
        offsets = np.zeros(len(chosen) + 1, np.int64)
        np.cumsum(self.offsets[chosen + 1] - begin, out=offsets[1:])
        return CandidateStore(offsets, _gather(self.members, begin, offsets), self.practices)

    def joined(self, other: CandidateStore) -> CandidateStore:
        """Append another store over the same practices."""
        offsets = np.concatenate((self.offsets, other.offsets[1:] + self.offsets[-1]))
        return CandidateStore(offsets, np.concatenate((self.members, other.members)), self.practices)


@nb.njit(cache=True, nogil=True)
def _gather(members, begin, offsets):  # type: ignore[no-untyped-def]
    """Copy rows of members that begin at some places, one after the other."""
    taken = np.empty(offsets[-1], members.dtype)
    for j in range(len(begin)):
        for k in range(offsets[j + 1] - offsets[j]):
            taken[offsets[j] + k] = members[begin[j] + k]
    return taken
