"""The formats, each by the ending that names it: one line here serves every command that writes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from netform.export import files

if TYPE_CHECKING:
    from pathlib import Path

    from netform.export.publication import Layer, Publication, Table

__all__ = [
    "FORMATS",
    "also_names",
    "check_target",
    "endings",
    "folder_files",
    "folder_names",
    "single_file",
    "stale_files",
]

# ruff: noqa: PLC0415 (heavy libraries are imported when a file of their format is made)

R = TypeVar("R")

# The files of a format by name, and how to make each one's bytes from a result.
Files: TypeAlias = Mapping[str, Callable[[Any], bytes]]


def _csv(publication: Publication[R]) -> Files:
    return {
        f"{table.name}.csv": partial(_table, table) for table in publication.tables if not table.sheet_only
    }


def _table(table: Table[R], result: R) -> bytes:
    from netform.export.tables import csv_bytes
    from netform.inputs.gazetteer import SHORT_ATTRIBUTION

    said = {"attribution": SHORT_ATTRIBUTION} if table.places else {}
    return csv_bytes([{**row, **said} for row in table.rows(result)], table.columns)


def _geojson(publication: Publication[R]) -> Files:
    return {f"{layer.name}.geojson": partial(_features, layer) for layer in publication.layers}


def _features(layer: Layer[R], result: R) -> bytes:
    from netform.export.geojson import feature_collection, to_lonlat

    return feature_collection(
        to_lonlat(layer.shapes(result)), layer.rows(result), layer.key, layer.beside(result)
    )


def _gpkg(publication: Publication[R]) -> Files:
    def make(result: R) -> bytes:
        from netform.export.gpkg import geopackage

        there = [layer for layer in publication.layers if layer.given(result)]
        layers = {layer.name: (layer.rows(result), layer.shapes(result)) for layer in there}
        styles = {layer.name: layer.style(*layers[layer.name]) for layer in there if layer.style}
        return geopackage(layers, styles)

    return {f"{publication.name}.gpkg": make} if publication.layers else {}


def _html(publication: Publication[R]) -> Files:
    name, make = publication.page
    return {f"{name}.html": make}


def _json(publication: Publication[R]) -> Files:
    name, make = publication.document
    return {f"{name}.json": make}


def _pdf(publication: Publication[R]) -> Files:
    if publication.paper is None:
        return {}
    name, make = publication.paper
    return {f"{name}.pdf": make}


def _png(publication: Publication[R]) -> Files:
    if publication.picture is None:
        return {}
    name, draw = publication.picture
    return {f"{name}.png": lambda result: draw(result, "png")}


def _svg(publication: Publication[R]) -> Files:
    if publication.picture is None:
        return {}
    name, draw = publication.picture
    return {f"{name}.svg": lambda result: draw(result, "svg")}


def _toml(publication: Publication[R]) -> Files:
    rules = publication.rules
    return {"rules.toml": lambda result: rules(result).encode("utf-8")} if rules else {}


def _xlsx(publication: Publication[R]) -> Files:
    def make(result: R) -> bytes:
        from netform.export.xlsx import workbook

        return workbook(
            {
                table.name: (table.rows(result), table.columns)
                for table in publication.tables
                if table.given(result) and not table.file_only
            }
        )

    return {f"{publication.name}.xlsx": make}


FORMATS: dict[str, Callable[[Publication[Any]], Files]] = {
    ".csv": _csv,
    ".geojson": _geojson,
    ".gpkg": _gpkg,
    ".html": _html,
    ".json": _json,
    ".pdf": _pdf,
    ".png": _png,
    ".svg": _svg,
    ".xlsx": _xlsx,
}


def endings(publication: Publication[Any]) -> tuple[str, ...]:
    """Name the formats in which a publication can be one file."""
    return tuple(ending for ending, format_files in FORMATS.items() if format_files(publication))


def single_file(publication: Publication[R], ending: str, result: R) -> bytes:
    """Give the bytes of a publication as one file.

    Parameters
    ----------
    publication : Publication
    ending : str
        One of `endings`.
    result : object
        What the publication is of.
    """
    return next(iter(FORMATS[ending](publication).values()))(result)


def folder_names(publication: Publication[Any]) -> tuple[str, ...]:
    """Name the files that a folder may get; tables that are not always there among them."""
    return tuple(_of_folder(publication))


def also_names(publication: Publication[Any]) -> tuple[str, ...]:
    """Name the files that a folder gets when they are asked for."""
    return tuple(_asked_for(publication))


def folder_files(
    publication: Publication[R], result: R, also: Collection[str] = ()
) -> dict[str, Callable[[], bytes]]:
    """Return what an output folder holds: the file names, and how to make each one's bytes.

    Parameters
    ----------
    publication : Publication
    result : object
        What it is of.
    also : collection of str
        Of `also_names`, those that are asked for.
    """
    absent = stale_files(publication, result)
    asked = {name: make for name, make in _asked_for(publication).items() if name in also}
    return {
        name: partial(make, result)
        for name, make in {**asked, **_of_folder(publication)}.items()
        if name not in absent
    }


def stale_files(publication: Publication[R], result: R) -> tuple[str, ...]:
    """Name the files that an earlier result may have left in a folder, and this one has not.

    Parameters
    ----------
    publication : Publication
    result : object
        What it is of.
    """
    tables = [each for each in publication.tables if not each.sheet_only and not each.given(result)]
    layers = [each for each in publication.layers if not each.given(result)]
    return (*(f"{each.name}.csv" for each in tables), *(f"{each.name}.geojson" for each in layers))


def check_target(
    publication: Publication[Any], out: str | Path, *, overwrite: bool = False, also: Collection[str] = ()
) -> bool:
    """Check, before the long work, that a publication can be written to a place; say whether it is a single file.

    Parameters
    ----------
    publication : Publication
    out : str or Path
        A folder, or a file whose ending is one of `endings`.
    overwrite : bool
        Whether earlier results may be replaced.
    also : collection of str
        Of `also_names`, those that a folder would get, too.

    Raises
    ------
    OutputError
        When the name cannot be used, the place cannot be written to, or holds earlier results.
    """
    return files.check_target(
        out, overwrite=overwrite, endings=endings(publication), names=(*folder_names(publication), *also)
    )


def _asked_for(publication: Publication[Any]) -> dict[str, Callable[[Any], bytes]]:
    found: dict[str, Callable[[Any], bytes]] = {}
    for ending in publication.also:
        found |= FORMATS[ending](publication)
    return found


def _of_folder(publication: Publication[Any]) -> dict[str, Callable[[Any], bytes]]:
    """The files of a folder; the object comes last, and seals it."""
    found: dict[str, Callable[[Any], bytes]] = {}
    for ending in publication.folder:
        found |= FORMATS[ending](publication)
    return {**found, **_toml(publication), **_json(publication)}
