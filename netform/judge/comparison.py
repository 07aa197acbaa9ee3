"""Comparing two divisions of the same practices: who moves, which networks go on, split or merge.

Everything is counted from the groups and the list sizes alone, and the same way in both directions: what is
said of A and B is what is said of B and A, mirrored.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import networkx as nx

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netform.judge.scoring import ScoredResult
    from netform.plan.grouping import Grouping

__all__ = ["Compared", "Comparison", "Pair", "Passage", "compare_groupings", "compare_results", "passage"]


@dataclass(frozen=True, slots=True)
class Passage:
    """What becomes of the networks of one division in another.

    The heir of a network is the network of the other division that has more than half of its patients: there
    is at most one.

    Attributes
    ----------
    moved : tuple of str
        Practices that are not in the heir of their network, in order of code: the measure of the continuity
        term (`netform.scores.continuity`). A practice that starts in no network has not moved.
    patients_moved : int
    heirs : mapping of str to str
        By network, for those that have an heir.
    dispersed : tuple of str
        Networks without an heir.
    merged : mapping of str to tuple of str
        For each network of the other division that is the heir of several, those.
    """

    moved: tuple[str, ...]
    patients_moved: int
    heirs: Mapping[str, str]
    dispersed: tuple[str, ...]
    merged: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A network of A and a network of B that have practices in common.

    Attributes
    ----------
    a, b : str
    practice_codes : tuple of str
        In both, sorted.
    patients, patients_a, patients_b : int
        Of the practices in both, of all of A's network, of all of B's.
    matched : bool
        Whether the two are counterparts in the matching of the most patients.
    """

    a: str
    b: str
    practice_codes: tuple[str, ...]
    patients: int
    patients_a: int
    patients_b: int
    matched: bool

    @property
    def identical(self) -> bool:
        """Whether both networks have the same practices."""
        return self.patients == self.patients_a == self.patients_b


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two divisions of the same practices, side by side.

    Attributes
    ----------
    a, b : Grouping
    forth, back : Passage
        From A to B, and from B to A.
    pairs : tuple of Pair
        Every two networks with practices in common: counterparts first, by patients in common, descending.
    only_a, only_b : tuple of str
        Networks without a counterpart.
    patients : int
        Of all practices.
    """

    a: Grouping
    b: Grouping
    forth: Passage
    back: Passage
    pairs: tuple[Pair, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    patients: int

    @property
    def matched(self) -> tuple[Pair, ...]:
        """The counterparts."""
        return tuple(pair for pair in self.pairs if pair.matched)

    @property
    def identical(self) -> tuple[Pair, ...]:
        """Networks that are the same in both."""
        return tuple(pair for pair in self.pairs if pair.identical)

    @property
    def patients_matched(self) -> int:
        """Patients of practices that are in counterparts."""
        return sum(pair.patients for pair in self.matched)

    @property
    def patients_outside(self) -> int:
        """Patients of practices that are not: the least that a renaming of networks can leave over."""
        return self.patients - self.patients_matched

    @property
    def merged(self) -> Mapping[str, tuple[str, ...]]:
        """Networks of B that have more than half of each of several networks of A, with those."""
        return self.forth.merged

    @property
    def split(self) -> Mapping[str, tuple[str, ...]]:
        """Networks of A that more than half of each of several networks of B comes from, with those."""
        return self.back.merged

    def mirrored(self) -> Comparison:
        """Say the same with A and B exchanged."""
        return Comparison(
            self.b,
            self.a,
            self.back,
            self.forth,
            _in_order(
                Pair(
                    each.b,
                    each.a,
                    each.practice_codes,
                    each.patients,
                    each.patients_b,
                    each.patients_a,
                    each.matched,
                )
                for each in self.pairs
            ),
            self.only_b,
            self.only_a,
            self.patients,
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison with the scores of both divisions, and all that is needed to publish it.

    Attributes
    ----------
    comparison : Comparison
    a, b : ScoredResult
        Of the same practices.
    notes : tuple of str
        What a reader should know about how the two can be compared.
    provenance : mapping
        What both were scored by and how the comparison was asked for; blank for a program that does not say.
    """

    comparison: Comparison
    a: ScoredResult
    b: ScoredResult
    notes: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)


def compare_results(
    a: ScoredResult,
    b: ScoredResult,
    notes: tuple[str, ...] = (),
    provenance: Mapping[str, Any] | None = None,
) -> Compared:
    """Compare two scored divisions of the same practices.

    Parameters
    ----------
    a, b : ScoredResult
    notes : tuple of str
        What a reader should know.
    provenance : mapping, optional
        What both were scored by.
    """
    list_sizes = {practice.code: practice.list_size for practice in a.practices}
    comparison = compare_groupings(a.score.grouping, b.score.grouping, list_sizes)
    return Compared(comparison, a, b, notes, provenance or {})


