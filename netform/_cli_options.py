"""The options of the command line, and what they come to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import click

from netform._cli_demands import DEMAND_OPTIONS, demanded_rules
from netform.errors import OutputError, RulesError

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.pipeline import Inputs
    from netform.rules import Rules

__all__ = [
    "INPUT_OPTIONS",
    "SOLVE_OPTIONS",
    "check_options",
    "given_inputs",
    "given_rules",
    "given_stdin",
    "with_options",
]

# ruff: noqa: PLC0415 (imports stand where they are needed, so that --help answers at once)

# Ten minutes are more than any single area of England needs for a good plan, and enough for all of them.
TIME_LIMIT = 600.0

Command: TypeAlias = "Callable[..., Any]"


def _file(help_text: str, *names: str) -> Callable[[Command], Command]:
    return click.option(*names, type=click.Path(path_type=Path), metavar="FILE", help=help_text)


INPUT_OPTIONS: tuple[Callable[[Command], Command], ...] = (
    click.argument("practices", metavar="PRACTICES"),
    click.option(
        "--area",
        metavar="COLUMN",
        help="Column of the list with the areas that no network may cross, such as sub_icb_code.",
    ),
    click.option(
        "--min", "least", type=int, metavar="PATIENTS", help="Least list size of a network [rules: 30000]."
    ),
    click.option(
        "--max", "most", type=int, metavar="PATIENTS", help="Most list size of a network [rules: 50000]."
    ),
    _file("Your own rules as TOML; the rules.toml of an earlier plan is one.", "--rules"),
    click.option(
        "--profile", metavar="NAME", help="Rules that come with netform: fyfv-2017 (default) or arrs-2025."
    ),
    click.option(
        "--weight",
        "weights",
        multiple=True,
        metavar="TERM=NUMBER",
        help="How much an hour of a term counts, such as patient_travel=2; repeat for others.",
    ),
    _file("Minutes by car, CSV or Excel: from,to,minutes. Pairs it lacks are estimated.", "--travel"),
    _file(
        "Polygons of the area or areas (GeoJSON, GeoPackage), in place of where people live.", "--boundary"
    ),
    _file(
        "Neighbours to add or drop, CSV or Excel: from,to[,action,minutes], action add or drop.", "--edges"
    ),
    _file(
        "All neighbours, CSV or Excel: from,to[,kind,minutes], in place of those netform finds.", "--graph"
    ),
    _file(
        "Registered patients by practice and LSOA (CSV, may be .gz): where they live, for the term community.",
        "--registrations",
    ),
    click.option(
        "--soft",
        multiple=True,
        metavar="COLUMN",
        help="Column with the sides of a soft boundary, such as ltla24_code, for the term crossing; repeat"
        " for others.",
    ),
    _file("Postcodes with their eastings and northings (ONSPD, Code-Point), asked first.", "--postcodes"),
    *DEMAND_OPTIONS,
)

SOLVE_OPTIONS = (
    click.option(
        "-o",
        "--out",
        default="netform-out",
        show_default=True,
        metavar="OUT",
        help="A folder for all results, or one file: .geojson, .gpkg, .csv, .xlsx or .html.",
    ),
    click.option("--overwrite", is_flag=True, help="Replace earlier results at OUT."),
    click.option(
        "--strict", is_flag=True, help="Accept no network outside the band: say why it cannot be, and exit 4."
    ),
    click.option(
        "--networks", type=click.IntRange(1), metavar="K", help="Form exactly K networks (in each area)."
    ),
    click.option(
        "--time-limit",
        type=float,
        default=TIME_LIMIT,
        show_default=True,
        metavar="SECONDS",
        help="Stop after so long with the best plan so far, and say how much better another could be.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1),
        metavar="N",
        help="Areas planned side by side [default: one for each core]. Changes no plan that is proven.",
    ),
    click.option(
        "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the search for a first plan."
    ),
    click.option("--json", "as_json", is_flag=True, help="Print plan.json on standard output as well."),
    click.option(
        "--timings", is_flag=True, help="Write seconds by stage into plan.json (they differ run by run)."
    ),
    click.option("-q", "--quiet", is_flag=True, help="No progress and no summary; errors are still said."),
)


def with_options(options: tuple[Callable[[Command], Command], ...]) -> Callable[[Command], Command]:
    """Give a command several options, shown in their order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def check_options(given: dict[str, Any]) -> None:
    """Refuse options that cannot be, or cannot be together."""
    if not given["time_limit"] > 0:
        raise RulesError(f"--time-limit must be above 0 seconds, not {given['time_limit']:g}.")
    if given["out"] == "-":
        raise OutputError("-: results are files. Name a folder or a file; --json prints the plan.")


def given_inputs(given: dict[str, Any]) -> Inputs:
    """Gather the files that a user hands over."""
    from netform.pipeline import Inputs

    return Inputs(
        practices=given["practices"],
        area_column=given["area"],
        postcodes=given["postcodes"],
        travel=given["travel"],
        graph=given["graph"],
        edges=given["edges"],
        boundary=given["boundary"],
        registrations=given["registrations"],
        soft_columns=tuple(given["soft"]),
    )


def given_stdin(given: dict[str, Any]) -> BinaryIO | None:
    """Give standard input where the list comes from it."""
    return sys.stdin.buffer if given["practices"] == "-" else None


def given_rules(given: dict[str, Any]) -> Rules:
    """Take the rules file or profile, then the options that change it."""
    from netform.rules import DEFAULT_PROFILE, load_profile, read_rules

    if given["rules"] and given["profile"]:
        raise RulesError("--rules and --profile both give the rules: name the profile inside the rules file.")
    rules = (
        read_rules(given["rules"]) if given["rules"] else load_profile(given["profile"] or DEFAULT_PROFILE)
    )
    rules = rules.with_band(given["least"], given["most"])
    weights: dict[str, float] = {}
    for text in given["weights"]:
        term, _, number = text.partition("=")
        try:
            weights[term.strip()] = float(number)
        except ValueError:
            raise RulesError(f"--weight {text!r}: write TERM=NUMBER, such as patient_travel=2.") from None
    return demanded_rules(rules.with_weights(weights), given)
