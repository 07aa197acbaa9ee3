"""The map of a plan as a picture, PNG or SVG: for a paper, a slide or an e-mail, where the page is too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.inputs.gazetteer import ATTRIBUTION
from netform.report.colours import colour_classes
from netform.report.pictures import INK, QUIET, ground_path, picture, scale_bar, shown
from netform.report.shapes import label_spot, polygons_only, touching
from netform.report.words import network_number, source_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.plan.model import Network
    from netform.report.pictures import Kind
    from netform.result import Result

__all__ = ["draw_networks", "plan_picture"]

# Inches; the ground takes what the title, the list of networks and the attribution leave.
WIDTH, MOST_HEIGHT = 10.0, 9.0
TOP, LINE, FOOT = 0.6, 0.19, 0.75

# A network in each of so many columns below the map; more networks are numbers on the map alone.
COLUMNS, MOST_LISTED = 3, 60

# Those of the page, by class of colour.
FILLS = ("#dbe7f3", "#dcebd3", "#fbeec6", "#f6dcdd", "#e6dcf0", "#d3ebe8")
WARN = "#b3261e"

# Detail finer than this share of the map's breadth does not show.
DETAIL = 1 / 2_500


def plan_picture(result: Result, kind: Kind) -> bytes:
    """Draw the networks of a plan with their hubs and numbers; the same result gives the same bytes.

    Parameters
    ----------
    result : Result
    kind : {"png", "svg"}
    """
    networks = [each for each in result.plan.networks if not _ground(result, each).is_empty]
    count = len(result.plan.networks)
    title = f"{count:,} network{'s' * (count != 1)} of {source_name(result.practices.source)}"
    outside = sum(network.exception is not None for network in result.plan.networks)
    description = (
        f"A map of {count:,} networks, {outside:,} of them exceptions. The table of networks has list sizes, members "
        "and hubs."
    )
    return picture(lambda: _figure(result, networks, title), kind, title=title, description=description)


def _ground(result: Result, network: Network) -> BaseGeometry:
    return polygons_only(result.boundaries.get(network.network_id))


def _figure(result: Result, networks: Sequence[Network], title: str) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 (only a picture needs it)

    grounds = [_ground(result, network) for network in networks]
    bounds = shapely.total_bounds(grounds).tolist() if grounds else [0.0, 0.0, 1_000.0, 1_000.0]
    west, south, east, north = bounds
    across, up = 1.02 * max(east - west, 1_000.0), 1.02 * max(north - south, 1_000.0)
    listed = networks if len(networks) <= MOST_LISTED else []
    bottom = FOOT + LINE * -(-len(listed) // COLUMNS)
    scale = min((WIDTH - 0.5) / across, (MOST_HEIGHT - TOP) / up)
    height = up * scale + TOP + bottom
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes(
        ((WIDTH - across * scale) / 2 / WIDTH, bottom / height, across * scale / WIDTH, up * scale / height)
    )
    axes.set_xlim((west + east - across) / 2, (west + east + across) / 2)
    axes.set_ylim((south + north - up) / 2, (south + north + up) / 2)
    axes.set_axis_off()
    draw_networks(axes, result, networks, scale)
    several = len({network.area for network in networks}) > 1
    figure.text(0.025, 1 - 0.4 / height, shown(title), fontsize=13, fontweight="bold")
    scale_bar(figure, scale, WIDTH, (bottom - 0.12) / height)
    for place, network in enumerate(listed):
        column, row = divmod(place, -(-len(listed) // COLUMNS))
        figure.text(
            0.025 + 0.95 * column / COLUMNS, (bottom - 0.3 - LINE * row) / height, _line(network, several=several),
            fontsize=8.5, color=WARN if network.exception else INK,
        )  # fmt: skip
    figure.text(0.025, 0.12 / height, ATTRIBUTION, fontsize=5.5, color=QUIET)
    return figure


def draw_networks(axes: Axes, result: Result, networks: Sequence[Network], scale: float) -> None:
    """Draw networks with their practices, hubs and numbers into axes whose limits are set.

    Parameters
    ----------
    axes : Axes
        In metres of the National Grid.
    result : Result
    networks : sequence of Network
        Of the result, those with ground.
    scale : float
        Inches a metre.
    """
    grounds = [_ground(result, network) for network in networks]
    west, east = axes.get_xlim()
    _fill(axes, networks, grounds, (east - west) * DETAIL)
    _sites(axes, result)
    several = len({network.area for network in networks}) > 1
    _numbers(axes, result, networks, grounds, scale, several=several)


def _mark(network: Network, *, several: bool) -> str:
    """Name a network on the map: by its number, and where there are several areas by its whole id."""
    name = network.network_id if several else network_number(network)
    return shown(name) + ("!" if network.exception else "")


def _line(network: Network, *, several: bool) -> str:
    name = shown(network.name)
    short = name if len(name) < 34 else f"{name[:32]}…"
    return f"{_mark(network, several=several)}  {short}, {network.list_size:,}"


def _fill(axes: Axes, networks: Sequence[Network], grounds: Sequence[BaseGeometry], detail: float) -> None:
    """Fill each network's ground; no two that touch are alike."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415

    shapes = list(shapely.coverage_simplify(list(grounds), detail)) if grounds else []
    for network, shape, colour in zip(networks, shapes, colour_classes(touching(grounds)), strict=True):
        path = ground_path(polygons_only(shape))
        if path is None:
            continue
        axes.add_patch(PathPatch(path, facecolor=FILLS[colour], edgecolor=INK, linewidth=0.9, zorder=1))
        if network.exception:
            patch = PathPatch(path, facecolor="none", edgecolor=WARN, linewidth=0, zorder=2)
            patch.set_hatch("////")
            axes.add_patch(patch)


def _places(result: Result) -> NDArray[np.float64]:
    return np.column_stack((result.places.easting, result.places.northing))


def _sites(axes: Axes, result: Result) -> None:
    """Mark practices, and the hubs among them."""
    places = _places(result)
    hubs = {network.hub_code for network in result.plan.networks}
    is_hub = np.array([code in hubs for code in result.practices.codes])
    axes.plot(*places[~is_hub].T, ".", color=QUIET, markersize=4.5, zorder=4)
    axes.plot(
        *places[is_hub].T,
        "D",
        color=INK,
        markersize=4.5,
        markeredgecolor="white",
        markeredgewidth=0.6,
        zorder=5,
    )


def _numbers(
    axes: Axes,
    result: Result,
    networks: Sequence[Network],
    grounds: Sequence[BaseGeometry],
    scale: float,
    *,
    several: bool,
) -> None:
    """Number the networks, each where it has most room."""
    places = _places(result)
    clear = np.full(len(places), 0.06 / scale)
    for network, ground in zip(networks, grounds, strict=True):
        x, y, _ = label_spot(ground, places, clear)
        colour = WARN if network.exception else INK
        axes.text(
            x, y, _mark(network, several=several), ha="center", va="center",
            fontsize=7.5 if several else 9, fontweight="bold", color=colour, zorder=6,
            bbox={"boxstyle": "round,pad=0.22", "facecolor": "white", "edgecolor": colour, "linewidth": 0.7},
        )  # fmt: skip
