"""Publishing a result: one module a format, and one that writes.

To add a format, write a module with a function from `Result` to bytes, and one line in `EXPORTERS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.export import files
from netform.export.files import write_file, write_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from netform.result import Result

__all__ = [
    "EXPORTERS",
    "FOLDER_FILES",
    "PRICES_FILE",
    "check_target",
    "folder_files",
    "stale_files",
    "write_file",
    "write_folder",
]

# Heavy libraries are imported in the exporters that need them, so each is imported only when asked for.
# ruff: noqa: PLC0415


def _csv(result: Result) -> bytes:
    from netform.export.tables import practices_csv

    return practices_csv(result)


def _geojson(result: Result) -> bytes:
    from netform.export.geojson import networks_geojson

    return networks_geojson(result)


def _gpkg(result: Result) -> bytes:
    from netform.export.gpkg import geopackage

    return geopackage(result)


def _html(result: Result) -> bytes:
    from netform.report.page import render_report

    return render_report(result).encode("utf-8")


def _practices_geojson(result: Result) -> bytes:
    from netform.export.geojson import practices_geojson

    return practices_geojson(result)


def _xlsx(result: Result) -> bytes:
    from netform.export.xlsx import workbook

    return workbook(result)


EXPORTERS: dict[str, Callable[[Result], bytes]] = {
    ".csv": _csv,
    ".geojson": _geojson,
    ".gpkg": _gpkg,
    ".html": _html,
    ".xlsx": _xlsx,
}


# What a folder holds, in the order of writing. The plan comes last: it seals the folder. A result with prices has
# PRICES_FILE before it.
PRICES_FILE = "prices.csv"
FOLDER_FILES = (
    "networks.geojson",
    "practices.geojson",
    "practices.csv",
    "rules.toml",
    "report.html",
    "plan.json",
)


def check_target(out: str | Path, *, overwrite: bool = False) -> bool:
    """Check, before the long work, that a result can be written to a place.

    Parameters
    ----------
    out : str or Path
        A folder, or a file whose ending is one of `EXPORTERS`.
    overwrite : bool
        Whether earlier results may be replaced.

    Returns
    -------
    bool
        Whether `out` is a single file, for `EXPORTERS` and `write_file`, rather than a folder, for
        `folder_files` and `write_folder`.

    Raises
    ------
    OutputError
        When the name cannot be used, the place cannot be written to, or holds earlier results.
    """
    return files.check_target(
        out, overwrite=overwrite, endings=tuple(EXPORTERS), names=(*FOLDER_FILES, PRICES_FILE)
    )


def folder_files(result: Result) -> dict[str, Callable[[], bytes]]:
    """Return what an output folder holds: the file names, and how to make each one's bytes.

    Parameters
    ----------
    result : Result

    Returns
    -------
    dict of str to callable
        In the order of `FOLDER_FILES`; `PRICES_FILE` before the last when there are prices.
    """
    from netform.export.plan_json import plan_json
    from netform.export.prices import prices_csv

    prices = {PRICES_FILE: lambda: prices_csv(result.prices)} if result.prices else {}
    return {
        "networks.geojson": lambda: _geojson(result),
        "practices.geojson": lambda: _practices_geojson(result),
        "practices.csv": lambda: _csv(result),
        "rules.toml": lambda: result.rules_toml.encode("utf-8"),
        "report.html": lambda: _html(result),
        **prices,
        "plan.json": lambda: plan_json(result.plan, timings=result.timings),
    }


def stale_files(files: Iterable[str]) -> tuple[str, ...]:
    """Name the files of an earlier result that a folder must not keep beside these: they would be of another plan.

    Parameters
    ----------
    files : iterable of str
        What the folder is about to get.
    """
    return () if PRICES_FILE in files else (PRICES_FILE,)
