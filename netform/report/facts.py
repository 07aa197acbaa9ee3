"""The facts every report opens with, counted from a result."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netform.report.words import STATUS_WORDS, hours, source_name, verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netform.plan import Network, Plan
    from netform.result import Result

__all__ = ["Facts", "band_sentence", "gather_facts", "proof_sentence", "standing"]


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

    def band_words(self, list_size: int) -> str:
        """Say where a list stands against the band."""
        if list_size < self.least:
            return "below the band"
        return "above the band" if list_size > self.most else "in the band"

    def cost(self, network: Network) -> float:
        """Weighted hours per week of a network."""
        return sum(self.weights.get(name, 1.0) * value for name, value in network.terms.items())


def gather_facts(result: Result) -> Facts:
    """Count the facts of a result.

    Parameters
    ----------
    result : Result
        ``rules_toml`` must be rules as `netform.rules.rules_toml` writes them, since the band and the weights
        are read from it: a report shows the rules that were used and no others.

    Returns
    -------
    Facts
    """
    rules: dict[str, Any] = tomllib.loads(result.rules_toml)
    least, most = int(rules["band"]["min"]), int(rules["band"]["max"])
    networks = result.plan.networks
    return Facts(
        source=source_name(result.practices.source),
        practices=len(result.practices),
        patients=result.practices.list_size,
        networks=len(networks),
        least=least,
        most=most,
        in_band=sum(least <= network.list_size <= most for network in networks),
        exceptions=tuple(
            network
            for network in networks
            if network.exception is not None or not least <= network.list_size <= most
        ),
        term_names=_telling_terms(networks),
        weights={name: float(weight) for name, weight in rules.get("weights", {}).items()},
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
    band = f"between {facts.least:,} and {facts.most:,} patients"
    who = "It has" if facts.networks == 1 else f"All {facts.networks:,} have"
    if facts.in_band < facts.networks:
        who = f"{facts.in_band:,} of {facts.networks:,} {'has' if facts.in_band == 1 else 'have'}"
    many = len(facts.exceptions)
    rest = {0: "there are no exceptions", 1: "1 is an exception, with its reason below"}.get(
        many, f"{many:,} are exceptions, each with its reason below"
    )
    return f"{who} {band}; {rest}."


def proof_sentence(plan: Plan) -> str:
    """Say what is proven of the whole plan, in a sentence or two."""
    if len(plan.areas) == 1:
        return verdict(plan.areas[0])
    if plan.cost is None:
        return f"The plan is {standing(plan)}."
    return f"The plan costs {hours(plan.cost)} hours a week and is {standing(plan)}."
