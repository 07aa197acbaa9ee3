"""Rules: every number a user may choose, with its unit, and what the planner demands.

They come from a profile or a file: see `netform.rules.toml`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from netform.errors import RulesError
from netform.ranges import PATIENTS, WEIGHT
from netform.rules.demands import NO_DEMANDS, Demands
from netform.rules.mode_shares import Shares
from netform.rules.toml_values import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "FOLLOWS_BAND",
    "MOST_PATIENTS",
    "OF_THE_MAP",
    "TERM_NAMES",
    "Role",
    "Rules",
    "band_problems",
    "weight_problems",
]

# The terms by name, so that reading rules needs none of the kernels; a test holds this equal to scores.TERMS.
TERM_NAMES = (
    "patient_travel",
    "staff_travel",
    "stranded_posts",
    "overhead",
    "cover",
    "balance",
    "continuity",
    "community",
    "crossing",
    "alignment",
)

# Numbers that follow the band unless a rule names them: the target list size is its middle, with a dead band as wide as
# it is, so that balance charges only what lies outside; and no exception need be as large as two networks.
FOLLOWS_BAND = ("exception_most", "balance_target", "balance_dead_band")

# The rules by which a list is prepared: those of travel, and of who are neighbours.
OF_THE_MAP = (
    "minutes_base",
    "minutes_per_km",
    "minutes_power",
    "longest_border_minutes",
    "longest_border_ratio",
    "mode_shares",
)

MOST_PATIENTS = int(PATIENTS.most)


@dataclass(frozen=True, slots=True)
class Role:
    """A shared role and how many weighted patients give one full-time post.

    Attributes
    ----------
    name : str
    patients_per_post : float
        Weighted patients for one post.
    source : str
        Where the ratio and the price come from, with their dates.
    pounds_per_post_year : float or None
        What a full-time post costs a year; None when no price is known.
    """

    name: str
    patients_per_post: float
    source: str
    pounds_per_post_year: float | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """Every number a user may choose.

    Attributes
    ----------
    profile : str
        Name of the profile these rules started from.
    least, most : int
        The band of a network's list size, registered patients, inclusive.
    exception_most : int
        No exception of several practices is larger than this.
    minutes_base, minutes_per_km, minutes_power : float
        The travel estimate, see `netform.inputs.travel.estimate_minutes`.
    visits_per_patient_week : float
        Visits to the hub per registered patient per week.
    moves_per_post_week : float
        Moves between sites per whole shared post per week.
    hours_per_post_week : float
        Hours of a full-time post.
    post_step : float
        The step in which posts are hired, full-time equivalents.
    overhead_hours_week : float
        What a network costs by existing.
    balance_target, balance_dead_band : float
        Registered patients.
    balance_hours_per_1000 : float
        Hours per week for every 1,000 patients outside the dead band.
    continuity_hours_per_patient_week : float
        For a patient who loses the present network.
    community_hours_per_patient_week : float
        For a patient who lives outside the territories of the network.
    crossing_hours_per_patient_week : float
        For a patient on the smaller side of a soft boundary, each boundary by itself.
    alignment_hours_per_patient_week : float
        For a patient who lives outside the network's main neighbourhood.
    roles : tuple of Role
    weights : tuple of (str, float)
        One for each term, in the order of `TERM_NAMES`.
    demands : Demands
        What the planner demands of the plan.
    longest_border_minutes, longest_border_ratio : float
        A border whose drive is given and longer, in minutes or as a multiple of the estimate for its straight line, is
        a barrier and no neighbourhood (`netform.map.barriers`); infinite where there is no such rule.
    mode_shares : tuple of (str, float)
        How much of travel is by each mode (`netform.rules.mode_shares`); none where all is by car.
    follows_band : frozenset of str
        Which of `FOLLOWS_BAND` no rule names, so that they change with the band. Rules that differ in nothing else are
        the same rules.
    """

    profile: str
    least: int
    most: int
    exception_most: int
    minutes_base: float
    minutes_per_km: float
    minutes_power: float
    visits_per_patient_week: float
    moves_per_post_week: float
    hours_per_post_week: float
    post_step: float
    overhead_hours_week: float
    balance_target: float
    balance_dead_band: float
    balance_hours_per_1000: float
    continuity_hours_per_patient_week: float
    community_hours_per_patient_week: float
    crossing_hours_per_patient_week: float
    alignment_hours_per_patient_week: float
    roles: tuple[Role, ...]
    weights: tuple[tuple[str, float], ...]
    demands: Demands = NO_DEMANDS
    longest_border_minutes: float = math.inf
    longest_border_ratio: float = math.inf
    mode_shares: Shares = ()
    follows_band: frozenset[str] = field(default=frozenset(FOLLOWS_BAND), compare=False)

    @property
    def of_the_map(self) -> tuple[Any, ...]:
        """What the rules say by which a list is prepared, in the order of `OF_THE_MAP`."""
        return tuple(getattr(self, name) for name in OF_THE_MAP)

    def for_area(self, area: str) -> Rules:
        """Give the rules of one area: its own band and number of networks where they are demanded."""
        own = self.demands.of_area(area)
        number = self.demands.networks if own.networks is None else own.networks
        banded = self.with_band(own.least, own.most)
        return replace(banded, demands=replace(self.demands, networks=number))

    def weight(self, term: str) -> float:
        """Give the weight of a term in the objective."""
        return dict(self.weights)[term]

    def with_weights(self, changes: Mapping[str, float]) -> Rules:
        """Change some weights.

        Raises
        ------
        RulesError
            A term is unknown or a weight is not a number within its range.
        """
        problems = [problem for name, value in changes.items() for problem in weight_problems(name, value)]
        if problems:
            raise RulesError("\n".join(problems))
        return replace(
            self, weights=tuple((name, float(changes.get(name, old))) for name, old in self.weights)
        )

    def with_band(self, least: int | None, most: int | None) -> Rules:
        """Change the band, and with it the numbers that follow it.

        Raises
        ------
        RulesError
            The band is empty or not positive.
        """
        new_least = self.least if least is None else least
        new_most = self.most if most is None else most
        if (new_least, new_most) == (self.least, self.most):
            return self
        # What was set to something else does not follow; but an exception is never smaller than a network of the band.
        follows = frozenset(name for name in self.follows_band if getattr(self, name) == self.by_band[name])
        raised = max(self.exception_most, new_most)
        moved = replace(
            self, least=new_least, most=new_most, exception_most=raised, follows_band=follows
        ).following_band()
        problems = band_problems(moved)
        if problems:
            raise RulesError("\n".join(problems))
        return moved

    def following_band(self) -> Rules:
        """Set the numbers that follow the band by the band."""
        changes: dict[str, Any] = {name: self.by_band[name] for name in self.follows_band}
        return replace(self, **changes)

    @property
    def by_band(self) -> dict[str, float]:
        """What each number that may follow the band is by it."""
        return {
            "exception_most": max(self.most, 2 * self.least - 1),
            "balance_target": (self.least + self.most) / 2,
            "balance_dead_band": (self.most - self.least) / 2,
        }


def weight_problems(name: str, value: Any) -> list[str]:
    """Say what is wrong with the weight of a term, in words; nothing when it may stand."""
    if name not in TERM_NAMES:
        return [f"there is no term {name!r} to weigh.{nearest(name, TERM_NAMES)}"]
    problem = WEIGHT.problem(f"the weight of {name}", value)
    return [problem] if problem else []


def band_problems(rules: Rules) -> list[str]:
    """Say what is wrong with the band of some rules, in words; nothing when it may stand."""
    if rules.least < 1:
        return [f"the least list size must be at least 1, not {rules.least:,}."]
    if rules.least > rules.most:
        return [f"the least list size ({rules.least:,}) is above the most ({rules.most:,}): no network fits."]
    if rules.exception_most < rules.most:
        return [f"exception_max ({rules.exception_most:,}) is below the band's most ({rules.most:,})."]
    for name, patients in (
        ("least", rules.least),
        ("most", rules.most),
        ("exception_max", rules.exception_most),
    ):
        if patients not in PATIENTS:
            return [f"{PATIENTS.problem(f'the band: {name}', patients)} All England has 64 million."]
    return []
