"""Random spanning trees, cut so that both sides can be held by whole numbers of networks.

A part of the map that is to be k networks is given a random spanning tree; of all its edges, one is cut whose two sides
k1 and k - k1 networks can hold best, and each side is divided in the same way (after DeFord, Duchin and Solomon 2021,
who cut trees in two; here at every number of networks).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.primal.atoms import AtomMap

__all__ = ["Bounds", "divide", "hold"]

# Minutes by which a border comes before all others; beyond any journey.
FIRST = 1e9

# Trees tried for one cut, as long as none has one that both sides can hold: in narrow bands (1%) one in ten has.
TREES = 12


class Bounds(NamedTuple):
    """What a network may hold, and how long borders are.

    Attributes
    ----------
    least, most : int
        The band in registered patients.
    least_practices, most_practices : int
    typical_minutes : float
        Of a border: it is added to each, so that trees like short borders and still differ.
    """

    least: int
    most: int
    least_practices: int
    most_practices: int
    typical_minutes: float


@nb.njit(cache=True, nogil=True)
def hold(amount: int, networks: int, least: int, most: int) -> int:
    """By how much an amount is too small or too large for so many networks."""
    return max(0, networks * least - amount, amount - networks * most)


@nb.njit(cache=True, nogil=True)
def divide(
    atoms: AtomMap,
    bounds: Bounds,
    part: NDArray[np.int64],
    networks: int,
    kept: NDArray[np.int64],
    random: np.random.Generator,
) -> NDArray[np.int64]:
    """Divide a connected part of the map into networks.

    Parameters
    ----------
    atoms : AtomMap
    bounds : Bounds
    part : ndarray of int64, shape (m,)
        Its atoms; they are put in another order.
    networks : int
    kept : ndarray of int64, shape (a,)
        Atoms of the same number hang together in trees, where they do on the map; -1 for no such wish.
    random : numpy.random.Generator

    Returns
    -------
    ndarray of int64, shape (m,)
        Network of the atom at each place of ``part`` as it is then, each of them connected.
    """
    labels, place = np.zeros(len(part), np.int64), np.full(len(kept), -1, np.int64)
    begins, ends, wanted = [0], [len(part)], [min(networks, len(part))]
    label = 0
    while len(begins) > 0:
        begin, end, k = begins.pop(), ends.pop(), wanted.pop()
        if k <= 1:
            labels[begin:end] = label
            label += 1
            continue
        under, k_under = _cut(atoms, bounds, part[begin:end], k, place, kept, random)
        middle = begin + under
        begins += [begin, middle]
        ends += [middle, end]
        wanted += [k_under, k - k_under]
    return labels


@nb.njit(cache=True, nogil=True)
def _cut(
    atoms: AtomMap,
    bounds: Bounds,
    part: NDArray[np.int64],
    k: int,
    place: NDArray[np.int64],
    kept: NDArray[np.int64],
    random: np.random.Generator,
) -> tuple[int, int]:
    """Cut a part in two, reordered so that one side comes first: its atoms, and its number of networks.

    Of equally good edges of a tree one at random; of those that cut off a quarter of the networks or more first, so
    that thousands of practices are divided after few cuts.
    """
    m, total, practices = len(part), atoms.patients[part].sum(), atoms.counted[part].sum()
    each = max(1, total // max(1, practices))
    best_miss, best_under, best_k, best_order = -1, 0, 0, part.copy()
    for _ in range(TREES):
        order, parent = _random_tree(atoms, bounds, part, place, kept, random)
        patients, counted, below = atoms.patients[order], atoms.counted[order], np.ones(m, np.int64)
        for t in range(m - 1, 0, -1):
            patients[parent[t]] += patients[t]
            counted[parent[t]] += counted[t]
            below[parent[t]] += below[t]
        # The place above which to cut, the networks below it, and the patients that both sides miss the band by; where
        # no edge leaves both sides an atom for each network, some leaf by itself is the middle way.
        chosen, k_chosen, least_miss, chosen_even, equals = m - 1, 1, -1, False, 0
        for t in range(1, m):
            near = patients[t] * k // max(1, total)
            for k1 in range(max(1, near), min(k - 1, near + 1, below[t]) + 1):
                k2 = k - k1
                if m - below[t] < k2:
                    continue
                miss = hold(patients[t], k1, bounds.least, bounds.most)
                miss += hold(total - patients[t], k2, bounds.least, bounds.most)
                short = hold(counted[t], k1, bounds.least_practices, bounds.most_practices)
                short += hold(practices - counted[t], k2, bounds.least_practices, bounds.most_practices)
                miss += short * each
                even = 4 * min(k1, k2) >= k
                if least_miss < 0 or miss < least_miss or (miss == least_miss and even and not chosen_even):
                    chosen, k_chosen, least_miss, chosen_even, equals = t, k1, miss, even, 1
                elif miss == least_miss and even == chosen_even:
                    equals += 1
                    if random.random() * equals < 1.0:
                        chosen, k_chosen = t, k1
        if least_miss < 0:
            least_miss = total
        if best_miss < 0 or least_miss < best_miss:
            inside = np.zeros(m, np.bool_)
            inside[chosen] = True
            for t in range(chosen + 1, m):
                inside[t] = inside[parent[t]]
            best_order = np.concatenate((order[inside], order[~inside]))
            best_miss, best_under, best_k = least_miss, below[chosen], k_chosen
        if best_miss == 0:
            break
    part[:] = best_order
    return best_under, best_k


@nb.njit(cache=True, nogil=True)
def _random_tree(
    atoms: AtomMap,
    bounds: Bounds,
    part: NDArray[np.int64],
    place: NDArray[np.int64],
    kept: NDArray[np.int64],
    random: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A spanning tree of least random weights (Kruskal).

    The atoms, parents first, and the place of each parent, -1 of the root; ``place`` is -1 everywhere, and left so.
    """
    m = len(part)
    for t in range(m):
        place[part[t]] = t
    one, other, weight = [0 for _ in range(0)], [0 for _ in range(0)], [0.0 for _ in range(0)]
    for t in range(m):
        for e in range(atoms.indptr[part[t]], atoms.indptr[part[t] + 1]):
            u = place[atoms.neighbours[e]]
            if u > t:
                one.append(t)
                other.append(u)
                first = FIRST if kept[part[t]] >= 0 and kept[part[t]] == kept[part[u]] else 0.0
                weight.append(random.random() * (atoms.minutes[e] + bounds.typical_minutes) - first)
    place[part] = -1
    root = np.arange(m)
    degree = np.zeros(m + 1, np.int64)
    taken = np.zeros(len(weight), np.bool_)
    for e in np.argsort(np.array(weight)):
        a, b = _root(root, one[e]), _root(root, other[e])
        if a != b:
            root[a] = b
            taken[e] = True
            degree[one[e] + 1] += 1
            degree[other[e] + 1] += 1
    begin = np.cumsum(degree)
    filled, ends = begin[:-1].copy(), np.empty(begin[-1], np.int64)
    for edge in np.flatnonzero(taken):
        ends[filled[one[edge]]] = other[edge]
        ends[filled[other[edge]]] = one[edge]
        filled[one[edge]] += 1
        filled[other[edge]] += 1
    order, parent = np.empty(m, np.int64), np.full(m, -1, np.int64)
    seen = np.zeros(m, np.bool_)
    start = random.integers(0, m)
    order[0], seen[start] = start, True
    met = 1
    for t in range(m):
        v = order[t]
        for u in ends[begin[v] : begin[v + 1]]:
            if not seen[u]:
                seen[u] = True
                order[met], parent[met] = u, t
                met += 1
    return part[order], parent


@nb.njit(cache=True, nogil=True)
def _root(root: NDArray[np.int64], v: int) -> int:
    while root[v] != v:
        root[v] = root[root[v]]
        v = root[v]
    return v
