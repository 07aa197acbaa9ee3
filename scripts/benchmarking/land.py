"""A graph of practices by number, the band, and what is outside it: what the benchmark's own searches work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import networkx as nx

__all__ = ["Band", "Groups", "Land", "exceptions_of"]

# The practices of each network, by number.
Groups: TypeAlias = list[list[int]]


@dataclass(frozen=True, slots=True)
class Band:
    """The least and most patients of a network, inclusive."""

    least: int
    most: int

    def outside(self, patients: int) -> int:
        """Patients by which a list is outside the band."""
        return max(0, self.least - patients, patients - self.most)

    def counts(self, patients: int) -> range:
        """Numbers of networks that so many patients allow by arithmetic; empty where none does."""
        return range(-(-patients // self.most), patients // self.least + 1)


@dataclass(frozen=True, slots=True)
class Land:
    """A graph by number, in the order of its codes."""

    codes: tuple[str, ...]
    near: tuple[tuple[int, ...], ...]
    patients: tuple[int, ...]

    @classmethod
    def of(cls, graph: nx.Graph) -> Land:
        """Number the practices of a graph with ``list_size``."""
        codes = tuple(sorted(graph))
        number = {code: k for k, code in enumerate(codes)}
        near = tuple(tuple(sorted(number[other] for other in graph[code])) for code in codes)
        return cls(codes, near, tuple(int(graph.nodes[code]["list_size"]) for code in codes))

    def total(self, units: Iterable[int]) -> int:
        """Patients of some practices together."""
        return sum(self.patients[unit] for unit in units)

    def pieces(self, units: Iterable[int]) -> Iterator[list[int]]:
        """The connected pieces of some practices, in order of their first."""
        left = set(units)
        for start in sorted(left):
            if start in left:
                piece = self._reached(start, left)
                left -= piece
                yield sorted(piece)

    def is_connected(self, units: set[int]) -> bool:
        """Whether some practices are one piece; nothing is none."""
        return bool(units) and len(self._reached(next(iter(units)), units)) == len(units)

    def _reached(self, start: int, inside: set[int]) -> set[int]:
        reached, waiting = {start}, [start]
        while waiting:
            for other in self.near[waiting.pop()]:
                if other in inside and other not in reached:
                    reached.add(other)
                    waiting.append(other)
        return reached


def exceptions_of(land: Land, groups: Groups, band: Band) -> tuple[int, int]:
    """Count the networks outside the band, and the patients by which they are."""
    outside = [band.outside(land.total(group)) for group in groups]
    return sum(each > 0 for each in outside), sum(outside)
