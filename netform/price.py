"""What a rule costs: each demand of the planner on its own, and the optimum with it against that without."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from netform.demands import NO_DEMANDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from netform.demands import AreaDemand
    from netform.rules import Rules

__all__ = ["Optimum", "Price", "Single", "price_words", "single_demands"]


@dataclass(frozen=True, slots=True)
class Optimum:
    """The worth of a best plan.

    Attributes
    ----------
    hours : float
        Weighted hours per week.
    exceptions : int
        Networks outside the band, which come before any hours.
    proven : bool
        Whether no plan is better.
    """

    hours: float
    exceptions: int
    proven: bool


@dataclass(frozen=True, slots=True)
class Price:
    """What a rule costs: the optimum with it less the optimum without it.

    Attributes
    ----------
    kind : str
        As of `Single`, or ``area_line``.
    rule : str
        The rule in words, without a full stop.
    hours : float or None
        Weighted hours per week; below zero where the rule saves, as leaving a practice out does, or where
        exceptions are fewer without it. None when no plan was found without it.
    exceptions : int
        Exceptions with it less exceptions without it.
    proven : bool
        Whether both optima are proven.
    """

    kind: str
    rule: str
    hours: float | None
    exceptions: int
    proven: bool


@dataclass(frozen=True, slots=True)
class Single:
    """One demand of the planner by itself.

    Attributes
    ----------
    kind : str
        ``pin``, ``together``, ``apart``, ``exclude``, ``merge``, ``hub_must``, ``hub_may``, ``longest_to_hub``,
        ``longest_between``, ``least_practices``, ``most_practices``, ``networks``, ``area_band`` or
        ``area_networks``.
    rule : str
        In words, without a full stop.
    practice_codes : tuple of str
        The practices it names.
    without : Rules
        The same rules without it.
    """

    kind: str
    rule: str
    practice_codes: tuple[str, ...]
    without: Rules


# How a group of practices that is named in a demand is spoken of.
_GROUPS = {
    "pins": ("pin", "{} pinned as a network"),
    "together": ("together", "{} together in one network"),
    "apart": ("apart", "{} apart, no two in one network"),
    "merge": ("merge", "{} merged into one practice"),
}
# Numbers of the demands, and how each is spoken of.
_NUMBERS = {
    "longest_to_hub": "no journey to a hub longer than {:g} minutes",
    "longest_between": "no two practices of a network more than {:g} minutes apart",
    "least_practices": "at least {} practices in a network",
    "most_practices": "at most {} practices in a network",
    "networks": "exactly {} networks in each area",
}


def single_demands(rules: Rules) -> list[Single]:
    """Take the planner's demands apart, each with the rules that are left without it.

    Parameters
    ----------
    rules : Rules

    Returns
    -------
    list of Single
        In a fixed order; empty when nothing is demanded.
    """
    return [*_groups(rules), *_named(rules), *_numbers(rules), *_areas(rules)]


def price_words(price: Price) -> str:
    """Say what a price is, for people: the hours, or the exceptions where those decide."""
    doubt = "" if price.proven else " (not proven)"
    if price.hours is None:
        return "not known: no plan was found without it"
    if price.exceptions:
        many = abs(price.exceptions)
        more = f"{many} exception{'s' * (many != 1)} {'more' if price.exceptions > 0 else 'fewer'}"
        return f"{more}, and {_hours(price.hours)}{doubt}"
    return f"{_hours(price.hours)}{doubt}"


def _hours(hours: float) -> str:
    if abs(hours) < 0.05:
        return "no hours"
    return f"{abs(hours):,.1f} hours a week {'more' if hours > 0 else 'less'}"


def _groups(rules: Rules) -> Iterator[Single]:
    for field, (kind, words) in _GROUPS.items():
        groups = getattr(rules.demands, field)
        for group in groups:
            rest = tuple(each for each in groups if each != group)
            yield Single(kind, words.format(_listed(group)), group, _with(rules, **{field: rest}))


def _named(rules: Rules) -> Iterator[Single]:
    demands = rules.demands
    for code in demands.exclude:
        rest = tuple(each for each in demands.exclude if each != code)
        yield Single("exclude", f"{code} left out", (code,), _with(rules, exclude=rest))
    for code in demands.hub_must:
        rest = tuple(each for each in demands.hub_must if each != code)
        yield Single("hub_must", f"{code} the hub of its network", (code,), _with(rules, hub_must=rest))
    if demands.hub_may:
        words = f"no hubs but {_listed(demands.hub_may)}"
        yield Single("hub_may", words, demands.hub_may, _with(rules, hub_may=()))


def _numbers(rules: Rules) -> Iterator[Single]:
    for field, words in _NUMBERS.items():
        value, none = getattr(rules.demands, field), getattr(NO_DEMANDS, field)
        if value != none:
            said = words.format(value)
            if value == 1:
                said = said.replace("practices in", "practice in").replace("networks in", "network in")
            yield Single(field, said, (), _with(rules, **{field: none}))


def _areas(rules: Rules) -> Iterator[Single]:
    for each in rules.demands.areas:
        if each.least is not None or each.most is not None:
            own = rules.for_area(each.area)
            words = f"{own.least:,} to {own.most:,} patients in a network of area {each.area}"
            yield Single("area_band", words, (), _without(rules, each, least=None, most=None))
        if each.networks is not None:
            words = f"exactly {each.networks} network{'s' * (each.networks != 1)} in area {each.area}"
            yield Single("area_networks", words, (), _without(rules, each, networks=None))


def _without(rules: Rules, area: AreaDemand, **nothing: Any) -> Rules:
    left = replace(area, **nothing)
    empty = all(getattr(left, field.name) is None for field in fields(left) if field.name != "area")
    areas = (left if each == area else each for each in rules.demands.areas)
    return _with(rules, areas=tuple(each for each in areas if not (empty and each == left)))


def _with(rules: Rules, **changes: Any) -> Rules:
    return replace(rules, demands=replace(rules.demands, **changes))


def _listed(codes: Collection[str], most: int = 6) -> str:
    names = list(codes)
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
