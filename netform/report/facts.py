"""The facts every report opens with, counted from a result."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from netform.report.words import (
    BEST_OF_EXCEPTIONS,
    STATUS_WORDS,
    hours,
    one_line,
    percent,
    source_name,
    verdict,
)
from netform.scores.tally import add_up, is_penalty

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from netform.plan.model import Network, Plan
    from netform.result import Result
    from netform.rules.model import Rules
    from netform.scores.tally import Tally

__all__ = ["Facts", "band_sentence", "bands_of", "gather_facts", "own_bands", "proof_sentence", "standing"]

# Areas with a band of their own that are named in a sentence.
BANDS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What a reader wants to know first.

    Attributes
    ----------
    source : str
        The list's file, without folders.
    practices, patients, networks : int
    least, most : int
        The band, registered patients.
    in_band : int
        Networks inside it.
    exceptions : tuple of Network
        Those that carry a reason, and any other outside the band: nothing outside it goes unsaid.
    term_names : tuple of str
        The terms any network was scored by, in the order of the scores, but for those that are zero for all.
    weights : mapping of str to float
    bands : mapping of str to (int, int)
        The band of each area that has one of its own.
    unplaced : int
        Practices in no network.
    """

    source: str
    practices: int
    patients: int
    networks: int
    least: int
    most: int
    in_band: int
    exceptions: tuple[Network, ...]
    term_names: tuple[str, ...]
    weights: Mapping[str, float]
    bands: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    unplaced: int = 0

    def band(self, network: Network) -> tuple[int, int]:
        """Give the band that a network is judged by."""
        return self.bands.get(network.area, (self.least, self.most))

    def band_words(self, network: Network) -> str:
        """Say where a network's list stands against its band."""
        least, most = self.band(network)
        if network.list_size < least:
            return "below the band"
        return "above the band" if network.list_size > most else "in the band"

    def is_in_band(self, network: Network) -> bool:
        """Say whether a network's list is inside its band."""
        least, most = self.band(network)
        return least <= network.list_size <= most

    def cost(self, network: Network) -> float:
        """Cost of a network: its hours and penalties by their weights."""
        return self.tally([network]).cost

    def tally(self, networks: Iterable[Network]) -> Tally:
        """Add up the terms of networks, hours and penalties apart."""
        return add_up((network.terms for network in networks), self.weights)

    def beside(self, networks: Iterable[Network]) -> Mapping[str, float]:
        """Add up the terms of weight 0 of networks."""
        return self.tally(networks).beside

    @property
    def hour_names(self) -> tuple[str, ...]:
        """Of the terms shown, those that are hours and count in the cost."""
        return tuple(name for name in self._counted if not is_penalty(name))

    @property
    def penalty_names(self) -> tuple[str, ...]:
        """Of the terms shown, those that are penalties and count in the cost."""
        return tuple(name for name in self._counted if is_penalty(name))

    @property
    def _counted(self) -> list[str]:
        return [name for name in self.term_names if self.weights.get(name, 1.0)]


def gather_facts(result: Result) -> Facts:
    """Count the facts of a result.

    Parameters
    ----------
    result : Result
        ``rules_toml`` must be rules as `netform.rules.toml.rules_toml` writes them, since the band and the weights
        are read from it: a report shows the rules that were used and no others.

    Returns
    -------
    Facts
    """
    rules: dict[str, Any] = tomllib.loads(result.rules_toml)
    least, most = int(rules["band"]["min"]), int(rules["band"]["max"])
    bands = {
        area: (int(own.get("min", least)), int(own.get("max", most)))
        for area, own in rules.get("areas", {}).items()
        if "min" in own or "max" in own
    }
    networks = result.plan.networks
    counted = Facts(
        source=source_name(result.practices.source),
        practices=len(result.practices),
        patients=result.practices.list_size,
        networks=len(networks),
        least=least,
        most=most,
        in_band=0,
        exceptions=(),
        term_names=_telling_terms(networks),
        weights={name: float(weight) for name, weight in rules.get("weights", {}).items()},
        bands=bands,
        unplaced=len(result.plan.unplaced),
    )
    return replace(
        counted,
        in_band=sum(map(counted.is_in_band, networks)),
        exceptions=tuple(
            network
            for network in networks
            if network.exception is not None or not counted.is_in_band(network)
        ),
    )


def _telling_terms(networks: Sequence[Network]) -> tuple[str, ...]:
    """Leave out terms that are zero everywhere: most lists know nothing of staff, boundaries or homes."""
    names = dict.fromkeys(name for network in networks for name in network.terms)
    return tuple(name for name in names if any(network.terms.get(name) for network in networks))


def standing(plan: Plan) -> str:
    """Give the status of the whole plan in a few words."""
    if not plan.areas or len({area.status for area in plan.areas}) == 1:
        return STATUS_WORDS.get(plan.status, plan.status)
    proven = sum(area.status == "optimal" for area in plan.areas)
    return f"proven best in {proven} of {len(plan.areas)} areas"


def band_sentence(facts: Facts) -> str:
    """Say how the networks stand against the band, in a sentence; empty without networks."""
    if not facts.networks:
        return ""
    band = f"between {facts.least:,} and {facts.most:,} patients{own_bands(facts.bands)}"
    who = "It has" if facts.networks == 1 else f"All {facts.networks:,} have"
    if facts.in_band < facts.networks:
        who = f"{facts.in_band:,} of {facts.networks:,} {'has' if facts.in_band == 1 else 'have'}"
    many = len(facts.exceptions)
    rest = {0: "there are no exceptions", 1: "1 is an exception, with its reason below"}.get(
        many, f"{many:,} are exceptions, each with its reason below"
    )
    none = facts.unplaced
    nowhere = f" {none:,} practice{' is' if none == 1 else 's are'} in no network." if none else ""
    return f"{who} {band}; {rest}.{nowhere}"


def own_bands(bands: Mapping[str, tuple[int, int]]) -> str:
    """Say, after the band of the list, which areas have another; blank when none has.

    Parameters
    ----------
    bands : mapping of str to (int, int)
    """
    if not bands:
        return ""
    named = [f"{least:,} and {most:,} in {one_line(area)}" for area, (least, most) in sorted(bands.items())]
    more = (
        [f"a band of their own in {len(named) - BANDS_NAMED} more areas"] if len(named) > BANDS_NAMED else []
    )
    return f" (between {'; '.join([*named[:BANDS_NAMED], *more])})"


def bands_of(rules: Rules) -> dict[str, tuple[int, int]]:
    """Give the band of each area that has one of its own.

    Parameters
    ----------
    rules : Rules
        Of the whole list.
    """
    own = {
        each.area: rules.for_area(each.area)
        for each in rules.demands.areas
        if each.least is not None or each.most is not None
    }
    return {area: (own[area].least, own[area].most) for area in own}


def proof_sentence(plan: Plan) -> str:
    """Say what is proven of the whole plan, in a sentence or two."""
    if plan.areas and plan.status == "optimal" and any(network.exception for network in plan.networks):
        return BEST_OF_EXCEPTIONS
    if len(plan.areas) == 1 or plan.status == "optimal":
        return verdict(plan.areas[0])
    if plan.cost is None or plan.bound is None or plan.gap is None or hours(plan.bound) == hours(0.0):
        return f"The plan is {standing(plan)}."
    less = f"{hours(max(0.0, plan.cost - plan.bound))} ({percent(plan.gap)})"
    costs = f"It costs {hours(plan.cost)}, and another as near the band could cost at most {less} less."
    return f"The plan is {standing(plan)}. {costs}"
