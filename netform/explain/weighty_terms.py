"""Terms that make up most of a plan's cost: a plan that one of them decides is worth a second look at the rules."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from netform.scores import network_cost
from netform.scores.tally import is_penalty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.plan.model import Network
    from netform.rules.model import Rules

__all__ = ["weighty_notes"]

# From which share of the cost on something is said of a term. Where the rules and the plan give the reason, half is
# enough: the others together weigh less. Travel and overhead are half of many a sound plan: of a term without such a
# reason only more is odd.
REASONED, PLAIN = 0.5, 0.75


def weighty_notes(networks: Sequence[Network], rules: Rules) -> tuple[str, ...]:
    """Say which term makes up most of the cost of an area's plan, why, and what to change if that is not meant.

    Parameters
    ----------
    networks : sequence of Network
        Of one area.
    rules : Rules
        Those of the area (`netform.rules.model.Rules.for_area`).

    Returns
    -------
    tuple of str
        For people: none or one.
    """
    total = math.fsum(network_cost(network.terms, rules) for network in networks)
    if total <= 0 or sum(weight > 0 for _, weight in rules.weights) < 2:
        # Whoever weighs one term alone knows what decides.
        return ()
    weighted = {
        term: weight * math.fsum(network.terms.get(term, 0.0) for network in networks)
        for term, weight in rules.weights
    }
    term, hours = max(weighted.items(), key=lambda item: item[1])
    share = hours / total
    why = _balance(networks, rules) if term == "balance" else ""
    if share <= (REASONED if why else PLAIN):
        return ()
    what = ", a penalty and nobody's time" if is_penalty(term) else " hours a week"
    said = f"The term {term} makes up {100 * share:.0f}% of the plan's cost ({hours:,.1f}{what})"
    if not why:
        why = (
            "it decides the plan, and the other terms count for little. If that is not meant, give it a weight "
            f"below {rules.weight(term):g} (--weight {term}=NUMBER)."
        )
    return (f"{said}: {why}",)


def _balance(networks: Sequence[Network], rules: Rules) -> str:
    """Say why list sizes are charged: a target the band does not have, or networks outside the band."""
    low, high = (rules.balance_target + side * rules.balance_dead_band for side in (-1, 1))
    wanted = f"{rules.balance_target:,.0f} patients, {rules.balance_dead_band:,.0f} either way"
    follow = (
        "Leave target and dead_band out of [balance] in the rules, and they follow the band; or set "
        "--weight balance=0."
    )
    if low > rules.most or high < rules.least:
        return (
            f"the rules name a target of {wanted}, which no network of {rules.least:,} to {rules.most:,} comes near, "
            f"so that every network is charged whatever is chosen. {follow}"
        )
    if low > rules.least or high < rules.most:
        return (
            f"the rules name a target of {wanted}, narrower than the band of {rules.least:,} to {rules.most:,}, so "
            f"that networks inside the band are charged as well. {follow}"
        )
    outside = sum(not rules.least <= network.list_size <= rules.most for network in networks)
    return (
        f"it charges what lies outside the band, as {outside:,} of {len(networks):,} networks do. A band that holds "
        "them (--min, --max), or --weight balance=0, would free the plan of it."
    )
