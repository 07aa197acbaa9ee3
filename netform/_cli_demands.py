"""What a planner demands, as options of the command line: they add to what the rules file demands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from netform.errors import RulesError

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.rules import Rules
    from netform.typed import Typed

__all__ = ["DEMAND_OPTIONS", "demanded_rules", "typed_demands"]

Command: TypeAlias = "Callable[..., Any]"

# The key of [planner] in a rules file, its flag, and what the flag says of itself.
_GROUPS = {
    "pin": ("--pin", "These practices are a network as they stand, whatever their list size; repeat."),
    "together": ("--together", "These practices are in one network; repeat for other groups."),
    "apart": ("--apart", "No two of these practices are in one network; repeat for other groups."),
    "merge": ("--merge", "These practices are about to become one; repeat for other mergers."),
}
_CODES = {
    "exclude": ("--exclude", "Leave these practices out: they are listed, and in no network."),
    "hub_must": ("--hub", "Each of these practices is the hub of its network."),
    "hub_may": ("--may-hub", "Only these practices may be hubs."),
}
_MINUTES = {
    "longest_minutes_to_hub": ("--longest-to-hub", "Longest journey from a practice to its hub, one way."),
    "longest_minutes_between": ("--longest-between", "Longest journey between two practices of a network."),
}
_WHOLE = {
    "least_practices": ("--least-practices", "Least practices of a network, merged ones counted once."),
    "most_practices": ("--most-practices", "Most practices of a network, merged ones counted once."),
}
_FLAGS = {
    key: flag for key, (flag, _) in (*_GROUPS.items(), *_CODES.items(), *_MINUTES.items(), *_WHOLE.items())
}
_BAND = "--area-band"
# What a message calls the keys of a rules file where they came by options.
_NAMES = {**_FLAGS, "networks": "--networks", "areas": _BAND}


def _codes_option(key: str, flag: str, text: str) -> Callable[[Command], Command]:
    return click.option(flag, key, multiple=True, metavar="CODE,CODE", help=text)


DEMAND_OPTIONS: tuple[Callable[[Command], Command], ...] = (
    *(_codes_option(key, *said) for key, said in {**_GROUPS, **_CODES}.items()),
    *(
        click.option(flag, key, type=float, metavar="MINUTES", help=text)
        for key, (flag, text) in _MINUTES.items()
    ),
    *(click.option(flag, key, type=int, metavar="N", help=text) for key, (flag, text) in _WHOLE.items()),
    click.option(
        _BAND,
        "area_band",
        multiple=True,
        metavar="AREA=MIN-MAX",
        help="Least and most list size in one area, such as 15F=30000-60000; repeat for others.",
    ),
)


def demanded_rules(rules: Rules, given: dict[str, Any]) -> Rules:
    """Add what the options demand to the rules.

    Parameters
    ----------
    rules : Rules
    given : dict
        The options by name; those a command does not have are not in it.

    Raises
    ------
    RulesError
        An option cannot be read: all of them at once.
    """
    from netform.demands_file import read_demands  # noqa: PLC0415 (not needed for --help)

    tables, problems = _tables(given)
    demands, found = read_demands(tables, rules.demands, _NAMES)
    if problems + found:
        raise RulesError("\n".join(problems + found))
    return replace(rules, demands=demands)


def typed_demands(given: dict[str, Any]) -> Typed:
    """Gather what the options demand by themselves, beside any rules file, with what they are called.

    Parameters
    ----------
    given : dict
        Options that `demanded_rules` can read.
    """
    from netform.demands import NO_DEMANDS  # noqa: PLC0415 (not needed for --help)
    from netform.demands_file import read_demands  # noqa: PLC0415
    from netform.typed import Typed  # noqa: PLC0415

    demands, _ = read_demands(_tables(given)[0], NO_DEMANDS, _NAMES)
    return Typed(demands, _NAMES, most=given.get("most") is not None)


def _tables(given: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Lay options out as the tables of a rules file; with what cannot be read of them."""
    problems: list[str] = []
    planner: dict[str, Any] = {}
    for key in _GROUPS:
        if texts := given.get(key):
            planner[key] = [_codes(text) for text in texts]
    for key in _CODES:
        if texts := given.get(key):
            planner[key] = [code for text in texts for code in _codes(text)]
            if not planner[key]:
                problems.append(f"{_FLAGS[key]} needs a practice code.")
    planner |= {key: given[key] for key in (*_MINUTES, *_WHOLE) if given.get(key) is not None}
    # It may be a word instead of a number, which the verb that knows it answers.
    if isinstance(given.get("networks"), int):
        planner["networks"] = given["networks"]
    areas: dict[str, dict[str, int]] = {}
    for text in given.get("area_band", ()):
        name, _, band = text.rpartition("=")
        least, dash, most = (part.strip().replace(",", "") for part in band.partition("-"))
        if name.strip() and dash and _is_digits(least) and _is_digits(most):
            given_band = {"min": int(least), "max": int(most)}
            known = areas.setdefault(name.strip(), given_band)
            if known != given_band:
                both = " and ".join(f"{each['min']}-{each['max']}" for each in (known, given_band))
                problems.append(f"{_BAND} {name.strip()[:80]!r} is given {both}: an area has one band.")
        else:
            problems.append(f"{_BAND} {text[:80]!r}: write AREA=MIN-MAX, such as 15F=30000-60000.")
    return {"planner": planner, "areas": areas}, problems


def _codes(text: str) -> list[str]:
    return [code for code in (part.strip() for part in text.split(",")) if code]


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20
