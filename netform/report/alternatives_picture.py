"""The map of where a plan is certain: firm borders, soft borders and firm ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from netform.inputs.towns import TOWNS_ATTRIBUTION, towns_within
from netform.report.alternatives_words import TOGETHER_WORDS, border_counts, certainty_sentences
from netform.report.labels import BADGE_HEIGHT, Taken, place_towns
from netform.report.map import MOST_TOWNS
from netform.report.pictures import INK, QUIET, ground_path, picture, scale_bar, shown
from netform.report.plan_picture import TOWN_NAME
from netform.report.shapes import Frame, label_spot, polygons_only
from netform.report.words import area_name, percent, source_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.report.labels import Word
    from netform.report.pictures import Kind
    from netform.tradeoff.results import AlternativesResult, Neighbours

__all__ = ["alternatives_picture"]

# Inches; the ground takes what the title and the key leave.
WIDTH, MOST_HEIGHT = 10.0, 11.0
TOP, BOTTOM = 0.75, 1.35

GROUND, MOVED = "#f1f4ee", "#8d99a5"
ORANGE, PURPLE, PALE = "#b34700", "#6b3fa0", "#c9d1d8"

# Detail finer than this share of the map's breadth does not show.
DETAIL = 1 / 2_500

# How each standing is drawn: colour, width in points, dashes, and above which others.
LINES: dict[str, tuple[str, float, Any, int]] = {
    "all": (PALE, 0.6, "solid", 2),
    "unsettled": (PURPLE, 1.8, (0, (1, 1.6)), 3),
    "some": (ORANGE, 2.0, (0, (4, 2)), 4),
    "none": (INK, 2.6, "solid", 5),
}


def alternatives_picture(result: AlternativesResult, kind: Kind, area: str | None = None) -> bytes:
    """Draw the map of firm and soft borders as PNG or SVG; the same result gives the same bytes.

    Parameters
    ----------
    result : AlternativesResult
    kind : {"png", "svg"}
    area : str or None
        One area; None for the whole list.
    """
    where = source_name(result.practices.source) if area is None else area_name(area)
    title = f"Where the plan is certain, within {percent(result.within)} of the best: {where}"
    description = (
        " ".join(certainty_sentences(result, area)) + " The table beside it gives every soft border."
    )
    return picture(lambda: _figure(result, title, area), kind, title=title, description=description)


def _figure(result: AlternativesResult, title: str, area: str | None) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 (only a picture needs it)

    neighbours = [each for each in result.neighbours if area is None or each.area == area]
    here = [each.code for each in result.practices if area is None or each.area == area]
    west, south, east, north = shapely.total_bounds([result.territories[code] for code in here]).tolist()
    # Practices that are in no network are left blank.
    placed = {code for label in result.networks for code in label.practice_codes}
    codes = [code for code in here if code in placed]
    grounds = [polygons_only(result.territories.get(code)) for code in codes]
    # Room at the edges for the width of the lines.
    across, up = 1.01 * max(east - west, 1_000.0), 1.01 * max(north - south, 1_000.0)
    room = WIDTH - 0.5
    scale = min(room / across, (MOST_HEIGHT - TOP - BOTTOM) / up)
    height = up * scale + TOP + BOTTOM
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes(
        ((WIDTH - across * scale) / 2 / WIDTH, BOTTOM / height, across * scale / WIDTH, up * scale / height)
    )
    axes.set_xlim((west + east - across) / 2, (west + east + across) / 2)
    axes.set_ylim((south + north - up) / 2, (south + north + up) / 2)
    axes.set_axis_off()
    detail = across * DETAIL
    moved = _moved(result, area)
    _fill(axes, [g for g, code in zip(grounds, codes, strict=True) if code not in moved], detail, "")
    _fill(axes, [g for g, code in zip(grounds, codes, strict=True) if code in moved], detail, "////")
    _borders(axes, neighbours, detail)
    sites = _sites(result, codes)
    axes.plot(sites[:, 0], sites[:, 1], ".", color=QUIET, markersize=3.5, zorder=6)
    _shared_sites(axes, result, neighbours)
    frame = Frame.around((west, south, east, north))
    spots = _numbers(axes, result, area, sites, scale)
    towns = _towns(axes, frame, grounds, sites, spots, scale)
    figure.text(0.025, 1 - 0.42 / height, shown(title), fontsize=13, fontweight="bold")
    _key(figure, neighbours, moved=bool(moved))
    scale_bar(figure, scale, WIDTH, 0.42 / height)
    if towns:
        figure.text(0.975, 0.1 / height, TOWNS_ATTRIBUTION, ha="right", fontsize=5.5, color=QUIET)
    return figure


def _moved(result: AlternativesResult, area: str | None) -> set[str]:
    """Return the practices that any alternative places differently."""
    return {
        change.practice_code
        for (where, _, _), changes in result.changes.items()
        for change in changes
        if area is None or where == area
    }


def _fill(axes: Axes, grounds: Sequence[BaseGeometry], detail: float, hatch: str) -> None:
    """Fill territories without their borders; each border is drawn once, by itself."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415

    if not grounds:
        return
    joined = polygons_only(shapely.simplify(shapely.union_all(list(grounds)), detail))
    path = ground_path(joined)
    if path is None:
        return
    patch = PathPatch(path, facecolor=GROUND, edgecolor=MOVED if hatch else "none", linewidth=0, zorder=1)
    patch.set_hatch(hatch)
    axes.add_patch(patch)
    outline = PathPatch(path, facecolor="none", edgecolor=PALE, linewidth=0.8, zorder=1.5)
    axes.add_patch(outline)


