"""What the ways to a hub cost, as a shift of what practices cost: for bounds that do not see connected networks.

A practice is in a network only with at least one of any practices that cut it off from the hub. So no connected network
costs more when the practice pays an amount, and each of those gets it back: ``added[v] + amount`` and ``added[u] -
amount`` for every u of the cut. A bound that knows no ways leaves out what does not pay and takes what does, each by
itself. It is raised by the amount, as long as the practice paid off and those of the cut do not begin to. This is the
dual ascent of R. Wong, A dual ascent approach for Steiner tree problems on a directed graph, *Mathematical Programming*
28 (1984).
"""

from __future__ import annotations

import numba as nb
import numpy as np

__all__ = ["pay_for_ways"]

# Hours per week that are nothing.
NOTHING = 1e-6


@nb.njit(cache=True, nogil=True)
def pay_for_ways(hub, indptr, neighbours, added, shift):  # type: ignore[no-untyped-def]
    """Raise what practices that pay off cost by what the cheapest ways to them cost, and lower that of the ways.

    Parameters
    ----------
    hub : int
    indptr, neighbours
        Of an `Adjacency`.
    added : ndarray of float64, shape (n,)
        What each adds to a network, hours per week; infinite for those that may not be in it. Changed in place.
    shift : ndarray of float64, shape (n,)
        By how much it was changed so far; added to, in place.
    """
    n = len(added)
    beside = np.zeros(n, np.bool_)
    for e in range(indptr[hub], indptr[hub + 1]):
        beside[neighbours[e]] = True
    seen, stack, border = np.zeros(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    epoch = 0
    # Those that pay off most first: what is left of the cuts for the others matters less.
    for v in np.argsort(added):
        while v != hub and added[v] < -NOTHING:
            # From here to all that costs nothing, and what stands around that.
            epoch += 1
            stack[0], height, seen[v] = v, 1, epoch
            around, amount, linked = 0, -added[v], False
            while height > 0 and not linked:
                height -= 1
                i = stack[height]
                linked = beside[i]
                for e in range(indptr[i], indptr[i + 1]):
                    u = neighbours[e]
                    if seen[u] == epoch or u == hub or added[u] == np.inf:
                        continue
                    seen[u] = epoch
                    if added[u] > NOTHING:
                        border[around] = u
                        around += 1
                        amount = min(amount, added[u])
                    else:
                        stack[height] = u
                        height += 1
            if linked or around == 0:
                break
            added[v] += amount
            shift[v] += amount
            for e in range(around):
                added[border[e]] -= amount
                shift[border[e]] -= amount
