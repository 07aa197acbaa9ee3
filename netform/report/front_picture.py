"""The picture of a front: its points, what is between them, today's networks and the points to look at."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from netform.report.front_words import (
    axis_meaning,
    axis_title,
    axis_unit,
    mark_words,
    proof_words,
    where_better,
)
from netform.report.pictures import RULE, Label, label_points, picture, shown
from netform.report.words import hours, source_name
from netform.tradeoff.fronts import marks_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from netform.report.pictures import Kind
    from netform.tradeoff.model import Front
    from netform.tradeoff.results import AreaFront, Today

__all__ = ["front_picture"]

# Inches, at 150 dots an inch in a PNG.
WIDTH, HEIGHT = 10.0, 7.0

BLUE, ORANGE, GREEN, RED = "#0b4f8a", "#b34700", "#17663a", "#9c2f12"

# Today's networks may be so far off that a picture of them would show no front: beyond so many times the front's
# own range an arrow points to them instead.
FARTHEST = 2.5

# Points beyond this many are drawn smaller.
MANY = 60


def front_picture(part: AreaFront, kind: Kind, source: str = "") -> bytes:
    """Draw a front as PNG or SVG; the same front gives the same bytes.

    Parameters
    ----------
    part : AreaFront
    kind : {"png", "svg"}
    source : str
        The list, for the title.
    """
    front = part.front
    x, y = axis_title(front.x), axis_title(front.y)
    title = f"{y} against {x[:1].lower() + x[1:]}, a week"
    where = front.area or (source_name(source) if source else "")
    title += f": {where}" if where else ""
    count = f"{len(front.points):,} point{'s' * (len(front.points) != 1)}"
    description = f"A curve of {count}. {proof_words(part)} The table beside it gives every point."
    return picture(lambda: _figure(part, title), kind, title=title, description=description)


def _figure(part: AreaFront, title: str) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 (only a picture needs it)

    figure = Figure(figsize=(WIDTH, HEIGHT), layout=None)
    axes = figure.add_axes((0.1, 0.2, 0.86, 0.7))
    front = part.front
    _limits(axes, part)
    _ground(axes, part)
    _points(axes, front)
    labels = _marked(axes, front)
    if part.today:
        labels.append(_today(axes, part.today))
    axes.set_title(shown(title), loc="left", fontsize=13, fontweight="bold", pad=20)
    axes.set_xlabel(_label(front, "x"), labelpad=8)
    axes.set_ylabel(_label(front, "y"), labelpad=8)
    axes.grid(visible=True, color=RULE, linewidth=0.5, alpha=0.6)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    handles, names = axes.get_legend_handles_labels()
    figure.legend(
        handles, names, loc="lower left", bbox_to_anchor=(0.085, 0.005), ncols=3, frameon=False,
        fontsize=9.5, columnspacing=1.4, handletextpad=0.6,
    )  # fmt: skip
    if not front.proven:
        axes.text(
            0, 1.012, f"Not proven, for time ran out: {where_better(front)} better plans may exist.",
            transform=axes.transAxes, color=RED, fontsize=10, fontweight="bold",
        )  # fmt: skip
    label_points(axes, labels, _line_places(front))
    return figure


def _line_places(front: Front) -> list[tuple[float, float]]:
    """Return the points, and places along the line between them, that no label should cover."""
    places = [(point.x, point.y) for point in (*front.points, front.best)]
    for one, after in itertools.pairwise(front.points):
        places += [(after.x, one.y), ((one.x + after.x) / 2, one.y), (after.x, (one.y + after.y) / 2)]
    return places


def _label(front: Front, side: str) -> str:
    axis = front.x if side == "x" else front.y
    meaning = axis_meaning(axis)
    return f"{axis_title(axis)}, {axis_unit(axis)} a week" + (f"\n({meaning})" if meaning else "")


def _limits(axes: Axes, part: AreaFront) -> None:
    """Show the front and the best plan whole, and today's networks unless they are far off."""
    front = part.front
    xs = [point.x for point in (*front.points, front.best)]
    ys = [point.y for point in (*front.points, front.best)]
    today = part.today
    for values, own in ((xs, today.x if today else None), (ys, today.y if today else None)):
        low, high = min(values), max(values)
        # A single point stands in the middle of a tenth of its height.
        span = (high - low) or max(abs(high) * 0.1, 1.0)
        alone = len(front.points) == 1
        if own is not None and (alone or low - FARTHEST * span <= own <= high + FARTHEST * span):
            low, high = min(low, own), max(high, own)
        # More at the far side, where the labels of the ends find room.
        margin = max(high - low, span)
        values[:] = [low - 0.1 * margin, high + 0.15 * margin]
    axes.set_xlim(xs[0], xs[1])
    axes.set_ylim(ys[0], ys[1])


