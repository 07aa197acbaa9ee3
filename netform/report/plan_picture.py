"""The map of a plan as a picture, PNG or SVG: for a paper, a slide or an e-mail, where the page is too much."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from netform.inputs.gazetteer import ATTRIBUTION
from netform.inputs.towns import TOWNS_ATTRIBUTION
from netform.plan.title_page import title_page_of
from netform.report.map import HUB_REACH, draw_map
from netform.report.pictures import INK, QUIET, ground_path, picture, scale_bar, shown
from netform.report.words import network_number, source_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Transform

    from netform.plan.model import Network
    from netform.report.map import Drawing
    from netform.report.pictures import Kind
    from netform.result import Result

__all__ = [
    "AUTHORITIES_SAID",
    "BRANCHES_SAID",
    "FILLS",
    "HUBS_SAID",
    "TOWN_NAME",
    "draw_networks",
    "plan_picture",
]

# Inches; the ground takes what the title, the list of networks and the attribution leave.
WIDTH, MOST_HEIGHT = 10.0, 9.0
TOP, LINE, FOOT = 0.7, 0.19, 0.75

# A network in each of so many columns below the map; more networks are numbers on the map alone.
COLUMNS, MOST_LISTED = 3, 60

# Those of the page, by class of colour, with the marks of its patterns: colour is not the only sign.
FILLS = ("#dbe7f3", "#dcebd3", "#fbeec6", "#f6dcdd", "#e6dcf0", "#d3ebe8")
PATTERNS = (
    ("", ""), ("//", "#a9c99a"), ("..", "#cfae58"), ("--", "#dba9ad"), ("\\\\", "#bfa9d8"), ("++", "#98c9c3"),
)  # fmt: skip
WARN = "#b3261e"
TOWN, AUTHORITY = "#5b6874", "#94703f"

HUBS_SAID = "A dot is a practice, the larger the more patients; a diamond is the hub of a network."
BRANCHES_SAID = "A small open circle is a branch of a practice."
AUTHORITIES_SAID = "Dashed: between practices whose postcodes are in different local authorities."

# Of letters on the map, in the units of the drawing; names are as on the page.
NUMBER, NAME, TOWN_NAME = 13.0, 10.5, 10.5
# Of the cross at a practice in no network, in the same units.
STRAY_WIDTH = 8.0
# So is the width of a branch.
BRANCH_WIDTH = 4.4


def plan_picture(result: Result, kind: Kind) -> bytes:
    """Draw the map of a plan: networks, hubs, numbers and names, and towns; the same result gives the same bytes.

    Parameters
    ----------
    result : Result
    kind : {"png", "svg"}
    """
    count = len(result.plan.networks)
    heading = title_page_of(result.plan)
    what = f"{count:,} network{'s' * (count != 1)} of {source_name(result.practices.source)}"
    title = f"{'Draft: ' * heading.draft}{heading.title or what}"
    by = [heading.author, heading.date, what if heading.title else ""]
    beneath = "".join(f"{each}. " for each in by if each)
    outside = sum(network.exception is not None for network in result.plan.networks)
    description = (
        f"A map of {count:,} networks, {outside:,} of them exceptions. The table of networks has list sizes, members "
        "and hubs."
    )
    return picture(lambda: _figure(result, title, beneath), kind, title=title, description=description)


def _figure(result: Result, title: str, beneath: str) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 (only a picture needs it)

    several = len({network.area for network in result.plan.networks}) > 1
    drawing = _drawing(result, result.plan.networks)
    networks = [region.network for region in drawing.regions] if drawing else []
    listed = networks if len(networks) <= MOST_LISTED else []
    notes = drawing.notes if drawing else ()
    if drawing and drawing.branches:
        notes = (BRANCHES_SAID, *notes)
    rows = -(-len(listed) // COLUMNS)
    bottom = FOOT + LINE * (rows + len(notes))
    west, south, east, north = drawing.frame.bounds if drawing else (0.0, 0.0, 1_000.0, 1_000.0)
    scale = min((WIDTH - 0.3) / (east - west), (MOST_HEIGHT - TOP) / (north - south))
    across, up = (east - west) * scale, (north - south) * scale
    height = up + TOP + bottom
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes(((WIDTH - across) / 2 / WIDTH, bottom / height, across / WIDTH, up / height))
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_axis_off()
    if drawing:
        _draw(axes, drawing, scale)
        scale_bar(figure, scale, WIDTH, (bottom - 0.12) / height)
    figure.text(0.025, 1 - 0.4 / height, shown(title), fontsize=13, fontweight="bold")
    figure.text(0.025, 1 - 0.58 / height, shown(beneath), fontsize=8.5, color=QUIET)
    for place, network in enumerate(listed):
        column, row = divmod(place, rows)
        figure.text(
            0.025 + 0.95 * column / COLUMNS, (bottom - 0.3 - LINE * row) / height, _line(network, several=several),
            fontsize=8.5, color=WARN if network.exception else INK,
        )  # fmt: skip
    for row, note in enumerate(notes, rows):
        figure.text(0.025, (bottom - 0.3 - LINE * row) / height, shown(note), fontsize=6.5, color=QUIET)
    said = [HUBS_SAID] if drawing else []
    said += [AUTHORITIES_SAID] if drawing and drawing.authority_lines else []
    said += [TOWNS_ATTRIBUTION] if drawing and drawing.towns else []
    figure.text(0.025, 0.23 / height, " ".join(said), fontsize=5.5, color=QUIET)
    figure.text(0.025, 0.12 / height, ATTRIBUTION, fontsize=5.5, color=QUIET)
    return figure


def draw_networks(axes: Axes, result: Result, networks: Sequence[Network], scale: float) -> Drawing | None:
    """Draw networks with their practices, hubs, numbers, and towns into axes whose limits are set.

    Parameters
    ----------
    axes : Axes
        In metres of the National Grid.
    result : Result
    networks : sequence of Network
        Of the result, those with ground.
    scale : float
        Inches a metre.

    Returns
    -------
    Drawing or None
        What was drawn. Where it has towns, their source must be named (`netform.inputs.towns.TOWNS_ATTRIBUTION`);
        its notes are for readers.
    """
    drawing = _drawing(result, networks)
    if drawing:
        _draw(axes, drawing, scale)
    return drawing


def _drawing(result: Result, networks: Sequence[Network]) -> Drawing | None:
    """Lay out the map of networks and of the practices in none, marked by whole ids where areas are several."""
    several = len({network.area for network in networks}) > 1
    return draw_map(
        result, networks, [each.practice_code for each in result.plan.unplaced], whole_ids=several
    )


def _draw(axes: Axes, drawing: Drawing, scale: float) -> None:
    """Draw a map into axes in metres."""
    from matplotlib.transforms import Affine2D  # noqa: PLC0415

    frame = drawing.frame
    metres = 1 / frame.units_per_metre
    west, _, _, north = frame.bounds
    to_axes = Affine2D().scale(metres, -metres).translate(west, north) + axes.transData
    points = scale * 72 * metres
    _land(axes, drawing, to_axes)
    _sites(axes, drawing, to_axes, points)
    _words(axes, drawing, to_axes, points)


def _line(network: Network, *, several: bool) -> str:
    mark = shown(network.network_id if several else network_number(network)) + "!" * bool(network.exception)
    name = shown(network.name)
    short = name if len(name) < 34 else f"{name[:32]}…"
    return f"{mark}  {short}, {network.list_size:,}"


def _land(axes: Axes, drawing: Drawing, to_axes: Transform) -> None:
    """Fill each network's ground; no two that touch are alike. Ground of no network is left blank."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415

    for shape in drawing.outside:
        path = ground_path(shape)
        if path is not None:
            axes.add_patch(
                PathPatch(
                    path,
                    transform=to_axes,
                    facecolor="none",
                    edgecolor=QUIET,
                    linewidth=0.7,
                    linestyle=":",
                    zorder=1,
                )
            )
    for region in drawing.regions:
        path = ground_path(region.shape)
        if path is None:
            continue
        axes.add_patch(
            PathPatch(
                path,
                transform=to_axes,
                facecolor=FILLS[region.colour],
                edgecolor="none",
                linewidth=0,
                zorder=1,
            )
        )
        hatch, colour = ("////", WARN) if region.network.exception else PATTERNS[region.colour]
        if hatch:
            patch = PathPatch(
                path, transform=to_axes, facecolor="none", edgecolor=colour, linewidth=0, zorder=2
            )
            patch.set_hatch(hatch)
            axes.add_patch(patch)
        axes.add_patch(
            PathPatch(path, transform=to_axes, facecolor="none", edgecolor=INK, linewidth=0.9, zorder=3)
        )
    for line in drawing.authority_lines:
        x, y = np.array(line.coords).T
        axes.plot(x, y, color=AUTHORITY, linewidth=1.4, dashes=(4, 3), transform=to_axes, zorder=3.5)


