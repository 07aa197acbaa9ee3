"""The plan: which practices form which network, what that costs, and how it was proven."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "SCHEMA",
    "AreaResult",
    "Containment",
    "Edge",
    "Network",
    "Plan",
    "PresentNetwork",
    "SharedPost",
    "SolveStep",
    "Unplaced",
    "share_at_home",
]

SCHEMA = "netform/plan/1"

# A plan counts as proven when cost and bound differ by no more than this share of the cost: the linear
# programs behind the bound are solved to about 1e-7.
PROVEN_GAP = 1e-6


@dataclass(frozen=True, slots=True)
class SharedPost:
    """What a network's patients give of one shared role.

    Attributes
    ----------
    role : str
    due : float
        Posts that the network's weighted patients give, full-time equivalents.
    whole : float
        Of them, what can be hired in whole steps.
    stranded : float
        What is left of the last step.
    pounds_year : float or None
        What the whole posts cost a year; None when the rules give no price.
    """

    role: str
    due: float
    whole: float
    stranded: float
    pounds_year: float | None = None


@dataclass(frozen=True, slots=True)
class Containment:
    """How far a network's territory holds where its patients live, both ways.

    Attributes
    ----------
    patients : float
        Patients of the network of whom it is known where they live.
    inside : float
        Of them, those who live in its territory: the LSOAs that are its practices'.
    registered : float
        Patients of all practices of the list who live in its territory.
    population : float or None
        All who live there, where a file says.
    """

    patients: float
    inside: float
    registered: float
    population: float | None = None

    @property
    def residents(self) -> float:
        """Who lives in the territory: the population where it is known, registered residents where not."""
        return self.registered if self.population is None else self.population

    @property
    def patients_share(self) -> float:
        """Share of the network's patients who live in its territory, 0 to 1."""
        return self.inside / self.patients if self.patients else 0.0

    @property
    def residents_share(self) -> float | None:
        """Share of the residents of its territory who are registered with it; None where nobody lives there."""
        return self.inside / self.residents if self.residents else None


