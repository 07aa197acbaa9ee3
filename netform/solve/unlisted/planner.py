"""Plan a part whose feasible networks cannot be listed: search and bound take turns, and share what they find.

Prices for centres bound any plan at once (`netform.solve.unlisted.centre_bound`); where networks hold many practices
each, prices for whole networks go on from those. Then columns are generated, for the bound hub by hub, and for plans by
beams (`netform.solve.unlisted.by_hubs`). Where networks hold too many for that, or no plan within the band is known,
the assignment model with centres closes the gap as far as it can (`netform.solve.unlisted.centre_model`). Whoever finds
a plan or a bound tells the part, and all go on from there.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING

from netform.solve.model.budget import Deadline, take_turns
from netform.solve.primal.first_plan import incumbents
from netform.solve.primal.neighbourhood_search import improvements
from netform.solve.unlisted.by_hubs import beam_turns, bound_turns
from netform.solve.unlisted.centre_bound import centre_bounds, network_bounds
from netform.solve.unlisted.centre_costs import CentreCosts
from netform.solve.unlisted.centre_model import solve_by_centres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netform.solve.model.problem import Group
    from netform.solve.part_candidates import Part

__all__ = ["bound_at_once", "bound_generated", "plan_unlisted", "searching_beside"]


# A moment that never comes, on the clock of a run without a deadline.
ENDLESS = 1e12

# Seconds between two looks at whether search beside is wanted.
LOOK = 0.1

# Seeds of two searches side by side lie so far apart.
AWAY = 1_000_000


@dataclass(frozen=True, slots=True)
class UnlistedParams:
    """When which source of columns is used, and how large a turn is.

    Attributes
    ----------
    most_priced : int
        Up to so many practices a bound by centres comes first: its tables grow with their square.
    many_each : float
        Practices a network beyond which the columns are too many for beams, which see no plan, and the centre model is
        tried: first while no plan within the band is known, else once nothing else is left.
    whole_each : float
        Practices a network beyond which searches hub by hub take so long that prices for whole networks bound better.
    most_each : float
        Practices a network beyond which tables of searches hub by hub take too long to bound anything.
    prices, of : int
        Rounds of prices for centres in a turn, with so many practices: a fraction of a second.
    rising : float
        Share of the bound that a turn has to raise it by to go on, where columns bound it better.
    long_list : int
        A list of so many columns is solved so slowly that beams over generated ones find better plans meanwhile; as
        they do wherever there are exceptions yet.
    patience : float
        Seconds after which search begins beside a list that is solved over: most are proven sooner, and nearly all that
        search finds by then is not needed. Where columns are not listed it begins at once.
    neighbourhoods, longer, most_neighbourhoods : float
        That a turn of the search looks at, for each network of the plan: it anneals once, in a few seconds. So many
        times more in the next where a turn was in vain, up to so many.
    share, seconds : float
        Of the time left, at most so long, for a bound by generated columns where only those within the band are listed.
    searches : int
        Turns of the search for each of exact neighbourhoods and of beams, as long as there are exceptions: those take
        longer, and seldom come upon fewer.
    vain : int
        Turns in a row without a better plan, after which the search ends: what it finds later is rarely worth its time,
        and a run without a time limit has to end.
    """

    most_priced: int = 1_500
    many_each: float = 12.0
    whole_each: float = 20.0
    most_each: float = 40.0
    prices: int = 20
    of: int = 400
    rising: float = 0.002
    long_list: int = 1_000_000
    patience: float = 6.0
    neighbourhoods: float = 20.0
    longer: float = 1.5
    most_neighbourhoods: float = 100.0
    share: float = 0.3
    seconds: float = 60.0
    searches: int = 5
    vain: int = 10


UNLISTED = UnlistedParams()


def plan_unlisted(part: Part) -> None:
    """Better the plan of a part and raise its bound in turns, until they meet or time is up.

    Parameters
    ----------
    part : Part
        With a first plan.
    """
    part.bounding, part.unlisted = part.searching, True
    with part.stage("search"):
        if part.searching:
            # Search goes on beside, and here once there is nothing left to bound.
            take_turns(part, [_bound_turns(part)])
            part.bounding = False
            take_turns(part, [_primal_turns(part, part.deadline, AWAY)])
        else:
            take_turns(part, [_bound_turns(part), _primal_turns(part, part.deadline)])


def bound_at_once(part: Part) -> None:
    """Bound the plans with no more exceptions than the best so far, by a turn of prices for centres."""
    with part.stage("bound"):
        if len(part.problem.codes) <= UNLISTED.most_priced:
            next(_centre_bounds(part))


def bound_generated(part: Part) -> None:
    """Bound the plans with no more exceptions than the best so far by generated columns, for a share of the time."""
    if part.best is not None and part.practices_each <= UNLISTED.most_each:
        for _ in bound_turns(part, part.deadline.share(UNLISTED.share, UNLISTED.seconds)):
            pass


@contextmanager
def searching_beside(part: Part) -> Iterator[None]:
    """Within, a thread of its own betters the plan once that takes long; whoever is at it may take it up, or not.

    Parameters
    ----------
    part : Part
        With a first plan.
    """
    if not part.options.beside or part.searching:
        yield
        return
    part.searching = True
    ended, failure = Event(), list[BaseException]()
    asked = part.deadline
    # Its own deadline passes as soon as it is not needed any more, and that of the part as soon as it has failed.
    soon = Deadline(min(asked.at, ENDLESS), lambda: math.inf if ended.is_set() else asked.clock())
    part.deadline = Deadline(asked.at, lambda: math.inf if failure else asked.clock())

    def search() -> None:
        try:
            begin = monotonic()
            while not part.unlisted and monotonic() - begin < UNLISTED.patience:
                if ended.wait(LOOK):
                    return
            for _ in _primal_turns(part, soon):
                if ended.is_set():
                    break
        except BaseException as error:  # noqa: BLE001 (raised again where it is waited for)
            failure.append(error)

    thread = Thread(target=search, name="search", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        part.searching, part.deadline = False, asked
    if failure:
        raise failure[0]


def _primal_turns(part: Part, deadline: Deadline, first_seed: int = 0) -> Iterator[None]:
    """Better the plan: by search, and by beams over generated columns once it is known that columns are many."""
    beams: Iterator[None] | None = None
    for turn, _ in enumerate(_search_turns(part, deadline, first_seed)):
        yield
        if turn % UNLISTED.searches and not part.sound:
            continue
        many = part.unlisted or part.candidates >= UNLISTED.long_list or not part.sound
        # The thread that bounds needs the same relaxation sooner, and makes it.
        free = part.generated is not None or not part.bounding or _by_hub_and_size(part)
        begin = many and free and part.best is not None and part.practices_each <= UNLISTED.many_each
        if beams is None and begin:
            beams = beam_turns(part, deadline)
        if beams is not None:
            next(beams, None)
            yield
    yield from beams or ()


def _search_turns(part: Part, deadline: Deadline, first_seed: int) -> Iterator[None]:
    """Better the plan by neighbourhoods: divided anew by trees, and planned exactly where they can be listed."""
    turn, vain, before, each = 0, 0, part.incumbent, UNLISTED.neighbourhoods
    settled: tuple[Group, ...] = ()
    while part.incumbent is not None and vain < UNLISTED.vain:
        turn, demands = turn + 1, part.demands
        incumbents(
            part.problem,
            demands,
            plan=part.incumbent.groups,
            seed=part.options.seed + first_seed + turn,
            effort=round(each * len(part.incumbent.groups)),
            deadline=deadline,
            on_plan=lambda found: part.offer(part.value_of(found.groups), "search"),
        )
        yield
        if part.incumbent is before:
            each = min(each * UNLISTED.longer, UNLISTED.most_neighbourhoods)
        # Neighbourhoods planned by themselves do not know how many may move in the whole plan.
        due = part.sound or turn % UNLISTED.searches == 0
        if due and demands.start is None and part.incumbent.groups != settled:
            plan, same_number = part.incumbent.groups, demands.networks is not None
            for better in improvements(part.problem, plan, deadline, same_number=same_number):
                found = part.value_of(better)
                part.offer(found, "neighbourhoods")
                settled = found.groups
                yield
        vain = vain + 1 if part.incumbent is before else 0
        before = part.incumbent


def _bound_turns(part: Part) -> Iterator[None]:
    """Raise the bound: by centres at once, then by the columns that suit the part."""
    yield from _centre_bounds(part)
    exact, many = _by_hub_and_size(part), part.practices_each > UNLISTED.many_each
    if part.practices_each > UNLISTED.whole_each and not exact:
        yield from _network_bounds(part)
    if exact or (many and not part.sound):
        yield from _centre_turns(part)
    # Search may come upon a plan that keeps every demand yet.
    for _ in range(UNLISTED.vain):
        if part.best is not None:
            break
        if part.searching:
            sleep(LOOK)
        yield
    else:
        return
    if part.practices_each <= UNLISTED.most_each:
        yield from bound_turns(part)
    if part.sound and many and not exact:
        yield from _centre_turns(part)


def _centre_bounds(part: Part) -> Iterator[None]:
    """Bound the plans within the band by prices for centres, or those with no more exceptions than the best so far."""
    rules, best, networks = part.problem.data.rules, part.best, part.demands.networks
    exceptions, outside = part.most_exceptions
    largest = part.problem.largest
    least, most = (1, largest) if outside is None else part.network_sizes(outside)
    cutoff = math.inf if best is None else best.value.cost
    any_size = None
    if exceptions:
        any_size = CentreCosts.of(part.problem, least, min(most, largest), networks)
        # All but the exceptions have the least patients of the band.
        many = min(any_size.many, part.problem.patients // rules.least + exceptions)
        any_size = replace(any_size, many=many)
    costs = CentreCosts.of(part.problem, max(least, rules.least), min(most, rules.most), networks)
    # A round takes time by the square of the practices: so many fit into a turn.
    rounds = max(2, round(UNLISTED.prices * min(1.0, (UNLISTED.of / len(part.problem.codes)) ** 2)))
    before = -math.inf
    first = None if part.centres is None else part.centres.prices
    turns = centre_bounds(costs, cutoff, part.deadline, first=first, any_size=any_size, exceptions=exceptions)
    for k, found in enumerate(turns):
        # Without a plan they may rise without end.
        if math.isfinite(cutoff):
            part.centres = found
        if math.isfinite(found.bound):
            # A better plan has no more exceptions than the best so far, so that this holds for any.
            part.raise_bound(found.bound, "centres", None if exceptions else 0)
        if k % rounds == rounds - 1:
            # Generated columns bound small networks much better.
            if part.practices_each <= UNLISTED.many_each and found.bound < before * (1 + UNLISTED.rising):
                break
            before = found.bound
            yield
    yield


def _network_bounds(part: Part) -> Iterator[None]:
    """Raise the bound of the plans within the band by what whole networks cost, as far as that goes."""
    best = part.incumbent
    if part.centres is None or best is None or not best.sound:
        return
    for found in network_bounds(part.centres, best.value.cost, part.deadline):
        part.centres = found
        part.raise_bound(found.bound, "networks", 0)
        yield


def _centre_turns(part: Part) -> Iterator[None]:
    """Close the gap by the assignment model, or prove that no plan is within the band."""
    best = part.incumbent
    found = solve_by_centres(
        part.problem,
        part.deadline,
        networks=part.demands.networks,
        incumbent=best.groups if best is not None and best.sound else None,
        on_bound=lambda bound: part.raise_bound(bound, "centres", 0),
        on_plan=lambda plan: part.offer(part.value_of(plan), "centres"),
    )
    if found.status == "infeasible":
        part.raise_exceptions_bound(1, "centres")
    yield


def _by_hub_and_size(part: Part) -> bool:
    """Whether a network costs what its way to a hub and its patients say: then the model of centres is exact."""
    apart = ("patient_travel", "overhead", "balance")
    return all(name in apart or not weight for name, weight in part.problem.data.rules.weights)
