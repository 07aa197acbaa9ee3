"""The store of candidates: every feasible network as a row of members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["CandidateStore"]

# Candidates looked at together where they are so many that what is made of them counts.
BLOCK = 1 << 17


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
        offsets, members = _taken(self.offsets, self.members, np.asarray(chosen, np.int64))
        return CandidateStore(offsets, members, self.practices)

    def blocks(self) -> Iterator[tuple[slice, CandidateStore]]:
        """The candidates some at a time, members not copied, and where they stand: what is made of them stays small."""
        for begin in range(0, len(self), BLOCK):
            offsets = self.offsets[begin : begin + BLOCK + 1]
            members = self.members[offsets[0] : offsets[-1]]
            yield (
                slice(begin, begin + len(offsets) - 1),
                CandidateStore(offsets - offsets[0], members, self.practices),
            )

    def joined(self, other: CandidateStore) -> CandidateStore:
        """Append another store over the same practices."""
        offsets = np.concatenate((self.offsets, other.offsets[1:] + self.offsets[-1]))
        return CandidateStore(offsets, np.concatenate((self.members, other.members)), self.practices)


@nb.njit(cache=True, nogil=True)
def _taken(offsets, members, chosen):  # type: ignore[no-untyped-def]
    """Copy chosen rows of members, one after the other: where they begin then, and the members."""
    begin = np.zeros(len(chosen) + 1, np.int64)
    for j in range(len(chosen)):
        begin[j + 1] = begin[j] + offsets[chosen[j] + 1] - offsets[chosen[j]]
    taken = np.empty(begin[-1], members.dtype)
    for j in range(len(chosen)):
        first = offsets[chosen[j]]
        for k in range(begin[j + 1] - begin[j]):
            taken[begin[j] + k] = members[first + k]
    return begin, taken