def _borders(axes: Axes, neighbours: Sequence[Neighbours], detail: float) -> None:
    """Draw each border once, by what its pairs of practices have in common."""
    from matplotlib.collections import LineCollection  # noqa: PLC0415

    standing: dict[bytes, tuple[BaseGeometry, set[str]]] = {}
    for each in neighbours:
        if each.line is not None:
            standing.setdefault(each.line.wkb, (each.line, set()))[1].add(each.border.together)
    for name, (colour, width, dashes, zorder) in LINES.items():
        lines = [
            shapely.get_coordinates(part)
            for line, found in standing.values()
            if _standing(found) == name
            for part in shapely.get_parts(shapely.simplify(line, detail))
        ]
        if lines:
            if name in ("some", "unsettled"):
                # A white bed, so that dashes show on hatching.
                axes.add_collection(
                    LineCollection(lines, colors="white", linewidths=width + 1.6, zorder=zorder)
                )
            axes.add_collection(
                LineCollection(lines, colors=colour, linewidths=width, linestyles=[dashes], zorder=zorder)
            )


def _standing(found: set[str]) -> str:
    """Sum up a border where several practices of one site meet several of another."""
    if len(found) == 1:
        return next(iter(found))
    return "unsettled" if found <= {"unsettled", "all", "none"} else "some"


def _sites(result: AlternativesResult, codes: Sequence[str]) -> NDArray[np.float64]:
    """Return the places of practices, shape (n, 2)."""
    position = {code: index for index, code in enumerate(result.practices.codes)}
    chosen = np.array([position[code] for code in codes], dtype=np.int64)
    return np.column_stack((result.places.easting[chosen], result.places.northing[chosen]))


def _shared_sites(axes: Axes, result: AlternativesResult, neighbours: Sequence[Neighbours]) -> None:
    """Mark the sites whose practices are not always together: no line can show it."""
    codes = result.practices.codes
    at = dict(zip(codes, _sites(result, codes), strict=True))
    for name, face in (("none", INK), ("some", "white"), ("unsettled", PURPLE)):
        places = [
            at[each.border.code_a]
            for each in neighbours
            if each.line is None
            and each.border.together == name
            and np.array_equal(at[each.border.code_a], at[each.border.code_b])
        ]
        if places:
            chosen = np.unique(np.array(places), axis=0)
            axes.plot(
                chosen[:, 0], chosen[:, 1], "s", markersize=7, markerfacecolor=face,
                markeredgecolor=INK if name == "none" else ORANGE, markeredgewidth=1.5, zorder=7,
            )  # fmt: skip


