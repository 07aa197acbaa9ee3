"""What a command publishes, in pieces: tables, layers, a page, pictures and an object.

A format (`netform.export.formats`) takes the pieces it can carry, so that every command writes every format that suits
it. Pieces are made from the command's result when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["Beside", "Layer", "Publication", "Rows", "Table"]

R = TypeVar("R")
Rows: TypeAlias = Sequence[Mapping[str, Any]]
Beside: TypeAlias = Mapping[str, Mapping[str, "BaseGeometry"]]


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """Rows with the same columns.

    Attributes
    ----------
    name : str
        Of its file, and of its sheet in a workbook.
    rows : callable
        From the result; a list in a cell is joined by spaces where a cell holds text.
    columns : tuple of str
        The header where there may be no row; that of the first row otherwise.
    places : bool
        Whether its rows carry places of postcodes, so that each says whose they are.
    sheet_only, file_only : bool
        Whether it stands in workbooks and has no file of its own, or the other way round.
    given : callable
        Whether a result has the table at all.
    """

    name: str
    rows: Callable[[R], Rows]
    columns: tuple[str, ...] = ()
    places: bool = False
    sheet_only: bool = False
    file_only: bool = False
    given: Callable[[R], bool] = lambda _result: True


@dataclass(frozen=True, slots=True)
class Layer(Generic[R]):
    """Rows with a shape each, for maps.

    Attributes
    ----------
    name : str
        Of its file, and of its layer in a GeoPackage.
    key : str
        The column that names a feature.
    rows : callable
        From the result.
    shapes : callable
        From the result: an array of geometry as long as the rows, EPSG:27700 metres.
    style : callable or None
        How it looks in QGIS (QML), from its rows and shapes.
    beside : callable
        From the result: shapes that are of the map and of no row, by name and by what they are of, EPSG:27700 metres.
    given : callable
        Whether a result has the layer at all.
    """

    name: str
    key: str
    rows: Callable[[R], Rows]
    shapes: Callable[[R], NDArray[Any]]
    style: Callable[[Rows, NDArray[Any]], str] | None = None
    beside: Callable[[R], Beside] = lambda _result: {}
    given: Callable[[R], bool] = lambda _result: True


@dataclass(frozen=True, slots=True)
class Publication(Generic[R]):
    """What a command publishes of its result.

    Attributes
    ----------
    name : str
        Of the files that hold several pieces: the workbook, the GeoPackage.
    tables : tuple of Table
        The first that has a file of its own is what a single CSV file holds.
    layers : tuple of Layer
        The first is what a single GeoJSON file holds.
    page : (str, callable)
        The name of the page, and its bytes from the result.
    document : (str, callable)
        The name of the JSON file, which seals a folder, and its bytes from the result.
    folder : tuple of str
        The endings of the formats that a folder gets.
    picture : (str, callable) or None
        The name of the picture, and its bytes from the result and ``png`` or ``svg``.
    rules : callable or None
        The rules as resolved, from the result.
    paper : (str, callable) or None
        The name of the paper, and its bytes from the result.
    also : tuple of str
        The endings of the formats that a folder gets when they are asked for.
    """

    name: str
    tables: tuple[Table[R], ...]
    page: tuple[str, Callable[[R], bytes]]
    document: tuple[str, Callable[[R], bytes]]
    folder: tuple[str, ...]
    layers: tuple[Layer[R], ...] = ()
    picture: tuple[str, Callable[[R, Literal["png", "svg"]], bytes]] | None = None
    rules: Callable[[R], str] | None = None
    paper: tuple[str, Callable[[R], bytes]] | None = None
    also: tuple[str, ...] = ()
