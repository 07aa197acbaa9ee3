"""Listed columns, kept between questions: listing depends on the practices and the band, on no other rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netform.candidates.adjacency import Adjacency
from netform.candidates.enumerate import list_candidates, take_census
from netform.solve.model.budget import DEFAULT, MemoryBudget, MoreRoomError

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.candidates.store import CandidateStore
    from netform.solve.model.problem import Problem

__all__ = ["LISTING", "CandidateCache", "ListingParams"]


@dataclass(frozen=True, slots=True)
class ListingParams:
    """Bytes that a list takes at its peak, and what of the room it may fill.

    Attributes
    ----------
    column, member : int
        For every column and each of its members while a set partitioning is solved. Of a column: where its members
        begin, its cost, its place in the list, its bound by the relaxation (two of them while that is made anew), its
        reduced cost or its rank, and some marks. A copy of what is left once columns are fixed asks for itself.
    listing_column, listing_member : int
        The same while they are listed: their counts, where they begin, and a copy of the members.
    side : int
        For every column and side row: its coefficient, and a copy.
    hours : int
        For every column whose hours are kept by term, for the next question, and a bound.
    visited : int
        Of a connected set met while counting, in the band or not: so many bytes fewer may be listed. It ends a count
        that is many times too long.
    past_enclaves : float
        Share of the columns that pass the enclave test, at least: where so many do not fit, none are listed.
    part : float
        Share of the room that a list may fill; what else proves a plan needs the rest.
    large, sooner : float, int
        Where networks hold more practices than this they are hardly ever few enough: the count is given up so many
        times sooner, since there are five to seven times as many for every further practice in a network.
    """

    column: int = 56
    member: int = 2
    listing_column: int = 10
    listing_member: int = 4
    side: int = 16
    hours: int = 96
    visited: int = 30
    large: float = 12.0
    sooner: int = 8
    past_enclaves: float = 0.9
    part: float = 0.85

    def peak(self, columns: int, members: int, sides: int = 0, *, keep: bool = False) -> int:
        """Bytes while a set partitioning over so many columns and members is solved."""
        return columns * (self.column + self.side * sides + self.hours * keep) + members * self.member

    def listing(self, columns: int, members: int) -> int:
        """Bytes while it is listed."""
        return columns * self.listing_column + members * self.listing_member


LISTING = ListingParams()


@dataclass(slots=True)
class CandidateCache:
    """Every column of some practices and band, listed once.

    Attributes
    ----------
    workers : int
        Threads for listing.
    keep : bool
        Whether lists are kept for the next question; a run that asks once does without.
    memory : MemoryBudget
        What all lists, and whatever is made of them, may take.
    alone : MemoryBudget
        What they may take instead when fewer areas are planned side by side; nothing where that is no more.
    let_go : callable
        Told of the practices of a list that is kept no longer: whoever has made something of it lets go of that, too.
    """

    workers: int = 1
    keep: bool = False
    memory: MemoryBudget = DEFAULT
    alone: MemoryBudget = field(default=MemoryBudget(0))
    let_go: Callable[[tuple[str, ...]], None] = lambda _codes: None
    kept: dict[tuple[object, ...], CandidateStore] = field(default_factory=dict)

    def list(
        self, problem: Problem, least: int, most: int, *, enclaves: bool, sides: int = 0, beside: int = 0
    ) -> CandidateStore | None:
        """Every connected set inside a band, with the enclave test or without; None when they do not fit.

        Parameters
        ----------
        problem : Problem
        least, most : int
            The band in registered patients, inclusive.
        enclaves : bool
            Whether to drop sets by the enclave test.
        sides : int
            Side rows that go with the list.
        beside : int
            Bytes of lists that are in use already.

        Raises
        ------
        MoreRoomError
            They do not fit, but would if fewer areas were planned side by side.
        """
        key = problem.codes, frozenset(map(frozenset, problem.graph.edges)), least, most, enclaves
        if key in self.kept:
            # The list that was asked for last is the last to be let go of.
            self.kept[key] = self.kept.pop(key)
            return self.kept[key]
        adjacency = Adjacency.of(problem.graph)
        limit = max(self.memory.most(LISTING.visited), self.alone.most(LISTING.visited))
        if most > LISTING.large * problem.data.list_size.mean():
            limit //= LISTING.sooner
        census = take_census(adjacency, least, most, limit=limit, workers=self.workers)
        if not census.complete:
            return None
        columns, members = int(census.candidates.sum()), int(census.members.sum())
        kept = LISTING.past_enclaves if enclaves else 1.0
        peak = LISTING.peak(int(kept * columns), int(kept * members), sides, keep=self.keep)
        if not self.makes_room(max(LISTING.listing(columns, members), peak) + beside):
            return None
        store = list_candidates(
            adjacency, least, most, census=census, enclaves=enclaves, workers=self.workers
        )
        if not self.makes_room(LISTING.peak(len(store), len(store.members), sides, keep=self.keep) + beside):
            return None
        if self.keep:
            self.kept[key] = store
        return store

    @property
    def held(self) -> int:
        """Bytes of the lists that are kept, and of what is kept with them."""
        return sum(store.nbytes + len(store) * LISTING.hours for store in self.kept.values())

    def makes_room(self, taken: int) -> bool:
        """Whether so many bytes fit, once the oldest lists are let go of as far as that takes.

        Raises
        ------
        MoreRoomError
            They do not, but would if fewer areas were planned side by side.
        """
        needed = taken / LISTING.part
        if not self.memory.fits(needed):
            if self.alone.fits(needed):
                raise MoreRoomError(int(needed) + 1)
            return False
        while not self.memory.fits(needed + self.held):
            oldest = next(iter(self.kept))
            del self.kept[oldest]
            codes: tuple[str, ...] = oldest[0]  # type: ignore[assignment]
            self.let_go(codes)
        return True
