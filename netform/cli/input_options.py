"""The options that say what is planned: the list, the files beside it, its areas, and the rules.

Every command on a practice list has them, in the order of `INPUT_OPTIONS`; what they come to is in `netform.cli.given`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from netform.cli.demands import DEMAND_OPTIONS
from netform.cli.numbers import Within, patients_given
from netform.cli.options import file_option
from netform.ranges import LONGEST, RATIO

if TYPE_CHECKING:
    from netform.cli.options import Option

__all__ = ["INPUT_OPTIONS", "LIST_OPTIONS", "POSTCODES_OPTION"]

LIST_OPTIONS: tuple[Option, ...] = (
    click.option(
        "--with",
        "publications",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="A publication of the NHS, or a table of yours, that says more of the practices, as it comes (CSV, Excel, "
        "ZIP); joined by practice code. Repeat for others: the first that says something is believed.",
    ),
    click.option(
        "--where",
        multiple=True,
        metavar="COLUMN=VALUE",
        help="Only practices of which it holds, such as sub_icb_code=15F or local_authority=E08000035. Several values "
        "of one column are alternatives, several columns have all to hold.",
    ),
    file_option(
        "Old and new codes of areas (CSV, Excel), so that files of different years meet: old_code,new_code[,date].",
        "--lookup",
    ),
)

POSTCODES_OPTION = file_option(
    "Postcodes with their eastings and northings (ONSPD, Code-Point), asked first.", "--postcodes"
)

INPUT_OPTIONS: tuple[Option, ...] = (
    click.argument("practices", metavar="PRACTICES"),
    *LIST_OPTIONS,
    click.option(
        "--area",
        metavar="COLUMN",
        help="Column with the areas that no network may cross, such as sub_icb_code; local_authority needs no column.",
    ),
    click.option(
        "--min",
        "least",
        callback=patients_given,
        metavar="PATIENTS",
        help="Least list size of a network [rules: 30000].",
    ),
    click.option(
        "--max",
        "most",
        callback=patients_given,
        metavar="PATIENTS",
        help="Most list size of a network [rules: 50000].",
    ),
    file_option("Your own rules as TOML; the rules.toml of an earlier plan is one.", "--rules"),
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
    click.option(
        "--travel",
        multiple=True,
        metavar="[MODE=]FILE",
        help="Minutes by car, CSV or Excel: from,to,minutes. Pairs it lacks are estimated. transit=FILE, foot=FILE or"
        " cycle=FILE gives those of another mode, with --mode-share; repeat for others.",
    ),
    click.option(
        "--mode-share",
        "mode_shares",
        multiple=True,
        metavar="MODE=SHARE",
        help="How much of travel is by a mode, such as transit=0.2; car takes what is left [rules: all by car].",
    ),
    click.option(
        "--longest-border",
        type=Within(LONGEST),
        metavar="MINUTES",
        help="A border whose drive --travel gives, and is longer, is a barrier: no neighbours [rules: none is].",
    ),
    click.option(
        "--border-ratio",
        type=Within(RATIO),
        metavar="NUMBER",
        help="The same where the drive is longer than so many times what the straight line gives, such as 1.6.",
    ),
    file_option(
        "Polygons of the area or areas (GeoJSON, GeoPackage), in place of where people live.", "--boundary"
    ),
    file_option(
        "Neighbours to add or drop, CSV or Excel: from,to[,kind,minutes,action], kind bridge or ferry, action add or"
        " drop.",
        "--edges",
    ),
    file_option(
        "All neighbours, CSV or Excel: from,to[,kind,minutes], in place of those netform finds.", "--graph"
    ),
    file_option(
        "Registered patients by practice and LSOA (CSV, may be .gz): where they live, for the term community.",
        "--registrations",
    ),
    file_option(
        "Where the LSOAs of --registrations are: polygons (GeoPackage, GeoJSON), or a CSV of centres or of postcodes."
        " Territories are then made of them.",
        "--lsoas",
    ),
    file_option(
        "LSOAs of 2011 and of 2021 (CSV), where --registrations is older than --lsoas or --neighbourhoods.",
        "--lsoa-lookup",
    ),
    click.option(
        "--neighbourhoods",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Neighbourhoods: polygons (GeoJSON, GeoPackage), or a table (CSV, Excel) of LSOAs, practices or postcodes;"
        " or of MSOAs or wards, with a second FILE that says which LSOAs are in them: repeat for that.",
    ),
    click.option(
        "--soft",
        multiple=True,
        metavar="COLUMN",
        help="Column with the sides of a soft boundary, for the term crossing; local_authority needs no column; "
        "repeat for others.",
    ),
    POSTCODES_OPTION,
    file_option(
        "Branch surgeries, CSV or Excel: branch_code,practice_code,postcode; further sites of practices.",
        "--branches",
    ),
    click.option(
        "--split",
        is_flag=True,
        help="Plan a practice that stands in several rows, of different networks or places, in parts: CODE-1, CODE-2.",
    ),
    click.option(
        "--nowhere",
        multiple=True,
        metavar="keep|leave-out|attach",
        help="Practices not on the ground (special allocation, online, homeless): kept at their postcode, left out, or "
        "attached to the nearest; CODE=leave-out for one, CODE=CODE to attach it to another; repeat.",
    ),
    *DEMAND_OPTIONS,
)
