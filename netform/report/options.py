"""Two or three plans side by side: the figures a board chooses by, and the practices on which they differ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.judge.comparison import compare_groupings
from netform.judge.moves import compare_with_today
from netform.plan.grouping import Grouping
from netform.report.costs import cost_words, has_cost, term_rows
from netform.report.facts import Facts, gather_facts, standing
from netform.report.words import hours, percent, spoken
from netform.scores.tally import is_penalty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.practices.model import Practice
    from netform.result import Result
    from netform.scores.tally import Tally

__all__ = [
    "MOST_OPTIONS",
    "Difference",
    "Option",
    "differences",
    "figure_groups",
    "option_notes",
    "option_of",
]

# More plans than this do not stand side by side on paper.
MOST_OPTIONS = 3


@dataclass(frozen=True, slots=True)
class Option:
    """A plan with what it is called, its facts, and what its networks take."""

    name: str
    result: Result
    facts: Facts
    tally: Tally


@dataclass(frozen=True, slots=True)
class Difference:
    """A practice that is not in the same network in all options: what it is called in each, and which move it."""

    practice: Practice
    networks: tuple[str, ...]
    moves: tuple[bool, ...]


def option_of(name: str, result: Result) -> Option:
    """Gather what is told of a plan among others.

    Parameters
    ----------
    name : str
    result : Result
    """
    facts = gather_facts(result)
    return Option(name, result, facts, facts.tally(result.plan.networks))


def figure_groups(options: Sequence[Option]) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Give the figures of all options, in groups with a heading: a row is what it is and a cell an option.

    Parameters
    ----------
    options : sequence of Option
    """
    groups = [
        ("Networks", _network_figures(options)),
        ("Against today", _today_figures(options)),
        ("Travel to the hub, one way", _travel_figures(options)),
    ]
    groups += _cost_groups(options)
    return [(heading, rows) for heading, rows in groups if rows]


def _network_figures(options: Sequence[Option]) -> list[tuple[str, list[str]]]:
    facts = [option.facts for option in options]
    return [
        ("Networks", [f"{each.networks:,}" for each in facts]),
        ("In the band", [f"{each.in_band:,} of {each.networks:,}" for each in facts]),
        ("Exceptions", [f"{len(each.exceptions):,}" for each in facts]),
        ("Practices in no network", [f"{each.unplaced:,}" for each in facts]),
        ("The plan is", [standing(option.result.plan) for option in options]),
    ]


def _today_figures(options: Sequence[Option]) -> list[tuple[str, list[str]]]:
    found = [compare_with_today(option.result.plan, option.result.practices) for option in options]
    told = [each for each in found if each is not None]
    if len(told) < len(options):
        return []
    return [
        ("Practices moved", [f"{len(each.forth.moved):,}" for each in told]),
        (
            "Patients moved",
            [
                f"{each.forth.patients_moved:,} ({percent(each.forth.patients_moved / each.patients)})"
                for each in told
            ],
        ),
        ("Networks that stay as they are", [f"{len(each.identical):,}" for each in told]),
    ]


def _travel_figures(options: Sequence[Option]) -> list[tuple[str, list[str]]]:
    means, longest = [], []
    for option in options:
        size = {practice.code: practice.list_size for practice in option.result.practices}
        journeys = [
            (size[code], minutes)
            for network in option.result.plan.networks
            for code, minutes in zip(network.practice_codes, network.minutes_to_hub, strict=True)
        ]
        patients = sum(each for each, _ in journeys)
        mean = math.fsum(each * minutes for each, minutes in journeys) / patients if patients else 0.0
        means.append(f"{mean:.1f}")
        longest.append(f"{max((minutes for _, minutes in journeys), default=0.0):.0f}")
    return [("Minutes, mean over patients", means), ("Minutes, longest of a practice", longest)]


def _cost_groups(options: Sequence[Option]) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Hours and penalties, each by term with their sum; then the cost where it is neither, and what has no weight."""
    groups: list[tuple[str, list[tuple[str, list[str]]]]] = []
    rows: list[tuple[str, list[str]]] = []
    beside: list[tuple[str, list[str]]] = []
    for kind, what, values in term_rows([option.tally for option in options]):
        cells = [hours(value) for value in values]
        if kind == "beside":
            beside.append((f"{spoken(what)}{' (a penalty)' if is_penalty(what) else ''}", cells))
        elif kind == "sum":
            heading = "Hours a week, of somebody's time" if "hours" in what else "Penalties, nobody's time"
            groups.append((heading, [*rows, (what, cells)]))
            rows = []
        else:
            rows.append((spoken(what), cells))
    told = [option.tally for option in options if has_cost(option.tally)]
    if told:
        groups.append(
            (
                "What the plans are chosen by",
                [(f"Cost: {cost_words(told[0])}", [hours(option.tally.cost) for option in options])],
            )
        )
    return [*groups, ("No part of the cost: weight 0", beside)]


def differences(options: Sequence[Option]) -> list[Difference]:
    """List the practices that move between the first option and another, in order of code.

    Parameters
    ----------
    options : sequence of Option
        Of the same practices.
    """
    practices = options[0].result.practices
    sizes = {practice.code: practice.list_size for practice in practices}
    groupings = [_grouping(option, practices.codes) for option in options]
    moved = [frozenset[str]()] + [
        frozenset(compare_groupings(groupings[0], each, sizes).forth.moved) for each in groupings[1:]
    ]
    homes = [each.network_of for each in groupings]
    return [
        Difference(
            practice,
            tuple(home.get(practice.code, "") for home in homes),
            tuple(practice.code in each for each in moved),
        )
        for practice in practices
        if any(practice.code in each for each in moved)
    ]


def _grouping(option: Option, codes: Sequence[str]) -> Grouping:
    placed = {each.network_id: each.practice_codes for each in option.result.plan.networks}
    inside = {code for each in placed.values() for code in each}
    return Grouping(option.name, placed, tuple(code for code in codes if code not in inside))


def option_notes(options: Sequence[Option]) -> list[str]:
    """Say what a reader should know of how the plans can be compared.

    Parameters
    ----------
    options : sequence of Option
    """
    first, *others = (option.result for option in options)
    notes = []
    if any(each.rules_toml != first.rules_toml for each in others):
        notes.append(
            "The plans were made by different rules, and each is scored by its own: hours, penalties and bands may not "
            "be alike."
        )
    if any(each.plan.provenance.get("travel") != first.plan.provenance.get("travel") for each in others):
        notes.append("The plans were made with different journey times.")
    return notes
