"""The rules: every network is in the band or a named exception, and keeps what the planner demands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.audit.case import INTERIM
from netform.rules.breaches import breaches, counted_practices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netform.audit.case import Case, Check
    from netform.plan.model import Network
    from netform.rules.model import Rules

__all__ = ["CHECKS"]

# A practice whose own list is over the band, or practices about to merge whose lists are.
OVERSIZE = "over_max_single_practice"
# A network that the planner has pinned, whatever its list size.
PINNED = "pinned"

# What an exception may break, and what is checked from the list and the published edges without the graph.
_CHECKED_APART = {"band", "least_practices", "most_practices", "contiguity", "area"}


def _band(case: Case) -> Iterator[str]:
    """Check that every network is in the band or a named exception with an explanation."""
    for network in case.plan.networks:
        name, rules = f"network {network.network_id!r}", case.rules.for_area(network.area)
        outside = _outside(case, network, rules)
        if network.exception is None:
            if outside:
                yield f"{name} has {outside}, and names no exception"
            continue
        if case.strict:
            yield f"{name} is an exception ({network.exception}) under strict rules"
        if not network.exception.strip() or not (network.explanation or "").strip():
            yield f"{name}: exception {network.exception!r} has no explanation"
        if network.exception != INTERIM:
            yield from (f"{name} {each}" for each in _bad_exception(case, network, rules, bool(outside)))


def _outside(case: Case, network: Network, rules: Rules) -> str:
    """Say by what a network is outside the band or the numbers of practices; blank when it is inside."""
    patients, number = case.patients(network), counted_practices(network.practice_codes, rules.demands)
    if not rules.least <= patients <= rules.most:
        return f"{patients:,} patients, outside {rules.least:,}-{rules.most:,}"
    least, most = rules.demands.least_practices, rules.demands.most_practices
    if not least <= number <= most:
        return f"{number} practice{'s' * (number != 1)}, outside {least}-{most}"
    return ""


def _bad_exception(case: Case, network: Network, rules: Rules, outside: bool) -> Iterator[str]:
    """List what speaks against the exception that a network names."""
    patients, exception = case.patients(network), network.exception
    alone = counted_practices(network.practice_codes, rules.demands) == 1
    pinned = network.practice_codes in rules.demands.pins
    if not outside:
        yield f"names exception {exception!r}, but {patients:,} patients are in the band"
    if exception == OVERSIZE and not (alone and patients > rules.most):
        yield f"names {OVERSIZE} but is not one practice of more than {rules.most:,} patients"
    if exception == PINNED and not pinned:
        yield f"names {PINNED} but its practices are not a pin"
    if pinned and exception not in (PINNED, OVERSIZE):
        yield f"names exception {exception!r} but is a pin"
    if not alone and not pinned and patients > rules.exception_most:
        yield f"has {patients:,} patients, over the {rules.exception_most:,} of any exception"


def _oversize_alone(case: Case) -> Iterator[str]:
    """Check that what is over the band by itself has no others with it, but those demanded with it."""
    for network in case.plan.networks:
        codes, rules = network.practice_codes, case.rules.for_area(network.area)
        if network.exception == INTERIM or codes in rules.demands.pins:
            continue
        for practice in {_practice_of(code, rules): None for code in codes}:
            patients = sum(case.practices[code].list_size for code in practice if code in case.practices)
            tied = any(set(group) & set(practice) for group in rules.demands.together)
            if patients > rules.most and not tied and set(codes) - set(practice):
                yield (
                    f"network {network.network_id!r} has others with {' and '.join(practice)} of {patients:,} "
                    f"patients, over the most of {rules.most:,}"
                )


def _practice_of(code: str, rules: Rules) -> tuple[str, ...]:
    """Give what a practice is part of once the mergers are made."""
    return next((group for group in rules.demands.merge if code in group), (code,))


def _demands(case: Case) -> Iterator[str]:
    """Check every network against the definitions of the rules that no exception may break.

    What an interrupted run had not come to may break them, but leaves out who is to be left out.
    """
    for network in case.measurable():
        rules = case.rules.for_area(network.area)
        for breach in breaches(case.graph, network.practice_codes, rules):
            if breach.kind in _CHECKED_APART or (network.exception == INTERIM and breach.kind != "exclude"):
                continue
            yield f"network {network.network_id!r} breaks {breach.kind}: {breach.sentence}"


def _left_out(case: Case) -> Iterator[str]:
    """Check that an area with a plan leaves out those that it is to leave out, and nobody else."""
    planned = {area.area for area in case.plan.areas if area.cost is not None}
    for each in case.plan.unplaced:
        practice = case.practices.get(each.practice_code)
        if practice is None or practice.area not in planned:
            continue
        if practice.code not in case.rules.demands.exclude:
            yield f"practice {practice.code} is unplaced, its area has a plan, and nobody demands that it be left out"


def _number(case: Case) -> Iterator[str]:
    """Check that every planned area has the number of networks asked for."""
    for area in case.plan.areas:
        inside = [network for network in case.plan.networks if network.area == area.area]
        if area.cost is None or any(network.exception == INTERIM for network in inside):
            continue
        demanded = case.rules.for_area(area.area).demands.networks
        for number in dict.fromkeys((case.networks, demanded)):
            if number is not None and len(inside) != number:
                yield f"area {area.area!r} has {len(inside)} networks and {number} were asked for"


CHECKS: tuple[Check, ...] = (_band, _oversize_alone, _demands, _left_out, _number)
