"""The command that finds minutes over roads, from an extract of OpenStreetMap."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from netform.cli.input_options import POSTCODES_OPTION
from netform.cli.numbers import Within
from netform.cli.options import file_option
from netform.cli.output import check_file
from netform.cli.request import RoadsRequest
from netform.cli.terminal import Progress, explained, say
from netform.ranges import MINUTES

__all__ = ["roads"]

# ruff: noqa: PLC0415 (imports stand where they are needed, so that --help answers at once)


@click.command()
@click.argument("extract", metavar="EXTRACT")
@click.option(
    "--practices",
    required=True,
    metavar="LIST",
    help="The practice list, as netform solve takes it.",
)
@click.option(
    "--area",
    metavar="COLUMN",
    help="Column of the list with the areas that no network may cross: journeys within each are enough.",
)
@POSTCODES_OPTION
@file_option(
    "Branch surgeries, as netform solve takes them: journeys are between the nearest sites.", "--branches"
)
@click.option(
    "--mode",
    type=click.Choice(["car", "foot"]),
    default="car",
    show_default=True,
    metavar="car|foot",
    help="How people go.",
)
@click.option(
    "--parking",
    type=Within(MINUTES),
    default=0.0,
    show_default=True,
    metavar="MINUTES",
    help="Added to each journey, for getting away and parking.",
)
@click.option(
    "-o",
    "--out",
    default="travel.csv",
    show_default=True,
    metavar="FILE",
    help="The journeys: from,to,minutes, as --travel reads them.",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier file.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary; errors are still said.")
def roads(**given: Any) -> None:
    """Find minutes over roads between practices, offline, for --travel.

    EXTRACT is a file of OpenStreetMap that ends in .osm.pbf and holds the roads around the practices. Needs the library
    osmium: pip install "netform[roads]".
    """
    with explained():
        _roads(RoadsRequest.of(given))


def _roads(request: RoadsRequest) -> None:
    import numpy as np

    from netform.export.files import write_file
    from netform.inputs.branches import read_branches
    from netform.inputs.list_on_map import list_on_map
    from netform.inputs.standing import stand
    from netform.practices.reading import AskedColumns
    from netform.publications.reading import ListFiles
    from netform.report.words import one_line
    from netform.roads.extract import read_roads
    from netform.roads.journeys import journeys_csv, road_journeys

    check_file(request.out, "journeys are one table", ".csv", overwrite=request.overwrite)
    progress = Progress(shown=not request.quiet and sys.stderr.isatty())

    stdin = sys.stdin.buffer if request.practices == "-" and sys.stdin is not None else None
    placed = list_on_map(
        ListFiles(request.practices), AskedColumns(request.area), request.postcodes, stdin, progress.say
    )
    practices, places = placed.practices, placed.places
    sites = (
        read_branches(request.branches, practices, postcodes_file=request.postcodes)
        if request.branches
        else None
    )
    standing = stand(practices, places, sites=sites)
    network = read_roads(request.extract, request.mode, progress.say)
    journeys = road_journeys(
        network,
        practices.codes,
        np.column_stack([places.easting, places.northing]),
        [practice.area for practice in practices],
        request.mode,
        progress.say,
        parking=request.parking,
        branches=standing.sites_beside(practices),
    )
    write_file(Path(request.out), journeys_csv(journeys), overwrite=request.overwrite)
    progress.clear()
    if not request.quiet:
        for note in (*practices.notes, *places.notes, *(sites.notes if sites else ()), *journeys.notes):
            say(one_line(note))
        say(f"Written to {request.out}: {len(journeys.rows):,} journeys by {request.mode}.")
