"""The command that joins publications into one list."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from netform.cli.input_options import LIST_OPTIONS, POSTCODES_OPTION
from netform.cli.options import file_option, with_options
from netform.cli.output import check_file, out_name
from netform.cli.request import PracticesRequest
from netform.cli.terminal import explained, say
from netform.errors import OutputError

__all__ = ["practices"]

# ruff: noqa: PLC0415 (imports stand where they are needed, so that --help answers at once)


@click.command()
@click.argument("files", metavar="FILES...", nargs=-1, required=True)
@click.option(
    "-o",
    "--out",
    default="practices.csv",
    show_default=True,
    metavar="FILE",
    help="The list, a file that ends in .csv.",
)
@with_options(LIST_OPTIONS[1:])
@with_options((POSTCODES_OPTION,))
@file_option(
    "Write every code of the files that is not in the list, with the reason, to a CSV file.", "--left-out"
)
@click.option("--overwrite", is_flag=True, help="Replace earlier files.")
def practices(**given: Any) -> None:
    """Join what the NHS publishes into one list, with where each value came from.

    FILES are publications as they come (CSV, Excel, ZIP), or tables of yours, joined by practice code: the first that
    says something is believed, and the first with list sizes says which practices there are. netform solve reads the
    list as it is; netform guide publications says what is understood.
    """
    with explained():
        _write_list(PracticesRequest.of(given))


def _write_list(request: PracticesRequest) -> None:
    from netform.export.files import write_file
    from netform.export.practice_table import LEFT_OUT_COLUMNS, left_out_rows, practice_rows
    from netform.export.tables import csv_bytes
    from netform.inputs.computed_columns import local_authorities
    from netform.inputs.list_on_map import list_on_map
    from netform.practices.reading import AskedColumns
    from netform.publications.reading import ListFiles
    from netform.report.words import one_line

    targets = [request.out, *([str(request.left_out)] if request.left_out else [])]
    if len({os.path.realpath(target) for target in targets}) < len(targets):
        raise OutputError(f"{request.out}: --out and --left-out are one file. Give each a name of its own.")
    for target in targets:
        check_file(target, "the list is one file", ".csv", overwrite=request.overwrite)
    first, *beside = request.files
    files = ListFiles(first, tuple(map(Path, beside)), request.where, request.lookup)
    listed = list_on_map(files, AskedColumns(), request.postcodes, always_joined=True)
    assert listed.reading is not None  # noqa: S101 (always joined)
    authorities, notes = local_authorities(listed.practices, listed.places)
    rows = practice_rows(listed, authorities)
    write_file(request.out, csv_bytes(rows), overwrite=request.overwrite)
    if request.left_out:
        content = csv_bytes(left_out_rows(listed.reading), LEFT_OUT_COLUMNS)
        write_file(request.left_out, content, overwrite=request.overwrite)
    for note in (*listed.practices.notes, *listed.places.notes, *notes):
        say(one_line(note))
    count, patients = len(listed.practices), listed.practices.list_size
    say(f"{count:,} practices with {patients:,} patients. Written to {out_name(request.out)}")
