"""The planner's demands taken apart: each on its own, with the rules that are left without it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from netform.rules.demands import NO_DEMANDS
from netform.rules.table import demand_rules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from netform.rules.demands import AreaDemand
    from netform.rules.model import Rules

__all__ = ["Single", "single_demands"]


@dataclass(frozen=True, slots=True)
class Single:
    """One demand of the planner by itself.

    Attributes
    ----------
    kind : str
        ``pin``, ``together``, ``apart``, ``exclude``, ``merge``, ``hub_must``, ``hub_may``, ``longest_to_hub``,
        ``longest_between``, ``least_practices``, ``most_practices``, ``no_doughnuts``, ``aligned``,
        ``networks``, ``area_band`` or ``area_networks``.
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


def _groups(rules: Rules) -> Iterator[Single]:
    for rule in demand_rules("groups"):
        groups = getattr(rules.demands, rule.field)
        for group in groups:
            rest = tuple(each for each in groups if each != group)
            yield Single(
                rule.key, rule.words.format(_listed(group)), group, _with(rules, **{rule.field: rest})
            )


def _named(rules: Rules) -> Iterator[Single]:
    for rule in demand_rules("codes"):
        codes = getattr(rules.demands, rule.field)
        # Those who may be hubs are one demand: fewer of them would be another, and not none.
        several = [codes] if codes and rule.field == "hub_may" else [(code,) for code in codes]
        for named in several:
            rest = tuple(code for code in codes if code not in named)
            yield Single(
                rule.key, rule.words.format(_listed(named)), named, _with(rules, **{rule.field: rest})
            )


def _numbers(rules: Rules) -> Iterator[Single]:
    for rule in demand_rules("minutes", "whole"):
        value, none = getattr(rules.demands, rule.field), getattr(NO_DEMANDS, rule.field)
        if value != none:
            said = rule.words.format(value)
            if value == 1:
                said = said.replace("practices in", "practice in").replace("networks in", "network in")
            yield Single(rule.field, said, (), _with(rules, **{rule.field: none}))
    for rule in demand_rules("share"):
        if share := getattr(rules.demands, rule.field):
            yield Single(rule.field, rule.words.format(100 * share), (), _with(rules, **{rule.field: 0.0}))
    for rule in demand_rules("whether"):
        if getattr(rules.demands, rule.field):
            yield Single(rule.field, rule.words, (), _with(rules, **{rule.field: False}))


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
