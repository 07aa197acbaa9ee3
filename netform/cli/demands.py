"""What a planner demands, as options of the command line: they add to what the rules file demands."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from netform.cli.numbers import number_of_patients
from netform.cli.request import AREA_BAND
from netform.errors import RulesError
from netform.ranges import LEAST_SHARE
from netform.rules.table import DEMAND_RULES, DemandRule

if TYPE_CHECKING:
    from netform.cli.options import Option
    from netform.cli.request import ListRequest
    from netform.rules.demand_names import Typed
    from netform.rules.model import Rules

__all__ = ["DEMAND_OPTIONS", "demanded_rules", "typed_demands"]

_FLAGS = {rule.key: rule.flag for rule in DEMAND_RULES}
_BAND = "--area-band"
# What a message calls the keys of a rules file where they came by options.
_NAMES = {**_FLAGS, "areas": _BAND}


def _share(_ctx: click.Context, _param: click.Parameter, value: str | None) -> float | None:
    """Read a share as people write it: 75%, 0.75."""
    if value is None:
        return None
    text = value.strip()
    try:
        share = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        share = math.nan
    if share not in LEAST_SHARE:
        raise click.BadParameter(f"{value[:40]!r} is no share of a whole: write 75% or 0.75.")
    return share


def _option(rule: DemandRule) -> Option:
    """Make the option of a demand; those on practices can be repeated."""
    if rule.kind == "whether":
        return click.option(rule.flag, rule.key, is_flag=True, default=None, help=rule.help)
    if rule.kind in ("groups", "codes"):
        return click.option(rule.flag, rule.key, multiple=True, metavar="CODE,CODE", help=rule.help)
    if rule.kind == "share":
        return click.option(rule.flag, rule.key, callback=_share, metavar="SHARE", help=rule.help)
    number, metavar = (float, "MINUTES") if rule.kind == "minutes" else (int, "N")
    return click.option(rule.flag, rule.key, type=number, metavar=metavar, help=rule.help)


DEMAND_OPTIONS: tuple[Option, ...] = (
    # A number of networks may be a word as well: commands that form networks have an option of their own.
    *(_option(rule) for rule in DEMAND_RULES if rule.help),
    click.option(
        _BAND,
        AREA_BAND,
        multiple=True,
        metavar="AREA=MIN-MAX",
        help="Least and most list size in one area, such as 15F=30000-60000; repeat for others.",
    ),
)


def demanded_rules(rules: Rules, request: ListRequest) -> Rules:
    """Add what the options demand to the rules.

    Parameters
    ----------
    rules : Rules
    request : ListRequest

    Raises
    ------
    RulesError
        An option cannot be read: all of them at once.
    """
    from netform.rules.demands_toml import read_demands  # noqa: PLC0415 (not needed for --help)

    tables, problems = _tables(request)
    demands, found = read_demands(tables, rules.demands, _NAMES)
    if problems + found:
        raise RulesError("\n".join(problems + found))
    return replace(rules, demands=demands)


def typed_demands(request: ListRequest) -> Typed:
    """Gather what the options demand by themselves, beside any rules file, with what they are called.

    Parameters
    ----------
    request : ListRequest
        Whose options `demanded_rules` can read.
    """
    from netform.rules.demand_names import Typed  # noqa: PLC0415
    from netform.rules.demands import NO_DEMANDS  # noqa: PLC0415 (not needed for --help)
    from netform.rules.demands_toml import read_demands  # noqa: PLC0415

    demands, _ = read_demands(_tables(request)[0], NO_DEMANDS, _NAMES)
    return Typed(demands, _NAMES, most=request.most is not None)


def _tables(request: ListRequest) -> tuple[dict[str, Any], list[str]]:
    """Lay options out as the tables of a rules file; with what cannot be read of them."""
    problems: list[str] = []
    planner: dict[str, Any] = {}
    for rule in DEMAND_RULES:
        value = request.demands.get(rule.key)
        # In place of a number of networks there may be a word, which the command that knows it answers.
        if value is None or value == () or isinstance(value, str):
            continue
        if rule.kind == "groups":
            planner[rule.key] = [_codes(text) for text in value]
        elif rule.kind == "codes":
            planner[rule.key] = [code for text in value for code in _codes(text)]
            if not planner[rule.key]:
                problems.append(f"{rule.flag} needs a practice code.")
        else:
            planner[rule.key] = value
    areas: dict[str, dict[str, int]] = {}
    for text in request.demands.get(AREA_BAND, ()):
        name, _, band = text.rpartition("=")
        least, most = (number_of_patients(part) for part in band.partition("-")[::2])
        if name.strip() and least is not None and most is not None:
            given_band = {"min": least, "max": most}
            known = areas.setdefault(name.strip(), given_band)
            if known != given_band:
                both = " and ".join(f"{each['min']}-{each['max']}" for each in (known, given_band))
                problems.append(f"{_BAND} {name.strip()[:80]!r} is given {both}: an area has one band.")
        else:
            problems.append(f"{_BAND} {text[:80]!r}: write AREA=MIN-MAX, such as 15F=30000-60000.")
    return {"planner": planner, "areas": areas}, problems


def _codes(text: str) -> list[str]:
    return [code for code in (part.strip() for part in text.split(",")) if code]