def _sites(axes: Axes, drawing: Drawing, to_axes: Transform, points: float) -> None:
    """Mark practices, the hubs among them, and those in no network.

    Parameters
    ----------
    axes : Axes
    drawing : Drawing
    to_axes : Transform
        From units of the drawing.
    points : float
        To a unit of the drawing.
    """
    for hub, marker, colour in ((False, "o", QUIET), (True, "D", INK)):
        dots = [dot for dot in drawing.dots if dot.hub == hub]
        x, y, radius = np.array([(dot.x, dot.y, dot.radius) for dot in dots]).reshape(-1, 3).T
        # In points, the width of a circle, or the side of a diamond that reaches beyond it.
        width = points * (math.sqrt(2) * (radius + HUB_REACH) if hub else 2 * radius)
        axes.scatter(
            x,
            y,
            s=width**2,
            marker=marker,
            color=colour,
            edgecolors="white",
            linewidths=0.6,
            zorder=5,
            transform=to_axes,
        )
    if drawing.branches:
        x, y = np.array([(mark.x, mark.y) for mark in drawing.branches]).T
        axes.scatter(
            x, y, s=(BRANCH_WIDTH * points) ** 2, marker="o", color="white", edgecolors=QUIET, linewidths=0.5,
            zorder=4.8, transform=to_axes,
        )  # fmt: skip
    x, y = np.array([(dot.x, dot.y) for dot in drawing.strays]).reshape(-1, 2).T
    axes.plot(
        x,
        y,
        "x",
        color=INK,
        markersize=STRAY_WIDTH * points,
        markeredgewidth=0.6,
        zorder=5,
        transform=to_axes,
    )