def compare_groupings(a: Grouping, b: Grouping, list_sizes: Mapping[str, int]) -> Comparison:
    """Compare two divisions of the same practices.

    Parameters
    ----------
    a, b : Grouping
    list_sizes : mapping of str to int
        Registered patients of every practice of either.

    Returns
    -------
    Comparison
        ``compare_groupings(b, a, ...)`` is the same, mirrored.

    Raises
    ------
    ValueError
        When the two are not divisions of the same practices.
    """
    practices = {
        code for each in (a, b) for codes in (*each.networks.values(), each.unplaced) for code in codes
    }
    for each in (a, b):
        if practices - each.network_of.keys() - set(each.unplaced):
            raise ValueError(f"{each.name} lacks practices of the other")
    here, there = _patients(a, list_sizes), _patients(b, list_sizes)
    shared = _shared(a, b)
    overlap = _overlap(shared, list_sizes)
    matching = _matching(shared, overlap)
    pairs = _in_order(
        Pair(one, other, tuple(codes), overlap[one, other], here[one], there[other], (one, other) in matching)
        for (one, other), codes in shared.items()
    )
    taken_a, taken_b = {one for one, _ in matching}, {other for _, other in matching}
    flipped = {(other, one): patients for (one, other), patients in overlap.items()}
    return Comparison(
        a=a,
        b=b,
        forth=_passage(a, b, overlap, here, list_sizes),
        back=_passage(b, a, flipped, there, list_sizes),
        pairs=pairs,
        only_a=tuple(label for label in a.networks if label not in taken_a),
        only_b=tuple(label for label in b.networks if label not in taken_b),
        patients=sum(list_sizes[code] for code in practices),
    )


def passage(start: Grouping, end: Grouping, list_sizes: Mapping[str, int]) -> Passage:
    """Say what becomes of the networks of a division in another, without pairing them: in time that grows as the list.

    Parameters
    ----------
    start, end : Grouping
        Divisions of the same practices.
    list_sizes : mapping of str to int

    Returns
    -------
    Passage
        ``forth`` of `compare_groupings`.
    """
    overlap = _overlap(_shared(start, end), list_sizes)
    return _passage(start, end, overlap, _patients(start, list_sizes), list_sizes)


def _shared(a: Grouping, b: Grouping) -> dict[tuple[str, str], list[str]]:
    """Give the practices that two networks share, in order of code."""
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    in_a, in_b = a.network_of, b.network_of
    for code in sorted(in_a.keys() & in_b.keys()):
        shared[in_a[code], in_b[code]].append(code)
    return shared


def _overlap(
    shared: Mapping[tuple[str, str], list[str]], list_sizes: Mapping[str, int]
) -> dict[tuple[str, str], int]:
    return {pair: sum(list_sizes[code] for code in codes) for pair, codes in shared.items()}


def _patients(grouping: Grouping, list_sizes: Mapping[str, int]) -> dict[str, int]:
    return {label: sum(list_sizes[code] for code in codes) for label, codes in grouping.networks.items()}


def _in_order(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """Order pairs by what does not depend on which division comes first."""
    return tuple(sorted(pairs, key=lambda pair: (not pair.matched, -pair.patients, pair.practice_codes)))


def _passage(
    start: Grouping,
    end: Grouping,
    overlap: Mapping[tuple[str, str], int],
    patients: Mapping[str, int],
    list_sizes: Mapping[str, int],
) -> Passage:
    heirs = {one: other for (one, other), common in sorted(overlap.items()) if 2 * common > patients[one]}
    ends = end.network_of
    moved = tuple(
        sorted(
            code
            for code, label in start.network_of.items()
            if label not in heirs or ends.get(code) != heirs[label]
        )
    )
    count = Counter(heirs.values())
    merged = {
        heir: tuple(sorted(one for one, other in heirs.items() if other == heir))
        for heir in sorted(count)
        if count[heir] > 1
    }
    dispersed = tuple(sorted(start.networks.keys() - heirs.keys()))
    return Passage(moved, sum(list_sizes[code] for code in moved), heirs, dispersed, merged)


def _matching(
    shared: Mapping[tuple[str, str], list[str]], overlap: Mapping[tuple[str, str], int]
) -> set[tuple[str, str]]:
    """Match networks one to one so that the most patients are in counterparts.

    Of several best matchings one is taken by a rule that does not know which division comes first: pairs are
    ranked by their first practice, and a pair counts more than all pairs ranked after it together, in the
    digits below one patient (whole numbers of any length, so nothing is rounded).

    Galil 1986, ACM Computing Surveys 18, 23-38.
    """
    graph = nx.Graph()
    for one, other in shared:
        graph.add_edge(("a", one), ("b", other))
    matching: set[tuple[str, str]] = set()
    # Parts that have no network in common are matched apart: the work grows with the cube of the networks.
    for part in nx.connected_components(graph):
        inside = sorted((pair for pair in shared if ("a", pair[0]) in part), key=lambda pair: shared[pair][0])
        weighted = nx.Graph()
        for rank, (one, other) in enumerate(inside):
            weight = (overlap[one, other] << len(inside)) + (1 << (len(inside) - 1 - rank))
            weighted.add_edge(("a", one), ("b", other), weight=weight)
        for ends in nx.max_weight_matching(weighted):
            (_, one), (_, other) = sorted(ends)
            matching.add((one, other))
    return matching
