"""Listed candidates, kept between questions: listing depends on the practices and the band, on no other rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netform.candidates.adjacency import Adjacency
from netform.candidates.enumerate import list_candidates, take_census

if TYPE_CHECKING:
    from netform.candidates.store import CandidateStore
    from netform.solve.model.problem import Problem

__all__ = ["BYTES_EACH", "MOST_LISTED", "CandidateCache"]

# A listed network with what choosing needs takes so many bytes; and networks that may be listed where nothing is said
# of the memory: those of 2.5 GB.
BYTES_EACH = 100
MOST_LISTED = 25_000_000


@dataclass(slots=True)
class CandidateCache:
    """Every candidate of some practices and band, listed once.

    Attributes
    ----------
    workers : int
        Threads for listing.
    keep : bool
        Whether lists are kept for the next question; a run that asks once does without.
    most : int or None
        Networks that may be listed at once.
    """

    workers: int = 1
    keep: bool = False
    most: int | None = None
    kept: dict[tuple[object, ...], CandidateStore] = field(default_factory=dict)

    @property
    def limit(self) -> int:
        """Connected groups that may be listed."""
        return MOST_LISTED if self.most is None else self.most

    def list(self, problem: Problem, least: int, most: int, *, enclaves: bool) -> CandidateStore | None:
        """Every connected group inside a band, with the enclave test or without; None when they are too many."""
        key = (
            problem.codes,
            tuple(sorted(map(tuple, map(sorted, problem.graph.edges)))),
            least,
            most,
            enclaves,
        )
        if key in self.kept:
            return self.kept[key]
        adjacency = Adjacency.of(problem.graph)
        census = take_census(adjacency, least, most, limit=self.limit, workers=self.workers)
        if not census.complete:
            return None
        store = list_candidates(
            adjacency, least, most, census=census, enclaves=enclaves, workers=self.workers
        )
        if self.keep:
            self.kept[key] = store
        return store