def _words(axes: Axes, drawing: Drawing, to_axes: Transform, points: float) -> None:
    """Write towns, numbers and names where the drawing has them."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415

    halo = [withStroke(linewidth=1.6, foreground="white", alpha=0.7)]
    for words, size, colour, weight, order in (
        (drawing.towns, TOWN_NAME, TOWN, "normal", 4),
        (drawing.names, NAME, INK, "bold", 7),
    ):
        for word in words:
            axes.text(
                word.x, word.y, shown(word.text), ha="center", va="center", fontsize=size * points, color=colour,
                fontweight=weight, path_effects=halo, zorder=order, transform=to_axes,
            )  # fmt: skip
    for badge in drawing.badges:
        colour = WARN if badge.exception else INK
        if badge.leader:
            axes.plot(
                [badge.x, badge.leader[0]],
                [badge.y, badge.leader[1]],
                "-",
                color=INK,
                linewidth=0.8,
                zorder=6,
                transform=to_axes,
            )
        axes.text(
            badge.x, badge.y, shown(badge.text), ha="center", va="center", fontsize=NUMBER * points * 0.95,
            fontweight="bold", color=colour, zorder=8, transform=to_axes,
            bbox={"boxstyle": "round,pad=0.22", "facecolor": "white", "edgecolor": colour, "linewidth": 0.7},
        )  # fmt: skip