@dataclass(frozen=True, slots=True)
class PresentNetwork:
    """A network of today, by its code and its name; the name is the code where the list has none."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Network:
    """One network of a plan.

    Attributes
    ----------
    network_id : str
        Stable within a plan: the area and a number, such as ``15F-03``.
    name : str
        For people: after the hub practice.
    area : str
        Blank when the list was solved as one area.
    practice_codes : tuple of str
        Members, sorted.
    list_size : int
        Registered patients of the members.
    hub_code : str
        The member site patients of the network travel to.
    minutes_to_hub : tuple of float
        One way by car from each member to the hub, in the order of ``practice_codes``.
    terms : mapping of str to float
        Each term's unweighted hours per week.
    exception : str or None
        A reason code when the list size is outside the band.
    explanation : str or None
        The reason in a sentence, when there is an exception.
    posts : tuple of SharedPost
        One for each shared role of the rules.
    minutes_per_move : float
        What a member of the shared staff drives between two sessions, on average, one way.
    rationale : str
        Why these practices: two or three sentences from the network's figures.
    today : PresentNetwork or None
        The present network that more than half of its patients are in, where there is one.
    containment : Containment or None
        How far it holds where its patients live; None where that is not known.
    """

    network_id: str
    name: str
    area: str
    practice_codes: tuple[str, ...]
    list_size: int
    hub_code: str
    minutes_to_hub: tuple[float, ...]
    terms: Mapping[str, float]
    exception: str | None = None
    explanation: str | None = None
    posts: tuple[SharedPost, ...] = ()
    minutes_per_move: float = 0.0
    rationale: str = ""
    today: PresentNetwork | None = None
    containment: Containment | None = None


@dataclass(frozen=True, slots=True)
class SolveStep:
    """A row of the solve log: what an area had come to at a moment.

    Attributes
    ----------
    seconds : float
        Since the area was begun.
    step : str
        What had just been done: ``first plan``, ``bound``, ``search``, ...
    columns : int or None
        Feasible networks that a better plan may still use, where they are counted.
    bound : float
        Weighted hours per week that no plan as near the band costs less than.
    incumbent : float
        Weighted hours per week of the best plan so far.
    exceptions : int
        Networks of that plan outside the band.
    """

    seconds: float
    step: str
    columns: int | None
    bound: float
    incumbent: float
    exceptions: int


@dataclass(frozen=True, slots=True)
class AreaResult:
    """How the plan of one area was found and what is proven of it.

    Attributes
    ----------
    area : str
        Blank when the list was solved as one area.
    status : str
        ``optimal``, ``feasible``, ``infeasible`` or ``unknown``.
    cost, bound : float or None
        Weighted hours per week of the plan, and what no plan as near the band costs less than: none with no more
        exceptions and, of as many, no more patients outside the band. None when there is none.
    practices, networks, candidates : int
        How many there are; candidates is the number of feasible networks listed (0 when not listed).
    method : str
        How the plan was chosen and what the bound is worth, in a sentence for people.
    seconds : mapping of str to float
        Wall-clock seconds by stage.
    notes : tuple of str
        Findings a planner should read: why an exception was needed, what bent the plan.
    exceptions_bound : int
        No plan has fewer networks outside the band.
    log : tuple of SolveStep
        How plan and bound came together.
    unproven : str
        Where the plan is not proven best, what was left open and what would help, for people.
    """

    area: str
    status: str
    cost: float | None
    bound: float | None
    practices: int
    networks: int
    candidates: int
    method: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    exceptions_bound: int = 0
    log: tuple[SolveStep, ...] = ()
    unproven: str = ""

    @property
    def gap(self) -> float | None:
        """(cost - bound) / cost, never negative; None without a plan or a bound."""
        return relative_gap(self.cost, self.bound)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A practice that is in no network, and why."""

    practice_code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Edge:
    """Two neighbouring practices of the published graph.

    Attributes
    ----------
    code_a, code_b : str
        ODS codes, ``code_a < code_b``.
    kind : str
        ``border`` (territories touch), ``site`` (same site), ``bridge`` (declared by the user) or ``attached`` (the
        one neighbour of a practice that is not on the ground).
    minutes : float
        One way by car.
    border_m : float
        Length of the shared border in metres; 0 for any other kind.
    distance_km : float
        Straight line.
    """

    code_a: str
    code_b: str
    kind: str
    minutes: float
    border_m: float = 0.0
    distance_km: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A complete plan: every practice in one network, or unplaced with a reason.

    Attributes
    ----------
    areas : tuple of AreaResult
        In order of area.
    networks : tuple of Network
        In order of ``network_id``.
    unplaced : tuple of Unplaced
    edges : tuple of Edge
        The graph in which every network is connected.
    provenance : mapping
        Input and rules digests, gazetteer, travel, seed, workers, versions.
    barriers : tuple of Edge
        Borders that are no neighbourhood, for their drive is longer than the rules allow.
    living : mapping of str to mapping of str to float
        By practice, patients by the neighbourhood they live in, under a blank name those who live outside every one;
        empty where nothing is known of neighbourhoods.
    """

    areas: tuple[AreaResult, ...]
    networks: tuple[Network, ...]
    unplaced: tuple[Unplaced, ...]
    edges: tuple[Edge, ...]
    provenance: Mapping[str, Any]
    barriers: tuple[Edge, ...] = ()
    living: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def cost(self) -> float | None:
        """Weighted hours per week over all areas; None when an area has no plan."""
        return _total([area.cost for area in self.areas])

    @property
    def bound(self) -> float | None:
        """What no plan as near the band costs less than, over all areas; None when an area has no bound."""
        return _total([area.bound for area in self.areas])

    @property
    def gap(self) -> float | None:
        """(cost - bound) / cost."""
        return relative_gap(self.cost, self.bound)

    @property
    def status(self) -> str:
        """The weakest status of any area."""
        weakest = ("infeasible", "unknown", "feasible", "optimal")
        return min((area.status for area in self.areas), key=weakest.index, default="optimal")


def share_at_home(networks: Iterable[Network]) -> float | None:
    """Share of patients who live in the territory of their own network; None where it is not known of any."""
    held = [network.containment for network in networks if network.containment is not None]
    patients = math.fsum(each.patients for each in held)
    return math.fsum(each.inside for each in held) / patients if patients else None


def relative_gap(cost: float | None, bound: float | None) -> float | None:
    """(cost - bound) / cost, never negative; None when either is missing."""
    if cost is None or bound is None:
        return None
    return max(0.0, (cost - bound) / cost) if cost > 0 else 0.0


def _total(parts: list[float | None]) -> float | None:
    present = [part for part in parts if part is not None]
    return math.fsum(present) if len(present) == len(parts) else None