def _ground(axes: Axes, part: AreaFront) -> None:
    """Draw what is not explored, and the line below and left of which there is no plan."""
    from matplotlib.patches import Polygon  # noqa: PLC0415

    front = part.front

    label = (
        "May hold better plans, within the resolution"
        if front.proven
        else "May hold better plans, for time ran out"
    )
    for box in front.unexplored:
        ground = Polygon(_unexplored(part, box), closed=True, linewidth=0.4, zorder=1, label=label)
        ground.set(facecolor="#eef1f4", edgecolor="#9aa7b3", hatch="////")
        axes.add_patch(ground)
        label = "_"
    xs, ys = [point.x for point in front.points], [point.y for point in front.points]
    if len(xs) > 1:
        axes.step(xs, ys, where="post", color=BLUE, linewidth=1.0, alpha=0.55, zorder=2)


def _unexplored(part: AreaFront, box: tuple[float, float, float, float]) -> list[tuple[float, float]]:
    """Return the corners of what is not explored in a box.

    In a proven front no plan of a box betters both of its points by more than the resolution: only strips along
    the line are left.
    """
    front = part.front
    x_from, x_to, y_from, y_to = box
    corners = [(x_from, y_to), (x_to, y_to), (x_to, y_from)]
    x_inner, y_inner = x_to - front.resolution_x, y_to - front.resolution_y
    if not front.proven or part.summed or x_inner <= x_from or y_inner <= y_from:
        return [*corners, (x_from, y_from)]
    return [*corners, (x_inner, y_from), (x_inner, y_inner), (x_from, y_inner)]


def _points(axes: Axes, front: Front) -> None:
    size = 5.5 if len(front.points) <= MANY else 3.0
    for supported, face, label in (
        (True, BLUE, "Best by some weighting of the two"),
        (False, "white", "In between: best by no weighting"),
    ):
        chosen = [point for point in front.points if point.supported is supported]
        if chosen:
            axes.plot(
                [p.x for p in chosen], [p.y for p in chosen],
                linestyle="none", marker="o" if supported else "D",
                markersize=size if supported else size * 0.85,
                markerfacecolor=face, markeredgecolor=BLUE, markeredgewidth=1.1, zorder=4, label=label,
            )  # fmt: skip


def _marked(axes: Axes, front: Front) -> list[Label]:
    """Ring the points to look at; those that coincide share one label."""
    marks = marks_of(front)
    styles = {
        "knee": ("o", 15, ORANGE, "Recommended: the knee"),
        "best": ("*", 15, GREEN, "Best by the rules' weights"),
    }
    for name, (marker, size, colour, label) in styles.items():
        if name == "best" or len(front.points) > 2:
            point = front.best if name == "best" else front.points[marks["knee"]]
            axes.plot(
                [point.x], [point.y], linestyle="none", marker=marker, markersize=size,
                markerfacecolor=colour if name == "best" else "none", markeredgecolor=colour,
                markeredgewidth=2.0 if name == "knee" else 0.8, zorder=3 if name == "best" else 5, label=label,
            )  # fmt: skip
    labels = [
        Label(_placed(f"{index + 1}. {words}", point.x, point.y), (point.x, point.y))
        for index, words in mark_words(front).items()
        for point in [front.points[index]]
    ]
    if "best" not in marks:
        best = front.best
        labels.append(Label(_placed("Best by the weights", best.x, best.y), (best.x, best.y)))
    return labels


def _today(axes: Axes, today: Today) -> Label:
    """Mark today's networks, or the way to them where they are off the picture."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    inside = left <= today.x <= right and bottom <= today.y <= top
    # Just inside the frame, towards where they are.
    edge_x, edge_y = 0.025 * (right - left), 0.025 * (top - bottom)
    x = min(max(today.x, left + edge_x), right - edge_x)
    y = min(max(today.y, bottom + edge_y), top - edge_y)
    marker = "X"
    if not inside:
        sideways = ">" if today.x > right else "<" if today.x < left else ""
        marker = sideways or ("^" if today.y > top else "v")
    words = "Today" if inside else "Today, far off this picture"
    broken = "\n".join(("does not keep the rules:", *today.broken[:3])) if today.broken else ""
    axes.plot(
        [x], [y], linestyle="none", marker=marker, markersize=11, markerfacecolor=RED, markeredgecolor="white",
        markeredgewidth=1.0, zorder=6, clip_on=False, label="Today's networks",
    )  # fmt: skip
    text = _placed(words, today.x, today.y) + (f"\n{broken}" if broken else "")
    return Label(text, (x, y))


def _placed(words: str, x: float, y: float) -> str:
    return f"{shown(words)}\n({hours(x)}; {hours(y)})"