def _numbers(
    axes: Axes, result: AlternativesResult, area: str | None, sites: NDArray[np.float64], scale: float
) -> list[tuple[float, float]]:
    """Number the networks of the best plan, each where it has most room, and say where."""
    spots = []
    clear = np.full(len(sites), 0.06 / scale)
    for label in result.networks:
        ground = polygons_only(result.grounds.get(label.network_id))
        if (area is not None and label.area != area) or ground.is_empty:
            continue
        x, y, _ = label_spot(ground, sites, clear)
        number = label.network_id.rsplit("-", 1)[-1].lstrip("0") or label.network_id
        axes.text(
            x, y, shown(number), ha="center", va="center", fontsize=9, fontweight="bold", zorder=8,
            bbox={"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": QUIET, "linewidth": 0.7},
        )  # fmt: skip
        spots.append((x, y))
    return spots


def _towns(
    axes: Axes,
    frame: Frame,
    grounds: Sequence[BaseGeometry],
    sites: NDArray[np.float64],
    spots: Sequence[tuple[float, float]],
    scale: float,
) -> tuple[Word, ...]:
    """Write the names of towns, clear of the numbers of networks."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415

    if not grounds:
        return ()
    metres = 1 / frame.units_per_metre
    taken = Taken(frame.width, frame.height)
    for x, y in frame.project(np.array(spots).reshape(-1, 2)).tolist():
        taken.add_box(x, y, 2 * BADGE_HEIGHT, BADGE_HEIGHT)
    shapes = [shapely.transform(ground, frame.project) for ground in grounds]
    dots = frame.project(sites)
    words = place_towns(towns_within(frame.bounds), shapes, frame, taken, dots, MOST_TOWNS)
    west, _, _, north = frame.bounds
    places = np.array([(word.x, word.y) for word in words]).reshape(-1, 2) * (metres, -metres) + (west, north)
    halo = [withStroke(linewidth=1.6, foreground="white", alpha=0.7)]
    for word, (x, y) in zip(words, places.tolist(), strict=True):
        axes.text(
            x, y, shown(word.text), ha="center", va="center", fontsize=TOWN_NAME * scale * 72 * metres, color=QUIET,
            path_effects=halo, zorder=6.5,
        )  # fmt: skip
    return words


def _key(figure: Figure, neighbours: Sequence[Neighbours], *, moved: bool) -> None:
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    counts = border_counts(neighbours)
    handles: list[Line2D | Patch] = []
    for name in ("none", "some", "all", "unsettled"):
        colour, width, dashes, _ = LINES[name]
        if name != "unsettled" or counts[name]:
            label = f"{TOGETHER_WORDS[name]} ({counts[name]:,})"
            handles.append(
                Line2D(
                    [],
                    [],
                    color=colour,
                    linewidth=width,
                    linestyle=dashes,
                    label=label[:1].upper() + label[1:],
                )
            )
    if moved:
        handles.append(
            Patch(
                facecolor=GROUND, edgecolor=MOVED, hatch="////", linewidth=0, label="Moves in an alternative"
            )
        )
    handles.append(
        Line2D(
            [],
            [],
            color=QUIET,
            marker=".",
            linestyle="none",
            label="A site; numbers are networks of the best plan",
        )
    )
    if any(each.line is None and each.border.together in ("some", "none") for each in neighbours):
        handles.append(
            Line2D(
                [], [], color=ORANGE, marker="s", markersize=7, markerfacecolor="white", linestyle="none",
                label="One site, practices apart in some plans (filled: in all)",
            )
        )  # fmt: skip
    figure.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.015, 0.0), ncols=2, frameon=False, fontsize=9,
        columnspacing=1.4, handlelength=2.6,
    )  # fmt: skip
