"""The best plan of a spanning tree: all its subtrees as networks, chosen by dynamic programming.

Where each network of a plan hangs together in the tree, the plan is one of those that the tree allows, so that the best
of them is no worse. Random trees through the same plan differ in how they join its networks: together they are a
neighbourhood of exponential size, each of whose parts is searched exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba as nb
import numpy as np

from netform.candidates.store import CandidateStore

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.primal.atoms import AtomMap

__all__ = ["Subtrees", "best_of_trees", "clumps", "list_subtrees", "subtree_store"]


class Subtrees(NamedTuple):
    """The subtrees of rooted trees that may be networks, those of lower tops first.

    Attributes
    ----------
    top : ndarray of int64, shape (s,)
        Place of the top of each subtree.
    begin : ndarray of int64, shape (s + 1,)
    inside : ndarray of int64
        The places of subtree i are ``inside[begin[i]:begin[i + 1]]``.
    begin_below : ndarray of int64, shape (s + 1,)
    below : ndarray of int64
        The places just below it, in the same way.
    clump : ndarray of int64, shape (c + 1,)
        What is at place i of the trees are the atoms ``clump[i]:clump[i + 1]`` of a batch.
    """

    top: NDArray[np.int64]
    begin: NDArray[np.int64]
    inside: NDArray[np.int64]
    begin_below: NDArray[np.int64]
    below: NDArray[np.int64]
    clump: NDArray[np.int64]


@nb.njit(cache=True, nogil=True)
def clumps(
    order: NDArray[np.int64],
    parent: NDArray[np.int64],
    labels: NDArray[np.int64],
    number: int,
    random: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Join places of a tree to about so many clumps, none of which two networks share, in preorder.

    Parameters
    ----------
    order, parent : ndarray of int64, shape (m,)
        Of `netform.solve.primal.trees.random_tree`.
    labels : ndarray of int64, shape (a,)
        The network of each atom.
    number : int
        Clumps wanted: each atom is one where there are no more.
    random : numpy.random.Generator

    Returns
    -------
    atom : ndarray of int64, shape (m,)
        Those of clump i are ``atom[begin[i]:begin[i + 1]]``.
    begin : ndarray of int64, shape (c + 1,)
    end : ndarray of int64, shape (c,)
        The first clump after each that is not below it.
    """
    m = len(order)
    clump, above = np.zeros(m, np.int64), np.full(m, -1, np.int64)
    count = 1
    for t in range(1, m):
        same = labels[order[t]] == labels[order[parent[t]]]
        if same and random.random() * m > number:
            clump[t] = clump[parent[t]]
        else:
            clump[t] = count
            above[count] = clump[parent[t]]
            count += 1
    # Parents come first, so that sizes are added up from the end.
    size, atoms_of = np.ones(count, np.int64), np.zeros(count + 1, np.int64)
    for c in range(count - 1, 0, -1):
        size[above[c]] += size[c]
    place, filled = np.zeros(count, np.int64), np.ones(count, np.int64)
    end = np.empty(count, np.int64)
    end[0] = count
    for c in range(1, count):
        # Below its parent, after its elder siblings and what is below them.
        place[c] = place[above[c]] + filled[above[c]]
        filled[above[c]] += size[c]
        end[place[c]] = place[c] + size[c]
    for t in range(m):
        atoms_of[place[clump[t]] + 1] += 1
    begin = np.cumsum(atoms_of)
    next_one, atom = begin[:-1].copy(), np.empty(m, np.int64)
    for t in range(m):
        c = place[clump[t]]
        atom[next_one[c]] = order[t]
        next_one[c] += 1
    return atom, begin, end


