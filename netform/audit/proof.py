"""What a plan costs and what is proven of it: every number is computed again by its definition."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from netform.audit.case import INTERIM, TOLERANCE, close
from netform.plan.model import PROVEN_GAP, AreaResult, Network
from netform.rules.hubs import eligible_hubs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netform.audit.case import Case, Check

__all__ = ["CHECKS"]

STATUSES = ("optimal", "feasible", "infeasible", "unknown")


def _hubs(case: Case) -> Iterator[str]:
    """Check that patients reach no other member that may be the hub sooner, and the minutes to it."""
    for network in case.measurable():
        name, codes, hub = f"network {network.network_id!r}", network.practice_codes, network.hub_code
        if hub not in codes:
            yield f"{name}: hub {hub} is not a member"
            continue
        patient_minutes = {
            each: math.fsum(case.practices[code].list_size * case.minutes(code, each) for code in codes)
            for each in codes
        }
        # Where nobody may be the hub the best of all is taken: the rules' check says so.
        eligible = eligible_hubs(case.graph, codes, case.rules) or codes
        best = min(eligible, key=patient_minutes.__getitem__)
        if hub not in eligible:
            yield f"{name}: hub {hub} may not be the hub, {best} may"
        elif not patient_minutes[hub] <= patient_minutes[best] + TOLERANCE * max(1.0, patient_minutes[best]):
            yield f"{name}: hub {hub} is not the best, patients reach {best} sooner"
        if len(network.minutes_to_hub) != len(codes):
            yield f"{name} gives {len(network.minutes_to_hub)} minutes to the hub for {len(codes)} practices"
            continue
        for code, said in zip(codes, network.minutes_to_hub, strict=True):
            if not close(said, case.minutes(code, hub)):
                yield f"{name}: {code} is {case.minutes(code, hub):.6g} minutes from the hub, not {said:.6g}"


def _terms(case: Case) -> Iterator[str]:
    """Check that every term is what its definition gives."""
    from netform.scores import network_terms  # noqa: PLC0415 - brings numba with it

    for network in case.measurable():
        found = network_terms(case.graph, network.practice_codes, case.rules)
        name = f"network {network.network_id!r}"
        if set(network.terms) != set(found):
            odd = ", ".join(sorted(set(network.terms) ^ set(found)))
            yield f"{name} lacks terms or has unknown ones: {odd}"
        for term, hours in found.items():
            said = network.terms.get(term, hours)
            if not close(said, hours):
                yield f"{name}: {term} says {said} hours, its definition gives {hours}"


def _posts(case: Case) -> Iterator[str]:
    """Check the shared posts, and what those in them drive from session to session."""
    from netform.scores.posts import minutes_per_move, shared_posts  # noqa: PLC0415 - brings numba with it

    for network in case.measurable():
        name, codes = f"network {network.network_id!r}", network.practice_codes
        found = shared_posts(case.graph, codes, case.rules)
        if [post.role for post in network.posts] != [post.role for post in found]:
            yield f"{name}: its shared posts are not those of the rules' roles"
            continue
        for said, post in zip(network.posts, found, strict=True):
            for field in ("due", "whole", "stranded"):
                if not close(getattr(said, field), getattr(post, field)):
                    yield (
                        f"{name}: {post.role} says {getattr(said, field)} posts {field}, "
                        f"its definition gives {getattr(post, field)}"
                    )
            if (said.pounds_year is None) != (post.pounds_year is None) or not close(
                said.pounds_year or 0.0, post.pounds_year or 0.0
            ):
                yield f"{name}: {post.role} says {said.pounds_year} pounds, its definition gives {post.pounds_year}"
        minutes = minutes_per_move(case.graph, codes)
        if not close(network.minutes_per_move, minutes):
            yield f"{name} says {network.minutes_per_move} minutes a move, its definition gives {minutes}"


def _areas(case: Case) -> Iterator[str]:
    """Check that areas are the list's, in order, with what their networks come to."""
    names = [area.area for area in case.plan.areas]
    practices = Counter(practice.area for practice in case.practices.values())
    if names != sorted(practices):
        odd = sorted(
            (Counter(names) - Counter(list(practices))) + (Counter(list(practices)) - Counter(names))
        )
        yield f"the areas are not those of the list, once each, in order: {odd or names}"
    weights = dict(case.rules.weights)
    for area in case.plan.areas:
        name = f"area {area.area!r}"
        inside = [network for network in case.plan.networks if network.area == area.area]
        if area.practices != practices[area.area]:
            yield f"{name} says {area.practices} practices, the list has {practices[area.area]}"
        if area.networks != len(inside):
            yield f"{name} says {area.networks} networks, the plan has {len(inside)}"
        cost = math.fsum(
            weights.get(term, math.nan) * hours for network in inside for term, hours in network.terms.items()
        )
        if area.cost is None:
            if inside:
                yield f"{name} has networks and no cost"
        elif not close(area.cost, cost):
            yield f"{name} says cost {area.cost}, its networks' terms sum to {cost}"


