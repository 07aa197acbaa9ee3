"""How layers look in QGIS: a style (QML) that a GeoPackage carries, so that a layer opens as a map and not as grey."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from netform.report.words import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from netform.export.publication import Rows

__all__ = ["STYLES", "branches_style", "networks_style", "practices_style", "style_rows"]

# The table in which QGIS looks for styles.
STYLES = "layer_styles"

# Styles are dated. A date of their own would make every run's bytes different.
FIXED_DATE = dt.datetime(2000, 1, 1)  # noqa: DTZ001 (the table has no time zone)

# The oldest QGIS of which all that stands here is known.
VERSION = "3.22.0"
DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"

INK, WHITE = "22,33,44,255", "255,255,255,255"
WARN = "179,38,30,255"
# Names of practices are shown from here on, as the map is drawn nearer: one to so many.
NEAR = 150_000


def networks_style(rows: Rows, shapes: NDArray[Any], key: str) -> str:
    """Write the style of networks: each in a colour that no neighbour has, its id and name, exceptions in red.

    Parameters
    ----------
    rows : sequence of mapping
        Of the layer.
    shapes : ndarray of geometry
        Their ground.
    key : str
        The column that names a network.
    """
    qgis = _document()
    renderer = ET.SubElement(
        qgis,
        "renderer-v2",
        type="categorizedSymbol",
        attr=key,
        symbollevels="0",
        enableorderby="0",
        forceraster="0",
    )
    categories, symbols = ET.SubElement(renderer, "categories"), ET.SubElement(renderer, "symbols")
    for number, (row, fill) in enumerate(zip(rows, _fills(shapes), strict=True)):
        label = one_line(" ".join(filter(None, dict.fromkeys((str(row[key]), str(row.get("name") or ""))))))
        ET.SubElement(
            categories,
            "category",
            value=one_line(str(row[key])),
            symbol=str(number),
            label=label,
            render="true",
        )
        wrong = bool(row.get("exception") or row.get("breaches"))
        look = {
            "color": _rgba(fill), "style": "solid", "joinstyle": "bevel",
            "outline_color": WARN if wrong else INK, "outline_style": "solid",
            "outline_width": "0.8" if wrong else "0.3", "outline_width_unit": "MM",
        }  # fmt: skip
        _symbol(symbols, number, "fill", "SimpleFill", look)
    named = f'"{key}" || if("name" = "{key}", \'\', \'\\n\' || "name")'
    _labels(qgis, named, 9, placement="4")
    return _text(qgis)


def practices_style() -> str:
    """Write the style of practices: the larger, the more patients; hubs as diamonds; names when seen from near."""
    qgis = _document()
    renderer = ET.SubElement(
        qgis,
        "renderer-v2",
        type="categorizedSymbol",
        attr="hub",
        symbollevels="0",
        enableorderby="0",
        forceraster="0",
    )
    categories, symbols = ET.SubElement(renderer, "categories"), ET.SubElement(renderer, "symbols")
    for number, (value, label, shape) in enumerate(
        (("no", "Practice", "circle"), ("yes", "Hub of a network", "diamond"))
    ):
        ET.SubElement(categories, "category", value=value, symbol=str(number), label=label, render="true")
        look = {
            "color": INK, "name": shape, "size": "2", "size_unit": "MM",
            "outline_color": WHITE, "outline_style": "solid", "outline_width": "0.2", "outline_width_unit": "MM",
        }  # fmt: skip
        layer = _symbol(symbols, number, "marker", "SimpleMarker", look)
        # A practice of 10,000 patients is 2 mm wide, and ground is as patients are.
        _defined(layer, "data_defined_properties", "size", 'sqrt("list_size") / 50')
    _labels(qgis, 'coalesce("practice_name", "practice_code")', 7, placement="6", near=NEAR)
    return _text(qgis)


def branches_style() -> str:
    """Write the style of branch surgeries: small open circles, named when seen from near."""
    qgis = _document()
    renderer = ET.SubElement(
        qgis, "renderer-v2", type="singleSymbol", symbollevels="0", enableorderby="0", forceraster="0"
    )
    look = {
        "color": WHITE, "name": "circle", "size": "1.2", "size_unit": "MM",
        "outline_color": INK, "outline_style": "solid", "outline_width": "0.3", "outline_width_unit": "MM",
    }  # fmt: skip
    _symbol(ET.SubElement(renderer, "symbols"), 0, "marker", "SimpleMarker", look)
    _labels(qgis, 'coalesce("branch_name", "branch_code")', 7, placement="6", near=NEAR)
    return _text(qgis)


def style_rows(styles: Mapping[str, str], geometry_column: str) -> list[dict[str, Any]]:
    """Return the rows of the table of styles, as QGIS has it.

    Parameters
    ----------
    styles : mapping of str to str
        QML by layer.
    geometry_column : str
    """
    return [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": layer,
            "f_geometry_column": geometry_column,
            "styleName": layer,
            "styleQML": qml,
            "styleSLD": "",
            "useAsDefault": True,
            "description": f"netform's map of {layer}",
            "owner": "",
            "ui": None,
            "update_time": FIXED_DATE,
        }
        for layer, qml in styles.items()
    ]


def _fills(shapes: NDArray[Any]) -> list[str]:
    """Give the colour of each network, those of the map of a plan."""
    from netform.report.colours import colour_classes  # noqa: PLC0415 (loads what draws)
    from netform.report.plan_picture import FILLS  # noqa: PLC0415
    from netform.report.shapes import polygons_only, touching  # noqa: PLC0415

    grounds = [polygons_only(shape) for shape in shapes]
    return [FILLS[colour] for colour in colour_classes(touching(grounds, along=True), touching(grounds))]


def _document() -> ET.Element:
    return ET.Element("qgis", version=VERSION, styleCategories="Symbology|Labeling", labelsEnabled="1")


def _text(qgis: ET.Element) -> str:
    ET.indent(qgis, " ")
    return DOCTYPE + ET.tostring(qgis, encoding="unicode") + "\n"


def _symbol(
    symbols: ET.Element, number: int, kind: str, layer_class: str, look: Mapping[str, str]
) -> ET.Element:
    symbol = ET.SubElement(
        symbols, "symbol", name=str(number), type=kind, alpha="1", clip_to_extent="1", force_rhr="0"
    )
    layer = ET.SubElement(symbol, "layer", {"class": layer_class, "enabled": "1", "locked": "0", "pass": "0"})
    options = ET.SubElement(layer, "Option", type="Map")
    for name, value in look.items():
        ET.SubElement(options, "Option", name=name, type="QString", value=value)
    return layer


def _labels(qgis: ET.Element, expression: str, size: int, *, placement: str, near: int | None = None) -> None:
    """Label features, in dark letters with a white rim."""
    labeling = ET.SubElement(qgis, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    text = ET.SubElement(
        settings, "text-style", fieldName=expression, isExpression="1", fontSize=str(size), fontSizeUnit="Point",
        textColor=INK, textOpacity="1", fontWeight="50", namedStyle="Regular",
    )  # fmt: skip
    ET.SubElement(
        text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM", bufferColor=WHITE,
        bufferOpacity="1",
    )  # fmt: skip
    ET.SubElement(settings, "placement", placement=placement, dist="0.5", distUnits="MM", centroidInside="1")
    ET.SubElement(settings, "rendering", drawLabels="1", displayAll="0", obstacle="1")
    if near:
        _defined(settings, "dd_properties", "Show", f"@map_scale < {near}")


def _defined(parent: ET.Element, tag: str, what: str, expression: str) -> None:
    """Let an expression say what a property is."""
    options = ET.SubElement(ET.SubElement(parent, tag), "Option", type="Map")
    ET.SubElement(options, "Option", name="name", type="QString", value="")
    properties = ET.SubElement(options, "Option", name="properties", type="Map")
    defined = ET.SubElement(properties, "Option", name=what, type="Map")
    ET.SubElement(defined, "Option", name="active", type="bool", value="true")
    ET.SubElement(defined, "Option", name="expression", type="QString", value=expression)
    ET.SubElement(defined, "Option", name="type", type="int", value="3")
    ET.SubElement(options, "Option", name="type", type="QString", value="collection")


def _rgba(colour: str) -> str:
    return ",".join([*(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)), "255"])
