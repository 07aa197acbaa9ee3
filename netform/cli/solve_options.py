"""The options that ask for a plan: where it goes, how near today's it stays, and what it may take of time and memory.

The commands that search for many plans have some of them (`netform.cli.tradeoff`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from netform.cli.numbers import Within, number_of_patients, number_or
from netform.ranges import BYTES_GB, SECONDS, SEED, WORKERS
from netform.solve.model.budget import DEFAULT, GIGABYTE

if TYPE_CHECKING:
    from netform.cli.options import Option

__all__ = ["MEMORY_OPTION", "NETWORKS_OPTION", "SEED_OPTION", "SOLVE_OPTIONS"]

# Ten minutes are more than any single area of England needs for a good plan, and enough for all of them.
TIME_LIMIT = 600.0

NETWORKS_OPTION = click.option(
    "--networks",
    callback=number_or("today", "networks, at least 1", least=1),
    metavar="K|today",
    help="Form exactly K networks in each area; today: as many as it has now by the list's pcn_code.",
)

MEMORY_OPTION = click.option(
    "--memory",
    type=Within(BYTES_GB),
    default=DEFAULT.room / GIGABYTE,
    show_default=True,
    metavar="GB",
    help="For the lists of feasible networks and all that is made of them, of the whole run. An area with more of "
    "them than fit is planned by search, and bounded without a list. Python and its libraries take up to 0.3 GB "
    "more for each worker.",
)

SEED_OPTION = click.option(
    "--seed",
    type=Within(SEED),
    default=0,
    show_default=True,
    metavar="N",
    help="Of the random numbers that searches use.",
)

SOLVE_OPTIONS: tuple[Option, ...] = (
    click.option(
        "-o",
        "--out",
        default="netform-out",
        show_default=True,
        metavar="OUT",
        help="A folder for all results, or one file: .csv, .geojson, .gpkg, .html, .json, .pdf, .png, .svg or .xlsx.",
    ),
    click.option(
        "--also",
        multiple=True,
        type=click.Choice(["map.png", "map.svg", "report.pdf"]),
        metavar="map.png|map.svg|report.pdf",
        help="Put into the folder, too: the map as a picture, or a paper to print; repeat for others.",
    ),
    click.option("--overwrite", is_flag=True, help="Replace earlier results at OUT."),
    click.option(
        "--strict", is_flag=True, help="Accept no network outside the band: say why it cannot be, and exit 4."
    ),
    NETWORKS_OPTION,
    click.option(
        "--start",
        metavar="FILE|COLUMN|today",
        help="Stay near these networks: today (the list's pcn_code), a column of the list, a CSV or Excel file with"
        " practice_code and network, or a plan folder. Needs --moves or --moves-patients.",
    ),
    click.option(
        "--moves",
        callback=number_or("least", "practices, 0 or more"),
        metavar="N|least",
        help="Move at most N practices of each area out of the networks of --start; least: as few as a plan can that"
        " has no more exceptions than are needed.",
    ),
    click.option(
        "--moves-patients",
        callback=number_or("least", "patients, 0 or more", read=number_of_patients),
        metavar="PATIENTS|least",
        help="Move practices of at most so many patients in each area out of the networks of --start; least: of as few"
        " as a plan can.",
    ),
    click.option(
        "--prices",
        is_flag=True,
        help="Say what each demand, and each line between areas, costs: one more solve for each.",
    ),
    click.option(
        "--time-limit",
        type=Within(SECONDS),
        default=TIME_LIMIT,
        show_default=True,
        metavar="SECONDS",
        help="Stop after so long with the best plan so far, and say how much better another could be.",
    ),
    click.option(
        "--workers",
        type=Within(WORKERS),
        metavar="N",
        help="Areas planned side by side [default: one for each core, one for few practices]. "
        "Changes no plan that is proven.",
    ),
    MEMORY_OPTION,
    SEED_OPTION,
    click.option("--json", "as_json", is_flag=True, help="Print plan.json on standard output as well."),
    click.option(
        "--timings",
        is_flag=True,
        help="Write seconds by stage and the solve log into plan.json, and draw the log in the report (they differ run "
        "by run).",
    ),
    click.option("-q", "--quiet", is_flag=True, help="No progress and no summary; errors are still said."),
)