@nb.njit(cache=True, nogil=True)
def list_subtrees(
    patients: NDArray[np.int64],
    end: NDArray[np.int64],
    least: int,
    most: int,
    limit: int,
    first: int,
    found: tuple[list[int], list[int], list[int], list[int], list[int]],
) -> bool:
    """List the subtrees of so many patients whose rest can be divided into such subtrees, too.

    Parameters
    ----------
    patients : ndarray of int64, shape (m,)
        By place in preorder.
    end : ndarray of int64, shape (m,)
    least, most : int
        An atom by itself may have more.
    limit : int
        Of steps; beyond it the list is given up.
    first : int
        The number of the root's place; others follow.
    found : lists
        As in `Subtrees`, to be added to; left as they were where the tree cannot be divided, or the list is given up.

    Returns
    -------
    bool
        Whether they were listed.
    """
    tops, begins, inside, begins_below, below = found
    before = (len(tops), len(inside), len(below))
    m, steps = len(patients), 0
    can = np.zeros(m, np.bool_)
    so_far = np.zeros(m + 1, np.int64)
    for v in range(m):
        so_far[v + 1] = so_far[v] + patients[v]
    chosen, left_out = np.empty(m, np.int64), np.empty(m, np.int64)
    for v in range(m - 1, -1, -1):
        # Places are decided in preorder, each put in first; what is left out takes all below it along.
        count, out, held, at = 1, 0, patients[v], v + 1
        chosen[0] = v
        while True:
            steps += 1
            if steps > limit:
                break
            hopeless = held + so_far[end[v]] - so_far[at] < least
            if at < end[v] and not hopeless:
                if held + patients[at] <= most:
                    chosen[count] = at
                    count += 1
                    held += patients[at]
                    at += 1
                    continue
                if can[at]:
                    left_out[out] = at
                    out += 1
                    at = end[at]
                    continue
                hopeless = True
            if not hopeless:
                can[v] = True
                tops.append(first + v)
                for k in range(count):
                    inside.append(first + chosen[k])
                for k in range(out):
                    below.append(first + left_out[k])
                begins.append(len(inside))
                begins_below.append(len(below))
            # The last that was put in is left out instead, if the rest below it can stand by itself.
            at = -1
            while count > 1 and at < 0:
                count -= 1
                back = chosen[count]
                held -= patients[back]
                while out > 0 and left_out[out - 1] > back:
                    out -= 1
                if can[back]:
                    left_out[out] = back
                    out += 1
                    at = end[back]
            if at < 0:
                break
        if steps > limit:
            break
    listed = steps <= limit and can[0]
    if not listed:
        _shorten(tops, before[0])
        _shorten(begins, before[0] + 1)
        _shorten(begins_below, before[0] + 1)
        _shorten(inside, before[1])
        _shorten(below, before[2])
    return bool(listed)


@nb.njit(cache=True, nogil=True)
def _shorten(items: list[int], length: int) -> None:
    while len(items) > length:
        items.pop()


def subtree_store(atoms: AtomMap, atom: NDArray[np.int64], found: Subtrees) -> CandidateStore:
    """Subtrees as networks; ``atom`` is the atom at each place."""
    offsets, members = _subtree_store(atoms, atom, found)
    return CandidateStore(offsets, members, len(atoms.atom_of))


@nb.njit(cache=True, nogil=True)
def _subtree_store(
    atoms: AtomMap, atom: NDArray[np.int64], found: Subtrees
) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    offsets = np.zeros(len(found.top) + 1, np.int64)
    for s in range(len(found.top)):
        offsets[s + 1] = offsets[s]
        for v in found.inside[found.begin[s] : found.begin[s + 1]]:
            for a in atom[found.clump[v] : found.clump[v + 1]]:
                offsets[s + 1] += atoms.first[a + 1] - atoms.first[a]
    members = np.empty(offsets[-1], np.uint16)
    for s in range(len(found.top)):
        filled = offsets[s]
        for v in found.inside[found.begin[s] : found.begin[s + 1]]:
            for a in atom[found.clump[v] : found.clump[v + 1]]:
                for e in range(atoms.first[a], atoms.first[a + 1]):
                    members[filled] = atoms.practices[e]
                    filled += 1
        members[offsets[s] : filled].sort()
    return offsets, members


@nb.njit(cache=True, nogil=True)
def best_of_trees(
    found: Subtrees, values: NDArray[np.float64], roots: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Choose subtrees that cover each tree, the sum of their values least in order of the columns.

    Parameters
    ----------
    found : Subtrees
        Of several trees, their places one after the other; each tree can be covered.
    values : ndarray of float64, shape (s, 4)
    roots : ndarray of int64
        Places of the trees' roots.

    Returns
    -------
    ndarray of int64
        Positions of the chosen, those of each tree one after the other.
    """
    places, columns = len(found.clump) - 1, values.shape[1]
    best, choice = np.zeros((places, columns)), np.full(places, -1, np.int64)
    total = np.empty(columns)
    for s in range(len(found.top)):
        total[:] = values[s]
        for u in found.below[found.begin_below[s] : found.begin_below[s + 1]]:
            total += best[u]
        v = found.top[s]
        less = choice[v] < 0
        for c in range(columns):
            if less or total[c] != best[v, c]:
                less = less or total[c] < best[v, c]
                break
        if less:
            best[v], choice[v] = total, s
    chosen = [0 for _ in range(0)]
    for root in roots:
        waiting = [root]
        while len(waiting) > 0:
            s = choice[waiting.pop()]
            chosen.append(s)
            for u in found.below[found.begin_below[s] : found.begin_below[s + 1]]:
                waiting.append(u)
    return np.array(chosen, np.int64)