def _proof(case: Case) -> Iterator[str]:
    """Check that bounds are below costs, and that a status says no more than they show."""
    for area in case.plan.areas:
        name, cost, bound = f"area {area.area!r}", area.cost, area.bound
        if area.status not in STATUSES:
            yield f"{name} has unknown status {area.status!r}"
        if (area.status in ("optimal", "feasible")) != (cost is not None):
            yield f"{name} is {area.status!r} with cost {cost}"
        if cost is not None and bound is not None and not bound <= cost + TOLERANCE * max(1.0, cost):
            yield f"{name}: bound {bound} is above cost {cost}"
        if area.status == "optimal":
            yield from (f"{name} is optimal but {each}" for each in _doubts(area, case.plan.networks))


def _exceptions(case: Case) -> Iterator[str]:
    """Check that no more exceptions are said to be needed than the plan has."""
    for area in case.plan.areas:
        name, needed = f"area {area.area!r}", area.exceptions_bound
        has = sum(
            network.area == area.area and network.exception is not None for network in case.plan.networks
        )
        if type(needed) is not int or needed < 0:
            yield f"{name} says that {needed!r} exceptions are needed, which is no number of networks"
        elif area.cost is not None and needed > has:
            yield f"{name} says that {needed} exceptions are needed, its plan has {has}"


def _log(case: Case) -> Iterator[str]:
    """Check that the solve log goes forward, holds what can be, and ends at the plan (its numbers are finite)."""
    for area in case.plan.areas:
        name, before = f"area {area.area!r}", 0.0
        for step in area.log:
            where = f"{name}: the solve log at {step.seconds} seconds"
            if step.seconds < before:
                yield f"{where} comes after {before}"
            if not step.bound <= step.incumbent + TOLERANCE * max(1.0, step.incumbent):
                yield f"{where} has bound {step.bound} above cost {step.incumbent}"
            if step.exceptions < 0 or (step.columns is not None and step.columns < 0):
                yield f"{where} counts less than nothing"
            before = step.seconds
        if area.log and area.cost is not None and not close(area.log[-1].incumbent, area.cost):
            yield f"{name}: its solve log ends at cost {area.log[-1].incumbent}, its plan costs {area.cost}"


def _doubts(area: AreaResult, networks: Sequence[Network]) -> Iterator[str]:
    """List what speaks against a proof."""
    if area.cost is not None and (area.bound is None or not area.cost - area.bound <= PROVEN_GAP * area.cost):
        yield f"its bound {area.bound} does not meet its cost {area.cost}"
    for network in networks:
        if network.area == area.area and network.exception == INTERIM:
            yield f"network {network.network_id!r} is {INTERIM}"


CHECKS: tuple[Check, ...] = (_hubs, _terms, _posts, _areas, _proof, _exceptions, _log)
