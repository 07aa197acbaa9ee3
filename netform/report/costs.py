"""The words of cost: hours, which are somebody's time, and penalties, which are nobody's; never added up unsaid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.report.words import hours, spoken
from netform.scores import TERMS
from netform.scores.tally import is_penalty

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netform.scores.tally import Tally

__all__ = [
    "PENALTY_MEANING",
    "any_penalty",
    "cost_cells",
    "cost_columns",
    "cost_words",
    "difference_sentences",
    "differences",
    "has_cost",
    "hours_meaning",
    "signed",
    "taken_sentences",
    "term_rows",
]

PENALTY_MEANING = (
    "A penalty is nobody's time: a number that the rules add so that plans keep away from what is not wanted, counted "
    "in the choice as if it were hours."
)

# Shown to a tenth, below which there is nothing to tell.
NOTHING = 0.05


def hours_meaning(names: Iterable[str]) -> str:
    """Say whose time the hours of some terms are, in a sentence.

    Parameters
    ----------
    names : iterable of str
        Terms; penalties among them are passed over.
    """
    whose = [
        TERMS[name].meaning if name in TERMS else spoken(name).lower()
        for name in names
        if not is_penalty(name)
    ]
    if not whose:
        return "Hours a week are hours of somebody's time."
    return f"An hour a week is an hour of somebody's time: {'; '.join(whose)}."


def cost_words(tally: Tally) -> str:
    """Say what the cost is made of, in a few words."""
    if tally.weighted:
        return (
            "hours and penalties, each times its weight" if any_penalty(tally) else "hours by their weights"
        )
    return "hours and penalties together" if any_penalty(tally) else "hours a week"


def has_cost(tally: Tally) -> bool:
    """Whether the cost is something else than the hours."""
    return any_penalty(tally) or tally.weighted


def any_penalty(tally: Tally) -> bool:
    """Whether penalties come to anything."""
    return abs(tally.all_penalties) >= NOTHING


def taken_sentences(tally: Tally, who: str = "The plan takes") -> list[str]:
    """Say what some networks take: hours by term, penalties by themselves, and the cost where it is neither.

    Parameters
    ----------
    tally : Tally
    who : str
        The subject and its verb.
    """
    if not (tally.hours or tally.penalties):
        return []
    parts = _by_term(tally.hours)
    said = [f"{who} {hours(tally.all_hours)} hours a week{f': {parts}' if parts else ''}."]
    if any_penalty(tally):
        said.append(
            f"Penalties, which are nobody's time, add {hours(tally.all_penalties)}: {_by_term(tally.penalties)}."
        )
    if has_cost(tally):
        said.append(f"The cost, {cost_words(tally)}, is {hours(tally.cost)}.")
    return said


def _by_term(values: Mapping[str, float]) -> str:
    return ", ".join(f"{spoken(name).lower()} {hours(value)}" for name, value in values.items() if value)


def cost_columns(whole: Tally) -> tuple[str, ...]:
    """Name the columns that a table of networks needs: penalties only where there are some, nor a cost that is hours.

    Parameters
    ----------
    whole : Tally
        Of all networks of the table.
    """
    penalties = ("Penalties",) if any_penalty(whole) else ()
    return ("Hours a week", *penalties, *(("Cost",) if has_cost(whole) else ()))


def cost_cells(tally: Tally, whole: Tally) -> tuple[str, ...]:
    """Give the cells of a network under `cost_columns`."""
    values = {"Hours a week": tally.all_hours, "Penalties": tally.all_penalties, "Cost": tally.cost}
    return tuple(hours(values[name]) for name in cost_columns(whole))


def differences(tally: Tally, other: Tally, whole: Tally) -> tuple[float, ...]:
    """Give what the figures under `cost_columns` are above those of another."""
    change = {
        "Hours a week": tally.all_hours - other.all_hours,
        "Penalties": tally.all_penalties - other.all_penalties,
        "Cost": tally.cost - other.cost,
    }
    return tuple(change[name] for name in cost_columns(whole))


def difference_sentences(a: Tally, b: Tally, name_a: str, name_b: str) -> list[str]:
    """Say what one division takes more or less than another, hours and penalties apart.

    Parameters
    ----------
    a, b : Tally
    name_a, name_b : str
    """
    more = round(b.all_hours - a.all_hours, 1)
    said = (
        f"{name_b} takes as many hours a week as {name_a}."
        if not more
        else f"{name_b} takes {hours(abs(more))} hours a week {'more' if more > 0 else 'less'} than {name_a}"
        f" ({hours(b.all_hours)} against {hours(a.all_hours)})."
    )
    penalties = round(b.all_penalties - a.all_penalties, 1)
    if not penalties:
        return [said]
    way, done = ("more", "spent") if penalties > 0 else ("less", "saved")
    beside = (
        f"Its penalties, which are nobody's time, are {hours(abs(penalties))} {way} "
        f"({hours(b.all_penalties)} against {hours(a.all_penalties)}): no hours are {done} by that."
    )
    return [said, beside]


def signed(value: float) -> str:
    """Write a difference with its sign; none is ``0.0``."""
    shown = round(value, 1)
    return f"{shown:+,.1f}" if shown else "0.0"


def term_rows(tallies: list[Tally]) -> list[tuple[str, str, list[float]]]:
    """Give the lines of a table of terms, each kind with its sum: the kind of line, what it is, the values.

    Parameters
    ----------
    tallies : list of Tally
        A column each.

    Returns
    -------
    list of (str, str, list of float)
        Kinds are ``term`` (its name is a term's), ``sum`` and ``beside``; a term that is zero everywhere has no
        line.
    """
    rows: list[tuple[str, str, list[float]]] = []
    for title, kind in (("All hours a week", "hours"), ("All penalties", "penalties")):
        values: list[Mapping[str, float]] = [getattr(tally, kind) for tally in tallies]
        told = _told(values)
        rows += [("term", name, [each.get(name, 0.0) for each in values]) for name in told]
        if told:
            rows.append(("sum", title, [sum(each.values()) for each in values]))
    beside = [tally.beside for tally in tallies]
    rows += [("beside", name, [each.get(name, 0.0) for each in beside]) for name in _told(beside)]
    return rows


def _told(values: list[Mapping[str, float]]) -> list[str]:
    names = dict.fromkeys(name for each in values for name in each)
    return [name for name in names if any(each.get(name) for each in values)]
